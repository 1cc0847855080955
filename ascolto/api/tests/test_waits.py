"""The expected wait, by the API: what a telephone switch says to who holds the line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.api.tests.conftest import token_of
from ascolto.conversations.actions import add_reply
from ascolto.kit.clock import now
from ascolto.routing.models import Presence
from ascolto.routing.waiting import METHOD
from ascolto.sla.models import SlaClock
from ascolto.testing.factories import Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    found = make_cast()
    Presence.objects.update_or_create(agent=found.marco, defaults={"state": Presence.State.AVAILABLE})
    return found


def answered_lately(cast: Cast) -> None:
    earlier = cast.writes("An earlier question.", customer=make_customer("Sara Riva"))
    add_reply(agent=cast.marco, conversation=earlier, text="Done.")
    for number in range(8):
        answered = now() - timedelta(minutes=2 * number + 1)
        SlaClock.objects.create(
            conversation=earlier, kind="next_response", channel="chat", state="met", answered_by=cast.marco,
            started_at=answered - timedelta(minutes=4), stopped_at=answered,
        )  # fmt: skip


def test_the_wait_is_told_with_place_and_method(cast: Cast) -> None:
    answered_lately(cast)
    talk = cast.writes()
    found = token_of(cast.marco).get(f"/conversations/{talk.pk}/wait")
    assert (found["is_waiting"], found["position"], found["method"]) == (True, 1, METHOD)
    assert 0 < found["likely_seconds"] <= found["seconds"]
    assert found["told_seconds"] is None


def test_a_wait_that_cannot_be_estimated_is_null(cast: Cast) -> None:
    found = token_of(cast.marco).get(f"/conversations/{cast.writes().pk}/wait")
    assert (found["is_waiting"], found["seconds"], found["position"], found["method"]) == (True, None, 1, "")


def test_who_was_answered_waits_no_longer(cast: Cast) -> None:
    talk = cast.writes()
    add_reply(agent=cast.marco, conversation=talk, text="Done.")
    found = token_of(cast.marco).get(f"/conversations/{talk.pk}/wait")
    assert (found["is_waiting"], found["seconds"], found["position"]) == (False, None, None)


def test_viktor_is_told_nothing(cast: Cast) -> None:
    assert token_of(cast.viktor).problem("GET", f"/conversations/{cast.writes().pk}/wait").status == 404
