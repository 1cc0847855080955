"""Giulia fills in the form, gets our answer by mail and answers it: one person. A stranger who types her address is not."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ascolto.channels.models import ChannelAccount
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.identities import BY_HAND
from ascolto.customers.merging import unmerge
from ascolto.customers.models import Customer, CustomerMerge, Identity
from ascolto.events.models import Event
from ascolto.intake import journal
from ascolto.intake.worker import process_waiting
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_inbox

pytestmark = pytest.mark.django_db
GIULIA = "giulia@example.com"
OURS = "<form.7.Zk3vJ0q@telvia.example>"


@pytest.fixture
def form() -> ChannelAccount:
    return make_inbox("form")


@pytest.fixture
def mail() -> ChannelAccount:
    return make_inbox("email")


def fills_in(form: ChannelAccount, number: int = 1, **more: str) -> Conversation:
    """The form with Giulia's address, from whoever it is."""
    said = {
        "type": "submission",
        "id": f"form-submission-{number}",
        "email": GIULIA,
        "name": "Giulia",
        "message": "Dead line",
    }
    journal.store_now(account=form, body=json.dumps(said | more).encode(), headers={}, source="form")
    process_waiting()
    return Conversation.objects.filter(account=form).latest("pk")


def we_answer(conversation: Conversation, external: str = OURS) -> Message:
    """Our answer, as it is kept once the mail server took it."""
    marco = make_agent("Marco Villa", email=f"marco{conversation.pk}@telvia.example")
    sent = add_reply(agent=marco, conversation=conversation, text="We look at it.")
    Message.objects.filter(pk=sent.pk).update(external_id=external)
    return sent


def mails(
    mail: ChannelAccount, number: int = 1, *, answers: str = OURS, sender: str = GIULIA, forged: bool = False
) -> None:
    verdict = "fail" if forged else "pass"
    lines = [
        f"Authentication-Results: mx.telvia.example; dmarc={verdict}",
        f"From: {sender}",
        "To: care@telvia.example",
        f"Message-ID: <m{number}@example.com>",
        f"In-Reply-To: {answers}",
        "Subject: Re: Dead line",
        f"Date: {now() - timedelta(minutes=1):%a, %d %b %Y %H:%M:%S +0000}",
        "",
        "It still is dead.",
    ]
    journal.store_now(account=mail, body="\r\n".join(lines).encode(), headers={}, source="imap")
    process_waiting()


def owners() -> set[int]:
    return set(Conversation.objects.values_list("customer_id", flat=True))


def test_giulia_who_answers_our_mail_is_the_giulia_of_the_form(
    form: ChannelAccount, mail: ChannelAccount
) -> None:
    asked = fills_in(form)
    we_answer(asked)
    mails(mail)
    (customer,) = owners()
    assert Identity.objects.get(value=GIULIA, scope="").customer_id == customer
    assert Identity.objects.get(value=GIULIA, scope="").is_proven
    merged = CustomerMerge.objects.get()
    assert (merged.source_id, merged.target_id, merged.by) == (asked.customer_id, customer, None)
    assert merged.why == "email: self"
    assert Event.objects.filter(type="customer.merged", customer_id=customer).exists()
    unmerge(by=make_agent("Anna Neri", "lead"), merge=merged)
    assert len(owners()) == 2


def test_whoever_types_her_address_afterwards_is_not_led_to_her(
    form: ChannelAccount, mail: ChannelAccount
) -> None:
    we_answer(fills_in(form))
    mails(mail)
    (giulia,) = owners()
    stranger = fills_in(form, 2)
    assert stranger.customer_id != giulia
    claimed = Identity.objects.filter(customer=giulia, value=GIULIA, is_proven=False)
    assert claimed.get().scope.startswith(BY_HAND)


@pytest.mark.parametrize(
    "how",
    [{"forged": True}, {"answers": "<form.7.guessed@telvia.example>"}, {"sender": "mallory@example.com"}],
)
def test_what_shows_nothing_merges_nobody(
    form: ChannelAccount, mail: ChannelAccount, how: dict[str, object]
) -> None:
    we_answer(fills_in(form))
    mails(mail, **how)  # type: ignore[arg-type]
    assert len(owners()) == 2
    assert not CustomerMerge.objects.exists()


def test_who_claimed_more_than_this_address_stays_apart(form: ChannelAccount, mail: ChannelAccount) -> None:
    """Mallory wrote from the form with her own address and telephone, then with Giulia's address and the same telephone."""
    fills_in(form, 1, email="mallory@example.com", phone="+393331112223")
    asked = fills_in(form, 2, phone="+393331112223")
    Identity.objects.filter(value=GIULIA).update(customer=asked.customer_id)
    we_answer(asked)
    mails(mail)
    assert not CustomerMerge.objects.exists()


def test_a_customer_with_a_proven_handle_is_never_merged_by_the_house(
    form: ChannelAccount, mail: ChannelAccount
) -> None:
    asked = fills_in(form)
    Identity.objects.create(namespace="chat", value="v-1", customer_id=asked.customer_id)
    we_answer(asked)
    mails(mail)
    assert not CustomerMerge.objects.exists()
    assert Customer.objects.filter(merged_into=None).count() == 2


def test_the_second_time_nothing_more_happens_and_other_mail_costs_no_more(
    form: ChannelAccount, mail: ChannelAccount
) -> None:
    we_answer(fills_in(form))
    mails(mail)
    mails(mail, 2)
    assert CustomerMerge.objects.count() == 1
    costs = []
    for first, last in ((10, 11), (20, 26)):
        for number in range(first, last):
            said = f"From: a{number}@example.com\r\nMessage-ID: <n{number}@x.com>\r\nIn-Reply-To: <z@x.com>\r\n\r\nCiao"
            journal.store_now(account=mail, body=said.encode(), headers={}, source="imap")
        with CaptureQueriesContext(connection) as asked:
            process_waiting()
        costs.append(
            sum("customers_identity" in q["sql"] and "NOT" in q["sql"] and "hand:" in q["sql"] for q in asked)
        )
    assert costs == [1, 1]
