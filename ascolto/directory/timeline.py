"""Everything that happened with a customer, over all channels: their conversations, and what changed about them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from ascolto.channels.looks import Look, look_of
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.selectors import BadCursor, rows_of
from ascolto.customers.models import Customer
from ascolto.directory.deeds import ICONS, words_of_events
from ascolto.events.models import Event
from ascolto.kit.ids import reference_number
from ascolto.kit.text import clean
from ascolto.understanding.selectors.mood import Mood, moods_of

PAGE = 30
_CONVERSATION, _EVENT = "a", "b"  # at the same moment conversations come first


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of the timeline is shown. `kind`: conversations, events, or empty for both."""

    kind: str = ""
    channel: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing. A conversation has a number, a title, looks and a mood; an event words and an icon."""

    at: datetime
    source: str
    id: int
    words: str
    icon: str = ""
    number: str = ""
    text: str = ""
    status: str = ""
    began_at: datetime | None = None
    looks: Sequence[Look] = ()
    labels: Sequence[str] = ()
    mood: Mood | None = None

    @property
    def is_conversation(self) -> bool:
        return self.source == _CONVERSATION


@dataclass(frozen=True, slots=True)
class Timeline:
    entries: Sequence[Entry]
    next_cursor: str


def timeline_of(
    customer: Customer,
    mine: QuerySet[Conversation],
    narrowed: Narrowed,
    cursor: str = "",
    limit: int = PAGE,
) -> Timeline:
    """One page, the newest first, of what the reader may see (`mine`: visible_conversations). A constant number of queries.

    Raises BadCursor.
    """
    after = _place(cursor) if cursor else None
    theirs = mine.filter(customer=customer)
    if narrowed.channel:
        kind = clean(narrowed.channel, 40)
        theirs = theirs.filter(
            Q(channels=kind)
            | Q(channels__startswith=f"{kind},")
            | Q(channels__endswith=f",{kind}")
            | Q(channels__contains=f",{kind},")
        )
    found: list[tuple[datetime, str, int, Any]] = []
    if narrowed.kind != "events":
        found += _conversations(theirs, narrowed.q, after, limit + 1)
    if narrowed.kind != "conversations" and not narrowed.q.strip():
        found += _events(customer, theirs, bool(narrowed.channel), after, limit + 1)
    found.sort(key=lambda one: (-one[0].timestamp(), one[1], -one[2]))
    page = found[:limit]
    more = _cursor(*page[-1][:3]) if len(found) > limit else ""
    return Timeline(_entries(page), more)


def _conversations(
    theirs: Any, q: str, after: tuple[datetime, str, int] | None, limit: int
) -> list[tuple[datetime, str, int, Any]]:
    rows = theirs
    if text := clean(q, 200).strip():
        said = Message.objects.filter(conversation=OuterRef("pk"), removed_at=None, text__icontains=text)
        rows = rows.filter(Q(subject__icontains=text) | Exists(said))
    if after is not None:
        rows = rows.filter(_older("last_message_at", _CONVERSATION, after))
    chosen = rows.order_by("-last_message_at", "-pk").values_list("pk", flat=True)[:limit]
    return [
        (row["last_message_at"], _CONVERSATION, row["id"], row)
        for row in rows_of(Conversation.objects.filter(pk__in=list(chosen)))
    ]


def _events(
    customer: Customer, theirs: Any, of_channel: bool, after: tuple[datetime, str, int] | None, limit: int
) -> list[tuple[datetime, str, int, Any]]:
    of_conversations = Q(conversation_id__in=theirs.values("pk"))
    of_customer = Q(customer_id=customer.pk, conversation_id__isnull=True)
    found: dict[int, Event] = {}
    for wanted in (of_conversations,) if of_channel else (of_conversations, of_customer):
        rows = Event.objects.filter(wanted, type__in=ICONS)
        if after is not None:
            rows = rows.filter(_older("occurred_at", _EVENT, after))
        found |= {row.pk: row for row in rows.order_by("-occurred_at", "-pk")[:limit]}
    return [(row.occurred_at, _EVENT, row.pk, row) for row in found.values()]


def _older(field: str, source: str, after: tuple[datetime, str, int]) -> Q:
    at, of, pk = after
    if source == of:
        return Q(**{f"{field}__lt": at}) | Q(**{field: at, "pk__lt": pk})
    return Q(**{f"{field}__lte" if source > of else f"{field}__lt": at})


def _entries(page: Sequence[tuple[datetime, str, int, Any]]) -> list[Entry]:
    moods = moods_of([pk for _at, source, pk, _row in page if source == _CONVERSATION])
    events = [row for _at, source, _pk, row in page if source == _EVENT]
    words = words_of_events(events)
    entries = []
    for at, source, pk, row in page:
        if source == _CONVERSATION:
            entries.append(_conversation(at, pk, row, moods.get(pk)))
        elif words.get(pk):
            number = reference_number(row.conversation_id) if row.conversation_id else ""
            entries.append(Entry(at, source, pk, words[pk], icon=ICONS[row.type], number=number))
    return entries


def _conversation(at: datetime, pk: int, row: dict[str, Any], mood: Mood | None) -> Entry:
    return Entry(
        at,
        _CONVERSATION,
        pk,
        row["subject"] or row["preview"] or _("Conversation %(number)s") % {"number": row["number"]},
        number=row["number"],
        text=row["preview"] if row["subject"] and row["preview"] != row["subject"] else "",
        status=row["status"],
        began_at=row["created_at"],
        looks=[look_of(kind) for kind in row["channels"][:3]],
        labels=row["labels"],
        mood=mood,
    )


def _cursor(at: datetime, source: str, pk: int) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{source}|{pk}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, str, int]:
    try:
        text = base64.urlsafe_b64decode(cursor[:300] + "=" * (-len(cursor[:300]) % 4)).decode()
        moment, source, pk = text.split("|")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None or source not in {_CONVERSATION, _EVENT} or not 0 < int(pk) < 2**63:
            raise ValueError
        return at, source, int(pk)
    except (ValueError, OverflowError) as error:
        raise BadCursor("This cursor was not made here: begin again without one.") from error
