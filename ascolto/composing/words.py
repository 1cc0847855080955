"""What became of planned answers and proposals, in words: lines of the thread, reasons, times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from ascolto.composing.actions.planned import CANCELLED
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.ui.jinja import moment, short_date
from ascolto.ui.reasons import in_own_language

ICONS = {
    "planned_reply.planned": "calendar-clock",
    "planned_reply.changed": "calendar-clock",
    "planned_reply.asked": "circle-question-mark",
    "planned_reply.withdrawn": "x",
    "planned_reply.failed": "circle-alert",
    "proposal.made": "shield-check",
    "proposal.approved": "check",
    "proposal.returned": "undo-2",
    "proposal.withdrawn": "x",
    "draft.taken_over": "corner-down-right",
}
PEOPLE = ("from_agent", "author")  # fields of these events that name people
Names = Mapping[int | None, str]


def when_words(at: datetime) -> str:
    """A time ahead as people say it: "today at 14:00", "tomorrow at 9:00", "12 Dec at 9:00"."""
    local, today = timezone.localtime(at), timezone.localtime(now()).date()
    hour = f"{local.hour}:{local:%M}"
    if local.date() == today:
        return _("today at %(hour)s") % {"hour": hour}
    if local.date() == today + timedelta(days=1):
        return _("tomorrow at %(hour)s") % {"hour": hour}
    return _("on %(day)s at %(hour)s") % {"day": short_date(at), "hour": hour}


def reason_words(reason: str) -> str:
    """Why an answer did not leave by itself, in the reader's language; nothing where a person cancelled it."""
    return "" if reason == CANCELLED else in_own_language(reason)


def approval_words(extra: Mapping[str, Any]) -> list[str]:
    """Who approved a message, for its bubble; anything unexpected says nothing."""
    told = extra.get("approval")
    if not isinstance(told, dict) or not told.get("name"):
        return []
    name = {"name": str(told["name"])[:120]}
    return [
        _("Changed and approved by %(name)s") % name
        if told.get("changed")
        else _("Approved by %(name)s") % name
    ]


def words_of(event: Event, who: str, people: Names) -> str:
    """The sentence of an event of ICONS."""
    data = event.data
    words = {
        "who": who,
        "when": _moment(data.get("leave_at")),
        "whom": people.get(data.get("from_agent")) or people.get(data.get("author")) or _("somebody"),
        "reason": reason_words(str(data.get("reason") or "")),
        "comment": str(data.get("comment") or ""),
    }
    return (_SENTENCES[event.type](data) % words).strip()


def _moment(text: Any) -> str:
    found = parse_datetime(text) if isinstance(text, str) else None
    return moment(found) if found else ""


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "planned_reply.planned": lambda _data: _("%(who)s planned an answer for %(when)s"),
    "planned_reply.changed": lambda _data: _("%(who)s changed the planned answer: %(when)s"),
    "planned_reply.asked": lambda _data: _("The planned answer waits for a decision. %(reason)s"),
    "planned_reply.withdrawn": lambda _data: _("%(who)s cancelled the planned answer. %(reason)s"),
    "planned_reply.failed": lambda _data: _("The planned answer did not leave. %(reason)s"),
    "proposal.made": lambda _data: _("%(who)s asked for an answer to be approved"),
    "proposal.approved": lambda data: (
        _("%(who)s changed and approved %(whom)s's answer")
        if data.get("changed")
        else _("%(who)s approved %(whom)s's answer")
    ),
    "proposal.returned": lambda _data: _("%(who)s returned %(whom)s's answer: %(comment)s"),
    "proposal.withdrawn": lambda _data: _("%(who)s took the proposed answer back"),
    "draft.taken_over": lambda _data: _("%(who)s goes on with %(whom)s's draft"),
}
