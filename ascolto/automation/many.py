"""Macros for many conversations at once, as a verb of the room that changes many (`views.bulk`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.automation.actions.using import run_macro, undo_macro
from ascolto.automation.models import MacroRun
from ascolto.automation.selectors import visible_macros
from ascolto.conversations.models import Conversation
from ascolto.gates import Refused
from ascolto.views.bulk import Verb

Values = Mapping[str, Any]


def _read(by: Agent, values: Values) -> Values:
    given = str(values.get("macro", ""))
    pk = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    macro = visible_macros(by).filter(pk=pk, archived_at=None).first()
    if macro is None:
        raise Refused("bad_value", gettext_noop("There is no such macro."), fix=gettext_noop("Choose again."))
    return {"macro": macro}


def _before(conversation: Conversation) -> dict[str, Any]:
    last = (
        MacroRun.objects.filter(conversation=conversation)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    return {"after": last or 0}


def _act(by: Agent, conversation: Conversation, arguments: Values) -> bool:
    """Nobody reads what would be sent to so many: answers of the macro are left out. Raises Refused where nothing else was possible."""
    ran = run_macro(agent=by, macro=arguments["macro"], conversation=conversation)
    changed = any(line["outcome"] == "done" for line in ran.done)
    if not changed and ran.refused:
        first = ran.refused[0]
        raise Refused(first["code"], first["message"], fix=first.get("fix", ""), guarantee=first["guarantee"])
    return changed


def _back(by: Agent, conversation: Conversation, was: Values) -> None:
    runs = MacroRun.objects.filter(conversation=conversation, agent=by, undone_at=None, pk__gt=was["after"])
    run = runs.order_by("pk").first()
    if run is not None:
        undo_macro(agent=by, run=run)


MACRO = Verb("macro", _read, _before, _act, _back)
