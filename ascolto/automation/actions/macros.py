"""Macros: written, changed, put away. Who may write for whom: everybody for themselves, `replies.write` for their teams,
`replies.share` for everybody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ascolto.accounts.actions.checks import checked_name
from ascolto.accounts.models import Agent, Team
from ascolto.automation.models import Macro
from ascolto.automation.steps import Known, read_steps, stored_steps
from ascolto.automation.steps.asking import asked_by
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.knowledge.models import SavedReply

Scope = Macro.Scope
_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_KEEP: Any = object()


def may_write(agent: Agent, scope: str, team: Team | int | None, owner: int | None = None) -> bool:
    """Whether somebody may write macros for whom this names; a personal one only its owner."""
    if not agent.may("conversations.manage"):
        return False
    if scope == Scope.PERSONAL:
        return owner in {None, agent.pk}
    if agent.may("replies.share"):
        return True
    pk = team.pk if isinstance(team, Team) else team
    mine = scope == Scope.TEAM and agent.may("replies.write")
    return mine and agent.teams.filter(pk=pk or 0).exists()


def check_may(agent: Agent, macro: Macro) -> None:
    """Raises Refused for who may not change this macro."""
    if not may_write(agent, macro.scope, macro.team_id, macro.owner_id):
        raise Refused("not_permitted", gettext_noop("This macro is changed by others."))


@transaction.atomic
def create_macro(
    *,
    by: Agent,
    name: str,
    steps: Any,
    scope: str = Scope.PERSONAL,
    team: Team | None = None,
    shortcut: str = "",
    position: int = 0,
) -> Macro:
    """A new macro. Raises ValidationError by field, Refused."""
    macro = Macro(owner=by, changed_by=by)
    wanted = {"name": name, "steps": steps, "scope": scope, "team": team}
    with asked_by(by):
        _set(macro, {**wanted, "shortcut": shortcut, "position": position})
    check_may(by, macro)
    macro.save()
    _tell("macro.created", by, macro, scope=macro.scope)
    return macro


@transaction.atomic
def change_macro(*, by: Agent, macro: Macro, **wanted: Any) -> list[str]:
    """Change what is given (see create_macro). Returns the fields that changed. Raises ValidationError by field, Refused."""
    current = Macro.objects.select_for_update(of=("self",)).get(pk=macro.pk)
    check_may(by, current)
    before = _values(current)
    with asked_by(by):
        _set(current, {**{name: getattr(current, name) for name in ("scope", "team")}, **wanted})
    check_may(by, current)
    after = _values(current)
    fields = [name for name in after if after[name] != before[name]]
    if fields:
        current.changed_by, current.changed_at = by, now()
        current.save()
        _tell("macro.changed", by, current, fields=fields, changes=changes_between(before, after))
        macro.refresh_from_db()
    return fields


def _values(macro: Macro) -> dict[str, Any]:
    return {
        "name": macro.name,
        "shortcut": macro.shortcut,
        "scope": macro.scope,
        "team": macro.team_id,
        "position": macro.position,
        "steps": macro.steps,
    }


def _set(macro: Macro, wanted: dict[str, Any]) -> None:
    """Write checked values into the macro, unsaved. Raises ValidationError by field."""
    wrong: dict[str, Any] = {}
    for field, check in (
        ("name", _checked_name),
        ("shortcut", _checked_shortcut),
        ("position", _checked_position),
    ):
        if field in wanted:
            try:
                setattr(macro, field, check(wanted[field]))
            except ValidationError as refusal:
                wrong[field] = refusal.messages
    if "steps" in wanted:
        try:
            macro.steps = checked_steps(wanted["steps"])
        except ValidationError as refusal:
            wrong["steps"] = refusal.messages
    scope, team = wanted.get("scope", macro.scope), wanted.get("team", macro.team)
    if scope not in Scope.values:
        wrong["scope"] = [_("Choose for whom it is.")]
    elif scope == Scope.TEAM and team is None:
        wrong["team"] = [_("Choose a team.")]
    if scope != Scope.PERSONAL and _names_own_reply(macro.steps):
        wrong["steps"] = [_("A saved reply of your own cannot be in a macro of others.")]
    if wrong:
        raise ValidationError(wrong)
    macro.scope, macro.team = scope, team if scope == Scope.TEAM else None


def _names_own_reply(steps: Sequence[Any]) -> bool:
    ids = [int(step["reply"]) for step in steps if step.get("reply")]
    return bool(ids) and SavedReply.objects.filter(pk__in=ids).exclude(owner=None).exists()


def checked_steps(steps: Any) -> list[dict[str, Any]]:
    """The steps as they are stored. Raises ValidationError."""
    found = read_steps(steps, place="macro")
    if not found:
        raise ValidationError(_("Say what is to be done."))
    return [planned.plain() for planned in found]


def _checked_name(name: Any) -> str:
    checked = checked_name(str(name), field="name")
    if len(checked) > 80:
        raise ValidationError(_("A name has at most 80 characters."))
    return checked


def _checked_shortcut(shortcut: Any) -> str:
    found = str(shortcut or "").strip().lstrip("/").lower()[:60]
    if found and not _SHORTCUT.fullmatch(found):
        raise ValidationError(_("A shortcut has letters a–z, digits, - and _, at most 40."))
    return found


def _checked_position(position: Any) -> int:
    if not isinstance(position, int) or not 0 <= position <= 100_000:
        raise ValidationError(_("Write a number from %(low)s to %(high)s.") % {"low": 0, "high": 100_000})
    return position


@transaction.atomic
def archive_macro(*, by: Agent, macro: Macro) -> bool:
    """Put a macro away: it is offered nowhere. Whether that changed anything. Raises Refused."""
    check_may(by, macro)
    changed = Macro.objects.filter(pk=macro.pk, archived_at=None).update(archived_at=now())
    if changed:
        _tell("macro.archived", by, macro)
        macro.refresh_from_db()
    return bool(changed)


@transaction.atomic
def restore_macro(*, by: Agent, macro: Macro) -> bool:
    """Take a macro out again. Whether that changed anything. Raises Refused."""
    check_may(by, macro)
    changed = Macro.objects.filter(pk=macro.pk).exclude(archived_at=None).update(archived_at=None)
    if changed:
        _tell("macro.restored", by, macro)
        macro.refresh_from_db()
    return bool(changed)


def macro_sentence(macro: Macro, known: Known | None = None) -> str:
    """What a macro does, in the reader's language."""
    from ascolto.automation.saying import joined

    known = known or Known()
    words = joined([planned.sentence(known) for planned in stored_steps(macro.steps)])
    return words[:1].upper() + words[1:]


def _tell(event_type: str, by: Agent, macro: Macro, **told: Any) -> None:
    emit(event_type, actor=actor_of(by), macro=macro.pk, name=macro.name, **told)


__all__: Sequence[str] = (
    "archive_macro", "change_macro", "check_may", "checked_steps", "create_macro", "macro_sentence", "may_write", "restore_macro",
)  # fmt: skip
