"""The list of customers: who was heard last comes first, and only those whom the reader may see."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from ascolto.accounts.models import Agent
from ascolto.channels.looks import Look, look_of
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Conversation
from ascolto.conversations.selectors import BadCursor
from ascolto.customers.models import Customer, Identity
from ascolto.directory.handles import names_of
from ascolto.kit.ids import pk_of_reference
from ascolto.kit.text import clean

PAGE = 50
MOST_FOUND = 500  # customers that a search looks at


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows the list."""

    q: str = ""
    group: int | None = None
    label: int | None = None
    language: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.q or self.group or self.label or self.language)


@dataclass(frozen=True, slots=True)
class Row:
    """One customer of the list. `looks`: the channels of their last conversation."""

    id: int
    number: str
    name: str
    group: str
    labels: Sequence[str]
    language: str
    looks: Sequence[Look]
    at: datetime | None
    preview: str


@dataclass(frozen=True, slots=True)
class CustomersPage:
    rows: Sequence[Row]
    next_cursor: str


def customers_page(reader: Agent, asked: Asked, cursor: str = "", limit: int = PAGE) -> CustomersPage:
    """One page: first those with conversations, the newest first; then, for who sees every inbox, those without.

    A constant number of queries. Raises BadCursor.
    """
    kind, at, pk = _place(cursor)
    found: list[tuple[int, datetime | None, str, str]] = []
    wanted = _wanted(asked)
    if kind == "c":
        newest = _newest(reader, wanted, at, pk)[: limit + 1]
        columns = ("pk", "customer_id", "last_message_at", "channels", "preview")
        rows = list(newest.values_list(*columns))
        found = [
            (customer, moment, channels, preview) for _pk, customer, moment, channels, preview in rows[:limit]
        ]
        if len(rows) > limit:
            last = rows[limit - 1]
            return CustomersPage(_rows(found), _cursor("c", last[2], last[0]))
    silent: list[int] = []
    if reader.may("conversations.see_all"):
        without = Customer.objects.filter(wanted, merged_into=None, erased_at=None).exclude(
            Exists(Conversation.objects.filter(customer=OuterRef("pk")))
        )
        if kind == "n":
            without = without.filter(pk__lt=pk)
        silent = list(without.order_by("-pk").values_list("pk", flat=True)[: limit + 1 - len(found)])
    room = limit - len(found)
    more = _cursor("n", None, silent[room - 1] if room else 2**62) if len(silent) > room else ""
    return CustomersPage(_rows(found + [(one, None, "", "") for one in silent[:room]]), more)


def _newest(reader: Agent, wanted: Q, at: datetime | None, pk: int) -> QuerySet[Conversation]:
    """The latest conversation of each customer that the reader may see."""
    mine = visible_conversations(reader).filter(is_spam=False)
    later = mine.filter(customer=OuterRef("customer")).filter(
        Q(last_message_at__gt=OuterRef("last_message_at"))
        | Q(last_message_at=OuterRef("last_message_at"), pk__gt=OuterRef("pk"))
    )
    rows = mine.exclude(Exists(later))
    if wanted:
        rows = rows.filter(customer__in=Customer.objects.filter(wanted).values("pk"))
    if at is not None:
        rows = rows.filter(last_message_at__lte=at).filter(
            Q(last_message_at__lt=at) | Q(last_message_at=at, pk__lt=pk)
        )
    return rows.order_by("-last_message_at", "-pk")


def _wanted(asked: Asked) -> Q:
    wanted = Q()
    if asked.group is not None:
        wanted &= Q(group=asked.group)
    if asked.label is not None:
        wanted &= Q(labels=asked.label)
    if asked.language:
        wanted &= Q(language=asked.language)
    if text := clean(asked.q, 200).strip():
        wanted &= _named(text)
    return wanted


def _named(text: str) -> Q:
    named = Q()
    for word in text.split()[:6]:
        named &= Q(name__icontains=word)
    handles = Identity.objects.filter(Q(value__lower__startswith=text.lower()) | Q(shown__istartswith=text))
    handles = handles.exclude(scope__startswith=Identity.RETIRED)
    found = Customer.objects.filter(named).order_by("-pk").values_list("pk", flat=True)[:MOST_FOUND]
    people = {*found, *handles.values_list("customer_id", flat=True)[:MOST_FOUND]}
    if (pk := pk_of_reference(text)) is not None:
        people.add(pk)
    return Q(pk__in=people)


def _rows(found: Sequence[tuple[int, datetime | None, str, str]]) -> list[Row]:
    people = (
        Customer.objects.select_related("group").prefetch_related("labels").in_bulk([pk for pk, *_ in found])
    )
    names = names_of(people.values())
    return [
        Row(
            pk,
            people[pk].number,
            people[pk].name or names.get(pk, ""),
            people[pk].group.name if people[pk].group else "",  # type: ignore[union-attr]
            [label.name for label in people[pk].labels.all()],  # type: ignore[attr-defined]
            people[pk].language,
            [look_of(kind) for kind in channels.split(",")[:3] if kind],
            at,
            preview,
        )
        for pk, at, channels, preview in found
        if pk in people
    ]


def _cursor(kind: str, at: datetime | None, pk: int) -> str:
    text = f"{kind}|{at.isoformat() if at else ''}|{pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[str, datetime | None, int]:
    if not cursor:
        return "c", None, 0
    try:
        text = base64.urlsafe_b64decode(cursor[:300] + "=" * (-len(cursor) % 4)).decode()
        kind, moment, pk = text.split("|")
        at = datetime.fromisoformat(moment) if moment else None
        if kind not in {"c", "n"} or (kind == "c") != (at is not None and at.tzinfo is not None):
            raise ValueError
        if not 0 < int(pk) < 2**63:
            raise ValueError
        return kind, at, int(pk)
    except (ValueError, OverflowError) as error:
        raise BadCursor("This cursor was not made here: begin again without one.") from error
