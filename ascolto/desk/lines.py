"""What happened to a conversation, in one small line each, from the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent, Team
from ascolto.automation import lines as automation
from ascolto.bot import whys as assistant
from ascolto.collaboration import lines as together
from ascolto.composing import words as composing
from ascolto.conversations.models import Conversation, Priority
from ascolto.desk import joined, kept
from ascolto.desk.bubbles import Line
from ascolto.events.models import Event
from ascolto.ui.jinja import moment

ICONS = {
    "conversation.reopened": "undo-2",
    "conversation.status_changed": "check",
    "conversation.assigned": "corner-down-right",
    "conversation.labelled": "tag",
    "conversation.priority_changed": "arrow-up",
    "conversation.renamed": "pencil-line",
    "conversation.snoozed": "timer",
    "conversation.spam_marked": "shield-alert",
    "conversation.participant_added": "user-round-plus",
    "conversation.participant_removed": "user-round-x",
    "conversation.merged": "merge",
    "conversation.unmerged": "undo-2",
    "conversation.split": "scissors",
    "conversation.linked": "link-2",
    "conversation.unlinked": "x",
    "message.resent": "repeat-2",
    **kept.ICONS,
    **together.ICONS,
    **automation.ICONS,
    **composing.ICONS,
    **assistant.ICONS,
}
AT_MOST = 200
PEOPLE = ("assignee", "person", *kept.PEOPLE, *composing.PEOPLE)  # fields of events that name people
TEAMS = ("team", *kept.TEAMS)


def read_lines(
    conversation: Conversation,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    after_id: int | None = None,
) -> list[Line]:
    """The newest events worth a line, oldest first; only those `since` and before `until` a time, or after an event."""
    rows = Event.objects.filter(conversation_id=conversation.pk, type__in=ICONS)
    if since is not None:
        rows = rows.filter(occurred_at__gte=since)
    if until is not None:
        rows = rows.filter(occurred_at__lt=until)
    if after_id is not None:
        rows = rows.filter(pk__gt=after_id)
    events = list(reversed(rows.order_by("-id")[:AT_MOST]))
    if not events:
        return []
    people, teams = _names(events)
    rules = automation.rules_in(events)
    lines = [(event, _words(event, people, teams, rules)) for event in events]
    return [
        Line(event.pk, event.occurred_at, ICONS.get(event.type, "corner-down-right"), words)
        for event, words in lines
        if words
    ]


def _names(events: Sequence[Event]) -> tuple[dict[int | None, str], dict[int | None, str]]:
    actors = (e.actor_id for e in events if e.actor_kind == "agent")
    people = {pk for pk in (*actors, *(e.data.get(f) for e in events for f in PEOPLE)) if pk}
    teams = {pk for e in events for f in TEAMS if (pk := e.data.get(f))}
    named_people = Agent.objects.filter(pk__in=people) if people else []
    named_teams = Team.objects.filter(pk__in=teams) if teams else []
    return {a.pk: a.name for a in named_people}, {t.pk: t.name for t in named_teams}


Words = dict[str, str]


def _words(
    event: Event, people: dict[int | None, str], teams: dict[int | None, str], rules: dict[int, str]
) -> str:
    who = people.get(event.actor_id, "") if event.actor_kind == "agent" else "Ascolto"
    if event.actor_kind == "rule":
        who = rules.get(event.actor_id or 0, who)
    words, data = {"who": who or _("Somebody")}, event.data
    if (told := _of_its_room(event, words["who"], people, teams)) is not None:
        return told
    match event.type.partition(".")[2]:
        case "assigned":
            return _assigned(event, people, teams, words)
        case "status_changed":
            return _status(data.get("status", ""), words)
        case "reopened":
            return _("Reopened: the customer wrote again")
        case "labelled":
            return _labelled(data, words)
        case "priority_changed":
            names = priority_names()
            return _("%(who)s changed the priority to: %(what)s") % (
                words | {"what": names.get(data.get("priority", 0), "?")}
            )
        case "renamed":
            return _("%(who)s named it “%(what)s”") % (words | {"what": data.get("subject", "")})
        case "snoozed":
            return _snoozed(data, words)
        case "spam_marked":
            return (_("%(who)s marked it as spam") if data.get("spam") else _("%(who)s: not spam")) % words
        case "participant_added":
            return _("%(who)s asked %(whom)s in") % (words | {"whom": people.get(data.get("person"), "?")})
        case "participant_removed":
            return _("%(whom)s was here for the offer only") % {"whom": people.get(data.get("person"), "?")}
        case "merged" | "unmerged" | "split" | "linked" | "unlinked":
            return joined.words_of(event, words)
        case _:
            return _("%(who)s sent a message again") % words


def _of_its_room(
    event: Event, who: str, people: dict[int | None, str], teams: dict[int | None, str]
) -> str | None:
    """The words of a room that tells its own events; None where it is one of ours."""
    if event.type in composing.ICONS:
        return composing.words_of(event, who, people)
    if event.type in kept.ICONS:
        return kept.words_of(event, who, people, teams)
    if event.type in assistant.ICONS:
        return assistant.words_of(event, who)
    if event.type in automation.ICONS:
        return automation.words_of(event, who)
    return together.words_of(event, who) if event.type in together.ICONS else None


def _assigned(event: Event, people: dict[int | None, str], teams: dict[int | None, str], words: Words) -> str:
    data = event.data
    assignee, team = data.get("assignee"), data.get("team")
    if assignee != data.get("previous_assignee"):
        if assignee is None:
            return _left(event) % words
        if assignee == event.actor_id and event.actor_kind == "agent":
            return _("%(who)s took it") % words
        return _("%(who)s gave it to %(whom)s") % (words | {"whom": people.get(assignee, "?")})
    if team is None:
        return _("%(who)s took it away from the team") % words
    return _("%(who)s gave it to the team %(whom)s") % (words | {"whom": teams.get(team, "?")})


def _left(event: Event) -> str:
    """That nobody has it any more; why somebody lost it is told by a line of its own."""
    if event.data.get("how") != "returned":
        return _("%(who)s left it to nobody")
    by_a_lead = event.actor_kind == "agent" and event.actor_id != event.data.get("previous_assignee")
    return _("%(who)s gave it back to the queue") if by_a_lead else ""


def _status(status: str, words: Words) -> str:
    texts = {
        "open": _("%(who)s opened it again"),
        "pending": _("%(who)s waits for the customer"),
        "on_hold": _("%(who)s waits for a department"),
        "resolved": _("%(who)s resolved it"),
    }
    return texts.get(status, "") % words


def _labelled(data: dict[str, list[str]], words: Words) -> str:
    now, before = set(data.get("labels", [])), set(data.get("previous", []))
    added, taken = ", ".join(sorted(now - before)), ", ".join(sorted(before - now))
    if added and taken:
        return _("%(who)s labelled it %(added)s and took away %(taken)s") % (
            words | {"added": added, "taken": taken}
        )
    if added:
        return _("%(who)s labelled it %(added)s") % (words | {"added": added})
    return _("%(who)s took away the label %(taken)s") % (words | {"taken": taken})


def _snoozed(data: dict[str, str | None], words: Words) -> str:
    until = parse_datetime(data.get("until") or "")
    if until is None:
        return _("%(who)s brought it back to the queue") % words
    return _("%(who)s snoozed it until %(when)s") % (words | {"when": moment(until)})


def priority_names() -> dict[int, str]:
    """Priorities in the reader's language, the most urgent first."""
    return {
        Priority.URGENT.value: _("Urgent"),
        Priority.HIGH.value: _("High"),
        Priority.NORMAL.value: _("Normal"),
        Priority.LOW.value: _("Low"),
    }
