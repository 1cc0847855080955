"""While Giulia waits in the chat she sees her place, and nobody else's; nothing when nothing honest can be said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.contact.tests.widgets import Widget
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.routing.models import Presence
from ascolto.sla.actions.choices import change_settings
from ascolto.sla.models import SlaClock
from ascolto.testing.factories import Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db(transaction=True)


def words(giulia: Widget) -> str:
    return str(giulia.client.get(giulia.address("wait"), headers=giulia.headers()).json().get("words"))


@pytest.fixture
def telvia() -> Cast:
    """Marco is there, and eight others were answered lately."""
    cast = make_cast("chat")
    change_settings(by=None, tell_wait=True)
    Presence.objects.update_or_create(agent=cast.marco, defaults={"state": Presence.State.AVAILABLE})
    earlier = cast.writes("An earlier question.", customer=make_customer("Sara Riva"))
    add_reply(agent=cast.marco, conversation=earlier, text="Done.")
    for number in range(8):
        answered = now() - timedelta(minutes=2 * number + 1)
        SlaClock.objects.create(
            conversation=earlier, kind="next_response", channel="chat", state="met", answered_by=cast.marco,
            started_at=answered - timedelta(minutes=4), stopped_at=answered,
        )  # fmt: skip
    return cast


def test_giulia_sees_her_place_until_marco_answers(telvia: Cast) -> None:
    giulia = Widget(telvia.inbox)
    assert words(giulia) == ""
    giulia.write("My line is dead.")
    assert "1" in words(giulia)
    talk = Conversation.objects.get(waiting_since__isnull=False)
    add_reply(agent=telvia.marco, conversation=talk, text="I am here.")
    assert words(giulia) == ""


def test_the_second_in_line_is_the_second(telvia: Cast) -> None:
    Widget(telvia.inbox).write("My line is dead.")
    second = Widget(telvia.inbox)
    second.write("Mine too.")
    assert "2" in words(second).split(":")[0]


def test_nothing_is_shown_where_the_company_does_not_tell_waits(telvia: Cast) -> None:
    change_settings(by=None, tell_wait=False)
    giulia = Widget(telvia.inbox)
    giulia.write("My line is dead.")
    assert words(giulia) == ""


def test_who_has_no_key_is_told_nothing(telvia: Cast) -> None:
    giulia = Widget(telvia.inbox)
    answer = giulia.client.get(giulia.address("wait"), headers={"Origin": giulia.origin})
    assert answer.status_code == 401
