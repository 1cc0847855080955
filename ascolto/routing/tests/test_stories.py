"""How conversations find people, told as stories through the real rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Conversation
from ascolto.events.consumers import feed_all
from ascolto.kit import clock
from ascolto.routing.actions.presence import beat, choose_presence, go_offline
from ascolto.routing.models import AgentSkills, Assignment
from ascolto.routing.worker import Following
from ascolto.testing.factories import Cast, make_agent, make_cast, make_inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def settle(following: Following) -> None:
    """Let the router do everything there is to do now."""
    while following.turn():
        continue


def holder(conversation: Conversation) -> str:
    found = Conversation.objects.select_related("assignee").get(pk=conversation.pk).assignee
    return found.first_name if found else ""


def test_giulia_writes_and_marco_who_is_there_has_it_with_the_reasons(cast: Cast) -> None:
    beat(agent=cast.marco)
    following = Following()
    conversation = cast.writes()
    with clock.at(clock.now() + timedelta(seconds=3)):  # nobody reads what it is about
        settle(following)
    assert holder(conversation) == "Marco"
    feed_all()
    given = Assignment.objects.get(conversation=conversation)
    assert (given.agent, given.by, given.how, given.ended_at) == (cast.marco, None, "routed", None)
    assert [reason["code"] for reason in given.why]


def test_nobody_is_given_anything_before_they_are_there(cast: Cast) -> None:
    following = Following()
    conversation = cast.writes()
    settle(following)
    assert holder(conversation) == ""
    beat(agent=cast.marco)
    settle(following)
    assert holder(conversation) == "Marco"


def test_viktor_never_gets_what_he_may_not_see(cast: Cast) -> None:
    beat(agent=cast.viktor)
    following = Following()
    conversation = cast.writes()
    with clock.at(clock.now() + timedelta(hours=3)):  # late: every team helps
        beat(agent=cast.viktor)
        settle(following)
    assert holder(conversation) == ""
