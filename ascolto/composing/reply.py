"""An answer as somebody wants it to leave: what the composer and the API hand over, whatever becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.composing.models import Outgoing
from ascolto.conversations.actions import add_reply, change_status
from ascolto.conversations.models import Attachment, Conversation, Message, Status

THEN = ("", Status.RESOLVED.value, Status.PENDING.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Everything that sending it needs. `then`: the status that the conversation is given after it left.

    `leave_at`: not before; `if_customer_writes`: what happens with a planned one then (Outgoing.IfCustomerWrites).
    """

    text: str
    visibility: str
    account: ChannelAccount | None = None
    files: Sequence[Attachment] = ()
    template: dict[str, Any] | None = None
    html: str = ""
    provenance: Sequence[Mapping[str, Any]] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    seen: int | None = None
    answers: int | None = None  # the one message of the customer that it is for
    then: str = ""
    client_key: str | None = None
    leave_at: datetime | None = None
    if_customer_writes: str = "ask"

    def for_row(self) -> dict[str, Any]:
        """The same as columns of Outgoing, without its files."""
        return {
            "mode": self.visibility,
            "text": self.text,
            "template": self.template,
            "seen": self.seen,
            "answers": self.answers,
            "account": self.account,
            "html": self.html,
            "provenance": [dict(item) for item in self.provenance],
            "overrides": dict(self.overrides),
            "then": self.then,
            "if_customer_writes": self.if_customer_writes,
            "leave_at": self.leave_at,
            "client_key": self.client_key,
        }


def reply_of(row: Outgoing) -> Reply:
    """What a row holds."""
    return Reply(
        text=row.text,
        visibility=row.mode,
        account=row.account,
        files=list(row.files.all()),
        template=row.template,
        html=row.html,
        provenance=row.provenance,
        overrides=row.overrides,
        seen=row.seen,
        answers=row.answers,
        then=row.then,
        leave_at=row.leave_at,
        if_customer_writes=row.if_customer_writes,
    )


NotedSent = Callable[[Message], object]
_noted: list[NotedSent] = []


def note_sent_with(note: NotedSent) -> None:
    """Let a room above write down each answer that left by itself, or after it was approved. Called at the start."""
    if note not in _noted:
        _noted.append(note)


def send(
    *,
    agent: Agent,
    conversation: Conversation,
    reply: Reply,
    hold: timedelta = timedelta(0),
    client_key: str | None = None,
    approval: Mapping[str, Any] | None = None,
) -> Message:
    """Put it on its way, and do what was to be done then. Raises Refused. Call it in a transaction."""
    message = add_reply(
        agent=agent,
        conversation=conversation,
        text=reply.text,
        visibility=reply.visibility,
        account=reply.account,
        attachments=reply.files,
        client_key=client_key,
        template=reply.template,
        html=reply.html,
        provenance=reply.provenance,
        overrides=reply.overrides,
        seen=reply.seen,
        answers=reply.answers,
        hold=hold,
        approval=approval,
    )
    for note in _noted:
        note(message)
    if reply.then:
        change_status(agent=agent, conversation=conversation, status=reply.then)
    return message
