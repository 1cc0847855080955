"""Order, patience, and sending again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.channels.actions import disable, enable
from ascolto.channels.models import ChannelHealth
from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.conversations.actions import apply_news
from ascolto.conversations.models import Message
from ascolto.delivery import actions
from ascolto.delivery.actions import resend
from ascolto.delivery.models import Dispatch
from ascolto.delivery.pacing import PER_ACCOUNT
from ascolto.delivery.selectors import backlogs, progress
from ascolto.delivery.tests.desk import Desk, dispatch_of, health_of, make_due, state_of, told
from ascolto.delivery.tests.paper import Paper, refused
from ascolto.delivery.tests.test_sending import receipt
from ascolto.delivery.worker import deliver_waiting
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.testing.factories import make_inbox


def test_answers_of_a_conversation_leave_in_the_order_in_which_they_were_written(
    desk: Desk, paper: Paper
) -> None:
    conversation = desk.writes()
    for number in range(6):
        desk.answers(conversation, f"part {number}")
    deliver_waiting()
    assert paper.texts == [f"part {number}\nMarco" for number in range(6)]


def test_an_answer_that_must_be_repeated_holds_back_the_later_ones(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.RETRY))
    conversation = desk.writes()
    first, second = desk.answers(conversation, "first"), desk.answers(conversation, "second")
    deliver_waiting()
    assert paper.texts == []
    found = progress(second)
    assert found is not None
    assert found.waits_for == "line"
    make_due(first)
    deliver_waiting()
    assert paper.texts == ["first\nMarco", "second\nMarco"]


def test_an_answer_that_failed_holds_back_nobody(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.CONTENT))
    conversation = desk.writes()
    desk.answers(conversation, "first")
    second = desk.answers(conversation, "second")
    deliver_waiting()
    assert state_of(second) == ("sent", "sent")


def test_another_channel_of_the_same_conversation_is_not_held_back(
    desk: Desk, networks: dict[str, Paper]
) -> None:
    other = make_inbox("carbon")
    networks["paper"].answers(desk.inbox.pk, always=refused(ErrorClass.RETRY))
    conversation = desk.writes()
    assert desk.writes(other).pk == conversation.pk
    desk.answers(conversation, "by paper", account=desk.inbox)
    by_carbon = desk.answers(conversation, "by carbon", account=other)
    deliver_waiting()
    assert state_of(by_carbon) == ("sent", "sent")


def test_later_means_the_whole_account_and_nobody_else(desk: Desk, networks: dict[str, Paper]) -> None:
    other = make_inbox("paper", "Second line")
    networks["paper"].answers(desk.inbox.pk, refused(ErrorClass.RETRY_AFTER, "Slow down.", retry_after=120))
    hindered = desk.strangers(PER_ACCOUNT + 3)
    free = desk.strangers(3, other)
    before = now()
    deliver_waiting()
    deliver_waiting()
    paused_until = health_of(desk.inbox).paused_until
    assert paused_until is not None
    assert timedelta(seconds=120) <= paused_until - before <= timedelta(seconds=150)
    assert networks["paper"].begun[desk.inbox.pk] <= PER_ACCOUNT
    assert [state_of(message) for message in free] == [("sent", "sent")] * 3
    found = progress(hindered[-1])
    assert found is not None
    assert (found.waits_for, found.next_try_at) == ("paused", paused_until)

    ChannelHealth.objects.update(paused_until=now())
    Dispatch.objects.update(run_at=now())
    deliver_waiting()
    assert {state_of(message) for message in hindered} == {("sent", "sent")}


def test_a_network_in_trouble_that_names_a_time_is_asked_again_then(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.RETRY, "Under repair.", retry_after=120))
    message = desk.answers(desk.writes())
    deliver_waiting()
    wait = dispatch_of(message).run_at - now()
    assert timedelta(seconds=100) < wait <= timedelta(seconds=120)


def test_the_answers_of_an_inbox_that_is_switched_off_wait(desk: Desk, paper: Paper) -> None:
    message = desk.answered()
    disable(account=desk.inbox)
    deliver_waiting()
    assert state_of(message) == ("queued", "queued")
    found = progress(message)
    assert found is not None
    assert found.waits_for == "switched_off"
    enable(account=desk.inbox)
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")


def test_what_failed_is_sent_again_with_one_click(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.REAUTH))
    message = desk.answered()
    deliver_waiting()
    before = dispatch_of(message).tracker
    resend(agent=desk.marco, message=message)
    assert state_of(message) == ("queued", "queued")
    assert message.delivery_error == ""
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")
    assert paper.sent[0].tracker == dispatch_of(message).tracker != before
    assert told(message) == ["message.delivery_failed", "message.resent", "message.sent"]


def test_sending_an_unknown_outcome_again_keeps_the_tracker_where_the_network_knows_repeats(
    desk: Desk, networks: dict[str, Paper]
) -> None:
    inbox = make_inbox("carbon")
    message = desk.answers(desk.writes(inbox))
    before = dispatch_of(message).tracker
    Dispatch.objects.update(state="uncertain", finished_at=now())
    Message.objects.filter(pk=message.pk).update(delivery="uncertain")
    resend(agent=desk.marco, message=message)
    deliver_waiting()
    assert networks["carbon"].sent[0].tracker == before


def test_what_was_taken_and_failed_later_gets_a_new_tracker(desk: Desk, networks: dict[str, Paper]) -> None:
    """With the old one the network would only say again that it took it."""
    inbox = make_inbox("carbon")
    message = desk.answers(desk.writes(inbox))
    deliver_waiting()
    message.refresh_from_db()
    apply_news([receipt(message, "failed", reason="The mailbox is full.")])
    assert state_of(message) == ("sent", "failed")
    found = progress(message)
    assert found is not None
    assert found.can_resend
    resend(agent=desk.marco, message=message)
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")
    trackers = [outgoing.tracker for outgoing in networks["carbon"].sent]
    assert len(set(trackers)) == 2
    assert message.external_id == f"out-{trackers[1]}"


def test_what_is_on_its_way_or_has_arrived_is_not_sent_again(desk: Desk, paper: Paper) -> None:
    message = desk.answered()
    with pytest.raises(Refused) as refusal:
        resend(agent=desk.marco, message=message)
    assert refusal.value.code == "on_its_way"
    deliver_waiting()
    with pytest.raises(Refused) as refusal:
        resend(agent=desk.marco, message=message)
    assert refusal.value.code == "already_sent"
    with pytest.raises(Refused):
        resend(agent=desk.marco, message=Message.objects.filter(direction="in").latest("pk"))
    assert len(paper.sent) == 1


def test_the_desk_sees_every_try(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.RETRY, "Busy."))
    message = desk.answered()
    deliver_waiting()
    Dispatch.objects.update(run_at=now() + timedelta(minutes=3))
    found = progress(message)
    assert found is not None
    assert (found.waits_for, found.reason, found.can_resend) == ("retry", "Busy.", False)
    assert found.next_try_at is not None
    assert found.next_try_at > now()
    assert [(attempt.outcome, attempt.detail) for attempt in found.tries] == [("retry", "Busy.")]
    assert [(b.account_id, b.kind, b.waiting) for b in backlogs()] == [(desk.inbox.pk, "paper", 1)]


def test_what_never_left_through_an_inbox_has_no_progress(desk: Desk) -> None:
    assert progress(desk.writes().messages.get()) is None


def test_trying_an_inbox_tells_what_was_found_and_repairs_its_health(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.ABUSE_STOP, "Stopped."))
    desk.answered()
    deliver_waiting()
    assert health_of(desk.inbox).state == "broken"
    assert actions.test_account(desk.inbox) == "The paper is there."
    assert health_of(desk.inbox).error_class == ""
    paper.test_answer = SendRefused(Failure(ErrorClass.REAUTH, "Wrong password."))
    with pytest.raises(SendRefused):
        actions.test_account(desk.inbox)
    assert (health_of(desk.inbox).state, health_of(desk.inbox).error) == ("broken", "Wrong password.")
    paper.test_answer = ValueError("a fault of the adapter")
    with pytest.raises(SendRefused, match="unexpectedly"):
        actions.test_account(desk.inbox)


def test_an_answer_that_leaves_says_nothing_of_a_mailbox_that_cannot_be_read(
    desk: Desk, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(desk.inbox.adapter), "one_access", False)
    sick = {"error_class": "reauth", "error": "The mailbox refuses the password.", "error_from": "in"}
    ChannelHealth.objects.update_or_create(account=desk.inbox, defaults=sick)
    message = desk.answered()
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")
    assert (health_of(desk.inbox).state, health_of(desk.inbox).error) == ("broken", sick["error"])
    assert actions.test_account(desk.inbox)
    assert health_of(desk.inbox).state == "working"
