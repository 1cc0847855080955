"""What the answers of a network say about its account."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from ascolto.channels.models import ChannelHealth
from ascolto.channels.protocol import ErrorClass, Failure
from ascolto.delivery.outcomes import pause_of, reason_of
from ascolto.events.log import emit
from ascolto.kit.clock import now

BROKEN = {ErrorClass.REAUTH, ErrorClass.CONFIG, ErrorClass.ABUSE_STOP}  # somebody must act
HINDERED = {ErrorClass.RETRY, ErrorClass.RETRY_AFTER, ErrorClass.UNCERTAIN}  # it may pass by itself
OFTEN_ENOUGH = timedelta(seconds=5)  # the moment of the last message need not be written more often


@transaction.atomic
def note_success(account: int, *, sent: bool = True) -> None:
    """The network took a message: an error of sending is over. Without `sent` it passed a test: every error is."""
    health = _health(account)
    moment, fields = now(), []
    if sent and (health.last_out_at is None or health.last_out_at < moment - OFTEN_ENOUGH):
        health.last_out_at = moment
        fields.append("last_out_at")
    if health.error_class and not (sent and health.error_from == "in"):
        if health.state == "broken":
            emit("channel.recovered", account=account)
        health.error_class, health.error, health.error_at = "", "", None
        fields += ["error_class", "error", "error_at"]
    if fields:
        health.save(update_fields=fields)


@transaction.atomic
def note_failure(account: int, failure: Failure) -> None:
    """The network refused: show it when it concerns the account, and pause the account as long as it was told to."""
    if failure.of_message or failure.error not in BROKEN | HINDERED:
        return
    health, moment = _health(account), now()
    pause = pause_of(failure)
    if pause is not None:
        health.paused_until = max(moment + pause, health.paused_until or moment)
    if failure.error in BROKEN or health.state != "broken":
        if failure.error in BROKEN and health.error_class != failure.error:
            emit(
                "channel.failed",
                account=account,
                error=failure.error.value,
                reason=reason_of(failure)[:300],
            )
        health.error_class, health.error, health.error_at = failure.error.value, reason_of(failure), moment
        health.error_from = "out"
    health.save(update_fields=["paused_until", "error_class", "error", "error_at", "error_from"])


def _health(account: int) -> ChannelHealth:
    ChannelHealth.objects.get_or_create(account_id=account)
    return ChannelHealth.objects.select_for_update(of=("self",)).get(account_id=account)
