"""What rules and macros did in a conversation, one small line each; and what a rule is called as somebody who did something."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from ascolto.automation.selectors import rule_names
from ascolto.events.models import Event
from ascolto.ui.reasons import in_own_language

ICONS = {"rule.refused": "shield-alert", "macro.used": "zap", "macro.undone": "undo-2"}


def rules_in(events: Iterable[Event]) -> dict[int, str]:
    """How the rules are called that did something here, by their id. One query; none where no rule did."""
    ids = {event.actor_id for event in events if event.actor_kind == "rule" and event.actor_id}
    return {pk: _("The rule “%(name)s”") % {"name": name} for pk, name in rule_names(ids).items()}


def words_of(event: Event, who: str) -> str:
    """The sentence of an event of ICONS."""
    told = {
        "who": who,
        "name": event.data.get("name", ""),
        "reason": in_own_language(str(event.data.get("reason", ""))),
    }
    match event.type:
        case "rule.refused":
            return _("The rule “%(name)s” was refused something: %(reason)s") % told
        case "macro.undone":
            return _("%(who)s took back the macro “%(name)s”") % told
    return _("%(who)s used the macro “%(name)s”") % told
