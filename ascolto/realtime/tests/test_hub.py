"""Who hears what on a live stream, and what happens to those who read slowly."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ascolto.conversations.access import Sight
from ascolto.events.log import Position
from ascolto.realtime.frames import Frame, HouseNews
from ascolto.realtime.hub import MOST_BYTES, ChatSubscriber, DeskSubscriber, Hub

NOBODY = frozenset[int]()
ANNA = Sight(1, True, NOBODY, NOBODY, NOBODY)
MARCO = Sight(2, False, frozenset({7}), NOBODY, NOBODY)
VIKTOR = Sight(3, False, frozenset({99}), NOBODY, NOBODY)


def frame(**changed: Any) -> Frame:
    known: dict[str, Any] = {"type": "message.received", "conversation": 5, "customer": 11, "account": 7}
    known |= {"channel_account": 7, "assignee": None, "team": None, "version": 3, "message": 21}
    return Frame(**{"position": Position(0, 40), **known, **changed})


def data_of(chunk: bytes | None) -> dict[str, Any] | None:
    if chunk is None:
        return None
    line = next(line for line in chunk.decode().splitlines() if line.startswith("data: "))
    found: dict[str, Any] = json.loads(line[6:])
    return found


def test_each_hears_of_what_they_may_see() -> None:
    told = {"id": 5, "row_visible": True, "version": 3, "type": "message.received", "message": 21}
    assert data_of(frame().for_sight(ANNA)) == data_of(frame().for_sight(MARCO)) == told
    assert frame().for_sight(VIKTOR) is None


def test_whoever_loses_a_conversation_is_told_to_drop_the_row_and_nothing_more() -> None:
    taken = frame(type="conversation.assigned", account=8, previous_assignee=3, assignee=2)
    assert data_of(taken.for_sight(VIKTOR)) == {"id": 5, "row_visible": False}
    assert data_of(taken.for_sight(MARCO)) is not None


few = st.integers(1, 3)


@given(account=few, assignee=st.none() | few, team=st.none() | few)
def test_a_guest_never_hears_of_a_conversation_they_were_not_asked_into(
    account: int, assignee: int | None, team: int | None
) -> None:
    guest = Sight(3, False, NOBODY, NOBODY, frozenset({6}))
    assert frame(account=account, assignee=assignee, team=team).for_sight(guest) is None


def test_a_slow_reader_is_told_to_load_again_instead_of_filling_the_memory() -> None:
    async def story() -> bytes:
        subscriber = DeskSubscriber(ANNA)
        for _ in range(10 * MOST_BYTES // 100):
            subscriber.hear([frame()])
        return await subscriber.take(0.1)

    chunk = asyncio.run(story())
    assert len(chunk) <= MOST_BYTES
    assert chunk.startswith(b"event: reset")


def test_a_visitor_is_woken_by_their_own_messages_only() -> None:
    visitor = ChatSubscriber(account_id=7, customer_id=11)
    visitor.hear([frame(customer=12), frame(type="conversation.assigned")])
    assert not visitor.should_look
    visitor.hear([frame(type="message.added")])
    assert visitor.should_look


def test_whoever_comes_in_while_nobody_listened_loads_again() -> None:
    async def story() -> bytes:
        hub, subscriber = Hub(), DeskSubscriber(ANNA)
        hub.add(subscriber)
        hub.publish(Position(0, 41), None, False)
        return await subscriber.take(0.1)

    assert asyncio.run(story()).startswith(b"event: reset")


def test_a_closing_process_lets_go_of_everybody() -> None:
    async def story() -> tuple[bool, bool]:
        hub, early, late = Hub(), DeskSubscriber(ANNA), DeskSubscriber(ANNA)
        hub.add(early)
        hub.close()
        hub.add(late)
        return early.is_closed, late.is_closed

    assert asyncio.run(story()) == (True, True)


def test_everybody_hears_that_an_inbox_changed_and_nothing_more() -> None:
    news = HouseNews(Position(0, 41))
    for sight in (ANNA, MARCO, VIKTOR):
        assert news.for_sight(sight) == b"id: 0.41\nevent: house\ndata: {}\n\n"
    visitor = ChatSubscriber(account_id=7, customer_id=None)
    visitor.hear([news])
    assert not visitor.should_look
