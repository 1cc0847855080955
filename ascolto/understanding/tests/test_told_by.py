"""What a customer told, as far as the person who asks may read it."""

from __future__ import annotations

from typing import Any

import pytest

from ascolto.conversations.models import Conversation, Message
from ascolto.testing.factories import Cast, make_cast, make_inbox, make_team, receive
from ascolto.understanding.selectors.told import summary_of, told_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def shown(conversation: Conversation, agent: object = None) -> set[str]:
    return {one.shown for one in told_by(conversation, agent)}  # type: ignore[arg-type]


def apart(cast: Cast, text: str, *, team: str = "Care", **fields: Any) -> Conversation:
    """A conversation of Giulia's beside the others, on an inbox of this team, in which she says this."""
    inbox = make_inbox("chat", teams=[make_team(team)])
    said = receive(inbox, text, customer=cast.giulia)
    talk = Conversation.objects.create(customer=cast.giulia, account=inbox, **fields)
    Message.objects.filter(pk=said.pk).update(conversation=talk)
    return talk


def test_another_open_conversation_counts_where_it_may_be_seen(cast: Cast) -> None:
    here = cast.writes("The line is dead.")
    apart(cast, "My order number is A-22915")
    apart(cast, "My contract number is 88123", team="Legal")
    assert shown(here, cast.marco) == {"A-22915"}
    assert shown(here, cast.anna) == {"A-22915", "88123"}
    assert shown(here) == set()


def test_what_came_before_counts_and_what_is_resolved_beside_it_does_not(cast: Cast) -> None:
    here = cast.writes("Still dead!")
    before = apart(cast, "My customer number is 4471902", status="resolved")
    apart(cast, "Order number A-22915", status="resolved")
    Conversation.objects.filter(pk=here.pk).update(previous=before)
    here.refresh_from_db()
    assert shown(here, cast.marco) == {"4471902"}
    assert shown(here) == {"4471902"}


def test_what_was_taken_back_and_what_we_said_does_not_count(cast: Cast) -> None:
    from ascolto.conversations.actions import add_note, add_reply
    from ascolto.kit.clock import now

    here = cast.writes("My customer number is 4471902")
    add_reply(agent=cast.marco, conversation=here, text="Your case number is 88213.")
    add_note(agent=cast.marco, conversation=here, text="Her order number is A-22915.")
    assert shown(here, cast.marco) == {"4471902"}
    Message.objects.filter(direction="in").update(removed_at=now())
    assert shown(here, cast.marco) == set()


def test_a_circle_of_conversations_ends(cast: Cast) -> None:
    first = cast.writes("My customer number is 4471902")
    second = apart(cast, "Order number A-22915", previous=first)
    Conversation.objects.filter(pk=first.pk).update(previous=second)
    assert shown(second) == {"4471902", "A-22915"}


def test_a_summary_is_made_of_sentences_of_the_conversation(cast: Cast) -> None:
    here = cast.writes("My line has been dead since this morning. Please repair it today.")
    assert any("dead since this morning" in sentence for sentence in summary_of(here))
