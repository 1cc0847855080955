"""Which rules an event is for: looked at a batch at a time, with a number of queries that does not grow with the events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Min

from ascolto.automation.live import Live
from ascolto.automation.occasions import UNDERSTOOD
from ascolto.automation.saying import Saying
from ascolto.conversations.models import Attachment, Conversation, Direction, Message, Visibility
from ascolto.events.models import Event
from ascolto.kit.text import fold

LOOKED_AT = 20_000  # characters of a message


@dataclass(slots=True)
class Heard:
    """What a message of the batch is, as conditions ask about it."""

    text: str  # folded
    direction: str
    visibility: str
    rating: Any
    is_first: bool = False
    has_files: bool = False


@dataclass(slots=True)
class Batch:
    """Events and what is known of them. Messages are read when a rule asks about one, all of them at once."""

    events: Sequence[Event]
    _messages: dict[int, Heard] | None = field(default=None)

    def message_of(self, event: Event) -> Heard | None:
        """The message that an event names."""
        if self._messages is None:
            self._messages = _heard(self.events)
        return self._messages.get(event.data.get("message") or 0)


def _heard(events: Iterable[Event]) -> dict[int, Heard]:
    ids = {event.data["message"] for event in events if event.data.get("message")}
    rows = Message.objects.filter(pk__in=ids).values_list(
        "pk", "conversation_id", "text", "direction", "visibility", "extra"
    )
    found, conversations = {}, {}
    for pk, conversation, text, direction, visibility, extra in rows:
        found[pk] = Heard(fold(text[:LOOKED_AT]), direction, visibility, (extra or {}).get("rating"))
        conversations[pk] = conversation
    with_files = set(Attachment.objects.filter(message__in=ids).values_list("message_id", flat=True))
    incoming = Message.objects.filter(conversation__in=set(conversations.values()), direction=Direction.IN)
    firsts = set(
        incoming.order_by().values("conversation").annotate(first=Min("pk")).values_list("first", flat=True)
    )
    for pk, heard in found.items():
        heard.has_files, heard.is_first = pk in with_files, pk in firsts
    return found


def wanted(rule: Live, batch: Batch) -> list[Event]:
    """The events of the batch that are what a rule waits for, before anything is asked about their conversations."""
    saying = rule.saying
    types, accepts, detail = saying.types, saying.occasion.accepts, saying.detail
    found = [
        event
        for event in batch.events
        if event.type in types
        and event.conversation_id is not None
        and (not saying.occasion.is_timed or event.data.get("rule") == rule.id)
        and accepts(event, detail)
    ]
    if not found or not (saying.message or UNDERSTOOD in types or saying.occasion.key == "rated"):
        return found
    return [event for event in found if _about(saying, batch.message_of(event))]


def _about(saying: Saying, heard: Heard | None) -> bool:
    """Whether a message is as the rule asks."""
    asked = saying.message
    if heard is None or heard.direction != Direction.IN:
        return False
    if saying.occasion.key == "rated" and not _few_stars(heard.rating, int(saying.detail["stars"])):
        return False
    return (
        (not asked.words or any(fold(word) in heard.text for word in asked.words))
        and (not asked.is_first or heard.is_first)
        and (not asked.has_files or heard.has_files)
        and (not asked.is_public or heard.visibility == Visibility.PUBLIC)
    )


def _few_stars(rating: Any, most: int) -> bool:
    return isinstance(rating, int | float) and 0 < rating <= most


def holding(saying: Saying, conversations: Iterable[int], at: datetime) -> set[int]:
    """Those of the conversations for which the conditions hold now. One query; none where nothing is asked."""
    ids = set(conversations)
    if not ids:
        return ids
    rows = Conversation.objects.filter(pk__in=ids, merged_into=None)
    if saying.has_conditions:
        rows = rows.filter(saying.query.condition(None, at))
    return set(rows.values_list("pk", flat=True))


def matches(rules: Sequence[Live], batch: Batch, at: datetime) -> dict[int, list[Live]]:
    """For each event (by id) the rules it is for, in their order."""
    found: dict[int, list[Live]] = {}
    for rule in rules:
        events = wanted(rule, batch)
        if not events:
            continue
        hold = holding(rule.saying, (event.conversation_id or 0 for event in events), at)
        for event in events:
            if event.conversation_id in hold:
                found.setdefault(event.pk, []).append(rule)
    return found
