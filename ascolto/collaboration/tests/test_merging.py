"""What people do together about a conversation goes along with a merge, and comes back."""

from __future__ import annotations

from typing import Any

import pytest

from ascolto.accounts.models import Role
from ascolto.collaboration.actions import requests
from ascolto.collaboration.actions.departments import save_department
from ascolto.collaboration.actions.problems import link, open_problem
from ascolto.collaboration.models import DepartmentRequest, Mention, ProblemLink, Seat
from ascolto.conversations import actions
from ascolto.conversations.actions import add_note
from ascolto.conversations.actions.split import split
from ascolto.conversations.attending import READING, WRITING, Beat, attend, present
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_agent, make_cast, make_customer

pytestmark = pytest.mark.django_db


def two(cast: Cast) -> tuple[Conversation, Conversation]:
    """Giulia's matter, and the one that she began elsewhere."""
    return cast.writes("The line is dead."), cast.writes(
        "It is me again.", customer=make_customer("Giulia Bis")
    )


def held() -> dict[str, list[Any]]:
    """Where everything is that people do together."""
    models = (DepartmentRequest, Mention, ProblemLink, Seat)
    return {model.__name__: sorted(model.objects.values_list("pk", "conversation_id")) for model in models}


def live(cast: Cast, *conversations: Conversation) -> None:
    """Marco asks a department, calls Anna, links a problem and sits there: in each of these."""
    rosa = make_agent("Rosa Guest", Role.GUEST)
    billing = save_department(agent=cast.anna, name="Billing", members=[rosa], minutes=60)
    problem = open_problem(agent=cast.anna, title="No signal")
    for place, conversation in enumerate(conversations):
        requests.ask(agent=cast.marco, conversation=conversation, department=billing, question="Why?")
        add_note(agent=cast.marco, conversation=conversation, text="@Anna Neri look")
        link(agent=cast.marco, problem=problem, conversation=conversation)
        attend([Beat(cast.marco.pk, conversation.pk, (WRITING, READING)[place % 2], now())])


def merge(cast: Cast, source: Conversation, target: Conversation) -> None:
    actions.merge(agent=cast.marco, source=source, target=target, confirmed=True)


def test_requests_problems_mentions_and_who_is_there_go_along_and_come_back(cast: Cast) -> None:
    target, source = two(cast)
    live(cast, source)
    before = held()
    assert all(before.values())
    merge(cast, source, target)
    assert {place for rows in held().values() for _pk, place in rows} == {target.pk}
    assert [one.agent for one in present([target.pk])] == [cast.marco.pk]
    actions.unmerge(agent=cast.marco, source=source)
    assert held() == before


def test_what_both_had_is_there_once_and_nothing_is_lost(cast: Cast) -> None:
    target, source = two(cast)
    live(cast, target, source)
    before = held()
    merge(cast, source, target)
    assert target.problem_links.count() == 1
    assert target.department_requests.count() == 2
    assert Mention.objects.filter(conversation=target).count() == 2
    actions.unmerge(agent=cast.marco, source=source)
    assert held() == before


def test_of_a_chain_everything_comes_back_in_any_order(cast: Cast) -> None:
    first, second = two(cast)
    third = cast.writes("A third time.", customer=make_customer("Giulia Ter"))
    live(cast, second)
    before = held()
    merge(cast, second, first)
    merge(cast, first, third)
    assert {place for rows in held().values() for _pk, place in rows} == {third.pk}
    actions.unmerge(agent=cast.marco, source=second)
    actions.unmerge(agent=cast.marco, source=first)
    assert held() == before


def test_in_a_split_a_mention_goes_where_its_note_goes_and_the_rest_stays(cast: Cast) -> None:
    conversation = cast.writes("The line is dead.")
    live(cast, conversation)
    note = Mention.objects.get().message
    said = cast.writes("And my bill is wrong.").messages.order_by("-pk").first()
    assert said is not None
    made = split(agent=cast.marco, conversation=conversation, messages=[said.pk, note.pk])
    assert Mention.objects.get().conversation_id == made.pk
    assert DepartmentRequest.objects.get().conversation_id == conversation.pk


@pytest.fixture
def cast() -> Cast:
    return make_cast()
