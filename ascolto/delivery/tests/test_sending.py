"""An answer on its way: what leaves, what the desk shows, and every way in which a network says no."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import ErrorClass, Failure, Sent
from ascolto.conversations.actions import apply_news
from ascolto.conversations.actions.news import News
from ascolto.conversations.files import store_file
from ascolto.conversations.models import EarlyNews, Message
from ascolto.customers.actions import Claim, Person, change_handle, recognise
from ascolto.customers.models import Identity
from ascolto.delivery.actions import resend
from ascolto.delivery.models import Dispatch
from ascolto.delivery.tests.desk import Desk, dispatch_of, health_of, make_due, state_of, told
from ascolto.delivery.tests.paper import Paper, refused
from ascolto.delivery.worker import deliver_waiting
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.testing.factories import make_inbox, receive


def receipt(message: Message, status: str, **changed: str) -> News:
    """What a network says of a message of ours."""
    external, tracker = changed.pop("external_id", message.external_id or ""), changed.pop("tracker", "")
    data = {"status": status, "tracker": tracker, "reason": changed.get("reason", ""), "error": "unknown"}
    assert message.account_id is not None
    return News(
        account_id=message.account_id, external_id=external, kind="receipt", occurred_at=now(), data=data
    )


def test_an_answer_leaves_with_everything_the_network_needs(desk: Desk, paper: Paper) -> None:
    conversation = desk.writes(external_id="in-a", subject="Dead line", extra={"thread": "t-1"})
    Identity.objects.create(customer=desk.giulia, namespace="email", value="giulia@example.org")
    file = store_file(b"a plan", name="plan.txt", content_type="text/plain", uploader=desk.marco)
    message = desk.answers(
        conversation, "Tomorrow at nine.", attachments=[file], html="<p>Tomorrow at nine.</p>"
    )
    assert state_of(message) == ("queued", "queued")

    assert deliver_waiting() == 1

    [outgoing] = paper.sent
    assert [(handle.namespace, handle.value) for handle in outgoing.recipient] == [("paper", "giulia")]
    assert (outgoing.text, outgoing.html) == (
        "Tomorrow at nine.\nMarco",
        "<p>Tomorrow at nine.</p><p>Marco</p>",
    )
    assert (outgoing.reply_to, outgoing.references) == ("in-a", ("in-a",))
    assert (outgoing.subject, outgoing.extra) == ("Dead line", {"thread": "t-1"})
    assert outgoing.conversation_token == str(conversation.pk)
    assert outgoing.author_name == "Marco Villa"
    assert [(f.name, f.content_type, f.size, f.read()) for f in outgoing.files] == [
        ("plan.txt", "text/plain", 6, b"a plan")
    ]
    assert state_of(message) == ("sent", "sent")
    assert message.external_id == f"out-{outgoing.tracker}"
    assert told(message) == ["message.sent"]
    assert health_of(desk.inbox).state == "working"


def test_the_tracker_leads_back_to_the_message(desk: Desk) -> None:
    message = desk.answered()
    tracker = dispatch_of(message).tracker
    assert tracker.partition(".")[0] == str(message.pk)
    assert len(tracker) <= 40
    for odd in (
        "²",
        "9" * 40,
        "-1",
        ".",
        str(message.pk + 1),
    ):  # what only looks like one leads nowhere, quietly
        apply_news([receipt(message, "read", external_id="of-somebody-else", tracker=odd)])
    message.refresh_from_db()
    assert message.delivery == "queued"


def test_the_answer_and_its_dispatch_are_one_transaction(desk: Desk) -> None:
    conversation = desk.writes()
    with transaction.atomic():
        desk.answers(conversation)
        assert Dispatch.objects.exists()
        transaction.set_rollback(True)  # the lights went out
    assert not Dispatch.objects.exists()
    assert not Message.objects.filter(direction="out").exists()


def test_a_template_goes_along(desk: Desk, paper: Paper) -> None:
    desk.answered("", template={"name": "hello", "language": "it"})
    deliver_waiting()
    assert paper.sent[0].template == {"name": "hello", "language": "it"}


def test_our_own_channel_has_delivered_at_once(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, Sent(("out-1",), delivered=True))
    message = desk.answered()
    deliver_waiting()
    assert state_of(message) == ("sent", "delivered")


def test_a_receipt_that_was_faster_than_the_answer_counts(desk: Desk, paper: Paper) -> None:
    message = desk.answered()
    apply_news([receipt(message, "read", external_id="out-early")])
    paper.answers(desk.inbox.pk, Sent(("out-early",)))
    deliver_waiting()
    assert state_of(message) == ("sent", "read")
    assert not EarlyNews.objects.exists()


def test_an_id_that_another_message_has_already_does_not_lose_the_outcome(desk: Desk, paper: Paper) -> None:
    first, second = desk.answered(), desk.answered("And another thing.")
    paper.answers(desk.inbox.pk, always=Sent(("the-same",)))
    deliver_waiting()
    assert state_of(first) == state_of(second) == ("sent", "sent")
    assert (first.external_id, second.external_id) == ("the-same", None)


@pytest.mark.parametrize(
    "error",
    [
        ErrorClass.WINDOW_CLOSED,
        ErrorClass.BLOCKED,
        ErrorClass.RECIPIENT_GONE,
        ErrorClass.CONTENT,
        ErrorClass.UNKNOWN,
    ],
)
def test_a_no_to_one_message_fails_it_and_blames_nobody_else(
    desk: Desk, paper: Paper, error: ErrorClass
) -> None:
    paper.answers(desk.inbox.pk, refused(error, "Not like this."))
    message, next_one = desk.strangers(2)
    deliver_waiting()
    assert state_of(message) == ("failed", "failed")
    assert message.delivery_error == "Not like this."
    assert told(message) == ["message.delivery_failed"]
    assert state_of(next_one) == ("sent", "sent")
    assert health_of(desk.inbox).state == "working"
    assert [(t.outcome, t.detail) for t in dispatch_of(message).tries.all()] == [(error, "Not like this.")]


def test_a_no_without_words_is_given_words(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.BLOCKED))
    message = desk.answered()
    deliver_waiting()
    message.refresh_from_db()
    assert message.delivery_error == "The customer does not want messages."


@pytest.mark.parametrize("error", [ErrorClass.REAUTH, ErrorClass.CONFIG])
def test_a_no_to_the_account_breaks_its_health_until_something_leaves_again(
    desk: Desk, paper: Paper, error: ErrorClass
) -> None:
    paper.answers(desk.inbox.pk, refused(error, "The token is expired."))
    message = desk.answered()
    deliver_waiting()
    assert state_of(message) == ("failed", "failed")
    assert (health_of(desk.inbox).state, health_of(desk.inbox).error) == ("broken", "The token is expired.")
    assert Event.objects.filter(type="channel.failed", account_id=desk.inbox.pk).count() == 1
    with pytest.raises(Refused, match="The token is expired"):
        desk.answered("Once more.")
    resend(agent=desk.marco, message=message)
    deliver_waiting()
    assert health_of(desk.inbox).state == "working"
    assert Event.objects.filter(type="channel.recovered").count() == 1


def test_a_network_that_says_abuse_is_not_asked_again(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.ABUSE_STOP, "Too many complaints."))
    message = desk.answered()
    deliver_waiting()
    with pytest.raises(Refused, match="Too many complaints"):
        desk.answered("Hello?")
    resend(agent=desk.marco, message=message)
    deliver_waiting()
    assert state_of(message) == ("failed", "failed")
    assert message.delivery_error == "Too many complaints."
    assert paper.begun[desk.inbox.pk] == 1


def test_a_passing_error_is_tried_again_later(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.RETRY, "Busy."))
    message = desk.answered()
    deliver_waiting()
    assert state_of(message) == ("queued", "queued")
    assert message.delivery_error == "Busy."
    assert health_of(desk.inbox).state == "waiting"
    make_due(message)
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")
    assert message.delivery_error == ""
    assert [t.outcome for t in dispatch_of(message).tries.order_by("id")] == ["retry", "sent"]
    assert len({outgoing.tracker for outgoing in paper.sent}) == 1


def test_after_a_day_of_tries_it_is_given_up_with_the_reason(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, always=refused(ErrorClass.RETRY, "Busy."))
    message = desk.answered()
    deliver_waiting()
    Dispatch.objects.update(first_tried_at=now() - timedelta(hours=24), run_at=now(), attempts=30)
    deliver_waiting()
    assert state_of(message) == ("failed", "failed")
    assert message.delivery_error == "Given up after 24 hours: Busy."


def test_it_is_not_tried_beyond_the_reply_window(desk: Desk, networks: dict[str, Paper]) -> None:
    inbox = make_inbox("window")
    networks["window"].answers(inbox.pk, refused(ErrorClass.RETRY_AFTER, "Slow down.", retry_after=900))
    message = desk.answers(desk.writes(inbox, at=now() - timedelta(hours=23, minutes=50)))
    deliver_waiting()
    assert state_of(message) == ("failed", "failed")
    assert message.delivery_error == "The time to answer ends before the next try: Slow down."


def test_what_waited_beyond_the_reply_window_does_not_leave(desk: Desk, networks: dict[str, Paper]) -> None:
    inbox = make_inbox("window")
    message = desk.answers(desk.writes(inbox))
    Message.objects.filter(direction="in").update(occurred_at=now() - timedelta(hours=25))
    deliver_waiting()
    assert state_of(message) == ("failed", "failed")
    assert networks["window"].begun[inbox.pk] == 0
    template = desk.answers(message.conversation, "", template={"name": "hello"})
    deliver_waiting()
    assert state_of(template) == ("sent", "sent")


def test_an_unknown_outcome_is_never_repeated(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.UNCERTAIN, "It broke off."))
    message = desk.answered()
    deliver_waiting()
    make_due(message)
    deliver_waiting()
    assert state_of(message) == ("uncertain", "uncertain")
    assert paper.begun[desk.inbox.pk] == 1
    assert told(message) == ["message.delivery_uncertain"]


def test_an_unknown_outcome_is_repeated_where_the_network_knows_repeats(
    desk: Desk, networks: dict[str, Paper]
) -> None:
    inbox = make_inbox("carbon")
    seen: list[str] = []

    def broke_off(outgoing: object) -> object:
        seen.append(outgoing.tracker)  # type: ignore[attr-defined]
        return refused(ErrorClass.UNCERTAIN, "It broke off.")

    networks["carbon"].answers(inbox.pk, broke_off)
    message = desk.answers(desk.writes(inbox))
    deliver_waiting()
    assert state_of(message) == ("queued", "queued")
    make_due(message)
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")
    assert [outgoing.tracker for outgoing in networks["carbon"].sent] == seen


@pytest.mark.parametrize("status", ["sent", "delivered", "read"])
def test_a_receipt_settles_an_unknown_outcome(desk: Desk, paper: Paper, status: str) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.UNCERTAIN))
    message = desk.answered()
    deliver_waiting()
    apply_news([receipt(message, status, external_id="out-9", tracker=dispatch_of(message).tracker)])
    deliver_waiting()
    assert state_of(message) == ("sent", status)
    assert message.external_id == "out-9"


def test_a_receipt_of_failure_settles_an_unknown_outcome_too(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.UNCERTAIN))
    message = desk.answered()
    deliver_waiting()
    apply_news([receipt(message, "failed", external_id="out-9", tracker=dispatch_of(message).tracker)])
    deliver_waiting()
    assert state_of(message) == ("failed", "failed")


def test_receipts_of_one_part_do_not_hide_that_another_is_missing(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, Failure(ErrorClass.UNCERTAIN, "1 of 2 parts were sent.", partial=True))
    message = desk.answered()
    tracker = dispatch_of(message).tracker
    deliver_waiting()
    apply_news([receipt(message, "delivered", external_id="out-9", tracker=tracker)])
    apply_news([receipt(message, "failed", external_id="out-8", tracker=tracker)])
    deliver_waiting()
    assert state_of(message) == ("uncertain", "uncertain")
    assert message.delivery_error == "1 of 2 parts were sent."
    resend(agent=desk.marco, message=message)
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")


def test_a_receipt_stops_the_next_try(desk: Desk, paper: Paper) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.RETRY, "500"))
    message = desk.answered()
    deliver_waiting()
    apply_news([receipt(message, "delivered", external_id="out-9", tracker=dispatch_of(message).tracker)])
    make_due(message)
    deliver_waiting()
    assert state_of(message) == ("sent", "delivered")
    assert paper.begun[desk.inbox.pk] == 1


@pytest.mark.parametrize("answer", [ValueError("a fault of the adapter"), lambda outgoing: "nonsense"])
def test_an_adapter_that_breaks_in_the_middle_leaves_the_outcome_unknown(
    desk: Desk, paper: Paper, answer: object
) -> None:
    paper.answers(desk.inbox.pk, answer)  # type: ignore[arg-type]
    message = desk.answered()
    deliver_waiting()
    assert state_of(message) == ("uncertain", "uncertain")
    assert "unexpectedly" in message.delivery_error


def test_settings_that_cannot_be_read_fail_before_anything_leaves(desk: Desk, paper: Paper) -> None:
    message = desk.answered()
    ChannelAccount.objects.update(sealed="not sealed by us", changed_at=now())
    deliver_waiting()
    assert state_of(message) == ("failed", "failed")
    assert paper.begun[desk.inbox.pk] == 0
    assert health_of(desk.inbox).state == "broken"


def test_a_channel_that_is_not_installed_any_more_fails_visibly(desk: Desk, paper: Paper) -> None:
    message = desk.answered()
    ChannelAccount.objects.update(kind="pigeon")
    deliver_waiting()
    assert state_of(message) == ("failed", "failed")
    assert "pigeon" in message.delivery_error


def test_a_file_that_is_gone_fails_before_anything_leaves(desk: Desk, paper: Paper) -> None:
    from ascolto.conversations.files import path_of

    file = store_file(b"a plan", name="plan.txt", content_type="text/plain", uploader=desk.marco)
    message = desk.answered(attachments=[file])
    path_of(file).unlink()
    deliver_waiting()
    assert state_of(message) == ("failed", "failed")
    assert "plan.txt" in message.delivery_error
    assert paper.begun[desk.inbox.pk] == 0


def test_an_answer_follows_giulia_to_her_new_number(desk: Desk, paper: Paper) -> None:
    conversation = desk.writes()
    new = Claim("paper", "giulia-2")
    recognise([Person((new,))])  # her new number wrote already, before anybody said whose it is
    stranger = Identity.objects.get(value="giulia-2").customer_id
    change_handle(old=Claim("paper", "giulia"), new=Claim("paper", "giulia-3"))
    desk.answers(conversation)
    deliver_waiting()
    assert [handle.value for handle in paper.sent[0].recipient] == ["giulia-3"]
    change_handle(old=Claim("paper", "giulia-3"), new=new)
    message = desk.answers(conversation)
    deliver_waiting()
    assert stranger != desk.giulia.pk
    assert state_of(message) == ("failed", "failed")  # nobody vouches for any handle of hers any more
    assert len(paper.sent) == 1


def test_nobody_learns_handles_of_another_account(desk: Desk, networks: dict[str, Paper]) -> None:
    elsewhere = make_inbox("carbon")
    Identity.objects.create(
        customer=desk.giulia, namespace="paper", value="claimed", scope=f"carbon:{elsewhere.pk}"
    )
    Identity.objects.create(customer=desk.giulia, namespace="paper", value="second")
    networks["carbon"].namespaces = ("paper", "carbon")  # type: ignore[misc]
    receive(elsewhere, customer=desk.giulia)
    conversation = desk.writes(elsewhere)
    desk.answers(conversation, account=elsewhere)
    deliver_waiting()
    handles = [(h.namespace, h.value) for h in networks["carbon"].sent[0].recipient]
    assert handles[0][0] == "carbon"
    assert ("paper", "giulia") in handles
