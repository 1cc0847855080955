"""Networks that name people by an id only are asked for their names, without holding up what people write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from ascolto.channels.protocol import Account, ErrorClass, Failure, Handle, Sender, SendRefused
from ascolto.customers.actions import change_customer
from ascolto.customers.models import Customer
from ascolto.intake.models import NameQuestion
from ascolto.intake.naming import ask_waiting
from ascolto.kit import clock
from ascolto.kit.clock import now
from ascolto.testing.factories import make_inbox
from ascolto.testing.square import Square, the_square

pytestmark = pytest.mark.django_db


class Town(Square):
    """A square where people wear numbers; the town hall knows their names."""

    asked: int = 0
    says: str | Failure = "Giulia Conti"

    def who_is(self, account: Account, handle: Handle) -> str:
        self.asked += 1
        if isinstance(self.says, Failure):
            raise SendRefused(self.says)
        return self.says


@pytest.fixture
def town() -> Iterator[Town]:
    with the_square() as square:
        square.__class__ = Town
        yield square  # type: ignore[misc]


def somebody_writes(town: Town) -> Customer:
    """A person of whom the delivery tells a number only."""
    said = replace(town.post("1", "Hello"), sender=Sender((Handle("square", "4711"),)))
    town.tells(make_inbox("square"), said)
    return Customer.objects.get()


def test_a_newcomer_is_named_a_moment_later(town: Town) -> None:
    giulia = somebody_writes(town)
    assert giulia.name == ""
    assert ask_waiting() == 1
    giulia.refresh_from_db()
    assert giulia.name == "Giulia Conti"
    assert not NameQuestion.objects.exists()


def test_whom_somebody_named_meanwhile_keeps_that_name(town: Town) -> None:
    giulia = somebody_writes(town)
    change_customer(agent=None, customer=giulia, name="Giulia C.")
    ask_waiting()
    giulia.refresh_from_db()
    assert (giulia.name, town.asked) == ("Giulia C.", 0)


def test_a_network_in_trouble_is_asked_again_and_one_that_refuses_is_not(town: Town) -> None:
    giulia = somebody_writes(town)
    town.says = Failure(ErrorClass.RETRY, "Busy.")
    ask_waiting()
    assert ask_waiting() == 0
    with clock.at(now() + timedelta(minutes=1)):
        town.says = Failure(ErrorClass.CONFIG, "Not allowed.")
        assert ask_waiting() == 1
    giulia.refresh_from_db()
    assert (giulia.name, town.asked, NameQuestion.objects.count()) == ("", 2, 0)
