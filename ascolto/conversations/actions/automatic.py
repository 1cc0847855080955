"""Answer a customer as a machine that holds the conversation: many answers in one transaction, with nothing asked twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ascolto.channels.models import ChannelAccount
from ascolto.channels.outbound import Choice
from ascolto.conversations.access import refuse_merged
from ascolto.conversations.actions.reply import attempt_of, offered_by, put_on_its_way
from ascolto.conversations.models import Author, Conversation, Message, Visibility
from ascolto.gates import Gate, pass_gate
from ascolto.kit.text import clean


def add_bot_reply(
    *,
    conversation: Conversation,
    account: ChannelAccount,
    text: str,
    choices: Sequence[Choice | Mapping[str, Any]] = (),
    ratable: bool = False,
    provenance: Sequence[Mapping[str, Any]] = (),
) -> Message:
    """Put a private answer of a bot on its way, as `add_reply` does. Call it in a transaction, with `conversation` locked and fresh.

    That nothing is said twice is for the caller to see to. Raises Refused when a guarantee or the channel says no.
    """
    text = clean(text).strip()
    refuse_merged(conversation)
    offered = offered_by(choices, text, None)
    how: dict[str, Any] = {"files": (), "template": None, "provenance": provenance, "choices": offered}
    attempt = attempt_of(conversation, None, text, Visibility.PRIVATE, account, **how)
    pass_gate(Gate.SEND, attempt)
    return put_on_its_way(attempt, Author.BOT, html="", key=None, ratable=ratable)
