"""Ready-made rules in the company's language, to be looked at, changed and switched on."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.accounts.models import Agent, Company
from ascolto.automation.actions.rules import create_rule
from ascolto.automation.models import Rule


def _angry() -> dict[str, Any]:
    return {
        "when": "unhappy",
        "steps": [{"kind": "priority", "priority": 30}, {"kind": "add_labels", "labels": _("unhappy")}],
    }


def _waits() -> dict[str, Any]:
    note = _("{customer} has been waiting for four hours.")
    return {
        "when": "unanswered",
        "detail": {"hours": 4},
        "steps": [{"kind": "priority", "priority": 40}, {"kind": "note", "text": note}],
    }


def _bill() -> dict[str, Any]:
    words = [_("bill"), _("invoice")]
    return {
        "when": "message_received",
        "message": {"words": words},
        "steps": [{"kind": "add_labels", "labels": _("bill")}],
    }


def _review() -> dict[str, Any]:
    label = {"kind": "add_labels", "labels": _("bad review")}
    return {"when": "rated", "detail": {"stars": 2}, "steps": [label, {"kind": "priority", "priority": 30}]}


def _thanks() -> dict[str, Any]:
    return {
        "when": "message_received",
        "conditions": {"all": [{"field": "intent", "op": "is", "value": ["thanks"]}]},
        "steps": [{"kind": "status", "status": "resolved"}],
    }


EXAMPLES = (
    (gettext_lazy("Unhappy customers first"), _angry),
    (gettext_lazy("Nobody waits four hours unnoticed"), _waits),
    (gettext_lazy("Bills get their label"), _bill),
    (gettext_lazy("Bad reviews stand out"), _review),
    (gettext_lazy("Mere thanks need no answer"), _thanks),
)


@transaction.atomic
def add_examples(*, by: Agent) -> int:
    """Make those that are not there under their name, switched off. Returns how many. Raises Refused."""
    made = 0
    with translation.override(Company.current().language):
        there = set(Rule.objects.filter(archived_at=None).values_list("name", flat=True))
        for name, says in EXAMPLES:
            if str(name) not in there:
                create_rule(by=by, name=str(name), says=says())
                made += 1
    return made
