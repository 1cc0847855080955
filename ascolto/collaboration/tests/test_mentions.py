"""Names in notes, who follows, who is asked in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ascolto.accounts.models import Role
from ascolto.collaboration.actions.mentions import settle
from ascolto.collaboration.actions.participants import ask_in, let_go
from ascolto.collaboration.calling import called_in, names_of
from ascolto.collaboration.models import Mention
from ascolto.collaboration.selectors.meanwhile import changed_since
from ascolto.collaboration.selectors.people import (
    called_blind,
    followers_of,
    mentionable,
    mentions_of,
    participants_of,
)
from ascolto.conversations.access import access_conversation, visible_conversations
from ascolto.conversations.actions import add_note, add_reply, change_status
from ascolto.conversations.actions.noting import change_note, remove_note
from ascolto.conversations.models import Conversation
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import make_agent, make_cast

PEOPLE = [(1, "Anna Neri", "anna@x.example"), (2, "Anna", "a@x.example")]
PEOPLE += [(3, "Eva Rossi", "eva1@x.example"), (4, "Eva Rossi", "eva2@x.example")]
NAMES = names_of(PEOPLE, [(7, "Billing")])
HOSTILE = ["@" * 100_000, "@anna" * 20_000, "\u200b@anna neri\u200d" * 1000, "👩@" * 10_000]
HOSTILE += ["Z̸̡@a̷nna" * 5000, "\u202e@anna neri", "İ@anna neri"]


def keys(text: str) -> list[str]:
    return [one.key for one in called_in(text, NAMES)]


def test_the_longest_name_is_meant_and_an_address_is_no_mention() -> None:
    assert keys("@Anna Neri, can you look? @anna too, @TEAM:billing!") == ["person:1", "person:2", "team:7"]
    assert keys("write to giulia@anna.example or @annabel") == []
    assert keys("@Anna @anna") == ["person:2"]


def test_two_people_of_one_name_are_told_apart_by_their_address() -> None:
    assert keys("@Eva Rossi") == []
    assert keys("@eva2@x.example") == ["person:4"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_read_in_bounded_time_and_its_places_are_right(text: str) -> None:
    for one in called_in(text, NAMES):
        assert text[one.start] == "@"
        assert 0 <= one.start < one.end <= len(text)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    for one in called_in(text, NAMES):
        assert text[one.start] == "@"


pytestmark = pytest.mark.django_db


def test_anna_is_called_follows_and_is_done_with_it() -> None:
    cast = make_cast()
    conversation = cast.writes()
    note = add_note(
        agent=cast.marco, conversation=conversation, text="@Anna Neri what do we say? @Marco Villa"
    )
    assert [(one.person, one.by) for one in Mention.objects.all()] == [(cast.anna, cast.marco)]
    assert Event.objects.get(type="note.mentioned").data == {
        "message": note.pk,
        "person": cast.anna.pk,
        "team": "",
    }
    assert followers_of(conversation) == [cast.anna]
    (mention,) = mentions_of(cast.anna)
    assert settle(agent=cast.viktor, mentions=[mention.pk]) == 0
    assert settle(agent=cast.anna, mentions=[mention.pk]) == 1
    assert not mentions_of(cast.anna).exists()


def test_a_team_calls_those_of_it_who_may_see() -> None:
    cast = make_cast()
    cast.care.members.add(cast.anna)
    add_note(agent=cast.marco, conversation=cast.writes(), text="@team:Care and @team:Warehouse: look")
    assert [(one.person, one.team) for one in Mention.objects.all()] == [(cast.anna, "Care")]


def test_viktor_cannot_see_what_calls_him_until_marco_asks_him_in() -> None:
    cast = make_cast()
    conversation = cast.writes()
    add_note(agent=cast.marco, conversation=conversation, text="@Viktor Orlov is it in the warehouse?")
    assert called_blind(conversation) == [cast.viktor]
    assert not mentions_of(cast.viktor).exists()
    assert followers_of(conversation) == []
    assert ask_in(agent=cast.marco, conversation=conversation, person=cast.viktor)
    assert called_blind(conversation) == []
    assert mentions_of(cast.viktor).count() == 1
    assert participants_of(conversation) == followers_of(conversation) == [cast.viktor]
    assert let_go(agent=cast.marco, conversation=conversation, person=cast.viktor)
    with pytest.raises(Conversation.DoesNotExist):
        access_conversation(cast.viktor, conversation.pk)
    assert followers_of(conversation) == []


def test_a_guest_who_was_asked_in_reads_and_notes_and_nothing_more() -> None:
    cast = make_cast()
    guest = make_agent("Rosa Guest", Role.GUEST)
    conversation, other = cast.writes(), cast.writes("Another", customer=None)
    ask_in(agent=cast.marco, conversation=conversation, person=guest)
    assert access_conversation(guest, conversation.pk, to="note") == conversation
    for verb in ("reply", "manage"):
        with pytest.raises(Refused):
            access_conversation(guest, conversation.pk, to=verb)
    assert list(visible_conversations(guest)) == [conversation]
    for refused in (
        lambda: ask_in(agent=guest, conversation=conversation, person=cast.viktor),
        lambda: let_go(agent=guest, conversation=conversation, person=cast.marco),
    ):
        with pytest.raises(Refused):
            refused()
    assert other.pk
    assert let_go(agent=guest, conversation=conversation, person=guest)


def test_a_note_is_changed_and_taken_back_by_its_author_for_a_while() -> None:
    cast = make_cast()
    conversation = cast.writes()
    note = add_note(agent=cast.marco, conversation=conversation, text="@Anna Neri look")
    for somebody_else in (cast.anna, cast.viktor):
        with pytest.raises(Refused):
            change_note(agent=somebody_else, note=note, text="mine")
    assert change_note(agent=cast.marco, note=note, text="never mind")
    assert not Mention.objects.exists()
    assert [one.text for one in note.revisions.all()] == ["@Anna Neri look"]
    remove_note(agent=cast.marco, note=note)
    note.refresh_from_db()
    assert (note.text, note.removed_at is not None) == ("", True)
    assert {one.text for one in note.revisions.all()} == {"@Anna Neri look", "never mind"}
    message = conversation.messages.earliest("pk")
    with pytest.raises(Refused):
        remove_note(agent=cast.marco, note=message)


def test_the_menu_offers_who_sees_it_first(django_assert_max_num_queries: Any) -> None:
    cast = make_cast()
    make_agent("Vera Blu", teams=[cast.care], email="vera@telvia.example")
    conversation = cast.writes()
    with django_assert_max_num_queries(8):
        found = mentionable(conversation, "V", cast.marco)
    assert [(one.name, one.sees) for one in found] == [("Vera Blu", True), ("Viktor Orlov", False)]
    assert [one.token for one in mentionable(conversation, "team:wa", cast.marco)] == ["team:Warehouse"]
    assert mentionable(conversation, "\u0000\ud800" * 500, cast.marco) == []


def test_whoever_answers_late_is_shown_what_happened_meanwhile() -> None:
    cast = make_cast()
    conversation = cast.writes()
    seen = conversation.messages.latest("pk").pk
    add_note(agent=cast.anna, conversation=conversation, text="Wait for the technician.")
    add_reply(agent=cast.anna, conversation=conversation, text="We are looking into it.")
    change_status(agent=cast.anna, conversation=conversation, status="pending")
    cast.writes("Are you there?")
    found = changed_since(cast.marco, conversation, seen)
    assert {(one.kind, one.who) for one in found} >= {
        ("note", "Anna Neri"),
        ("colleague", "Anna Neri"),
        ("status", "Anna Neri"),
        ("customer", cast.giulia.name),
    }
    assert "Wait for the technician." in {one.text for one in found}
    assert changed_since(cast.marco, conversation, 2**62) == []


@pytest.mark.parametrize("posted", ["", "x", "9" * 40, "-1"])
def test_hostile_numbers_say_nothing_is_new(posted: str) -> None:
    cast = make_cast()
    conversation = cast.writes()
    client = Client()
    client.force_login(cast.marco)
    answer = client.get(
        f"/c/{conversation.number}/changed/", {"seen": posted}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
