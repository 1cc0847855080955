"""Answer a customer, or leave a note for colleagues."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.channels.choosing import BadChoice, as_kept, read_choices
from ascolto.channels.models import ChannelAccount
from ascolto.channels.outbound import Choice
from ascolto.conversations.access import refuse_merged, refuse_unless
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
from ascolto.conversations.noted import note_written
from ascolto.conversations.promises import end_waiting
from ascolto.conversations.reach import Reach, reach_of, reach_to
from ascolto.conversations.signing import signature_of
from ascolto.events.log import actor_of, emit, emit_all, make_event
from ascolto.events.models import Event
from ascolto.gates import REASON_AT_LEAST, Gate, Refused, pass_gate, refusals
from ascolto.kit.clock import now
from ascolto.kit.text import clean, excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody wants to send: the guarantees at Gate.SEND look at it.

    Without an agent a machine writes. `signature`: the name below the text, as the customer reads it. `overrides`: guarantees that a
    person sets aside, each with the reason. `seen`: the newest message that the writer had read. `approval`: who said yes
    to these words, as the room above knows it that asked (`proposal`, `by`, `name`, `changed`). `answers`: the one message of the
    customer that it is for, where the writer chose one. `choices`: the answers that it offers.
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
    approval: Mapping[str, Any] | None = None
    answers: int | None = None
    choices: Sequence[Choice] = ()


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


MOST_HELD = timedelta(seconds=60)
_NOT_HELD = timedelta(0)
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
    hold: timedelta = _NOT_HELD,
    approval: Mapping[str, Any] | None = None,
    answers: int | None = None,
    choices: Sequence[Choice | Mapping[str, Any]] = (),
    author: str = "",
    ratable: bool = False,
) -> Message:
    """Put an answer to the customer on its way and return it; the courier (delivery) picks it up.

    `account` chooses the channel; without it the one the customer used last. `client_key` makes the call idempotent.
    `provenance`: where its words come from, where no person wrote them alone. `overrides`, `seen`, `approval`, `answers`: see Attempt.
    `hold`: so long (at most MOST_HELD) it waits in the thread before it leaves, and may be taken back (`withdraw_reply`).
    `choices`: answers that it offers, as buttons or as numbered lines where the network draws none. Without an agent the message is
    automatic, nobody has answered yet, and `author` says whether the system (the default) or a bot wrote it; `ratable`: the
    customer is asked whether it helped. Raises Refused when a guarantee or the channel says no.
    """
    text = clean(text).strip()
    if earlier := _earlier(client_key, conversation, agent):
        return earlier
    if agent is not None:
        refuse_unless(agent, "conversations.reply")
    current = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    refuse_merged(current)
    how = {"files": attachments, "template": template, "provenance": provenance, "seen": seen}
    more = {**how, "overrides": overrides or {}, "approval": approval, "answers": answers}
    offered = offered_by(choices, text, template)
    attempt = attempt_of(current, agent, text, visibility, account, choices=offered, **more)
    pass_gate(Gate.SEND, attempt)
    message = put_on_its_way(
        attempt, _author(agent, author), html=html, key=client_key, hold=hold, ratable=ratable
    )
    if agent is not None:
        _answered(current, message, attempt.reach)
        conversation.refresh_from_db(fields=_CHANGED_BY_ANSWERING)
    return message


def _author(agent: Agent | None, author: str) -> Author:
    """Who is named as the author. Raises ValueError: people write as themselves, and machines never as people."""
    wanted = Author(author) if author else (Author.AGENT if agent else Author.SYSTEM)
    if (agent is None) != (wanted in {Author.BOT, Author.SYSTEM}) or wanted == Author.CUSTOMER:
        raise ValueError(f"{'An agent' if agent else 'A machine'} cannot write as {wanted.value!r}.")
    return wanted


def offered_by(
    choices: Sequence[Choice | Mapping[str, Any]], text: str, template: object
) -> tuple[Choice, ...]:
    """The choices in order. Raises Refused for what no customer could choose from."""
    if not choices:
        return ()
    if template:
        raise Refused(
            "choices_in_template",
            "An approved template has its own buttons.",
            fix="Send the choices in a message of their own.",
        )
    if not text:
        raise Refused("choices_alone", "Choices need a question.", fix="Write what is to be chosen.")
    try:
        return read_choices(choices)
    except BadChoice as error:
        raise Refused("bad_choice", str(error), fix="Change the choices.") from error


def refused_now(
    *,
    agent: Agent,
    conversation: Conversation,
    text: str,
    visibility: str,
    account: ChannelAccount | None,
    but: Collection[str] = (),
    **more: Any,
) -> Refused | None:
    """What would be said to `add_reply` of the same, without acting; `but`: guarantees that are not asked about.

    None where it might leave. A guarantee that the writer set aside with a reason counts as asked.
    """
    try:
        attempt = attempt_of(conversation, agent, clean(text).strip(), visibility, account, **more)
    except Refused as refused:
        return refused
    for one in refusals(Gate.SEND, attempt):
        reason = str(attempt.overrides.get(one.guarantee, "")).strip()
        is_set_aside = one.may_override and len(reason) >= REASON_AT_LEAST
        if one.guarantee not in but and not is_set_aside:
            return one
    return None


def attempt_of(
    conversation: Conversation,
    agent: Agent | None,
    text: str,
    visibility: str,
    account: ChannelAccount | None,
    **more: Any,
) -> Attempt:
    """What is to be sent, with the way it would take. Raises Refused where there is none."""
    answers = more.get("answers")
    if answers is None:
        reach = reach_of(conversation, visibility=visibility, account=account)
    else:
        reach = reach_to(conversation, answers, visibility=visibility, account=account)
    return Attempt(
        conversation=conversation,
        agent=agent,
        text=text,
        visibility=visibility,
        reach=reach,
        signature=signature_of(agent, reach.account.kind, visibility),
        **more,
    )


def _held(attempt: Attempt, hold: timedelta) -> dict[str, Any]:
    """Until when the answer waits, and how the conversation stood before it: what taking it back restores."""
    if attempt.agent is None or hold <= _NOT_HELD:
        return {}
    current = attempt.conversation
    moments = {
        name: moment.isoformat() if (moment := getattr(current, name)) is not None else None
        for name in ("waiting_since", "due_at", "snoozed_until")
    }
    until = now() + min(hold, MOST_HELD)
    return {
        "until": until.isoformat(),
        "before": {**moments, "status": current.status, "channels": current.channels},
    }


def put_on_its_way(
    attempt: Attempt,
    author: Author,
    *,
    html: str = "",
    key: str | None = None,
    hold: timedelta = _NOT_HELD,
    ratable: bool = False,
) -> Message:
    """Write the message that passed the gate, give it to the courier, and say so in the log."""
    held = _held(attempt, hold)
    message = message_of(attempt, author, html=html, client_key=key)
    more = {"held": held, "ratable": ratable and author == Author.BOT}
    message.extra |= {name: kept for name, kept in more.items() if kept}
    message.save(force_insert=True)
    _claim_files(message, attempt.files)
    hand_over(message, datetime.fromisoformat(held["until"]) if held else None)
    emit_all(events_of(attempt, message))
    return message


def message_of(attempt: Attempt, author: Author, **more: Any) -> Message:
    """The message that an attempt becomes, not written yet. `more`: further fields of it."""
    return Message(
        conversation=attempt.conversation,
        account=attempt.reach.account,
        direction=Direction.OUT,
        visibility=attempt.visibility,
        author_kind=author,
        agent=attempt.agent,
        is_automatic=attempt.agent is None,
        identity_id=attempt.reach.identity_id,
        text=attempt.text,
        in_reply_to_id=attempt.reach.answers_id,
        delivery=Delivery.QUEUED,
        extra=_extra(attempt),
        **more,
    )


def events_of(attempt: Attempt, message: Message) -> list[Event]:
    """What the log says of a message that was written."""
    told = [_told(message)]
    if attempt.reach.from_public:
        about = {**_about(message), "message": attempt.reach.answers_id}
        told.append(make_event("message.answered_privately", **about))
    return told


def _extra(attempt: Attempt) -> dict[str, Any]:
    told = {
        "template": attempt.template,
        "provenance": [dict(item) for item in attempt.provenance],
        "signature": attempt.signature,
        "approval": dict(attempt.approval or {}),
        "quote": _quote(attempt.answers),
        "choices": as_kept(attempt.choices),
    }
    return {name: value for name, value in told.items() if value}


def _quote(answers: int | None) -> dict[str, str]:
    """The words that the writer chose to answer, for colleagues who read the thread."""
    said = Message.objects.filter(pk=answers).values("text", "extra").first() if answers else None
    words = excerpt(said["extra"].get("visible_text") or said["text"], 200) if said else ""
    return {"text": words} if words else {}


def _claim_files(message: Message, files: Sequence[Attachment]) -> None:
    """Take uploaded files; one that another message already has (or that another person uploaded) is refused."""
    if not files:
        return
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
    conversation.with_bot = False  # a person stepped in
    fields = ["waiting_since", "due_at", "last_message_at", "preview", "channels", "version", "with_bot"]
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


def _told(message: Message) -> Event:
    channel = message.account.kind if message.account else ""
    said: dict[str, Any] = {"message": message.pk, "visibility": message.visibility, "channel": channel}
    return make_event("message.added", **_about(message), **said, **_origin(message))


def _about(message: Message) -> dict[str, Any]:
    return {
        "actor": actor_of(message.agent),
        "conversation": message.conversation_id,
        "customer": message.conversation.customer_id,
        "account": message.account_id,
    }


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
    refuse_merged(Conversation.objects.only("merged_into").get(pk=conversation.pk))
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
    emit_all([_told(message)])
    note_written(message)
    return message
