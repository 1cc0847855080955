"""The log in sentences: who did what, for the people who run the house."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.models import Agent, ApiToken, Team
from ascolto.channels.models import ChannelAccount
from ascolto.channels.registry import all_adapters
from ascolto.events.models import Event
from ascolto.ui.reasons import in_own_language

SENTENCES: dict[str, str | Promise] = {
    "agent.created": _("added %(agent)s as %(role)s"),
    "agent.changed": _("changed %(agent)s: %(fields)s"),
    "agent.invited": _("made an invitation for %(agent)s"),
    "agent.deactivated": _("closed the account of %(agent)s"),
    "agent.signed_in": _("signed in"),
    "agent.signed_out": _("signed out"),
    "agent.sign_in_failed": _("A sign-in failed: %(email)s"),
    "agent.password_changed": _("chose a new password"),
    "team.created": _("made the team %(name)s"),
    "team.changed": _("changed the team %(team)s: %(fields)s"),
    "token.created": _("made an API token for %(agent)s: %(scopes)s"),
    "token.revoked": _("revoked the API token %(token)s"),
    "company.changed": _("changed the company: %(fields)s"),
    "company.set_up": _("finished the set-up"),
    "channel.connected": _("connected the inbox %(account)s"),
    "channel.changed": _("changed the inbox %(account)s: %(fields)s"),
    "channel.enabled": _("switched the inbox %(account)s on"),
    "channel.disabled": _("switched the inbox %(account)s off"),
    "channel.failed": _("The inbox %(account)s stopped: %(reason)s"),
    "channel.recovered": _("The inbox %(account)s works again"),
    "channel.silent": _(
        "The inbox %(account)s is strangely silent: %(received)s in %(hours)s hours, %(expected)s would be usual"
    ),
    "channel.heard": _("Messages reach the inbox %(account)s again"),
    "channel.expiring": _("The permission of the inbox %(account)s ends: %(days)s days are left"),
    "channel.news": _("The network says about %(account)s: %(title)s"),
    "raw_event.dead": _("A delivery to %(account)s was set aside: %(error)s"),
    "raw_event.replayed": _("let deliveries be tried again: %(count)s"),
    "raw_event.dismissed": _("dismissed deliveries: %(count)s"),
    "language_model.changed": _("changed the language model: %(fields)s"),
    "language_model.paused": _(
        "The language model failed several times in a row and is left alone for a while"
    ),
    "language_model.recovered": _("The language model works again"),
    "saved_reply.created": _("wrote the saved reply %(title)s"),
    "saved_reply.changed": _("changed the saved reply %(title)s: %(fields)s"),
    "saved_reply.archived": _("put the saved reply %(title)s away"),
    "saved_reply.restored": _("took the saved reply %(title)s out again"),
    "topic.changed": _("changed the topic %(name)s: %(fields)s"),
    "model.learnt": _("The model %(head)s learnt version %(version)s: %(why)s"),
    "model.made_live": _("Version %(version)s of the model %(head)s is live, after %(previous)s"),
    "agent.presence_changed": _("is now: %(state)s"),
    "policy.changed": _("changed a promise, %(name)s: %(fields)s"),
    "calendar.changed": _("changed the calendar %(name)s: %(fields)s"),
    "routing.changed": _("changed how conversations are given out: %(fields)s"),
    "charter.changed": _("changed the Charter, %(guarantee)s: %(fields)s"),
    "charter.breached": _("A guarantee fell below its threshold: %(guarantee)s"),
    "demo.started": _("started the demo"),
}
KINDS = (
    ("", _("Everything")),
    ("agent.", _("People")),
    ("team.", _("Teams")),
    ("token.", _("API tokens")),
    ("channel.", _("Inboxes")),
    ("raw_event.", _("Dead letters")),
    ("company.", _("Company")),
    ("language_model.", _("Language model")),
    ("saved_reply.", _("Saved replies")),
    ("topic.", _("Topics")),
    ("model.", _("Models")),
    ("policy.", _("Promises")),
    ("calendar.", _("Calendars")),
    ("routing.", _("Routing")),
    ("charter.", _("Charter")),
)


WORDS: dict[str, str | Promise] = {
    "administrator": _("administrator"),
    "lead": _("lead"),
    "agent": _("agent"),
    "guest": _("guest"),
    "name": _("name"),
    "email": _("e-mail"),
    "role": _("role"),
    "teams": _("teams"),
    "members": _("people"),
    "is_active": _("open or closed"),
    "language": _("language"),
    "theme": _("colours"),
    "time_zone": _("time zone"),
    "single_keys": _("single-letter keys"),
    "is_available": _("availability"),
    "password": _("password"),
    "sessions": _("sessions"),
    "reopen_days": _("days to reopen"),
    "deleted": _("dissolved"),
    "base_url": _("address"),
    "model": _("model"),
    "api_key": _("key"),
    "headers": _("headers"),
    "is_enabled": _("on or off"),
    "is_own_network": _("own network"),
    "purposes": _("what it may be asked for, and where"),
    "time_limit": _("seconds to wait"),
    "places": _("requests at once"),
    "masks_numbers": _("hiding of numbers"),
    "keep_days": _("days to keep the log"),
    "title": _("title"),
    "first_response": _("first answer"),
    "next_response": _("further answers"),
    "resolution": _("solution"),
    "calendar": _("calendar"),
    "is_worse": _("better or worse than everybody's"),
    "reason": _("reason"),
    "valid_until": _("end"),
    "content": _("opening hours"),
    "is_archived": _("laid aside or not"),
    "steps": _("steps"),
    "delay_notice": _("notice of a delay"),
    "tell_wait": _("told wait"),
    "pack": _("regulation"),
    "complaint_days": _("days for a complaint"),
    "threshold": _("threshold"),
    "available": _("available"),
    "busy": _("busy"),
    "away": _("away"),
    "offline": _("not here"),
    "shortcut": _("shortcut"),
    "texts": _("texts"),
    "team": _("team"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log."""

    at: datetime
    who: str
    what: str
    type: str


