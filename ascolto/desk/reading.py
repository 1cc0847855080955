"""Read the messages of a conversation for the screen: plain values, one query a table, none where nothing hangs on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ascolto.conversations.models import (
    Attachment,
    Conversation,
    ConversationMerge,
    Message,
    MessageRevision,
    Reaction,
)

COLUMNS = (
    "id", "direction", "visibility", "author_kind", "agent_id", "agent__name", "identity__value", "account__kind",
    "account__name", "kind", "text", "html", "subject", "is_automatic", "delivery", "delivery_error", "extra",
    "occurred_at", "edited_at", "removed_at", "identity__shown", "identity__customer_id",
    "identity__customer__name", "in_reply_to__visibility", "account_id",
)  # fmt: skip


@dataclass(slots=True)
class Said:
    """One message as it stands in the database, with what hangs on it."""

    row: dict[str, Any]
    files: list[dict[str, Any]] = field(default_factory=list)
    reactions: list[tuple[str, str]] = field(default_factory=list)  # emoji, whose
    revisions: list[str] = field(default_factory=list)  # earlier texts, the oldest first
    answered_privately: bool = False


Place = tuple[datetime, int]  # where a message stands in its conversation: its time, then its number


def newest_messages(conversation: Conversation, limit: int, *, before: Place | None = None) -> list[Said]:
    """The newest messages (of those `before` a place), oldest first. Of a merged conversation those that were moved."""
    rows = _of(conversation)
    if before is not None:
        at, pk = before
        rows = rows.filter(occurred_at__lte=at).exclude(occurred_at=at, pk__gte=pk)
    return _complete(reversed(rows.order_by("-occurred_at", "-id").values(*COLUMNS)[:limit]))


def _of(conversation: Conversation) -> QuerySet[Message]:
    if conversation.merged_into_id is None:
        return Message.objects.filter(conversation_id=conversation.pk)
    merge = ConversationMerge.objects.filter(source_id=conversation.pk, undone_at=None).first()
    return Message.objects.filter(pk__in=merge.moved["messages"] if merge else [])


def place_of(conversation: Conversation, pk: int) -> Place | None:
    """Where a message of this conversation stands; None when it has no such message."""
    at = Message.objects.filter(conversation_id=conversation.pk, pk=pk).values_list("occurred_at", flat=True)
    found = at.first()
    return None if found is None else (found, pk)


def messages_after(conversation: Conversation, pk: int, limit: int = 200) -> list[Said]:
    """Messages that were stored after this one, in that order."""
    rows = Message.objects.filter(conversation_id=conversation.pk, pk__gt=pk).order_by("id")
    return _complete(rows.values(*COLUMNS)[:limit])


def one_message(conversation: Conversation, pk: int) -> list[Said]:
    """This message, or nothing when it is of another conversation."""
    return _complete(Message.objects.filter(conversation_id=conversation.pk, pk=pk).values(*COLUMNS))


def _complete(rows: Iterable[dict[str, Any]]) -> list[Said]:
    said = {row["id"]: Said(row) for row in rows}
    ids = list(said)
    if not ids:
        return []
    columns = ("message_id", "id", "name", "size", "content_type", "state", "error")
    files: Iterable[Any] = Attachment.objects.filter(message_id__in=ids).order_by("id").values(*columns)
    for file in files:
        said[file["message_id"]].files.append(dict(file))
    reactions = Reaction.objects.filter(message_id__in=ids).exclude(emoji="")
    columns_of_reactions = ("message_id", "emoji", "identity__shown", "identity__value")
    for message, emoji, shown, value in reactions.values_list(*columns_of_reactions):
        said[message].reactions.append((emoji, shown or value or ""))
    public = [
        pk for pk in ids if said[pk].row["visibility"] == "public" and said[pk].row["direction"] == "in"
    ]
    if public:
        replies = Message.objects.filter(in_reply_to_id__in=public, direction="out", visibility="private")
        for pk in replies.exclude(delivery="failed").values_list("in_reply_to_id", flat=True):
            said[pk].answered_privately = True
    changed = [pk for pk in ids if said[pk].row["edited_at"] or said[pk].row["removed_at"]]
    if changed:
        earlier = MessageRevision.objects.filter(message_id__in=changed).order_by("replaced_at", "id")
        for message, text in earlier.values_list("message_id", "text"):
            said[message].revisions.append(text)
    return list(said.values())
