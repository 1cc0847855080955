"""What is known before the bot makes its turns in several conversations: asked for all of them together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ascolto.bot.models import Dialogue
from ascolto.conversations.models import Conversation, Direction, Message, Visibility
from ascolto.understanding.models import Reading
from ascolto.understanding.selectors.readings import readings_of


@dataclass(frozen=True, slots=True)
class Gathered:
    """By the ids of conversations: the conversations themselves, their last dialogues and what was heard, oldest first; and by the ids of
    messages what was understood of them."""

    conversations: Mapping[int, Conversation]
    dialogues: Mapping[int, Dialogue]
    messages: Mapping[int, Sequence[Message]]
    readings: Mapping[int, Reading]

    @classmethod
    def of(cls, heard: Mapping[int, Collection[int]], *, lock: bool = False) -> Gathered:
        """Of these messages by the ids of their conversations; `lock` them, in a transaction. Four queries, however many there are."""
        if not heard:
            return cls({}, {}, {}, {})
        messages = _messages(heard)
        return cls(
            locked(heard) if lock else _conversations(heard),
            last_dialogues(heard),
            messages,
            readings_of([message.pk for told in messages.values() for message in told]),
        )


def locked(conversations: Collection[int]) -> dict[int, Conversation]:
    """Conversations by their ids, locked in the order of their numbers until the transaction ends."""
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("customer")
    return {row.pk: row for row in rows.filter(pk__in=conversations).order_by("pk")}


def _conversations(wanted: Collection[int]) -> dict[int, Conversation]:
    rows = Conversation.objects.select_related("customer").filter(pk__in=wanted)
    return {row.pk: row for row in rows.order_by("pk")}


def last_dialogues(conversations: Collection[int]) -> dict[int, Dialogue]:
    """The last dialogue of each conversation. Calls are led while they ring: they are not among them."""
    rows = Dialogue.objects.filter(conversation__in=conversations, call=None)
    return {row.conversation_id or 0: row for row in rows.select_related("account").order_by("pk")}


def _messages(heard: Mapping[int, Collection[int]]) -> dict[int, list[Message]]:
    """What customers wrote by hand, privately, and did not take back."""
    rows = Message.objects.filter(
        pk__in=[message for messages in heard.values() for message in messages],
        direction=Direction.IN,
        visibility=Visibility.PRIVATE,
        is_automatic=False,
        removed_at=None,
    ).exclude(kind="call")
    found: dict[int, list[Message]] = {conversation: [] for conversation in heard}
    for message in rows.select_related("account").order_by("pk"):
        if message.conversation_id in found:  # it may have moved to another meanwhile
            found[message.conversation_id].append(message)
    return found
