"""Two people with the same link, twenty guesses at once: what is allowed once happens once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client

from ascolto.accounts import actions
from ascolto.accounts.actions.signing_in import FREE_PER_EMAIL
from ascolto.accounts.models import Agent, Role
from ascolto.testing.factories import PASSWORD, make_agent

pytestmark = pytest.mark.django_db(transaction=True)
Outcome = TypeVar("Outcome")


def at_once(times: int, work: Callable[[int], Outcome]) -> list[Outcome]:
    """Do the work in many threads that begin together."""
    start = Barrier(times)

    def run(number: int) -> Outcome:
        try:
            start.wait(10)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_of_many_guesses_at_the_same_moment_only_the_free_ones_reach_the_password() -> None:
    make_agent()

    def guess(number: int) -> int:
        return (
            Client()
            .post("/sign-in/", {"email": "marco@telvia.example", "password": f"guess {number}"})
            .status_code
        )

    statuses = at_once(20, guess)
    assert set(statuses) <= {200, 429}
    assert statuses.count(200) <= FREE_PER_EMAIL


def test_of_two_people_with_the_same_set_up_link_one_becomes_administrator() -> None:
    key = actions.make_setup_link("http://localhost").partition("?key=")[2]

    def found(number: int) -> bool:
        try:
            actions.use_setup_link(key=key, email=f"a{number}@telvia.example", name="Anna", password=PASSWORD)
        except ValidationError:
            return False
        return True

    assert at_once(6, found).count(True) == 1
    assert Agent.objects.count() == 1


def test_an_invitation_opened_twice_at_the_same_moment_is_accepted_once() -> None:
    _, token = actions.invite_agent(by=None, email="sara@telvia.example")

    def accept(number: int) -> bool:
        try:
            actions.accept_invitation(token=token, name=f"Sara {number}", password=PASSWORD)
        except ValidationError:
            return False
        return True

    assert at_once(6, accept).count(True) == 1


def test_two_administrators_cannot_take_the_role_from_each_other() -> None:
    pair = [make_agent(name, Role.ADMINISTRATOR) for name in ("Anna Conti", "Livia Neri")]

    def demote(number: int) -> bool:
        try:
            actions.change_agent(
                by=pair[number], agent=Agent.objects.get(pk=pair[1 - number].pk), role=Role.AGENT
            )
        except ValidationError:
            return False
        return True

    assert at_once(2, demote).count(True) == 1
    assert Agent.objects.filter(role=Role.ADMINISTRATOR).count() == 1
