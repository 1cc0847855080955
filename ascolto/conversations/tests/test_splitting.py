"""Part of a conversation becomes one of its own; who is blocked reaches nobody."""

from __future__ import annotations

import pytest

from ascolto.conversations import actions
from ascolto.conversations.actions.split import links_of
from ascolto.conversations.models import Conversation, Message, Status
from ascolto.conversations.selectors import count_views
from ascolto.customers.models import Identity
from ascolto.customers.refusing import accept_identity, refuse_identity
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import Cast, make_cast, make_customer, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_marco_makes_the_second_matter_a_conversation_of_its_own_and_takes_it_back(cast: Cast) -> None:
    line = cast.writes("The line is dead.")
    bill = receive(cast.inbox, "And the bill is wrong.", customer=cast.giulia)
    actions.add_note(agent=cast.marco, conversation=line, text="Two matters")
    fresh = actions.split(agent=cast.marco, conversation=line, messages=[bill.pk])
    assert list(fresh.messages.values_list("text", flat=True)) == ["And the bill is wrong."]
    assert (fresh.customer_id, fresh.status, fresh.preview) == (
        cast.giulia.pk,
        Status.OPEN,
        "And the bill is wrong.",
    )
    assert fresh.waiting_since is not None
    assert line.preview == "The line is dead."
    assert links_of(line.pk) == {fresh.pk: "split"}
    assert Event.objects.filter(type="conversation.split").count() == 2
    actions.merge(agent=cast.marco, source=fresh, target=line)
    assert line.messages.count() == 3


def test_neither_everything_nor_only_notes_nor_another_ones_messages_are_split_off(cast: Cast) -> None:
    line = cast.writes("The line is dead.")
    note = actions.add_note(agent=cast.marco, conversation=line, text="Hm")
    other = receive(cast.inbox, "Mine.", customer=make_customer("Rosa Bruni"))
    for chosen in ([], [note.pk], [Message.objects.get(text="The line is dead.").pk], [other.pk]):
        with pytest.raises(Refused):
            actions.split(agent=cast.marco, conversation=line, messages=chosen)


def test_linked_ones_stay_apart_and_only_who_sees_both_links_them(cast: Cast) -> None:
    one = cast.writes("The line is dead.")
    other = cast.writes("Mine too.", customer=make_customer("Rosa Bruni"))
    assert actions.link(agent=cast.marco, conversation=other, other=one, why="the same street")
    assert not actions.link(agent=cast.marco, conversation=one, other=other, why="again")
    assert links_of(one.pk) == {other.pk: "the same street"}
    with pytest.raises(Refused):
        actions.unlink(agent=cast.viktor, conversation=one, other=other)
    assert actions.unlink(agent=cast.marco, conversation=one, other=other) == "the same street"
    assert links_of(one.pk) == {}


def test_a_blocked_sender_is_kept_as_spam_and_in_no_queue(cast: Cast) -> None:
    talk = cast.writes("Buy my pills.")
    actions.mark_spam(agent=cast.marco, conversation=talk)
    identity = Identity.objects.get(pk=Message.objects.get(conversation=talk).identity_id)
    with pytest.raises(Refused):
        refuse_identity(by=cast.marco, identity=identity, why="")
    assert refuse_identity(by=cast.marco, identity=identity, why="sells pills")
    later = [
        receive(cast.inbox, f"Pills {number}", customer=cast.giulia, **more).conversation
        for number, more in enumerate(({}, {"thread": "room"}, {"replies_to": ["nothing"]}))
    ]
    assert {one.pk for one in later} == {talk.pk}
    talk.refresh_from_db()
    assert (talk.status, talk.is_spam, talk.due_at, talk.waiting_since) == (Status.RESOLVED, True, None, None)
    assert set(count_views(cast.marco).values()) == {0}
    assert accept_identity(by=cast.marco, identity=identity)
    again = receive(cast.inbox, "Sorry, my account was stolen.", customer=cast.giulia).conversation
    assert again.pk != talk.pk
    assert Event.objects.filter(type="customer.identity_changed", data__verb="refused").count() == 1


def test_a_blocked_sender_without_spam_begins_it(cast: Cast) -> None:
    identity = cast.giulia.identities.get()
    refuse_identity(by=cast.marco, identity=identity, why="insults everybody")
    made = receive(cast.inbox, "You again.", customer=cast.giulia)
    if made.identity_id != identity.pk:  # on this network she has another handle
        refuse_identity(by=cast.marco, identity=Identity.objects.get(pk=made.identity_id), why="insults")
        Conversation.objects.filter(pk=made.conversation_id).update(status=Status.RESOLVED)
        made = receive(cast.inbox, "And again.", customer=cast.giulia)
    assert made.conversation.is_spam
    assert made.conversation.due_at is None
    assert Event.objects.filter(
        type="conversation.spam_marked", conversation_id=made.conversation_id
    ).exists()
