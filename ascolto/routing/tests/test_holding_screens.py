"""Who has a conversation and why, the next one, giving one back; and what leads see of everybody."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ascolto.accounts.models import Role
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation
from ascolto.events.consumers import feed_all
from ascolto.events.log import make_event
from ascolto.kit.clock import now
from ascolto.routing.actions.presence import beat
from ascolto.routing.history import keep_history
from ascolto.routing.models import Assignment
from ascolto.routing.selectors import crew, queues
from ascolto.routing.words import in_words
from ascolto.testing.factories import Cast, make_agent, make_cast, make_customer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def signed_in(agent: object) -> Client:
    client = Client()
    client.force_login(agent)  # type: ignore[arg-type]
    return client


def test_why_marco_and_who_had_it_before(cast: Cast) -> None:
    conversation = cast.writes()
    why: list[dict[str, Any]] = [
        {"code": "same_person"},
        {"code": "least_loaded", "load": 20, "capacity": 100, "able": 3},
    ]
    assign(agent=None, conversation=conversation, assignee=cast.anna)
    assign(agent=None, conversation=conversation, assignee=cast.marco, how="routed", why=why)
    address = reverse("routing:assigned", args=[conversation.number])
    marco = signed_in(cast.marco)
    early = marco.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Why Marco Villa?" in early  # before the reader of the log came by
    feed_all()
    page = marco.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Knows this customer already." in page
    assert "Has the least in hand of 3 who could take it: 20 of 100." in page
    assert "Anna Neri" in page
    assert "Give it back" in page
    assert "<html" in marco.get(address).content.decode()
    assert "Give it back" not in signed_in(cast.anna).get(address).content.decode()
    assert signed_in(cast.viktor).get(address).status_code == 404


def test_what_a_conversation_waits_for_is_said(cast: Cast) -> None:
    conversation = cast.writes()
    page = signed_in(cast.anna).get(reverse("routing:assigned", args=[conversation.number])).content.decode()
    assert "Nobody has it yet" in page
    assert "Nobody of the 2 who could take it is here." in page


def test_marco_takes_the_next_one(cast: Cast) -> None:
    conversation = cast.writes()
    marco = signed_in(cast.marco)
    answer = marco.post(reverse("routing:next"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("desk:thread", args=[conversation.number])
    conversation.refresh_from_db()
    assert conversation.assignee == cast.marco
    other = cast.writes(customer=make_customer("Luca Greco"))
    assert marco.post(reverse("routing:next")).headers["Location"].endswith(f"/c/{other.number}/")
    nothing = marco.post(reverse("routing:next"), headers={"HX-Request": "true"})
    assert "Nothing that you can take" in json.loads(nothing["HX-Trigger"])["toast"]["text"]
    assert signed_in(make_agent("Bruno Conti", Role.GUEST)).post(reverse("routing:next")).status_code == 403


def test_marco_gives_it_back_with_a_reason(cast: Cast) -> None:
    conversation = cast.writes()
    assign(agent=cast.marco, conversation=conversation, assignee=cast.marco)
    address = reverse("routing:give-back", args=[conversation.number])
    marco = signed_in(cast.marco)
    assert marco.post(address, {"reason": "  \u200b "}, headers={"HX-Request": "true"}).status_code == 422
    assert signed_in(cast.anna).post(address, {"reason": "Not mine."}).status_code == 422
    answer = marco.post(
        address, {"reason": "My brother. " + "\u202ex" * 5_000}, headers={"HX-Request": "true"}
    )
    assert "Nobody has it yet" in answer.content.decode()
    conversation.refresh_from_db()
    assert conversation.assignee is None
    assert conversation.waiting_since is not None
    toast = json.loads(answer["HX-Trigger"])["toast"]
    marco.post(toast["undo"], toast["fields"])
    conversation.refresh_from_db()
    assert conversation.assignee == cast.marco


def test_the_crew_and_the_queues_cost_the_same_for_ten_times_as_many(cast: Cast) -> None:
    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as first:
            people = crew(now())
        with CaptureQueriesContext(connection) as second:
            queues(now())
        assert people
        return len(first), len(second)

    beat(agent=cast.marco)
    assign(agent=cast.anna, conversation=cast.writes(), assignee=cast.marco)
    cost()  # the rules are made at first use
    few = cost()
    for number in range(20):
        person = make_agent(f"Agent{number} Test", teams=[cast.care])
        beat(agent=person)
        assign(
            agent=cast.anna, conversation=cast.writes(customer=make_customer(f"C{number} D")), assignee=person
        )
    assert cost() == few
    assert few[1] == 2


def test_what_a_lead_sees_of_marco_and_of_what_waits(cast: Cast) -> None:
    beat(agent=cast.marco)
    mine, late = cast.writes(), cast.writes(customer=make_customer("Luca Greco"))
    assign(agent=cast.marco, conversation=mine, assignee=cast.marco, team=cast.care)
    Conversation.objects.filter(pk=late.pk).update(due_at=now() - timedelta(minutes=1), team=cast.care)
    marco = crew(now())[0]
    assert (marco.name, marco.is_here, marco.load, marco.in_hand, marco.waiting) == (
        "Marco Villa",
        True,
        20,
        1,
        1,
    )
    assert marco.waiting_since == Conversation.objects.get(pk=mine.pk).waiting_since
    (queue,) = queues(now())
    assert (queue.team_name, queue.channel, queue.waiting, queue.free, queue.late) == (
        "Care",
        "webhook",
        2,
        1,
        1,
    )
    assert queue.due_next == Conversation.objects.get(pk=mine.pk).due_at


def test_history_is_kept_in_order_and_once(cast: Cast) -> None:
    conversation = cast.writes()

    def given(assignee: int | None, **fields: object) -> object:
        return make_event(
            "conversation.assigned",
            conversation=conversation.pk,
            assignee=assignee,
            team=None,
            previous_assignee=None,
            previous_team=None,
            **{"how": "assigned", **fields},  # type: ignore[arg-type]
        )

    events = [given(cast.marco.pk), given(cast.anna.pk, how="made up"), given(None), given(cast.marco.pk)]
    with transaction.atomic():  # as readers of the log are called
        keep_history([*events, given(cast.marco.pk)])  # type: ignore[list-item]
    rows = list(Assignment.objects.order_by("pk"))
    assert [(row.agent, row.ended_at is None) for row in rows] == [
        (cast.marco, False),
        (cast.anna, False),
        (cast.marco, True),
    ]
    assert rows[1].how == "assigned"


def test_reasons_that_nobody_knows_are_left_out(cast: Cast) -> None:
    assert in_words([{"code": "made_up"}, {}, {"code": "earliest_due", "due_at": "\x00soon"}]) == [
        "Its promise was due first: \x00soon."
    ]
    assert in_words([{"code": "skills", "topic": 99, "language": "xx", "channel": "gone", "team": 7}]) == [
        "Can do what it needs: the topic “a topic that is gone”, xx, gone, team a team that is gone."
    ]
