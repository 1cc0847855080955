"""Customers who turned out to be one person: their conversations follow, and go back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.channels.protocol import Handle, Sender
from ascolto.channels.protocol import Message as Incoming
from ascolto.conversations.actions import Received, add_reply, receive_messages
from ascolto.conversations.customer_labels import set_customer_labels
from ascolto.conversations.models import Conversation, ConversationLink, ConversationMerge, Label, Message
from ascolto.customers.actions import Claim, Person, recognise
from ascolto.customers.merging import adopt_stragglers, merge, unmerge
from ascolto.customers.models import Customer, CustomerMerge, Identity
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast, make_customer, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def written_by(cast: Cast, handle: str, number: int) -> Message:
    """Somebody writes with this handle, through the same door as intake."""
    with transaction.atomic():
        person = recognise([Person(claims=(Claim("webhook", handle),))])[0]
        incoming = Incoming(
            external_id=f"{handle}-{number}",
            sender=Sender((Handle("webhook", handle),), ""),
            occurred_at=now(),
            text=f"Message {number}",
        )
        receive_messages(
            [
                Received(
                    account_id=cast.inbox.pk,
                    channel="webhook",
                    message=incoming,
                    customer_id=person.customer_id,
                    identity_id=person.identity_id,
                )
            ]
        )
    return Message.objects.select_related("conversation").get(external_id=f"{handle}-{number}")


def test_conversations_follow_and_return(cast: Cast) -> None:
    giulia, again = (
        make_customer("Giulia Ferri", ("webhook", "g1")),
        make_customer("G. Ferri", ("phone", "+39")),
    )
    mine, hers = receive(cast.inbox, customer=giulia), receive(cast.inbox, customer=again)
    made = merge(by=cast.marco, source=again, target=giulia, override="She told me on the telephone")
    hers.conversation.refresh_from_db()
    assert hers.conversation.customer_id == giulia.pk
    assert hers.conversation_id in made.moved["conversations"]
    unmerge(by=cast.marco, merge=made)
    hers.conversation.refresh_from_db()
    mine.conversation.refresh_from_db()
    assert (hers.conversation.customer_id, mine.conversation.customer_id) == (again.pk, giulia.pk)


def test_what_both_wrote_into_one_thread_is_parted(cast: Cast) -> None:
    one, other = written_by(cast, "ferri", 1), written_by(cast, "rossi", 1)
    first, second = (Customer.objects.get(pk=m.conversation.customer_id) for m in (one, other))
    made = merge(by=cast.marco, source=second, target=first, override="It is one family, one person")
    later = written_by(cast, "rossi", 2)
    mixed = written_by(cast, "ferri", 2)
    assert later.conversation_id == mixed.conversation_id
    answer = add_reply(agent=cast.marco, conversation=later.conversation, text="Hello.")
    unmerge(by=cast.marco, merge=made)
    for message in Message.objects.exclude(identity=None).select_related("identity", "conversation"):
        assert message.identity is not None
        assert message.conversation.customer_id == message.identity.customer_id, message.external_id
    answer.refresh_from_db()
    assert answer.conversation.customer_id == answer.identity.customer_id  # type: ignore[union-attr]
    assert ConversationLink.objects.filter(why="customers parted").count() == 1


def test_a_merge_of_their_conversations_is_undone_first(cast: Cast) -> None:
    one, other = written_by(cast, "ferri", 1), written_by(cast, "rossi", 1)
    first, second = (Customer.objects.get(pk=m.conversation.customer_id) for m in (one, other))
    made = merge(by=cast.marco, source=second, target=first, override="It is one person, she says")
    ConversationMerge.objects.create(source=other.conversation, target=one.conversation, by=cast.marco)
    with pytest.raises(Refused, match="merged since"):
        unmerge(by=cast.marco, merge=made)


def test_who_was_being_received_meanwhile_is_adopted(cast: Cast) -> None:
    giulia, again = make_customer("Giulia", ("webhook", "g1")), make_customer("Giulia F", ("phone", "+39"))
    made = merge(by=cast.marco, source=again, target=giulia)
    late = Conversation.objects.create(customer=again, account=cast.inbox)
    assert adopt_stragglers([again.pk, giulia.pk]) == 1
    late.refresh_from_db()
    made.refresh_from_db()
    assert late.customer_id == giulia.pk
    assert late.pk in made.moved["conversations"]


def test_labels_are_lent_and_taken_back(cast: Cast) -> None:
    Label.objects.create(name="vip", scope=Label.Scope.CUSTOMERS)
    Label.objects.create(name="billing", scope=Label.Scope.CONVERSATIONS)
    giulia, again = make_customer("Giulia", ("webhook", "g1")), make_customer("Giulia F", ("phone", "+39"))
    set_customer_labels(by=cast.marco, customer=again, names=["vip"])
    with pytest.raises(Refused, match="not for customers"):
        set_customer_labels(by=cast.marco, customer=again, names=["billing"])
    made = merge(by=cast.marco, source=again, target=giulia)
    assert [label.name for label in giulia.labels.all()] == ["vip"]
    unmerge(by=cast.marco, merge=made)
    assert not giulia.labels.exists()
    assert again.labels.count() == 1


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 3)),
        st.tuples(st.just("merge"), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("unmerge"), st.integers(0, 5)),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_in_any_order_nothing_is_lost_and_undoing_restores(steps: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        _live_through(steps)
        transaction.set_rollback(True)


def _live_through(steps: list[tuple[Any, ...]]) -> None:
    cast, numbers = make_cast(), dict.fromkeys(range(4), 0)
    people = [recognise([Person(claims=(Claim("webhook", f"h{n}"),))])[0].customer_id for n in range(4)]
    for step in steps:
        if step[0] == "write":
            numbers[step[1]] += 1
            written_by(cast, f"h{step[1]}", numbers[step[1]])
        elif step[0] == "merge":
            _try_to_merge(cast, people[step[1]], people[step[2]])
        else:
            _undo(cast, step[1])
        _check_whole()
    while CustomerMerge.objects.filter(undone_at=None).exists():
        _undo(cast, 0)
    assert (
        list(
            Identity.objects.filter(value__startswith="h")
            .order_by("value")
            .values_list("customer_id", flat=True)
        )
        == people
    )
    assert Message.objects.count() == sum(numbers.values())
    for message in Message.objects.select_related("identity", "conversation"):
        assert message.identity is not None
        assert message.conversation.customer_id == message.identity.customer_id


def _try_to_merge(cast: Cast, source: int, target: int) -> None:
    one, other = Customer.objects.get(pk=source), Customer.objects.get(pk=target)
    if one.pk != other.pk and not one.merged_into_id and not other.merged_into_id:
        merge(by=cast.marco, source=one, target=other, override="The same family name")


def _undo(cast: Cast, place: int) -> None:
    open_ones = list(CustomerMerge.objects.filter(undone_at=None).order_by("pk"))
    if open_ones:
        unmerge(by=cast.marco, merge=open_ones[place % len(open_ones)])


def _check_whole() -> None:
    """Nobody who is part of another one has anything left, and handles and conversations agree."""
    merged = Customer.objects.filter(merged_into__isnull=False)
    assert not Identity.objects.filter(customer__in=merged).exists()
    assert not Conversation.objects.filter(customer__in=merged).exists()
    for message in Message.objects.select_related("identity", "conversation"):
        assert message.identity is not None
        assert message.conversation.customer_id == message.identity.customer_id


def test_after_thirty_days_it_stays(cast: Cast, monkeypatch: Any) -> None:
    giulia, again = make_customer("Giulia", ("webhook", "g1")), make_customer("Giulia F", ("phone", "+39"))
    made = merge(by=cast.marco, source=again, target=giulia)
    CustomerMerge.objects.filter(pk=made.pk).update(at=now() - timedelta(days=31))
    with pytest.raises(Refused, match="Thirty days"):
        unmerge(by=cast.marco, merge=made)
