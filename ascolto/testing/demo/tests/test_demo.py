"""Telvia: filled once, clearly marked, never mixed with real data, and alive."""

from __future__ import annotations

import random

import pytest

from ascolto.accounts.models import Agent, Company
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message, Status
from ascolto.delivery.worker import deliver_waiting
from ascolto.events.log import Position
from ascolto.intake.journal import store_now
from ascolto.intake.models import RawEvent
from ascolto.intake.pollers import poll
from ascolto.intake.worker import process_waiting
from ascolto.kit import clock
from ascolto.knowledge.models import SavedReply
from ascolto.testing.demo import company, past
from ascolto.testing.demo.neighbourhood import INBOXES
from ascolto.testing.demo.pens import Person
from ascolto.testing.demo.simulator import Simulator
from ascolto.testing.demo.stories import script
from ascolto.testing.demo.world import World
from ascolto.testing.factories import make_agent, make_conversation, make_inbox
from ascolto.testing.product import wait_for


@pytest.mark.django_db
def test_the_past_is_told_once_and_nothing_of_it_is_set_aside() -> None:
    visitor = company.found()
    past.fill(days=2)
    told = Conversation.objects.count()
    assert told >= 20
    assert Conversation.objects.filter(waiting_since__isnull=False).count() >= 5
    assert Conversation.objects.filter(status=Status.RESOLVED).exists()
    assert {kind for row in Conversation.objects.all() for kind in row.channels.split(",")} == {
        "whatsapp", "email", "chat", "form", "webhook",
    }  # fmt: skip
    assert not RawEvent.objects.exclude(state=RawEvent.State.DONE).exists()
    written = SavedReply.objects.count()
    assert written >= 20
    assert company.found() == visitor
    past.fill(days=2)
    assert SavedReply.objects.count() == written
    assert Conversation.objects.count() == told
    assert Company.current().is_demo
    assert not ChannelAccount.objects.filter(is_demo=False).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "real", [make_inbox, make_conversation, lambda: make_agent("Real Admin", "administrator")]
)
def test_a_database_with_real_data_is_refused(real: object) -> None:
    real()  # type: ignore[operator]
    with pytest.raises(company.NotEmpty, match="ASCOLTO_DATA"):
        company.found()
    assert not Company.objects.filter(is_demo=True).exists()


@pytest.mark.django_db(transaction=True)
def test_customers_write_on_every_channel_and_thank_for_an_answer() -> None:
    company.found()
    with World() as world:
        world.pens.base_url = ""  # no web process here: signed hooks are taken from the mailman's hands
        own = [story for story in script().stories if story.channel not in INBOXES]
        for story in {story.channel: story for story in own}.values():
            person = Person(f"Giulia {story.channel}", story.language)
            if story.channel == "whatsapp":
                world.whatsapp.mailman.url = ""
            world.pens.write(person, story, story.opening[0])
        for body, _ in world.whatsapp.mailman.take():
            store_now(account=world.pens.accounts["whatsapp"], body=body)
        poll(ChannelAccount.objects.get(kind="email"))
        process_waiting()
        assert Conversation.objects.count() == 5
        for conversation in Conversation.objects.all():
            add_reply(
                agent=Agent.objects.get(email="marco@telvia.example"),
                conversation=conversation,
                text="Hello!",
            )
        wait_for(lambda: deliver_waiting() == 0, why="every answer has left")
        states = set(Message.objects.filter(direction="out").values_list("delivery", flat=True))
        assert states <= {"sent", "delivered", "read"}, states


@pytest.mark.django_db(transaction=True)
def test_the_simulator_brings_a_newcomer_and_plans_no_thanks_without_an_answer() -> None:
    company.found()
    with World() as world:
        simulator = Simulator(world, 6.0, Position(0, 0), random.Random(1))
        simulator._begin(100.0)
        planned = len(simulator._plans)
        simulator._plan_thanks(101.0)
        assert len(simulator._plans) == planned >= 1


@pytest.mark.django_db(transaction=True)
def test_on_every_network_around_somebody_has_written_lately() -> None:
    company.found()
    with World() as world:
        for network in world.neighbourhood.networks.values():
            network.mailman.url = ""  # no web process here
        assert world.is_new()
        Simulator(world, 6.0, Position(0, 0), random.Random(1)).gather(clock.now())
        written = {kind for kind, network in world.neighbourhood.networks.items() if network.people}
        assert written == set(INBOXES)
    accounts = ChannelAccount.objects.filter(kind__in=INBOXES)
    assert {(a.kind, a.is_demo) for a in accounts} == {(kind, True) for kind in INBOXES}


def test_a_password_is_the_same_at_every_start_and_another_one_elsewhere(settings: object) -> None:
    first = company.password()
    assert company.password() == first
    settings.SECRET_KEY = "another installation's key"  # type: ignore[attr-defined]
    assert company.password() != first
