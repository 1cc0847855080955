"""Rules as a file, to take them from one installation to another. Names stand beside ids where a rule names people, teams and labels;
what is not there under its name on the other side is refused with its name."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent, Team
from ascolto.automation.actions.rules import create_rule
from ascolto.automation.models import Rule
from ascolto.conversations.fields import FIELDS, Referred
from ascolto.knowledge.models import SavedReply

FORMAT = 1
LARGEST = 1_000_000  # characters
MOST = 500
_STEP_ROWS: dict[str, Any] = {
    "person": lambda: Agent.objects.values_list("pk", "email"),
    "team": lambda: Team.objects.values_list("pk", "name"),
    "reply": lambda: SavedReply.objects.filter(archived_at=None).values_list("pk", "title"),
}


class PaperError(ValueError):
    """A file that holds no rules, or one that names what is not here."""


def written_rules() -> dict[str, Any]:
    """Every rule that was not put away, as one document."""
    rules = Rule.objects.filter(archived_at=None, version__isnull=False).select_related("version")
    names = {kind: dict(rows()) for kind, rows in _STEP_ROWS.items()}
    return {
        "format": FORMAT,
        "rules": [
            {"name": rule.name, "most_per_hour": rule.most_per_hour, "says": _named(rule.version.says, names)}
            for rule in rules
            if rule.version
        ],
    }


def _named(says: dict[str, Any], names: dict[str, dict[int, str]]) -> dict[str, Any]:
    steps = []
    for step in says.get("steps") or []:
        told = dict(step)
        for kind, known in names.items():
            if str(told.get(kind) or "").isdigit():
                told[kind] = {"name": known.get(int(told[kind]), "")}
        steps.append(told)
    return {
        **says,
        "steps": steps,
        "conditions": _conditions(says.get("conditions") or {"all": []}, _to_name),
    }


def _conditions(part: Any, change: Any) -> Any:
    """The same conditions with the rows they name told otherwise."""
    if not isinstance(part, dict):
        return part
    if "field" not in part:
        return {
            join: [_conditions(one, change) for one in parts] if isinstance(parts, list) else parts
            for join, parts in part.items()
        }
    field = FIELDS.get(str(part["field"]))
    if field is None or not isinstance(field.kind, Referred) or not isinstance(part.get("value"), list):
        return part
    return {**part, "value": [change(field, value) for value in part["value"]]}


def _to_name(field: Any, value: Any) -> Any:
    if not isinstance(value, int) or field.named is None:
        return value
    return {"name": field.named([value]).get(value, "")}


def _to_id(field: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    wanted = str(value.get("name", ""))
    for choice in field.choices(None):
        if str(choice.label) == wanted:
            return choice.value
    found = _row_of_field(field.name, wanted)
    if found is None:
        raise PaperError(_("There is nothing called “%(name)s” here.") % {"name": wanted})
    return found


def _row_of_field(name: str, wanted: str) -> int | None:
    from ascolto.channels.models import ChannelAccount
    from ascolto.conversations.models import Label
    from ascolto.customers.models import CustomerGroup
    from ascolto.understanding.models import Topic

    tables: dict[str, Any] = {
        "label": Label, "customer_label": Label, "topic": Topic, "inbox": ChannelAccount, "team": Team, "assignee": Agent,
        "group": CustomerGroup, "customer_group": CustomerGroup,
    }  # fmt: skip
    table = tables.get(name)
    return (
        table.objects.filter(name=wanted).values_list("pk", flat=True).first() if table and wanted else None
    )


@transaction.atomic
def read_paper(*, by: Agent, text: str) -> int:
    """Make the rules that a file holds, switched off; all or none. Returns how many. Raises PaperError, Refused."""
    rules = _rules_in(text)
    names = {kind: {name: pk for pk, name in rows()} for kind, rows in _STEP_ROWS.items()}
    for number, rule in enumerate(rules, 1):
        try:
            says = rule.get("says") if isinstance(rule, dict) else None
            brake = rule.get("most_per_hour", 500) if isinstance(rule, dict) else 500
            create_rule(by=by, name=str(rule.get("name") or ""), says=_here(says, names), most_per_hour=brake)
        except (ValidationError, PaperError, AttributeError, TypeError) as refusal:
            why = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
            raise PaperError(_("Rule %(n)s: %(why)s") % {"n": number, "why": why}) from refusal
    return len(rules)


def _rules_in(text: str) -> list[Any]:
    if len(text) > LARGEST:
        raise PaperError(_("The file is too large."))
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise PaperError(_("This is no JSON.")) from None
    rules = found.get("rules") if isinstance(found, dict) else None
    if not isinstance(rules, list) or not rules or len(rules) > MOST:
        raise PaperError(_("There are no rules in it."))
    return rules


def _here(says: Any, names: dict[str, dict[str, int]]) -> Any:
    if not isinstance(says, dict):
        return says
    steps = []
    given: Any = says.get("steps")
    for step in given if isinstance(given, list) else []:
        told = dict(step) if isinstance(step, dict) else {}
        for kind, known in names.items():
            if isinstance(told.get(kind), dict):
                name = str(told[kind].get("name", ""))
                if name not in known:
                    raise PaperError(_("There is nothing called “%(name)s” here.") % {"name": name})
                told[kind] = str(known[name])
        steps.append(told)
    return {**says, "steps": steps, "conditions": _conditions(says.get("conditions") or {"all": []}, _to_id)}
