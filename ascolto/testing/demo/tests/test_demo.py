"""Telvia: filled once, clearly marked, never mixed with real data, and alive."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from ascolto.accounts.models import Agent, Company
from ascolto.automation import worker as rules
from ascolto.automation.models import Macro, Rule, RuleRun
from ascolto.channels.models import ChannelAccount
from ascolto.charter.models import DayMeasure
from ascolto.collaboration.models import DepartmentRequest, Mention, Problem
from ascolto.composing.models import Draft, PlannedReply, Proposal
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message, Status
from ascolto.customers.models import DuplicateSuggestion
from ascolto.delivery.models import Dispatch
from ascolto.delivery.worker import deliver_waiting
from ascolto.directory import following as customers
from ascolto.events.log import Position
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.intake.journal import store_now
from ascolto.intake.models import RawEvent
from ascolto.intake.pollers import poll
from ascolto.intake.worker import process_waiting
from ascolto.kit import clock
from ascolto.knowledge.models import SavedReply
from ascolto.notifications import telling as notifications
from ascolto.notifications.models import Notification
from ascolto.routing.models import HandOff
from ascolto.sla.models import Commitment, Complaint, SlaClock
from ascolto.testing.demo import company, past
from ascolto.testing.demo.neighbourhood import INBOXES
from ascolto.testing.demo.pens import Person
from ascolto.testing.demo.simulator import Simulator
from ascolto.testing.demo.stories import script
from ascolto.testing.demo.world import World
from ascolto.testing.factories import make_agent, make_conversation, make_inbox
from ascolto.testing.product import wait_for
from ascolto.understanding.selectors.told import told_by
from ascolto.views.models import SavedView


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


@pytest.mark.django_db(transaction=True)
def test_the_charter_has_figures_and_annas_desk_has_something_of_everything() -> None:
    anna = company.found()
    past.fill(days=3)
    days = DayMeasure.objects.filter(slug__in=["promises-kept", "right-timing", "named", "no-rubber-wall"])
    assert days.values("slug").distinct().count() == 4
    assert sum(row.kept for row in days) >= 0.9 * sum(row.total for row in days) > 0
    assert not SlaClock.objects.filter(stopped_at=None, breached_at__isnull=False).exists()
    offer = HandOff.objects.get(state=HandOff.State.ASKED)
    assert (offer.to_agent, offer.from_agent and offer.from_agent.name) == (anna, "Marco Rossi")
    assert offer.note
    assert offer.summary
    promise = Commitment.objects.get(
        state=Commitment.State.OPEN, conversation__customer__name="Sergio Martelli"
    )
    assert promise.owner == anna
    assert timedelta(minutes=40) < promise.due_at - clock.now() < timedelta(minutes=80)
    assert Complaint.objects.get().conversation.assignee == anna
    told = told_by(Conversation.objects.get(customer__name="Loredana Testa"), anna)
    assert {"customer_code", "serial", "tried", "phone"} <= {fact.kind for fact in told}


@pytest.mark.django_db(transaction=True)
def test_what_people_do_together_is_seen_on_first_sight() -> None:
    anna = company.found()
    past.fill(days=2)
    waiting = {
        row.department.name: row.state for row in DepartmentRequest.objects.select_related("department")
    }
    assert waiting == {"Field engineers": "answered", "Administration": "asked"}
    assert Problem.objects.get().links.count() >= 2
    assert SavedView.objects.filter(scope=SavedView.Scope.EVERYBODY).count() == 2
    assert Macro.objects.filter(archived_at=None).count() == 3
    assert sorted(Rule.objects.values_list("is_enabled", flat=True)) == [False, True]
    assert Mention.objects.filter(person=anna, done_at=None).exists()
    assert Draft.objects.get(is_shared=True).agent.name == "Marco Rossi"
    assert PlannedReply.objects.get().agent == anna
    assert (Proposal.objects.get().agent.name, Proposal.objects.get().state) == ("Luca Ferri", "waiting")
    merged = Conversation.objects.get(merged_into__isnull=False)
    assert merged.merged_into is not None
    assert merged.merged_into.customer.name == "Sergio Martelli"
    known = Conversation.objects.get(customer__name="Federica Donati").customer
    assert known.field_values.count() == 3
    assert known.notes.filter(is_pinned=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_rule_that_runs_has_a_log_and_the_visitor_hears_what_concerns_them() -> None:
    anna = company.found()
    past.fill(days=1)
    rules.catch_up()
    assert RuleRun.objects.exists()
    events = list(Event.objects.order_by("pk"))
    notifications.follow(events)
    customers.follow(events)
    assert {"mentioned", "offered", "answered"} & set(
        Notification.objects.filter(agent=anna).values_list("kind", flat=True)
    )
    pairs = DuplicateSuggestion.objects.values_list("one__name", "other__name")
    assert {"Loredana Testa", "Lory Testa"} in [set(pair) for pair in pairs]


@pytest.mark.django_db(transaction=True)
def test_answers_of_the_past_have_arrived_and_the_log_rises_with_time() -> None:
    company.found()
    past.fill(days=2)
    assert set(Dispatch.objects.values_list("state", flat=True)) == {Dispatch.State.SENT}
    said = list(
        Event.objects.filter(type__in=["message.received", "message.added"])
        .order_by("pk")
        .values_list("occurred_at", flat=True)
    )
    assert said == sorted(said)


@pytest.mark.django_db(transaction=True)
def test_who_has_a_fault_on_whatsapp_and_asks_for_a_price_on_facebook_is_one_customer() -> None:
    anna = company.found()
    past.fill(days=1)
    with World() as world:
        for network in world.neighbourhood.networks.values():
            network.mailman.url = ""  # no web process here
        facebook = ChannelAccount.objects.get(kind="facebook")
        simulator = Simulator(world, 6.0, Position(0, 0), random.Random(1))
        simulator.gather(clock.now())
        for body, _ in world.neighbourhood.networks["facebook"].mailman.take():
            store_now(account=facebook, body=body)
        process_waiting()
        simulator._publics.step()
        sofia = Agent.objects.get(email="sofia@telvia.example")
        assert Conversation.objects.get(customer__name="Beatrice Riva").assignee == sofia
        asked = Conversation.objects.get(customer__name="Federica Donati")
        assert asked.channels == "facebook,whatsapp"
        assert (asked.assignee, asked.status) == (anna, Status.OPEN)
        offer = (
            "La fibra 2,5 Giga costa 24,90 euro al mese: approfitta ora della promozione e attivala subito!"
        )
        with pytest.raises(Refused, match="An offer while a problem is open"):
            add_reply(agent=anna, conversation=asked, text=offer, visibility="public")
