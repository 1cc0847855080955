"""Networks tell things late, twice and in any order; what we know in the end does not depend on it."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest

from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import Edited, Handle, Removed, Sender
from ascolto.channels.protocol import Message as Incoming
from ascolto.conversations.actions import Received, add_reply, apply_news, news_of, receive_messages
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.models import Customer
from ascolto.kit.clock import now
from ascolto.testing.factories import make_cast, make_customer, make_inbox, receive

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("is_removed", [False, True])
def test_edits_in_any_order_leave_the_same_history(order: tuple[int, ...], is_removed: bool) -> None:
    inbox, nine = make_inbox(), now() - timedelta(hours=1)
    minute = timedelta(minutes=1)
    edits = [Edited(external_id="m-1", occurred_at=nine + n * minute, text=f"v{n}") for n in (1, 2)]
    last = Removed(external_id="m-1", occurred_at=nine + 3 * minute)
    steps = [*edits, last if is_removed else edits[0]]
    message = receive(inbox, "v0", at=nine, external_id="m-1")
    for step in order * 2:
        apply_news([news_of(inbox.pk, steps[step])])
    message.refresh_from_db()
    assert message.edited_at == nine + 2 * minute
    said = list(message.revisions.order_by("replaced_at").values_list("text", flat=True))
    assert [*said, message.text] == (["v0", "v1", "v2", ""] if is_removed else ["v0", "v1", "v2"])


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_an_answer_given_outside_stops_the_wait_for_what_came_before_it(order: tuple[int, ...]) -> None:
    inbox, giulia, nine = make_inbox(), make_customer(), now() - timedelta(hours=1)
    for step in order:
        at = nine + timedelta(minutes=step)
        receive(inbox, f"m-{step}", customer=giulia, at=at, external_id=f"m-{step}", outgoing=step == 1)
    conversation = Conversation.objects.get()
    assert conversation.waiting_since == nine + timedelta(minutes=2)
    assert conversation.due_at is not None
    assert conversation.preview == "m-2"


def test_what_marco_had_not_seen_when_he_answered_still_waits() -> None:
    cast = make_cast()
    conversation = cast.writes("two")
    add_reply(agent=cast.marco, conversation=conversation, text="We are looking into it.")
    late = now() - timedelta(minutes=30)
    assert cast.writes("one", at=late).waiting_since == late


def _received(inbox: ChannelAccount, giulia: Customer, name: str, at: datetime, thread: str) -> Received:
    identity = giulia.identities.order_by("-id")[0]
    handle = Handle(identity.namespace, identity.value)
    incoming = Incoming(external_id=name, sender=Sender((handle,)), occurred_at=at, text=name, thread=thread)
    return Received(
        account_id=inbox.pk,
        channel=inbox.kind,
        message=incoming,
        customer_id=giulia.pk,
        identity_id=identity.pk,
    )


def test_writing_in_a_room_and_to_us_alone_at_once_does_not_split_the_conversation() -> None:
    inbox, giulia = make_inbox(), make_customer()
    alone = receive(inbox, "first", customer=giulia)
    batch = [
        _received(inbox, giulia, "in-the-room", now(), "room-1"),
        _received(inbox, giulia, "second", now(), ""),
    ]
    receive_messages(batch)
    assert Message.objects.get(text="second").conversation_id == alone.conversation_id
    assert Message.objects.get(text="in-the-room").conversation_id != alone.conversation_id
