"""What happened to the promises of a conversation and to those who hold it, one small line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from ascolto.events.models import Event
from ascolto.routing.words import returned_words
from ascolto.ui.jinja import moment
from ascolto.ui.promise import span

ICONS = {
    "sla.warned": "clock",
    "sla.breached": "clock-alert",
    "sla.escalated": "arrow-up",
    "sla.notice_sent": "clock",
    "sla.notice_skipped": "clock",
    "complaint.registered": "scroll-text",
    "complaint.withdrawn": "scroll-text",
    "commitment.made": "calendar-clock",
    "commitment.changed": "calendar-clock",
    "commitment.kept": "check",
    "commitment.broken": "clock-alert",
    "commitment.withdrawn": "x",
    "routing.returned": "undo-2",
    "conversation.hand_off_asked": "corner-down-right",
    "conversation.hand_off_refused": "x",
    "conversation.hand_off_withdrawn": "undo-2",
    "conversation.handed_off": "check",
    "conversation.hand_off_limit": "circle-alert",
    "charter.overridden": "shield-alert",
}
PEOPLE = ("to_agent", "proposed_agent", "previous_assignee", "to")
TEAMS = ("to_team", "proposed_team", "to")
Names = Mapping[int | None, str]


def words_of(event: Event, who: str, people: Names, teams: Names) -> str:
    """The sentence of an event of ICONS; empty where there is nothing to say."""
    data = event.data
    words = {
        "who": who,
        "what": clock_names().get(data.get("kind", ""), ""),
        "when": _when(data.get("due_at")),
        "whom": _whom(event, people, teams),
        "reason": _reason(event),
        "code": data.get("code", ""),
        "count": data.get("count", ""),
        "late": _late(data.get("late_by")),
    }
    sentence = _SENTENCES[event.type](data)
    return sentence % words if sentence else ""


def clock_names() -> dict[str, str]:
    """What each clock promises, in the reader's language."""
    return {
        "first_response": _("first answer"),
        "next_response": _("answer"),
        "resolution": _("solution"),
        "complaint": _("answer to the complaint"),
    }


def _when(text: Any) -> str:
    found = parse_datetime(text) if isinstance(text, str) else None
    return moment(found) if found else ""


_WHOM = {  # the fields that name who is spoken of
    "routing.returned": ("previous_assignee", ""),
    "conversation.hand_off_asked": ("to_agent", "to_team"),
    "conversation.hand_off_refused": ("proposed_agent", "proposed_team"),
}


def _whom(event: Event, people: Names, teams: Names) -> str:
    data = event.data
    if event.type == "sla.escalated":
        known = teams if data.get("action") == "to_team" else people
        return known.get(data.get("to")) or _("somebody")
    person, team = _WHOM.get(event.type, ("", ""))
    return people.get(data.get(person)) or teams.get(data.get(team)) or _("somebody")


def _late(seconds: Any) -> str:
    return span(int(seconds)) if isinstance(seconds, int | float) and seconds > 0 else ""


def _escalated(data: Mapping[str, Any]) -> str:
    return {
        "tell_owner": _("%(whom)s was reminded: the %(what)s is due"),
        "tell_lead": _("The leads were told: the %(what)s is late"),
        "raise_priority": _("The priority was raised: the %(what)s is late"),
        "to_team": _("It went to the team %(whom)s: the %(what)s is late"),
        "free": _("It went back to the queue: the %(what)s is late"),
    }.get(str(data.get("action")), "")


def _kept(data: Mapping[str, Any]) -> str:
    late = _late(data.get("late_by"))
    return _("The dated promise was kept, %(late)s late") if late else _("The dated promise was kept")


def _reason(event: Event) -> str:
    """Why, in the reader's language where it is a code of ours; what a person wrote stays as it is."""
    said = str(event.data.get("reason") or "")
    if event.type == "routing.returned":
        return returned_words(said)
    if event.type == "sla.notice_skipped":
        return {
            "too_late": _("we noticed too late ourselves"),
            "room": _("several people talk there"),
            "channel_off": _("the channel is switched off"),
        }.get(said, _("nothing may leave there now"))
    return said


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "sla.warned": lambda _data: _("Due soon: %(what)s by %(when)s"),
    "sla.breached": lambda _data: _("Late: the %(what)s was promised by %(when)s"),
    "sla.escalated": _escalated,
    "sla.notice_sent": lambda _data: _("The customer was told that we are late"),
    "sla.notice_skipped": lambda _data: _("The customer could not be told that we are late: %(reason)s"),
    "complaint.registered": lambda _data: _(
        "%(who)s registered a complaint, code %(code)s: answer by %(when)s"
    ),
    "complaint.withdrawn": lambda _data: _("%(who)s: not a complaint. %(reason)s"),
    "commitment.made": lambda _data: _("%(who)s promised to write by %(when)s"),
    "commitment.changed": lambda _data: _("%(who)s moved the promise to %(when)s. %(reason)s"),
    "commitment.kept": _kept,
    "commitment.broken": lambda _data: _("A dated promise was not kept: %(when)s"),
    "commitment.withdrawn": lambda _data: _("%(who)s took the promise back. %(reason)s"),
    "routing.returned": lambda _data: _("It went back to the queue, %(whom)s had it: %(reason)s"),
    "conversation.hand_off_asked": lambda _data: _("%(who)s asked %(whom)s to take it"),
    "conversation.hand_off_refused": lambda _data: _(
        "%(who)s did not take it and proposes %(whom)s. %(reason)s"
    ),
    "conversation.hand_off_withdrawn": lambda _data: _("%(who)s keeps it after all"),
    "conversation.handed_off": lambda _data: _("%(who)s took it over (hand-off %(count)s)"),
    "conversation.hand_off_limit": lambda _data: _("No further hand-off: a lead decides now"),
    "charter.overridden": lambda _data: _("%(who)s set a guarantee aside: %(reason)s"),
}
