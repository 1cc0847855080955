"""Answer a customer, or leave a note for colleagues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.courier import hand_over
from ascolto.conversations.models import (
    Attachment,
    Author,
    Conversation,
    Delivery,
    Direction,
    Message,
    Visibility,
)
from ascolto.conversations.promises import end_waiting
from ascolto.conversations.reach import Reach, reach_of
from ascolto.conversations.signing import signature_of
from ascolto.events.log import actor_of, emit
from ascolto.gates import Gate, Refused, pass_gate
from ascolto.kit.clock import now
from ascolto.kit.text import clean, excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody wants to send: the guarantees at Gate.SEND look at it.

    Without an agent a machine writes. `signature`: the name below the text, as the customer reads it. `overrides`: guarantees that a
    person sets aside, each with the reason. `seen`: the newest message that the writer had read.
    """

    conversation: Conversation
    agent: Agent | None
    text: str
    visibility: str
    reach: Reach
    files: Sequence[Attachment]
    template: dict[str, Any] | None
    provenance: Sequence[Mapping[str, Any]] = ()
    signature: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict)
    seen: int | None = None


def _earlier(client_key: str | None, conversation: Conversation, agent: Agent | None) -> Message | None:
    """The message of an earlier identical request: sending the same form twice sends once."""
    if not client_key:
        return None
    message = Message.objects.filter(client_key=client_key).first()
    if message is not None and (message.conversation_id, message.agent_id) != (
        conversation.pk,
        agent and agent.pk,
    ):
        raise Refused("key_in_use", "This request key belongs to another message.", fix="Use a new key.")
    return message


_CHANGED_BY_ANSWERING = [
    "version", "waiting_since", "due_at", "last_message_at", "preview", "channels", "assignee",
]  # fmt: skip


@transaction.atomic
def add_reply(
    *,
    agent: Agent | None,
    conversation: Conversation,
    text: str,
    visibility: str = Visibility.PRIVATE,
    account: ChannelAccount | None = None,
    attachments: Sequence[Attachment] = (),
    client_key: str | None = None,
    template: dict[str, Any] | None = None,
    html: str = "",
    provenance: Sequence[Mapping[str, Any]] = (),
    overrides: Mapping[str, str] | None = None,
    seen: int | None = None,
) -> Message:
    """Put an answer to the customer on its way and return it; the courier (delivery) picks it up.

    `account` chooses the channel; without it the one the customer used last. `client_key` makes the call idempotent.
    `provenance`: where its words come from, where no person wrote them alone. `overrides` and `seen`: see Attempt.
    Without an agent the message is automatic: nobody has answered yet. Raises Refused when a guarantee or the channel says no.
    """
    text = clean(text).strip()
    if earlier := _earlier(client_key, conversation, agent):
        return earlier
    current = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    reach = reach_of(current, visibility=visibility, account=account)
    attempt = Attempt(
        conversation=current,
        agent=agent,
        text=text,
        visibility=visibility,
        reach=reach,
        files=attachments,
        template=template,
        provenance=provenance,
        signature=signature_of(agent, reach.account.kind, visibility),
        overrides=overrides or {},
        seen=seen,
    )
    pass_gate(Gate.SEND, attempt)
    message = _write(attempt, html=html, client_key=client_key)
    if agent is not None:
        _answered(current, message, reach)
        conversation.refresh_from_db(fields=_CHANGED_BY_ANSWERING)
    return message


