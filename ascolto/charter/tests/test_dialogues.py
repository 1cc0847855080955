"""Guarantees 4 and 6 in the bot's dialogues: who wants a person has one, and a machine says that it is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ascolto.bot import worker
from ascolto.bot.models import Dialogue
from ascolto.charter.guarantee import Period
from ascolto.charter.guarantees import guarantee_of
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.kit.remembering import forget_all
from ascolto.testing.dialogues import post_flow, said_by_bot, write
from ascolto.testing.factories import Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
ALL = Conversation.objects.all


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make_cast("chat")
    worker.catch_up()
    post_flow(made.inbox)
    yield made
    forget_all()


def period() -> Period:
    return Period(now() - timedelta(hours=1), now() + timedelta(hours=1))


@pytest.mark.guarantee("human-near", "kept")
def test_giulia_asks_for_a_person_in_the_middle_of_a_question_and_has_one(cast: Cast) -> None:
    write(cast.inbox, cast.giulia, "La linea non va", topic="Fault")
    conversation = write(cast.inbox, cast.giulia, "voglio parlare con un operatore")
    assert not conversation.with_bot
    near = guarantee_of("human-near")
    assert near is not None
    measured = near.measure(period())
    assert (measured.kept, measured.total, measured.figure("asked")) == (1, 1, 1)
    assert near.words(measured)
    assert near.breaches(period(), among=None).rows == []


@pytest.mark.guarantee("human-near", "breached")
def test_a_dialogue_that_breaks_off_counts_against_it(cast: Cast) -> None:
    conversation = write(cast.inbox, cast.giulia, "La linea non va", topic="Fault")
    worker.let_go_of_idle(now() + worker.IDLE_LIVE * 2)
    near = guarantee_of("human-near")
    assert near is not None
    assert (near.measure(period()).kept, near.measure(period()).total) == (0, 1)
    (breach,) = near.breaches(period(), among=ALL()).rows
    assert breach.conversation == conversation
    assert near.breaches(period(), among=Conversation.objects.none()).rows == []


@pytest.mark.guarantee("honest-ai", "kept")
def test_the_assistant_says_first_what_it_is(cast: Cast) -> None:
    conversation = write(cast.inbox, cast.giulia, "Ciao")
    assert "assistente automatico" in said_by_bot(conversation)[0]
    honest = guarantee_of("honest-ai")
    assert honest is not None
    assert (honest.measure(period()).kept, honest.measure(period()).total) == (1, 1)
    assert honest.words(honest.measure(period()))


@pytest.mark.guarantee("honest-ai", "breached")
def test_a_dialogue_that_never_said_it_is_found(cast: Cast) -> None:
    conversation = write(cast.inbox, cast.giulia, "Ciao")
    row = Dialogue.objects.get()
    row.state.pop("disclosed")
    row.save()
    honest = guarantee_of("honest-ai")
    assert honest is not None
    assert (honest.measure(period()).kept, honest.measure(period()).total) == (0, 1)
    (breach,) = honest.breaches(period(), among=ALL()).rows
    assert breach.conversation == conversation
