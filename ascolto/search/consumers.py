"""The index follows the log: a message is found a moment after it is there, and receiving stays fast."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ascolto.conversations.merging import Moving
from ascolto.conversations.models import Conversation
from ascolto.events.models import Event
from ascolto.search import index, terms
from ascolto.search.models import Stale
from ascolto.search.reading import read_entries

_WORDS = {
    "message.received",
    "message.added",
    "message.edited",
    "message.amended",
    "message.removed",
    "message.withdrawn",
    "message.moderated",
    "message.file_arrived",
}
_WHOLE = {"conversation.renamed", "conversation.spam_marked"}
_TOGETHER = 500  # messages that change their conversation and are indexed anew at once; more wait a moment
_PERSON = {
    "customer.changed",
    "customer.handle_changed",
    "customer.identity_changed",
    "customer.merged",
    "customer.unmerged",
}
_MOST_CONVERSATIONS = 10_000


def index_for_search(events: Sequence[Event]) -> None:
    """Put new and changed words into the index, and note what changed as a whole."""
    renew({event.data["message"] for event in events if event.type in _WORDS and "message" in event.data})
    whole = {event.conversation_id for event in events if event.type in _WHOLE and event.conversation_id}
    people = {event.customer_id for event in events if event.type in _PERSON and event.customer_id}
    if people:
        theirs = Conversation.objects.filter(customer_id__in=people).order_by("-last_message_at")
        whole |= set(theirs.values_list("pk", flat=True)[:_MOST_CONVERSATIONS])
    mark_stale(whole)


def renew(messages: Collection[int]) -> None:
    """Index these messages as they are now. Doing it again changes nothing."""
    if not messages:
        return
    entries = read_entries(messages)
    index.take_out(set(messages) - {entry.message for entry in entries})
    index.write(entries)
    terms.count(entries)


def mark_stale(conversations: Collection[int]) -> None:
    """Let every message of these conversations be indexed anew, from the first on."""
    rows = [Stale(conversation=pk) for pk in sorted(conversations)]
    Stale.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["conversation"], update_fields=["after"]
    )


def follow_moving(moving: Moving) -> None:
    """Messages went to another conversation: they are found there."""
    renew(moving.messages[:_TOGETHER])
    if len(moving.messages) > _TOGETHER:
        mark_stale({moving.into.pk})


def follow_moving_back(moving: Moving, moved: object) -> None:
    """The same on the way back."""
    follow_moving(moving)
