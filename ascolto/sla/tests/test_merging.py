"""Promises of conversations that become one, and come apart again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ascolto.conversations.actions import change_status, merge, unmerge
from ascolto.conversations.models import Conversation
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.sla.actions.complaints import register_complaint
from ascolto.sla.actions.settle import settle
from ascolto.sla.models import Commitment, Complaint, PromiseSettings, SlaClock
from ascolto.testing.factories import Cast, receive

pytestmark = pytest.mark.django_db


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def two(cast: Cast) -> tuple[Conversation, Conversation]:
    """An answered matter in a room of its own, and one that waits."""
    first = receive(cast.inbox, "The line is dead.", customer=cast.giulia, thread="one").conversation
    second = receive(cast.inbox, "Still dead.", customer=cast.giulia, thread="two").conversation
    settle([first.pk, second.pk])
    return fresh(first), fresh(second)


def clocks(*conversations: Conversation) -> list[dict[str, Any]]:
    rows = SlaClock.objects.filter(conversation__in=conversations).order_by(
        "conversation", "kind", "started_at"
    )
    shown = ("conversation", "kind", "state", "started_at", "due_at", "stopped_at", "warned_at", "next_at")
    return [dict(row) for row in rows.values(*shown)]


def test_the_one_that_waits_goes_on_waiting_in_the_other_and_back_again(cast: Cast) -> None:
    first, second = two(cast)
    change_status(agent=cast.marco, conversation=first, status="resolved")
    settle([first.pk])
    before = clocks(first, second)
    waiting = (fresh(second).waiting_since, fresh(second).due_at)
    merge(agent=cast.marco, source=second, target=first)
    assert fresh(first).status == "open"
    assert fresh(first).waiting_since is not None
    assert fresh(first).due_at is not None
    assert (fresh(second).waiting_since, fresh(second).due_at) == (None, None)
    assert not SlaClock.objects.filter(conversation=second, stopped_at=None).exists()
    settle([first.pk, second.pk])
    assert (
        SlaClock.objects.filter(conversation=first, stopped_at=None, kind__contains="response").count() == 1
    )
    unmerge(agent=cast.marco, source=second)
    assert clocks(first, second) == before
    assert (fresh(second).waiting_since, fresh(second).due_at) == waiting
    assert fresh(first).due_at is None


def test_what_was_answered_before_is_not_asked_again(cast: Cast) -> None:
    first, second = two(cast)
    change_status(agent=cast.marco, conversation=second, status="resolved")
    settle([second.pk])
    over = clocks(second)
    merge(agent=cast.marco, source=second, target=first)
    assert (
        fresh(first).waiting_since
        == SlaClock.objects.get(conversation=first, stopped_at=None, kind="first_response").started_at
    )
    assert clocks(second) == over
    change_status(agent=cast.marco, conversation=fresh(first), status="resolved")
    settle([first.pk])
    assert fresh(first).due_at is None
    assert Event.objects.filter(type="sla.breached").count() == 0


def test_dated_promises_and_the_complaint_keep_their_date_and_code(cast: Cast) -> None:
    first, second = two(cast)
    settings = PromiseSettings.current()
    settings.complaint_days = 30
    settings.save()
    complaint = register_complaint(by=cast.marco, conversation=second)
    dated = Commitment.objects.create(
        conversation=second, owner=cast.marco, words="by six", due_at=now() + timedelta(hours=2), state="open"
    )
    settle([second.pk])
    code = complaint.code
    merge(agent=cast.marco, source=fresh(second), target=first)
    complaint.refresh_from_db()
    assert (complaint.conversation_id, complaint.code) == (first.pk, code)
    assert fresh(first).promised_for == dated.due_at
    assert fresh(second).promised_for is None
    unmerge(agent=cast.marco, source=second)
    complaint.refresh_from_db()
    assert (complaint.conversation_id, complaint.code) == (second.pk, code)
    assert (fresh(first).promised_for, fresh(second).promised_for) == (None, dated.due_at)


def test_two_complaints_stay_two(cast: Cast) -> None:
    first, second = two(cast)
    settings = PromiseSettings.current()
    settings.complaint_days = 30
    settings.save()
    for one in (first, second):
        register_complaint(by=cast.marco, conversation=one)
    with pytest.raises(Refused) as refused:
        merge(agent=cast.marco, source=second, target=first)
    assert refused.value.code == "two_complaints"
    assert Complaint.objects.count() == 2
    assert fresh(second).messages.count() == 1
