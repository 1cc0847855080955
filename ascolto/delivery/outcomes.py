"""What a try means: judged without a database, then written down in one transaction."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from ascolto.channels.protocol import ErrorClass, Failure, Handle, Sent
from ascolto.conversations.actions import keep_aliases, note_delivery, note_partial, take_over
from ascolto.conversations.models import Delivery, Message
from ascolto.customers.actions import Claim, learn_handles, note_unreachable
from ascolto.delivery.leases import HELD, Lost, state_told_by
from ascolto.delivery.models import Attempt, Dispatch
from ascolto.delivery.pacing import GIVE_UP_AFTER, LONGEST_PAUSE, UNNAMED_PAUSE, backoff
from ascolto.kit.clock import now
from ascolto.kit.text import clean

log = logging.getLogger(__name__)
State = Dispatch.State

# What an agent reads when the network gave no words of its own.
REASONS = {
    ErrorClass.RETRY: "The network could not take it.",
    ErrorClass.RETRY_AFTER: "The network asks us to wait.",
    ErrorClass.REAUTH: "The network refuses our access.",
    ErrorClass.WINDOW_CLOSED: "The time to answer is over: the customer must write first.",
    ErrorClass.BLOCKED: "The customer does not want messages.",
    ErrorClass.RECIPIENT_GONE: "The customer cannot be reached there any more.",
    ErrorClass.CONTENT: "The network refuses this text or file.",
    ErrorClass.CONFIG: "The inbox is not set up for this.",
    ErrorClass.ABUSE_STOP: "The network stopped this inbox.",
    ErrorClass.UNCERTAIN: "It may have arrived: the network did not confirm it.",
    ErrorClass.UNKNOWN: "The network refused it without a reason we know.",
}


# What a refusal tells about the customer: they are asked again only when they have written again.
UNREACHABLE = {ErrorClass.BLOCKED: "blocked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one try. Exactly one of `sent` and `failure`."""

    dispatch: int
    account: int
    tracker: str
    sent: Sent | None = None
    failure: Failure | None = None
    milliseconds: int = 0
    window_ends_at: datetime | None = None
    idempotent: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a dispatch. `run_at`: when it is tried again."""

    state: Dispatch.State
    error: ErrorClass | None = None
    reason: str = ""
    run_at: datetime | None = None


def reason_of(failure: Failure) -> str:
    """Words for an agent."""
    return clean(failure.reason or REASONS[failure.error], 500).strip()


def pause_of(failure: Failure) -> timedelta | None:
    """How long the whole account must be quiet, when the network asks for it."""
    if failure.error is not ErrorClass.RETRY_AFTER:
        return None
    seconds = UNNAMED_PAUSE if failure.retry_after is None else failure.retry_after
    return timedelta(seconds=min(max(seconds, 1.0), LONGEST_PAUSE))


def _wait_of(failure: Failure, ours: float) -> timedelta:
    """Our own wait, or a longer one that the network named without asking the whole account to be quiet."""
    return timedelta(seconds=max(ours, min(failure.retry_after or 0.0, LONGEST_PAUSE)))


def judge(
    failure: Failure,
    *,
    tries: int,
    first_tried_at: datetime,
    moment: datetime,
    window_ends_at: datetime | None = None,
    idempotent: bool = False,
    chance: Callable[[], float] = random.random,
) -> Verdict:
    """What a failed try means for its dispatch."""
    error, reason = failure.error, reason_of(failure)
    unknown = error is ErrorClass.UNCERTAIN
    if not (error.is_temporary or (unknown and idempotent)):
        return Verdict(State.UNCERTAIN if unknown else State.FAILED, error, reason)
    run_at = moment + (pause_of(failure) or _wait_of(failure, backoff(tries, chance)))
    end = State.UNCERTAIN if unknown else State.FAILED
    if run_at > first_tried_at + GIVE_UP_AFTER:
        hours = int(GIVE_UP_AFTER.total_seconds() // 3600)
        return Verdict(end, error, clean(f"Given up after {hours} hours: {reason}", 500))
    if window_ends_at is not None and run_at >= window_ends_at:
        error = error if unknown else ErrorClass.WINDOW_CLOSED
        return Verdict(end, error, clean(f"The time to answer ends before the next try: {reason}", 500))
    return Verdict(State.QUEUED, error, reason, run_at)


@transaction.atomic
def record(holder: str, result: Result) -> bool:
    """Write down what came of a try. False: the dispatch is in other hands meanwhile, and they decide.

    An answer that comes after its lease was over still tells the truth about an uncertain dispatch.
    """
    message = Message.objects.select_for_update(of=("self",)).get(dispatch=result.dispatch)
    row = Dispatch.objects.select_for_update(of=("self",)).get(pk=result.dispatch)
    late = row.state == State.UNCERTAIN and row.tracker == result.tracker
    if not late and not (row.state in HELD and row.holder == holder):
        log.warning("late answer ignored", extra={"dispatch": row.pk, "state": row.state})
        return False
    verdict = _verdict(row, result, message)
    Attempt.objects.create(
        dispatch=row,
        outcome=result.failure.error.value if result.failure else "sent",
        detail=reason_of(result.failure) if result.failure else "",
        milliseconds=min(result.milliseconds, 2**31 - 1),
    )
    _settle(row, verdict)
    if result.failure is not None and result.failure.error in UNREACHABLE and message.identity_id:
        note_unreachable(identity=message.identity_id, why=UNREACHABLE[result.failure.error])
    if result.failure is not None and result.failure.partial:
        note_partial(message, reason=verdict.reason)
    else:
        _tell(message, verdict, result.sent)
    return True


def _verdict(row: Dispatch, result: Result, message: Message) -> Verdict:
    if result.failure is None:
        return Verdict(State.SENT)
    if result.failure.partial:
        return Verdict(State.UNCERTAIN, result.failure.error, reason_of(result.failure))
    told = state_told_by(message)
    if told is not None:  # the network's receipt was faster, and knows better than a broken connection
        return Verdict(told, result.failure.error if told is State.FAILED else None, message.delivery_error)
    return judge(
        result.failure,
        tries=row.attempts,
        first_tried_at=row.first_tried_at or now(),
        moment=now(),
        window_ends_at=result.window_ends_at,
        idempotent=result.idempotent,
    )


def _settle(row: Dispatch, verdict: Verdict) -> None:
    row.state, row.holder = verdict.state, ""
    row.error_class, row.error = verdict.error or "", verdict.reason
    row.run_at = verdict.run_at or row.run_at
    row.finished_at = None if verdict.state is State.QUEUED else now()
    row.save(update_fields=["state", "holder", "error_class", "error", "run_at", "finished_at"])


def _tell(message: Message, verdict: Verdict, sent: Sent | None) -> None:
    """Let the message show it; what a receipt told already stays."""
    if sent is not None:
        _tell_sent(message, sent)
    elif state_told_by(message) is not None:
        return
    elif verdict.state is State.QUEUED:
        note_delivery(message, state=Delivery.QUEUED, reason=verdict.reason)
    elif verdict.state is State.UNCERTAIN:
        note_delivery(message, state=Delivery.UNCERTAIN, reason=verdict.reason)
    else:
        note_delivery(
            message, state=Delivery.FAILED, reason=verdict.reason, error=verdict.error or ErrorClass.UNKNOWN
        )


def _tell_sent(message: Message, sent: Sent) -> None:
    state = Delivery.DELIVERED if sent.delivered else Delivery.SENT
    external = next((external for external in sent.external_ids if external), "")
    try:
        with transaction.atomic():
            note_delivery(message, state=state, external_id=external)
    except IntegrityError:
        message.refresh_from_db()
        if not take_over(message, external):  # its own echo was faster
            log.warning("the network's id is taken", extra={"of_message": message.pk})
        note_delivery(message, state=state)
    keep_aliases([(message, other) for other in sent.external_ids if other and other != message.external_id])
    if sent.handles:
        _learn(message, sent.handles)


def _learn(message: Message, handles: Sequence[Handle]) -> None:
    """Names of the customer that the network told with its answer, such as who gets a private reply."""
    here = f"{message.account.kind}:{message.account_id}" if message.account else ""
    claims = [Claim(h.namespace, h.value, "" if h.proven else here, h.shown) for h in handles]
    learn_handles(customer=message.conversation.customer_id, claims=claims)


def give_up_lease(lost: Lost) -> None:
    """Take a dispatch out of the hands of a worker that is gone.

    What had not begun to leave is queued again; what may have left is uncertain, unless the network knows our repeats.
    """
    if lost.state == State.CLAIMED:
        Dispatch.objects.filter(pk=lost.pk, state=lost.state, holder=lost.holder).update(
            state=State.QUEUED, holder="", run_at=now()
        )
        return
    row = Dispatch.objects.select_related("account").get(pk=lost.pk)
    failure = Failure(ErrorClass.UNCERTAIN, "We were interrupted while sending: it may have arrived.")
    try:
        idempotent = row.account.adapter.capabilities.idempotent
    except LookupError:
        idempotent = False
    result = Result(
        dispatch=row.pk, account=row.account_id, tracker=row.tracker, failure=failure, idempotent=idempotent
    )
    record(lost.holder, result)


def reconcile() -> int:
    """Dispatches that are uncertain, or wait for a repeat, and of which a receipt or an echo came: it says what became of them."""
    unknown = Dispatch.objects.filter(
        Q(state=State.UNCERTAIN) | Q(state=State.QUEUED, attempts__gt=0, holder="")
    )
    sent = [Delivery.SENT, Delivery.DELIVERED, Delivery.READ]
    known = list(
        unknown.filter(message__delivery__in=[*sent, Delivery.FAILED]).values_list("pk", "message__delivery")
    )
    for pk, delivery in known:
        state = State.FAILED if delivery == Delivery.FAILED else State.SENT
        unknown.filter(pk=pk).update(state=state, finished_at=now())
    return len(known)