def lines(events: Iterable[Event]) -> list[Line]:
    """The events as sentences; people and inboxes by the names they have now."""
    events = list(events)
    told = {kind: {event.data.get(kind) for event in events} for kind in ("agent", "team", "token")}
    told["agent"] |= {event.actor_id for event in events if event.actor_kind == "agent"}
    told["account"] = {event.account_id for event in events}
    names = {kind: _names(model, told[kind]) for kind, model in _NAMED.items()}
    return [_line(event, names) for event in events]


_NAMED: dict[str, Any] = {"agent": Agent, "team": Team, "token": ApiToken, "account": ChannelAccount}


def _names(model: Any, keys: set[Any]) -> dict[int, str]:
    known = {key for key in keys if isinstance(key, int)}
    return dict(model.objects.filter(pk__in=known).values_list("pk", "name"))


def _line(event: Event, names: dict[str, dict[int, str]]) -> Line:
    values = _values(event, names)
    sentence = SENTENCES.get(event.type)
    what = str(sentence) % values if sentence else event.type
    who = ""
    if event.actor_kind == "agent" and event.actor_id:
        who = names["agent"].get(event.actor_id, f"#{event.actor_id}")
    elif sentence and not str(sentence)[:1].isupper():
        who = gettext("The system")
    return Line(event.occurred_at, who, what, event.type)


_TOLD = (
    "role",
    "email",
    "name",
    "reason",
    "title",
    "error",
    "hours",
    "received",
    "expected",
    "days",
    "head",
    "version",
    "why",
    "previous",
    "guarantee",
)


def _called(item: str) -> str:
    """What was changed, as screens call it."""
    if (word := WORDS.get(item)) is not None:
        return str(word)
    label = _settings().get(item, "")
    return gettext(label) if label else item


@cache
def _settings() -> dict[str, str]:
    """Settings of channels and their labels; where channels call one differently, the first that has it."""
    found: dict[str, str] = {}
    for adapter in all_adapters().values():
        for item in fields(adapter.Config):
            found.setdefault(item.name, item.metadata.get("label", ""))
    return found


def _values(event: Event, names: dict[str, dict[int, str]]) -> dict[str, Any]:
    data = event.data
    values: dict[str, Any] = dict.fromkeys(_TOLD, "")
    values |= {key: str(value)[:300] for key, value in data.items()}
    for kind in ("agent", "team", "token"):
        pk = data.get(kind)
        values[kind] = names[kind].get(pk or 0) or f"#{pk}"
    values["account"] = (
        names["account"].get(event.account_id or 0) or data.get("name") or f"#{event.account_id}"
    )
    for key in ("reason", "title"):
        values[key] = in_own_language(values[key])
    for key in ("fields", "scopes"):
        values[key] = ", ".join(_called(item) for item in data.get(key) or [])
    values["state"] = str(WORDS.get(str(data.get("state")), data.get("state", "")))
    values["role"] = str(WORDS.get(values["role"], values["role"]))
    values["count"] = len(data.get("raw_events") or [])
    values["email"] = data.get("email") or gettext("an address without an account")
    return values
