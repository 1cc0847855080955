"""Dated promises: find them in what was written, make, confirm, decline, move and withdraw them. What becomes of them: `verdicts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Conversation, Message
from ascolto.events.log import SYSTEM, Actor, actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.sla.actions.settle import show_promises
from ascolto.sla.actions.verdicts import settle_after, settle_commitments
from ascolto.sla.commitments import is_from_a_person, own_timetable, promises_in
from ascolto.sla.dated import Dated
from ascolto.sla.dates.moments import LONGEST
from ascolto.sla.models import Commitment

State = Commitment.State
MOST_WORDS = 300
NEAR = timedelta(minutes=10)  # between reading a draft and sending it


def propose(messages: Iterable[Message]) -> int:
    """Ask of the dated promises in what people wrote whether they are promises, unless somebody said so already; returns how many.

    Messages with their conversations. Call it in a transaction.
    """
    timetable = own_timetable()
    wanted = {
        (message.pk, found.due_at): (message, found)
        for message in messages
        if is_from_a_person(message) and message.text
        for found in promises_in(message.text, message.occurred_at, timetable)
    }
    known = Commitment.objects.filter(message__in={pk for pk, _ in wanted})
    for key in known.values_list("message_id", "due_at"):
        wanted.pop(key, None)
    for message, found in wanted.values():
        row, made = Commitment.objects.get_or_create(
            message=message,
            due_at=found.due_at,
            defaults={
                "conversation": message.conversation,
                "owner_id": message.agent_id or message.conversation.assignee_id,
                "words": found.words[:MOST_WORDS],
                "made_at": message.occurred_at,
            },
        )
        if made:
            _tell("commitment.proposed", row, SYSTEM, message=message.pk, due_at=_iso(row.due_at))
    return len(wanted)


@transaction.atomic
def make(
    *,
    agent: Agent | None,
    conversation: Conversation,
    due_at: datetime,
    words: str,
    message: Message | None = None,
) -> Commitment:
    """Promise the customer to write by a time; the promise is the agent's; without one it is the company's,
    and whoever has the conversation keeps it. Twice the same is once.

    `message` is where it was promised; None: elsewhere, such as on the telephone. Raises Refused for a time that has passed or is too
    far away, and for a message that is not ours.
    """
    made_at = message.occurred_at if message is not None else now()
    _check_date(due_at, after=made_at)
    if message is not None and (message.conversation_id != conversation.pk or not is_from_a_person(message)):
        raise Refused(
            "not_a_promise", gettext_noop("Only what a person wrote to the customer can promise something.")
        )
    current = _locked(conversation.pk)
    words = clean(" ".join(words.split()), MOST_WORDS)
    known = Commitment.objects.filter(message=message, due_at=due_at) if message is not None else None
    row = known.first() if known is not None else None
    if row is not None:
        return _open(row, agent)
    row = Commitment.objects.create(
        conversation=current,
        message=message,
        owner_id=_owner(message, agent),
        words=words,
        due_at=due_at,
        state=State.OPEN,
        made_at=made_at,
    )
    _tell_made(row, agent)
    _settle(row)
    return row


def _owner(message: Message | None, agent: Agent | None) -> int | None:
    if message is not None and message.agent_id:
        return message.agent_id
    return agent.pk if agent is not None else None


@transaction.atomic
def confirm(*, agent: Agent, commitment: Commitment) -> Commitment:
    """Say that a proposed promise is one. Saying it twice changes nothing. Raises Refused for one that was withdrawn."""
    _locked(commitment.conversation_id)
    return _open(_fresh(commitment), agent)


def _open(row: Commitment, agent: Agent | None) -> Commitment:
    if row.state == State.WITHDRAWN and row.reason:
        raise Refused(
            "withdrawn", gettext_noop("This promise was withdrawn."), fix=gettext_noop("Make a new one.")
        )
    if row.state in {State.PROPOSED, State.WITHDRAWN}:
        row.state = State.OPEN
        row.save(update_fields=["state"])
        _tell_made(row, agent)
        _settle(row)
    return row


@transaction.atomic
def decline(*, agent: Agent, commitment: Commitment) -> bool:
    """Say that a proposed promise is none. Whether it changed. Raises Refused for one that was confirmed."""
    _locked(commitment.conversation_id)
    row = _fresh(commitment)
    if row.state == State.WITHDRAWN:
        return False
    if row.state != State.PROPOSED:
        raise Refused(
            "promised",
            gettext_noop("This promise was confirmed."),
            fix=gettext_noop("Withdraw it with a reason."),
        )
    row.state, row.reason = State.WITHDRAWN, ""
    row.save(update_fields=["state", "reason"])
    _tell("commitment.withdrawn", row, actor_of(agent), reason="")
    return True


@transaction.atomic
def change_date(*, agent: Agent, commitment: Commitment, due_at: datetime, reason: str) -> bool:
    """Promise another time instead, with the reason. Whether it changed. Raises Refused without a reason, for a time that has passed,
    and once the promise is kept, broken or withdrawn."""
    reason = _reason(reason)
    _check_date(due_at, after=now())
    _locked(commitment.conversation_id)
    row = _fresh(commitment)
    _must_be_open(row)
    if row.due_at == due_at:
        return False
    if row.message_id and Commitment.objects.filter(message=row.message_id, due_at=due_at).exists():
        raise Refused("promised_twice", gettext_noop("The same message promises this time already."))
    previous, row.due_at, row.reason, row.warned_at = row.due_at, due_at, reason, None
    row.save(update_fields=["due_at", "reason", "warned_at"])
    _tell(
        "commitment.changed",
        row,
        actor_of(agent),
        due_at=_iso(due_at),
        previous=_iso(previous),
        reason=reason,
    )
    _settle(row)
    return True


@transaction.atomic
def withdraw(*, agent: Agent, commitment: Commitment, reason: str) -> bool:
    """Take a promise back, with the reason. Whether it changed. Raises Refused without a reason, and unless it is open."""
    reason = _reason(reason)
    _locked(commitment.conversation_id)
    row = _fresh(commitment)
    if row.state == State.WITHDRAWN:
        return False
    _must_be_open(row)
    row.state, row.reason = State.WITHDRAWN, reason
    row.save(update_fields=["state", "reason"])
    _tell("commitment.withdrawn", row, actor_of(agent), reason=reason)
    show_promises([row.conversation_id])
    return True


@transaction.atomic
def undo(*, agent: Agent, commitment: Commitment, state: str) -> bool:
    """Take a click back: a confirmed or declined promise is a proposal again, a withdrawn one is open again. Whether it changed."""
    _locked(commitment.conversation_id)
    row = _fresh(commitment)
    wanted = {
        (State.OPEN, State.PROPOSED): row.message_id is not None,
        (State.WITHDRAWN, State.PROPOSED): row.message_id is not None and not row.reason,
        (State.WITHDRAWN, State.OPEN): bool(row.reason),
    }
    if state not in State.values or not wanted.get((State(row.state), State(state))):
        return False
    row.state, row.reason = State(state), ""
    row.save(update_fields=["state", "reason"])
    if row.state == State.OPEN:
        _tell_made(row, agent)
    else:
        _tell("commitment.proposed", row, actor_of(agent), message=row.message_id, due_at=_iso(row.due_at))
    show_promises([row.conversation_id])
    settle_commitments([row.conversation_id])
    return True


def confirm_sent(message: Message, posted: Mapping[str, Any]) -> Commitment | None:
    """What the composer said of the answer that was just sent: keeps earlier promises, and makes the one whose box was ticked.

    `posted`: `promise` (the ticked box), `promise_due` (ISO) and `promise_words` of the draft. What counts is what was sent: a promise that
    is not in the text any more is not made. Never raises for what was posted.
    """
    settle_after(message)
    due_at = _posted_date(posted)
    if message.agent is None or not posted.get("promise") or due_at is None or not is_from_a_person(message):
        return None
    found = _in_text(message, due_at, clean(str(posted.get("promise_words", "")), MOST_WORDS))
    if found is None:
        return None
    try:
        return make(
            agent=message.agent,
            conversation=message.conversation,
            message=message,
            due_at=found.due_at,
            words=found.words,
        )
    except Refused:
        return None


def _posted_date(posted: Mapping[str, Any]) -> datetime | None:
    try:
        found = parse_datetime(str(posted.get("promise_due", ""))[:40])
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _in_text(message: Message, due_at: datetime, words: str) -> Dated | None:
    """The promise of the draft as the sent text has it: "in two hours" counts from when it was sent."""
    found = promises_in(message.text, message.occurred_at)
    same = [one for one in found if one.due_at == due_at]
    near = [one for one in found if one.words == words and abs(one.due_at - due_at) <= NEAR]
    return next(iter([*same, *near]), None)


def _settle(row: Commitment) -> None:
    """Let the queue show it at once; judged where somebody wrote meanwhile."""
    show_promises([row.conversation_id])
    settle_commitments([row.conversation_id])
    row.refresh_from_db()


def _locked(conversation: int) -> Conversation:
    return Conversation.objects.select_for_update(of=("self",)).get(pk=conversation)


def _fresh(commitment: Commitment) -> Commitment:
    return Commitment.objects.select_related("conversation").get(pk=commitment.pk)


def _must_be_open(row: Commitment) -> None:
    if row.state != State.OPEN:
        raise Refused("settled", gettext_noop("This promise is settled already."))


def _reason(reason: str) -> str:
    reason = clean(" ".join(reason.split()), MOST_WORDS)
    if not reason:
        raise Refused(
            "reason_missing",
            gettext_noop("A reason is needed."),
            fix=gettext_noop("Write why, in a few words."),
        )
    return reason


def _check_date(due_at: datetime, *, after: datetime) -> None:
    if due_at.tzinfo is None or due_at <= after:
        raise Refused(
            "in_the_past",
            gettext_noop("This time has passed."),
            fix=gettext_noop("Choose a time in the future."),
        )
    if due_at > after + LONGEST:
        raise Refused(
            "too_far",
            gettext_noop("A promise for more than a year is none."),
            fix=gettext_noop("Choose an earlier time."),
        )


def _iso(moment: datetime) -> str:
    return moment.isoformat()


def _tell_made(row: Commitment, agent: Agent | None) -> None:
    _tell(
        "commitment.made",
        row,
        actor_of(agent),
        message=row.message_id,
        due_at=_iso(row.due_at),
        owner=row.owner_id,
    )


def _tell(event_type: str, row: Commitment, actor: Actor, **data: Any) -> None:
    conversation = row.conversation
    emit(
        event_type,
        actor=actor,
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        commitment=row.pk,
        **data,
    )
