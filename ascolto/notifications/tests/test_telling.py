"""Who is told of what: those whom it concerns, once, and nobody who may not see it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ascolto.conversations.actions import assign, change_status
from ascolto.conversations.models import Conversation, Follower
from ascolto.events.consumers import feed_all
from ascolto.events.models import Event
from ascolto.notifications.actions import mark_seen, mark_unseen
from ascolto.notifications.models import Notification, Wishes
from ascolto.notifications.selectors import notifications_of, unseen_count
from ascolto.notifications.telling import follow
from ascolto.testing.factories import Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def kinds_of(agent: Any) -> list[tuple[str, int]]:
    return [(row.kind, row.times) for row in Notification.objects.filter(agent=agent).order_by("id")]


@pytest.fixture
def given(cast: Cast) -> Conversation:
    """Giulia wrote, and Anna gave it to Marco."""
    conversation = cast.writes("My line is dead.")
    assign(agent=cast.anna, conversation=conversation, assignee=cast.marco)
    feed_all()
    return conversation


def test_marco_is_told_that_anna_gave_him_a_conversation_and_anna_is_not(
    cast: Cast, given: Conversation
) -> None:
    assert kinds_of(cast.marco) == [("assigned", 1)]
    assert kinds_of(cast.anna) == []


def test_nobody_is_told_of_what_they_did_themselves(cast: Cast) -> None:
    assign(agent=cast.marco, conversation=cast.writes("Hello"), assignee=cast.marco)
    feed_all()
    assert kinds_of(cast.marco) == []


def test_three_messages_of_giulia_are_one_notification_that_counts(cast: Cast, given: Conversation) -> None:
    mark_seen(agent=cast.marco)
    for text in ("Are you there?", "Hello?", "Please."):
        cast.writes(text)
        feed_all()
    assert kinds_of(cast.marco) == [("assigned", 1), ("wrote", 3)]
    assert unseen_count(cast.marco) == 1


def test_hearing_the_same_events_again_changes_nothing(cast: Cast, given: Conversation) -> None:
    cast.writes("Are you there?")
    feed_all()
    before = kinds_of(cast.marco)
    follow(list(Event.objects.order_by("id")))
    assert kinds_of(cast.marco) == before


def test_who_follows_hears_and_viktor_who_may_not_see_it_does_not(cast: Cast, given: Conversation) -> None:
    for person in (cast.anna, cast.viktor):
        Follower.objects.create(conversation=given, agent=person)
    cast.writes("Any news?")
    change_status(agent=cast.marco, conversation=given, status="resolved")
    feed_all()
    assert kinds_of(cast.anna) == [("wrote", 1), ("followed", 1)]
    assert kinds_of(cast.viktor) == []


def test_what_marco_muted_does_not_even_appear(cast: Cast, given: Conversation) -> None:
    Wishes.objects.create(agent=cast.marco, muted=["wrote"])
    cast.writes("Are you there?")
    feed_all()
    assert kinds_of(cast.marco) == [("assigned", 1)]


def test_what_is_quiet_or_comes_in_quiet_hours_rings_nowhere(cast: Cast, given: Conversation) -> None:
    Wishes.objects.create(agent=cast.marco, quiet=["wrote"], is_quiet_at_night=False)
    cast.writes("Are you there?")
    feed_all()
    assert Notification.objects.get(agent=cast.marco, kind="wrote").push_at is None
    mark_seen(agent=cast.marco)
    Wishes.objects.filter(agent=cast.marco).update(quiet=[])
    cast.writes("Hello?")
    feed_all()
    assert Notification.objects.get(agent=cast.marco, kind="wrote", seen_at=None).push_at is not None


def test_who_lost_sight_of_a_conversation_reads_no_more_about_it(cast: Cast) -> None:
    conversation = cast.writes("Hello")
    assign(agent=cast.anna, conversation=conversation, assignee=cast.viktor)
    feed_all()
    assert [row.kind for row in notifications_of(cast.viktor)] == ["assigned"]
    assign(agent=cast.anna, conversation=conversation, assignee=cast.marco)
    assert notifications_of(cast.viktor) == []


def test_seen_can_be_taken_back_unless_something_newer_took_its_place(
    cast: Cast, given: Conversation
) -> None:
    row = Notification.objects.get(agent=cast.marco)
    assert mark_seen(agent=cast.marco, pk=row.pk) == 1
    assert mark_unseen(agent=cast.marco, pk=row.pk)
    assert mark_seen(agent=cast.viktor, pk=row.pk) == 0
    mark_seen(agent=cast.marco)
    assign(agent=cast.anna, conversation=given, assignee=None)
    assign(agent=cast.anna, conversation=given, assignee=cast.marco)
    feed_all()
    assert not mark_unseen(agent=cast.marco, pk=row.pk)


def test_a_batch_costs_the_same_queries_for_one_and_for_thirty(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        conversation = cast.writes(f"Number {number}", customer=None) if number == 0 else None
        if conversation is not None:
            assign(agent=cast.anna, conversation=conversation, assignee=cast.marco)
        cast.writes("again")
    events = list(Event.objects.order_by("id"))
    with django_assert_max_num_queries(16):
        follow(events)


def test_the_list_leads_to_the_conversation_and_counts_down(
    cast: Cast, given: Conversation, client: Client
) -> None:
    client.force_login(cast.marco)
    page = client.get("/notifications/").content.decode()
    assert "Anna" in page
    assert "gave you the conversation with Giulia Ferri" in page
    assert client.get("/notifications/count/").json()["unseen"] == 1
    row = Notification.objects.get(agent=cast.marco)
    assert client.get(f"/notifications/{row.pk}/")["Location"].endswith(f"/c/{given.number}/")
    assert client.get("/notifications/count/").json() == {
        "unseen": 0, "words": "new notifications", "latest": None,
    }  # fmt: skip
    client.force_login(cast.viktor)
    assert client.get(f"/notifications/{row.pk}/").status_code == 404


@pytest.mark.parametrize("sent", [{}, {"id": "x"}, {"conversation": "9" * 40}, {"all": "2"}, {"id": "\x00"}])
def test_nonsense_marks_nothing_as_seen(
    cast: Cast, given: Conversation, client: Client, sent: dict[str, str]
) -> None:
    client.force_login(cast.marco)
    assert client.post("/notifications/seen/", sent).status_code == 404
    assert unseen_count(cast.marco) == 1
