"""What somebody looks for in the log: by person, kind, thing, days and words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from ascolto.accounts.models import Agent
from ascolto.events.models import Event
from ascolto.kit.text import clean
from ascolto.workspace.audit import KINDS
from ascolto.workspace.paging import number
from ascolto.workspace.selectors import PAGE, audited

THINGS = (
    "agent",
    "team",
    "account",
    "role",
    "policy",
    "calendar",
    "topic",
    "reply",
    "token",
    "group",
    "rule",
)
QUERY_LIMIT = 100
EXPORTED_AT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Sieve:
    """The values of the form, read; what cannot be read asks for nothing."""

    about: str = ""
    who: int | None = None
    thing: str = ""  # "team:7"
    since: date | None = None
    until: date | None = None
    text: str = ""

    @property
    def query(self) -> str:
        """The same, for an address."""
        values = {
            "about": self.about,
            "who": self.who,
            "thing": self.thing,
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "q": self.text,
        }
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def is_set(self) -> bool:
        return bool(self.query)


def sieve_of(given: Mapping[str, str]) -> Sieve:
    """What an address asks for."""
    about, thing = given.get("about", ""), given.get("thing", "")
    kind, _, key = thing.partition(":")
    return Sieve(
        about=about if about in dict(KINDS) else "",
        who=number(given.get("who")),
        thing=thing if kind in THINGS and number(key) else "",
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
        text=clean(given.get("q", "")[: QUERY_LIMIT * 4], QUERY_LIMIT).strip(),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def sieved(sieve: Sieve) -> QuerySet[Event]:
    """The events asked for, the newest first."""
    rows = audited(sieve.about)
    if sieve.who:
        rows = rows.filter(actor_kind="agent", actor_id=sieve.who)
    if sieve.thing:
        rows = rows.filter(_about_thing(*sieve.thing.split(":")))
    if sieve.since:
        rows = rows.filter(occurred_at__gte=_start_of(sieve.since))
    if sieve.until and sieve.until < date.max:
        rows = rows.filter(occurred_at__lt=_start_of(sieve.until + timedelta(days=1)))
    return rows.filter(_says(sieve.text)) if sieve.text else rows


def _start_of(day: date) -> datetime:
    """Midnight where the reader is; a year that no database keeps counts as the nearest that it does."""
    known = min(max(day, date(1900, 1, 1)), date(9000, 1, 1))
    return datetime.combine(known, time.min, tzinfo=timezone.get_current_timezone())


def _about_thing(kind: str, key: str) -> Q:
    if kind == "account":
        return Q(account_id=int(key))
    return Q(**{f"data__{kind}": int(key)})


def _says(text: str) -> Q:
    """Events whose data hold the words, or that somebody of this name did or met."""
    people = list(Agent.objects.filter(name__icontains=text).values_list("pk", flat=True)[:50])
    named = Q(actor_kind="agent", actor_id__in=people) | Q(data__agent__in=people) if people else Q()
    # SQLite keeps JSON with escapes, PostgreSQL without: both spellings are looked for
    escaped = json.dumps(text)[1:-1]
    held = Q(pk__in=Event.objects.alias(told=Cast("data", TextField())).filter(
        Q(told__icontains=text) | Q(told__icontains=escaped), conversation_id=None, customer_id=None
    ).values("pk"))  # fmt: skip
    return held | Q(type__icontains=text) | named


def page_of(sieve: Sieve, before: int | None) -> tuple[list[Event], int | None]:
    """A page of the log, and where the next one begins."""
    rows: Any = sieved(sieve)
    if before:
        rows = rows.filter(pk__lt=before)
    page = list(rows[: PAGE + 1])
    return page[:PAGE], page[PAGE - 1].pk if len(page) > PAGE else None


def to_export(sieve: Sieve) -> list[Event]:
    """Everything asked for, the newest first; at most EXPORTED_AT_MOST."""
    return list(sieved(sieve)[:EXPORTED_AT_MOST])
