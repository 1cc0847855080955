"""Put an answer on its way, send it again, try an inbox."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from ascolto.accounts.models import Agent
from ascolto.channels.cataloguing import refresh_templates
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.conversations.actions import send_again
from ascolto.conversations.models import Delivery, Direction, Message
from ascolto.delivery.health import note_failure, note_success
from ascolto.delivery.models import Dispatch
from ascolto.delivery.outgoing import Accounts
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit import bulk
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
State = Dispatch.State
_UNTRIED = Q(state=State.QUEUED, attempts=0, first_tried_at__isnull=True)


def new_tracker(message: Message) -> str:
    """Our own id of a dispatch: a receipt that brings it back leads to the message, and nobody can guess it."""
    return f"{message.pk}.{secrets.token_urlsafe(12)}"


def take(messages: Sequence[Message], leaves_at: datetime | None = None) -> None:
    """Queue answers, in the transaction that writes them (conversations.courier); not to be sent before `leaves_at`.

    Raises Refused when no inbox carries one of them.
    """
    run_at = leaves_at or now()
    bulk.insert(connection, [_dispatch(message, run_at) for message in messages])


def _dispatch(message: Message, run_at: datetime) -> Dispatch:
    if message.account_id is None or message.direction != Direction.OUT:
        raise Refused("no_way", "This message has no inbox to leave from.", fix="Choose a channel.")
    template: Any = message.extra.get("template") or None
    return Dispatch(
        message=message,
        conversation_id=message.conversation_id,
        account_id=message.account_id,
        tracker=new_tracker(message),
        template=template,
        run_at=run_at,
    )


def take_back(message: Message) -> bool:
    """Forget an answer for which nothing was tried yet; False when a worker has it or had it. Call it in a transaction.

    The row is locked: of this and a worker that claims it at the same moment one wins.
    """
    row = Dispatch.objects.select_for_update(of=("self",)).filter(_UNTRIED, message=message).first()
    if row is None:
        return False
    row.delete()
    return True


def let_go(message: Message) -> bool:
    """Send at once what is held; False when it is not held any more."""
    return bool(Dispatch.objects.filter(_UNTRIED, message=message, run_at__gt=now()).update(run_at=now()))


@transaction.atomic
def resend(*, agent: Agent | None, message: Message) -> Message:
    """Send a message again that failed or of which nobody knows whether it arrived.

    An unknown outcome on a network that knows repeats keeps its tracker: the customer gets it once, whatever happened.
    Raises Refused when it was sent, or is on its way.
    """
    current = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    row = Dispatch.objects.select_for_update(of=("self",)).filter(message=current).first()
    if row is None:
        raise Refused("not_ours", "Only answers that leave through an inbox can be sent again.")
    if row.is_open:
        raise Refused("on_its_way", "The message is on its way already.", fix="Wait for the outcome.")
    if current.delivery not in {Delivery.FAILED, Delivery.UNCERTAIN}:
        raise Refused("already_sent", "The message was sent already.")
    if not _may_repeat(row):
        row.tracker = new_tracker(current)
    row.state, row.holder, row.attempts, row.run_at = State.QUEUED, "", 0, now()
    row.error_class, row.error, row.first_tried_at, row.finished_at = "", "", None, None
    row.save()
    send_again(current)
    emit(
        "message.resent",
        actor=actor_of(agent),
        conversation=current.conversation_id,
        customer=current.conversation.customer_id,
        account=current.account_id,
        message=current.pk,
    )
    return current


def _may_repeat(row: Dispatch) -> bool:
    """Whether the same tracker does good: the network knows it, and has not said yes to it already."""
    try:
        return row.state != State.SENT and row.account.adapter.capabilities.idempotent
    except LookupError:
        return False


def test_account(account: ChannelAccount) -> str:
    """A round trip with the network, written into the inbox's health; what was found. Raises SendRefused."""
    try:
        adapter, opened = Accounts().open(account)
        found = adapter.test(opened)
    except SendRefused as refusal:
        note_failure(account.pk, refusal.failure)
        raise
    except Exception as error:
        log.exception("test failed", extra={"account": account.pk})
        failure = Failure(ErrorClass.UNKNOWN, f"The test failed unexpectedly ({type(error).__name__}).")
        raise SendRefused(failure) from error
    note_success(account.pk, sent=False)
    refresh_templates(account)
    return found
