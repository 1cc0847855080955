"""Who may see what, asked for many people at once."""

from __future__ import annotations

import pytest

from ascolto.accounts.models import Agent, Role
from ascolto.conversations.access import sight_of, sights_of
from ascolto.conversations.actions import add_participant
from ascolto.testing.factories import make_agent, make_cast, make_inbox, make_team

pytestmark = pytest.mark.django_db


def test_many_are_asked_in_three_queries_and_the_answer_is_the_same(
    django_assert_num_queries: object,
) -> None:
    cast = make_cast()
    make_inbox("email")  # nobody's: everybody sees it
    make_inbox("chat", teams=[make_team("Warehouse"), cast.care])
    bruno = make_agent("Bruno Conti", Role.GUEST)
    gone = make_agent("Dario Levi", teams=[cast.care], is_active=False)
    conversation = cast.writes()
    for person in (bruno, cast.viktor):
        add_participant(agent=cast.anna, conversation=conversation, person=person)
    people = list(Agent.objects.all())
    with django_assert_num_queries(3):  # type: ignore[operator]
        found = sights_of(people)
    assert found == {person.pk: sight_of(person) for person in people}
    assert found[gone.pk].accounts == frozenset()
