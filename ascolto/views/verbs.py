"""What can be done to many conversations at once: every verb with its way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent, Team
from ascolto.accounts.selectors import assignable_agents
from ascolto.conversations import actions
from ascolto.conversations.access import access_conversation
from ascolto.conversations.models import Conversation, Priority, Status
from ascolto.gates import Refused
from ascolto.kit.text import clean
from ascolto.views.bulk import Verb

Values = Mapping[str, Any]
_PRIORITIES = {str(choice.label): int(choice.value) for choice in Priority}


def _bad(message: str) -> Refused:
    return Refused("bad_value", message, fix=gettext_noop("Choose again."))


def _number(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63:
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and 0 < len(value) < 19:
        return int(value)
    return None


def _read_assign(by: Agent, values: Values) -> Values:
    if values.get("assignee") in {"none", None, ""}:
        return {"assignee": None}
    if values["assignee"] == "me":
        return {"assignee": by}
    found = assignable_agents().filter(pk=_number(values["assignee"]) or 0).first()
    if found is None:
        raise _bad(gettext_noop("There is no such colleague."))
    return {"assignee": found}


def _read_team(by: Agent, values: Values) -> Values:
    if values.get("team") in {"none", None, ""}:
        return {"team": None}
    found = Team.objects.filter(pk=_number(values["team"]) or 0).first()
    if found is None:
        raise _bad(gettext_noop("There is no such team."))
    return {"team": found}


def _hand(by: Agent, row: Conversation, arguments: Values) -> bool:
    return actions.assign(agent=by, conversation=row, **arguments)


def _hand_back(by: Agent, row: Conversation, was: Values) -> None:
    assignee = Agent.objects.filter(pk=was["assignee"]).first() if was["assignee"] else None
    team = Team.objects.filter(pk=was["team"]).first() if was["team"] else None
    actions.assign(agent=by, conversation=row, assignee=assignee, team=team, how="returned")


def _read_labels(by: Agent, values: Values) -> Values:
    given = values.get("labels")
    names = given if isinstance(given, list) else str(given or "").split(",")
    wanted = [clean(" ".join(name.split()), 61) for name in names[:50] if isinstance(name, str)]
    wanted = [name for name in wanted if name]
    if not wanted or any(len(name) > 60 for name in wanted):
        raise _bad(gettext_noop("Name at least one label."))
    return {"labels": wanted}


def _labels(row: Conversation) -> dict[str, Any]:
    return {"labels": sorted(row.labels.values_list("name", flat=True))}


def _label(by: Agent, row: Conversation, arguments: Values) -> bool:
    names = [*_labels(row)["labels"], *arguments["labels"]]
    return actions.set_labels(agent=by, conversation=row, names=names)


def _unlabel(by: Agent, row: Conversation, arguments: Values) -> bool:
    left = [name for name in _labels(row)["labels"] if name not in arguments["labels"]]
    return actions.set_labels(agent=by, conversation=row, names=left)


def _relabel(by: Agent, row: Conversation, was: Values) -> None:
    actions.set_labels(agent=by, conversation=row, names=was["labels"])


def _read_status(by: Agent, values: Values) -> Values:
    if values.get("status") not in Status.values:
        raise _bad(gettext_noop("Choose open, pending, on hold or resolved."))
    return {"status": values["status"]}


def _status(row: Conversation) -> dict[str, Any]:
    return {"status": row.status}


def _read_priority(by: Agent, values: Values) -> Values:
    found = _PRIORITIES.get(str(values.get("priority")))
    if found is None:
        raise _bad(gettext_noop("Choose low, normal, high or urgent."))
    return {"priority": found}


def _read_snooze(by: Agent, values: Values) -> Values:
    raw = values.get("until")
    if raw in {"", None}:
        return {"until": None}
    until = raw if isinstance(raw, datetime) else None
    if isinstance(raw, str) and len(raw) < 60:
        try:
            until = parse_datetime(raw)
        except ValueError:
            until = None
    if until is None or until.tzinfo is None:
        raise _bad(gettext_noop("Say until when, with the time zone."))
    return {"until": until}


def _snoozed(row: Conversation) -> dict[str, Any]:
    return {"until": row.snoozed_until.isoformat() if row.snoozed_until else None}


def _snooze_back(by: Agent, row: Conversation, was: Values) -> None:
    actions.snooze(agent=by, conversation=row, until=parse_datetime(was["until"]) if was["until"] else None)


def _read_spam(by: Agent, values: Values) -> Values:
    return {"spam": values.get("spam") not in {False, "0", "no"}}


def _spam(row: Conversation) -> dict[str, Any]:
    return {"spam": row.is_spam, "status": row.status}


def _spam_back(by: Agent, row: Conversation, was: Values) -> None:
    actions.mark_spam(agent=by, conversation=row, spam=was["spam"])
    actions.change_status(agent=by, conversation=row, status=was["status"])


def _read_merge(by: Agent, values: Values) -> Values:
    pk = _number(values.get("into"))
    try:
        if pk is None:
            raise Conversation.DoesNotExist
        return {"into": access_conversation(by, pk, to="manage")}
    except Conversation.DoesNotExist:
        raise _bad(gettext_noop("Choose the conversation that stays.")) from None


def _merge(by: Agent, row: Conversation, arguments: Values) -> bool:
    into = arguments["into"]
    if row.pk == into.pk:
        return False
    actions.merge(agent=by, source=row, target=into)
    return True


def _unmerge(by: Agent, row: Conversation, was: Values) -> None:
    actions.unmerge(agent=by, source=row)


def _held(row: Conversation) -> dict[str, Any]:
    return {"assignee": row.assignee_id, "team": row.team_id}


ALL = (
    Verb("assign", _read_assign, _held, _hand, _hand_back),
    Verb("team", _read_team, _held, _hand, _hand_back),
    Verb("label", _read_labels, _labels, _label, _relabel),
    Verb("unlabel", _read_labels, _labels, _unlabel, _relabel),
    Verb(
        "status",
        _read_status,
        _status,
        lambda by, row, given: actions.change_status(agent=by, conversation=row, status=given["status"]),
        lambda by, row, was: _done(actions.change_status(agent=by, conversation=row, status=was["status"])),
    ),
    Verb(
        "priority",
        _read_priority,
        lambda row: {"priority": row.priority},
        lambda by, row, given: actions.change_priority(
            agent=by, conversation=row, priority=given["priority"]
        ),
        lambda by, row, was: _done(
            actions.change_priority(agent=by, conversation=row, priority=was["priority"])
        ),
    ),
    Verb(
        "snooze",
        _read_snooze,
        _snoozed,
        lambda by, row, given: actions.snooze(agent=by, conversation=row, until=given["until"]),
        _snooze_back,
    ),
    Verb(
        "spam",
        _read_spam,
        _spam,
        lambda by, row, given: actions.mark_spam(agent=by, conversation=row, spam=given["spam"]),
        _spam_back,
    ),
    Verb("merge", _read_merge, lambda row: {"merged_into": row.merged_into_id}, _merge, _unmerge),
)


def _done(changed: bool) -> None:
    """What the way back needs no answer to."""
