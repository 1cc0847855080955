"""Queues, counts, threads and search: what each person sees, in which order, and at which price."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ascolto.accounts.models import Role
from ascolto.conversations.actions import add_participant, add_reply, assign
from ascolto.conversations.models import Conversation, Status
from ascolto.conversations.selectors import (
    BadCursor,
    Filters,
    access_conversation,
    count_views,
    list_conversations,
    read_thread,
    row_of,
    visible_conversations,
)
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.testing.factories import (
    make_agent,
    make_cast,
    make_conversation,
    make_customer,
    make_inbox,
    receive,
)

pytestmark = pytest.mark.django_db


def test_viktor_sees_nothing_of_another_team_s_inbox() -> None:
    cast = make_cast()
    conversation = cast.writes("secret words")
    assert list_conversations(cast.viktor).rows == []
    assert set(count_views(cast.viktor).values()) == {0}
    assert row_of(cast.viktor, conversation.pk) is None
    with pytest.raises(Conversation.DoesNotExist):
        access_conversation(cast.viktor, conversation.pk)
    assert {row["id"] for row in list_conversations(cast.marco).rows} == {conversation.pk}


def test_whoever_holds_a_conversation_sees_it_and_a_guest_sees_what_they_were_asked_into() -> None:
    cast = make_cast()
    conversation = cast.writes()
    assign(agent=cast.anna, conversation=conversation, assignee=cast.viktor)
    assert visible_conversations(cast.viktor).count() == 1
    guest = make_agent("Gemma Lake", Role.GUEST)
    assert not visible_conversations(guest).exists()
    add_participant(agent=cast.anna, conversation=conversation, person=guest)
    assert access_conversation(guest, conversation.pk, to="note") == conversation
    with pytest.raises(Refused):
        access_conversation(guest, conversation.pk, to="reply")


def test_an_inactive_person_sees_nothing() -> None:
    cast = make_cast()
    cast.writes()
    cast.anna.is_active = False
    assert not visible_conversations(cast.anna).exists()


def test_pages_hold_every_row_once_even_when_times_are_equal() -> None:
    cast = make_cast()
    moment = now() - timedelta(minutes=5)
    for number in range(7):
        make_conversation(cast.inbox, customer=make_customer(f"Giulia {number}"), at=moment)
    seen: list[int] = []
    cursor = ""
    while True:
        page = list_conversations(cast.marco, cursor=cursor, limit=3)
        seen += [row["id"] for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("cursor", ["x", "AAAA", "bm90IGEgY3Vyc29y", "é", "fHw", "MjAyNi0wMS0wMXwx"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    cast = make_cast()
    with pytest.raises(BadCursor):
        list_conversations(cast.marco, cursor=cursor)


def test_to_answer_has_the_promise_due_first_whatever_the_channel() -> None:
    cast = make_cast()
    late = make_conversation(cast.inbox, customer=make_customer("Late"), at=now() - timedelta(hours=1))
    later = make_conversation(make_inbox("email"), customer=make_customer("Later"))
    rows = list_conversations(cast.anna, view="to_answer").rows
    assert [row["id"] for row in rows] == [late.pk, later.pk]


def test_views_divide_the_work() -> None:
    cast = make_cast()
    conversation = cast.writes()
    held = make_conversation(
        cast.inbox, customer=make_customer("Paolo"), assignee=cast.marco, status=Status.PENDING
    )
    counts = count_views(cast.marco)
    assert (counts["unassigned"], counts["mine"], counts["pending"]) == (1, 1, 1)
    assert [row["id"] for row in list_conversations(cast.marco, view="mine").rows] == [held.pk]
    assert row_of(cast.marco, conversation.pk, view="pending") is None


def test_a_thread_is_told_in_order_and_continues_after_a_message() -> None:
    cast = make_cast()
    first = receive(cast.inbox, "one", customer=cast.giulia, at=now() - timedelta(minutes=3))
    second = receive(cast.inbox, "two", customer=cast.giulia, at=now() - timedelta(minutes=2))
    answer = add_reply(agent=cast.marco, conversation=first.conversation, text="three")
    assert [m.pk for m in read_thread(first.conversation)] == [first.pk, second.pk, answer.pk]
    assert [m.pk for m in read_thread(first.conversation, after_id=second.pk)] == [answer.pk]


def queries_of(work: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def test_the_price_of_a_page_does_not_grow_with_its_rows() -> None:
    cast = make_cast()
    cast.writes()
    small = queries_of(lambda: list_conversations(cast.anna))
    for number in range(20):
        make_conversation(cast.inbox, customer=make_customer(f"Giulia {number}"))
    assert queries_of(lambda: list_conversations(cast.anna)) == small <= 3
    assert queries_of(lambda: count_views(cast.anna)) <= 8


@pytest.mark.parametrize("value", ["\x00", "a\x00b", "x" * 500, "%", "_", "'"])
def test_hostile_filters_find_nothing_and_break_nothing(value: str) -> None:
    cast = make_cast()
    cast.writes()
    for filters in (
        Filters(label=value),
        Filters(channel=value),
        Filters(status=value),
    ):
        assert list_conversations(cast.marco, filters=filters).rows in (
            [],
            list_conversations(cast.marco).rows,
        )
