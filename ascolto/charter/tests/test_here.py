"""The ten marks beside a conversation and a customer: what each says, and that it is what the Charter measures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ascolto.accounts.models import Agent, Role
from ascolto.charter.guarantee import State
from ascolto.charter.here import Mark, marks_of
from ascolto.charter.models import Stop
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.kit.clock import now
from ascolto.sla.models import Commitment
from ascolto.testing.factories import Cast, make_agent, make_cast, make_customer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def as_() -> Callable[[Agent], Client]:
    def signed_in(agent: Agent) -> Client:
        client = Client()
        client.force_login(agent)
        return client

    return signed_in


def mark(conversation: Conversation, slug: str) -> Mark:
    return next(row for row in marks_of([conversation.pk]).rows if row.guarantee.slug == slug)


def promised(cast: Cast, conversation: Conversation, in_minutes: int, state: str = "open") -> Commitment:
    return Commitment.objects.create(
        conversation=conversation,
        owner=cast.marco,
        words="by six",
        due_at=now() + timedelta(minutes=in_minutes),
        state=state,
    )


def test_where_nothing_measures_it_the_mark_says_why(cast: Cast) -> None:
    marks = marks_of([cast.writes().pk])
    assert [row.guarantee.number for row in marks.rows] == list(range(1, 11))
    for row in marks.rows:
        assert str(row.words)
        if row.guarantee.not_yet:
            assert (row.state, row.applies, row.words) == (State.NOT_MEASURED, False, row.guarantee.not_yet)
    assert marks.total == sum(row.applies for row in marks.rows) < 10


@pytest.mark.parametrize(
    ("minutes", "state", "expected"),
    [
        (60, "open", State.KEPT),
        (5, "open", State.AT_RISK),
        (-5, "open", State.BROKEN),
        (-60, "kept", State.KEPT),
        (-60, "broken", State.BROKEN),
    ],
)
def test_promises_are_in_time_due_soon_or_late(cast: Cast, minutes: int, state: str, expected: State) -> None:
    conversation = cast.writes()
    promised(cast, conversation, minutes, state)
    assert mark(conversation, "promises-kept").state == expected


def test_an_answer_has_a_name_or_the_mark_is_cut(cast: Cast) -> None:
    conversation = cast.writes()
    assert not mark(conversation, "named").applies
    message = add_reply(agent=cast.marco, conversation=conversation, text="Tomorrow at nine.")
    assert mark(conversation, "named").state == State.KEPT
    Message.objects.filter(pk=message.pk).update(extra={})
    assert mark(conversation, "named").state == State.BROKEN


def test_what_was_set_aside_with_a_reason_is_broken_here(cast: Cast) -> None:
    conversation = cast.writes()
    Stop.objects.create(
        guarantee="no-rubber-wall", gate="send", code="asked", conversation=conversation, is_override=True
    )
    assert mark(conversation, "no-rubber-wall").state == State.BROKEN
    assert mark(cast.writes("Other", customer=make_customer("Paolo")), "no-rubber-wall").state == State.KEPT


def test_only_who_answers_in_public_can_have_two_voices(cast: Cast) -> None:
    conversation = cast.writes("The line is dead.", visibility="public")
    assert not mark(conversation, "one-owner").applies
    add_reply(agent=cast.marco, conversation=conversation, text="We look.", visibility="public")
    assert mark(conversation, "one-owner").state == State.KEPT
    Message.objects.create(
        conversation=conversation, account=cast.inbox, direction="out", visibility="public",
        author_kind="agent", agent=cast.anna, text="Buy more", occurred_at=now() + timedelta(seconds=1),
    )  # fmt: skip
    assert mark(conversation, "one-owner").state == State.BROKEN


def test_marco_sees_the_marks_and_viktor_and_guests_do_not(
    cast: Cast, as_: Callable[[Agent], Client]
) -> None:
    conversation = cast.writes()
    promised(cast, conversation, -5)
    for address in (f"/c/{conversation.number}/charter/", f"/customers/{cast.giulia.pk}/charter/"):
        part = as_(cast.marco).get(address, headers=HTMX)
        assert part.status_code == 200
        assert "<details" in part.content.decode()
        assert "1 promise late" in part.content.decode()
        assert "1 promise late" in as_(cast.marco).get(address).content.decode()
    assert as_(cast.viktor).get(f"/c/{conversation.number}/charter/", headers=HTMX).status_code == 404
    hidden = as_(cast.viktor).get(f"/customers/{cast.giulia.pk}/charter/", headers=HTMX)
    assert (hidden.status_code, hidden.content.strip()) == (200, b"")
    guest = make_agent("Rosa Guest", Role.GUEST)
    assert as_(guest).get(f"/c/{conversation.number}/charter/", headers=HTMX).status_code in {302, 403, 404}
    assert f"/c/{conversation.number}/charter/" in as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()  # fmt: skip


def test_many_conversations_cost_the_queries_of_one(cast: Cast) -> None:
    one = cast.writes("0")
    add_reply(agent=cast.marco, conversation=one, text="Tomorrow at nine.")
    with CaptureQueriesContext(connection) as few:
        marks_of([one.pk])
    many = [one.pk]
    for number in range(12):
        other = cast.writes(str(number), customer=make_customer(f"Giulia {number}"))
        add_reply(agent=cast.marco, conversation=other, text="Tomorrow at nine.")
        many.append(other.pk)
    with CaptureQueriesContext(connection) as more:
        marks_of(many)
    assert len(more) <= len(few) + 2
