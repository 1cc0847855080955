"""The search index follows the log: a message is findable a moment after it is there, and receiving stays fast."""

from __future__ import annotations

from collections.abc import Sequence

from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.search import index_messages
from ascolto.events.models import Event

_NEW_WORDS = {"message.received", "message.added", "message.edited", "message.removed"}


def index_for_search(events: Sequence[Event]) -> None:
    """Put new and changed words into the index."""
    ids = {event.data["message"] for event in events if event.type in _NEW_WORDS}
    renamed = {e.conversation_id for e in events if e.type == "conversation.renamed"}
    if renamed:
        ids |= set(
            Message.objects.filter(conversation__in=renamed).order_by("id").values_list("pk", flat=True)[:1]
        )
    rows = Message.objects.filter(pk__in=ids).select_related("conversation__customer").defer("html", "extra")
    index_messages([(row.pk, row.conversation_id, _words(row, row.conversation)) for row in rows])


def _words(message: Message, conversation: Conversation) -> str:
    parts = (message.text, message.subject, conversation.subject, conversation.customer.name)
    return " ".join(part for part in parts if part)[:100_000]
