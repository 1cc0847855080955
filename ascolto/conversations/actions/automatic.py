"""Answer customers as a bot: what may be said is found out first, without a lock; then many answers are written together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from ascolto.channels.models import ChannelAccount
from ascolto.channels.outbound import Choice
from ascolto.conversations.access import refuse_merged
from ascolto.conversations.actions.reply import Attempt, attempt_of, events_of, message_of, offered_by
from ascolto.conversations.courier import hand_over_all
from ascolto.conversations.models import Author, Conversation, Message, Visibility
from ascolto.events.log import emit_all
from ascolto.gates import Gate, pass_gate
from ascolto.kit import bulk
from ascolto.kit.text import clean


@dataclass(frozen=True, slots=True)
class BotReply:
    """An answer that passed the gate. `ratable`: the customer is asked whether it helped."""

    attempt: Attempt
    ratable: bool


def bot_reply(
    *,
    conversation: Conversation,
    account: ChannelAccount,
    text: str,
    choices: Sequence[Choice | Mapping[str, Any]] = (),
    ratable: bool = False,
    provenance: Sequence[Mapping[str, Any]] = (),
) -> BotReply:
    """A private answer of a bot, which `add_bot_replies` may write. `choices` as of `add_reply`; nothing is written here.

    Raises Refused when a guarantee or the channel says no.
    """
    text = clean(text).strip()
    refuse_merged(conversation)
    offered = offered_by(choices, text, None)
    how: dict[str, Any] = {"files": (), "template": None, "provenance": provenance, "choices": offered}
    attempt = attempt_of(conversation, None, text, Visibility.PRIVATE, account, **how)
    pass_gate(Gate.SEND, attempt)
    return BotReply(attempt, ratable)


def add_bot_replies(replies: Sequence[BotReply]) -> list[Message]:
    """Put them on their way, in their order. Call it in a transaction, with the conversations locked and as they were when the answers
    were made; that nothing is said twice is for the caller to see to."""
    messages = [message_of(reply.attempt, Author.BOT) for reply in replies]
    for reply, message in zip(replies, messages, strict=True):
        if reply.ratable:
            message.extra["ratable"] = True
    bulk.insert(connection, messages)
    hand_over_all(messages)
    emit_all(
        event
        for reply, message in zip(replies, messages, strict=True)
        for event in events_of(reply.attempt, message)
    )
    return messages