def _write(attempt: Attempt, *, html: str, client_key: str | None) -> Message:
    message = Message.objects.create(
        conversation=attempt.conversation,
        account=attempt.reach.account,
        direction=Direction.OUT,
        visibility=attempt.visibility,
        author_kind=Author.AGENT if attempt.agent else Author.SYSTEM,
        agent=attempt.agent,
        is_automatic=attempt.agent is None,
        identity_id=attempt.reach.identity_id,
        text=attempt.text,
        html=html,
        in_reply_to_id=attempt.reach.answers_id,
        delivery=Delivery.QUEUED,
        client_key=client_key,
        extra=_extra(attempt),
    )
    _claim_files(message, attempt.files)
    hand_over(message)
    _tell(message)
    if attempt.reach.from_public:
        emit(
            "message.answered_privately",
            actor=actor_of(attempt.agent),
            conversation=message.conversation_id,
            customer=message.conversation.customer_id,
            account=message.account_id,
            message=attempt.reach.answers_id,
        )
    return message


def _extra(attempt: Attempt) -> dict[str, Any]:
    told = {
        "template": attempt.template,
        "provenance": [dict(item) for item in attempt.provenance],
        "signature": attempt.signature,
    }
    return {name: value for name, value in told.items() if value}


def _claim_files(message: Message, files: Sequence[Attachment]) -> None:
    """Take uploaded files; one that another message already has (or that another person uploaded) is refused."""
    wanted = [attachment.pk for attachment in files]
    mine = Attachment.objects.filter(pk__in=wanted, message__isnull=True, uploader=message.agent)
    if mine.update(message=message) != len(set(wanted)):
        raise Refused("file_taken", "A file is not available any more.", fix="Attach it again.")


def _answered(conversation: Conversation, message: Message, reach: Reach) -> None:
    end_waiting(conversation)
    conversation.last_message_at = message.occurred_at
    conversation.preview = excerpt(message.text, 200)
    kinds = [kind for kind in conversation.channels.split(",") if kind and kind != reach.account.kind]
    conversation.channels = ",".join([reach.account.kind, *kinds])[:200]
    conversation.version += 1
    fields = ["waiting_since", "due_at", "last_message_at", "preview", "channels", "version"]
    if conversation.assignee_id is None and message.agent is not None:
        conversation.assignee = message.agent
        fields.append("assignee")
        emit(
            "conversation.assigned",
            actor=actor_of(message.agent),
            conversation=conversation.pk,
            customer=conversation.customer_id,
            account=conversation.account_id,
            assignee=message.agent.pk,
            team=conversation.team_id,
            previous_assignee=None,
            previous_team=conversation.team_id,
            how="answered",
        )
    conversation.save(update_fields=fields)


def _tell(message: Message) -> None:
    emit(
        "message.added",
        actor=actor_of(message.agent),
        conversation=message.conversation_id,
        customer=message.conversation.customer_id,
        account=message.account_id,
        message=message.pk,
        visibility=message.visibility,
        channel=message.account.kind if message.account else "",
        **_origin(message),
    )


def _origin(message: Message) -> dict[str, Any]:
    """What the event says of a message that no person wrote alone."""
    told = message.extra.get("provenance") or []
    return (
        {
            "provenance": [
                {k: item.get(k) for k in ("generated", "source", "purpose", "model")} for item in told
            ]
        }
        if told
        else {}
    )


@transaction.atomic
def add_note(
    *,
    agent: Agent | None,
    conversation: Conversation,
    text: str,
    attachments: Sequence[Attachment] = (),
    client_key: str | None = None,
    provenance: Sequence[Mapping[str, Any]] = (),
) -> Message:
    """Leave a note that only colleagues read. `provenance` as of a reply. Raises Refused when it is empty."""
    text = clean(text).strip()
    if earlier := _earlier(client_key, conversation, agent):
        return earlier
    if not text and not attachments:
        raise Refused("empty", "The note is empty.", fix="Write something or attach a file.")
    message = Message.objects.create(
        conversation=conversation,
        direction=Direction.OUT,
        visibility=Visibility.NOTE,
        author_kind=Author.AGENT if agent else Author.SYSTEM,
        agent=agent,
        text=text,
        client_key=client_key,
        extra={"provenance": [dict(item) for item in provenance]} if provenance else {},
        occurred_at=now(),
    )
    _claim_files(message, attachments)
    _tell(message)
    return message
