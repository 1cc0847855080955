"""Formal complaints: registered with a code and a deadline, withdrawn with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Conversation, Direction, Message
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.sla.actions.settle import settle
from ascolto.sla.models import ClockKind, Complaint, PromiseSettings, SlaClock
from ascolto.understanding.models import Intent

REASON_AT_LEAST = 8


@transaction.atomic
def register_complaint(
    *, by: Agent | None, conversation: Conversation, message: Message | None = None
) -> Complaint:
    """Make this conversation a formal complaint, received when the customer wrote `message` (without: what was understood as
    a complaint, else their last message). Its code is the number of the conversation. The same again changes nothing.

    Raises Refused when the company has not said in how many days complaints are resolved, or the customer never wrote.
    """
    settings = PromiseSettings.current()
    if settings.complaint_days is None:
        raise Refused(
            "no_complaint_days",
            gettext_noop("The company has not said by when complaints are resolved."),
            fix=gettext_noop("An administrator chooses a regulation, or the days, in the settings."),
        )
    current = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    known = Complaint.objects.filter(conversation=current).first()
    if known is not None and known.withdrawn_at is None:
        return known
    complaint = known or Complaint(conversation=current)
    complaint.message = message or _complaining(current)
    complaint.received_at, complaint.registered_at = complaint.message.occurred_at, now()
    complaint.registered_by, complaint.pack, complaint.withdrawn_at = by, settings.pack, None
    complaint.days, complaint.days_are_working = settings.complaint_days, settings.complaint_days_are_working
    complaint.save()
    settle([current.pk])
    due_at = _due_of(current)
    emit(
        "complaint.registered",
        actor=actor_of(by),
        conversation=current.pk,
        customer=current.customer_id,
        account=current.account_id,
        code=complaint.code,
        received_at=complaint.received_at.isoformat(),
        due_at=due_at.isoformat() if due_at else None,
        pack=complaint.pack,
    )
    return complaint


@transaction.atomic
def withdraw_complaint(*, by: Agent | None, conversation: Conversation, reason: str) -> Complaint:
    """It was no complaint, or the customer takes it back: its clock stops counting. Raises Refused without a complaint or a reason."""
    reason = clean(" ".join(reason.split()), 300)
    current = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    complaint = Complaint.objects.filter(conversation=current, withdrawn_at=None).first()
    if complaint is None:
        raise Refused("no_complaint", gettext_noop("This conversation is no registered complaint."))
    if len(reason) < REASON_AT_LEAST:
        raise Refused(
            "reason_missing",
            gettext_noop("A complaint is withdrawn for a reason."),
            fix=gettext_noop("Say why, in a few words."),
        )
    complaint.withdrawn_at = now()
    complaint.save(update_fields=["withdrawn_at"])
    settle([current.pk])
    emit(
        "complaint.withdrawn",
        actor=actor_of(by),
        conversation=current.pk,
        customer=current.customer_id,
        account=current.account_id,
        code=complaint.code,
        reason=reason,
    )
    return complaint


def _complaining(conversation: Conversation) -> Message:
    """The message that complains."""
    heard = Message.objects.filter(conversation=conversation, direction=Direction.IN, removed_at=None)
    first = heard.filter(reading__intent=Intent.COMPLAINT).order_by("occurred_at", "id").first()
    found = first or heard.order_by("-occurred_at", "-id").first()
    if found is None:
        raise Refused(
            "nothing_written", gettext_noop("The customer has written nothing in this conversation.")
        )
    return found


def _due_of(conversation: Conversation) -> datetime | None:
    clock = SlaClock.objects.filter(conversation=conversation, kind=ClockKind.COMPLAINT)
    return clock.order_by("-started_at").values_list("due_at", flat=True).first()
