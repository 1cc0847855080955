"""Who reads and who writes: told to those who may see the conversation, believed only from our own pages, forgotten after a while."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from ascolto.collaboration.models import Seat
from ascolto.collaboration.presence import Seated, keep, seats
from ascolto.conversations.attending import GONE, READING, WRITING, Beat, present
from ascolto.kit.clock import now
from ascolto.realtime.edge import Edge
from ascolto.realtime.presence import changes, frames_of_seats, is_own_page, read_said
from ascolto.realtime.tests.test_edge import Wire, cookie_of, until, with_edge
from ascolto.testing.factories import make_cast, make_customer

HOSTILE = [
    b"",
    b"[]",
    b"{",
    b"\xff",
    b'{"c":true,"s":"reading"}',
    b'{"c":0,"s":"reading"}',
    b'{"c":1}',
    b"[" * 400,
]
HOSTILE += [
    b'{"c":1,"s":["reading"]}',
    b'{"c":1e3,"s":"reading"}',
    b'{"c":99999999999999999999,"s":"reading"}',
]


def beat(cookie: str, conversation: int, state: str, **said: Any) -> Wire:
    body = json.dumps({"c": conversation, "s": state, **said}).encode()
    return Wire("/live/presence", body, cookie=cookie, sec_fetch_site="same-origin")


def told(wire: Wire) -> list[dict[str, Any]]:
    frames = wire.body.decode().split("\n\n")
    return [json.loads(f.partition("data: ")[2]) for f in frames if f.startswith("event: presence")]


@pytest.mark.django_db(transaction=True)
def test_anna_sees_that_marco_writes_and_that_he_left_while_viktor_hears_nothing() -> None:
    cast = make_cast()
    conversation = cast.writes("Where is my parcel?").pk
    anna, marco, viktor = (cookie_of(who) for who in (cast.anna, cast.marco, cast.viktor))

    async def story(edge: Edge) -> None:
        screens = {c: Wire("/live/desk", method="GET", cookie=c) for c in (anna, viktor)}
        tasks = [asyncio.ensure_future(edge(w.scope, w.receive, w.send)) for w in screens.values()]
        for wire in screens.values():
            await until(wire, b"event: hello")
        for state, mark in (
            (READING, b'"state":"reading"'),
            (WRITING, b'"state":"writing"'),
            (GONE, b'"who":[]'),
        ):
            sent = beat(marco, conversation, state)
            await edge(sent.scope, sent.receive, sent.send)
            assert sent.status == 204
            await until(screens[anna], mark)
        # Viktor says that he reads what he may not see: nobody hears of it
        sent = beat(viktor, conversation, READING)
        await edge(sent.scope, sent.receive, sent.send)
        await asyncio.to_thread(_rounds_pass, cast)
        assert told(screens[viktor]) == []
        assert {who["name"] for frame in told(screens[anna]) for who in frame["who"]} == {cast.marco.name}
        for wire in screens.values():
            wire.is_gone.set()
        await asyncio.gather(*tasks)

    with_edge(story)


def _rounds_pass(cast: Any) -> None:
    try:
        assert not Seat.objects.filter(agent=cast.viktor).exists()
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_who_opens_the_desk_later_is_told_who_is_already_there_also_by_another_process() -> None:
    cast = make_cast()
    conversation = cast.writes("Where is my parcel?").pk
    anna = cookie_of(cast.anna)
    keep([Beat(cast.marco.pk, conversation, WRITING, now())])  # another process, or a room that knows better

    async def story(edge: Edge) -> None:
        screen = Wire("/live/desk", method="GET", cookie=anna)
        task = asyncio.ensure_future(edge(screen.scope, screen.receive, screen.send))
        await until(screen, b'"state":"writing"')
        late = Wire("/live/desk", method="GET", cookie=anna)
        other = asyncio.ensure_future(edge(late.scope, late.receive, late.send))
        await until(late, b'"state":"writing"')
        for wire in (screen, late):
            wire.is_gone.set()
        await asyncio.gather(task, other)

    with_edge(story)


@pytest.mark.django_db(transaction=True)
def test_only_our_own_pages_with_a_person_signed_in_are_believed() -> None:
    cast = make_cast()
    conversation = cast.writes("Where is my parcel?").pk
    marco = cookie_of(cast.marco)
    body = json.dumps({"c": conversation, "s": READING}).encode()

    async def story(edge: Edge) -> None:
        refused = [
            (401, beat("ascolto_session=made-up", conversation, READING)),
            (400, Wire("/live/presence", body, cookie=marco)),
            (400, Wire("/live/presence", body, cookie=marco, sec_fetch_site="cross-site")),
            (
                400,
                Wire(
                    "/live/presence", body, cookie=marco, origin="https://evil.example", host="care.example"
                ),
            ),
            (405, Wire("/live/presence", b"", method="GET", cookie=marco)),
            (413, Wire("/live/presence", b"x" * 5000, cookie=marco, sec_fetch_site="same-origin")),
            *(
                (400, Wire("/live/presence", text, cookie=marco, sec_fetch_site="same-origin"))
                for text in HOSTILE
            ),
        ]
        for status, wire in refused:
            await edge(wire.scope, wire.receive, wire.send)
            assert wire.status == status, wire.scope

    with_edge(story)
    assert not Seat.objects.exists()


@pytest.mark.django_db
def test_who_is_not_heard_of_for_twenty_seconds_is_gone() -> None:
    cast = make_cast()
    conversation = cast.writes("Where is my parcel?").pk
    keep([Beat(cast.marco.pk, conversation, READING, now() - timedelta(seconds=21))])
    keep([Beat(cast.anna.pk, conversation, WRITING, now())])
    assert [seat.agent for seat in seats()] == [cast.anna.pk]
    assert [(one.name, one.state) for one in present([conversation])] == [(cast.anna.name, WRITING)]


@pytest.mark.django_db
def test_what_two_hundred_people_say_is_written_in_a_constant_number_of_queries(
    django_assert_max_num_queries: Any,
) -> None:
    cast = make_cast()
    conversations = [
        cast.writes(f"Question {n}", customer=make_customer(f"Customer {n}")).pk for n in range(3)
    ]
    beats = [Beat(who.pk, pk, READING, now()) for pk in conversations for who in (cast.marco, cast.anna)]
    with django_assert_max_num_queries(2):
        keep(beats)
        assert len(seats()) == 6


few = st.integers(1, 4)
seated = st.builds(Seated, few, few, st.just("Marco"), st.sampled_from([READING, WRITING]), few, few, few)
rooms = st.lists(seated, max_size=8, unique_by=lambda seat: (seat.conversation, seat.agent))


@given(rooms, rooms)
def test_what_is_told_leads_from_what_was_to_what_is(before: list[Seated], after: list[Seated]) -> None:
    was, now_is = frames_of_seats(before), frames_of_seats(after)
    shown = {pk: frame.who for pk, frame in was.items()}
    for frame in changes(was, now_is):
        assert shown.get(frame.conversation) != frame.who
        shown[frame.conversation] = frame.who
    assert {pk: who for pk, who in shown.items() if who} == {pk: frame.who for pk, frame in now_is.items()}


def test_a_page_is_our_own_by_what_the_browser_says() -> None:
    assert is_own_page({"sec-fetch-site": "same-origin"})
    assert is_own_page({"origin": "http://care.example:8000", "host": "care.example:8000"})
    assert not is_own_page(
        {"sec-fetch-site": "same-site", "origin": "https://care.example", "host": "care.example"}
    )
    assert not is_own_page({})
    assert read_said(b'{"c":5,"s":"gone","left":5}') is not None
