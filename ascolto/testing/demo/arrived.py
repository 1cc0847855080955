"""Answers of the past have arrived: their networks did not run yet, so what became of them is written down as the courier would."""

from __future__ import annotations

from ascolto.channels.outbound import Sent
from ascolto.conversations.models import Message
from ascolto.delivery import leases
from ascolto.delivery.models import Dispatch
from ascolto.delivery.outcomes import Result, record
from ascolto.kit.clock import now
from ascolto.kit.holders import new_holder


def arrive(message: Message) -> None:
    """Let the network have taken this answer at once. Through the courier's own doors, so that the log tells it like any other."""
    holder, row = new_holder(), Dispatch.objects.get(message=message)
    if row.pk not in leases.claim(holder, {row.account_id: 1}, now()):
        raise RuntimeError("an answer of the past waits for another one")
    row.refresh_from_db()
    leases.begin_sending(holder, row)
    sent = Sent((f"past-{message.pk}",), delivered=True)
    record(holder, Result(dispatch=row.pk, account=row.account_id, tracker=row.tracker, sent=sent))
