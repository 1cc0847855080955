"""Hand-offs: the owner keeps the conversation until the receiver accepts, and nobody is bounced."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from ascolto.accounts.models import Agent
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.actions import add_reply, assign
from ascolto.conversations.models import Conversation
from ascolto.conversations.selectors import list_conversations
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.routing.actions.hand_offs import accept, allow, ask, refuse, withdraw
from ascolto.routing.handing import (
    bounces_of,
    offered_to,
    offers_by,
    offers_to,
    offers_to_decide,
)
from ascolto.routing.models import HandOff, Presence, RoutingRules
from ascolto.testing.factories import Cast, make_agent, make_cast, make_inbox, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def sara(cast: Cast) -> Agent:
    return make_agent("Sara Conti", teams=[make_team("Marketing")])


def marcos(cast: Cast, text: str = "My line has been dead since this morning.") -> Conversation:
    """A conversation that Marco answered and has."""
    conversation = cast.writes(text)
    add_reply(agent=cast.marco, conversation=conversation, text="I am looking into it.")
    return Conversation.objects.get(pk=conversation.pk)


def holder(conversation: Conversation) -> str:
    conversation.refresh_from_db()
    return conversation.assignee.name if conversation.assignee else ""


def codes_of(act: Any) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_marco_keeps_the_conversation_until_sara_accepts(cast: Cast, sara: Agent) -> None:
    conversation = marcos(
        cast, "Good morning, my customer number is 4471902 and I restarted the modem twice."
    )
    offer = ask(
        agent=cast.marco, conversation=conversation, to_agent=sara, note="She asks for a press statement."
    )
    assert holder(conversation) == "Marco Villa"
    assert [fact["shown"] for fact in offer.facts if fact["kind"] == "customer_code"] == ["4471902"]
    assert "dead" in offer.summary or "4471902" in offer.summary
    accept(agent=sara, hand_off=offer)
    assert holder(conversation) == "Sara Conti"
    told = list(
        Event.objects.filter(conversation_id=conversation.pk).order_by("id").values_list("type", flat=True)
    )
    asked, moved, done = (
        told.index(name)
        for name in ("conversation.hand_off_asked", "conversation.assigned", "conversation.handed_off")
    )
    assert told.count("conversation.assigned") == 2  # by answering, and now
    assert asked < done
    assert moved < done


def test_the_clock_goes_on_while_nobody_has_accepted(cast: Cast, sara: Agent) -> None:
    conversation = marcos(cast)
    cast.writes("Anybody there?")
    conversation.refresh_from_db()
    before = (conversation.waiting_since, conversation.due_at)
    assert before[0] is not None
    offer = ask(agent=cast.marco, conversation=conversation, to_agent=sara)
    conversation.refresh_from_db()
    assert (conversation.waiting_since, conversation.due_at) == before
    accept(agent=sara, hand_off=offer)
    conversation.refresh_from_db()
    assert (conversation.waiting_since, conversation.due_at) == before


def test_sara_may_read_what_she_is_offered_and_no_longer_once_she_said_no(cast: Cast, sara: Agent) -> None:
    conversation = marcos(cast)
    assert conversation not in visible_conversations(sara)
    offer = ask(agent=cast.marco, conversation=conversation, to_agent=sara)
    assert conversation in visible_conversations(sara)
    assert conversation not in visible_conversations(cast.viktor)
    refuse(
        agent=sara,
        hand_off=offer,
        reason="It is about the line, not about the campaign.",
        proposed_agent=cast.marco,
    )
    assert conversation not in visible_conversations(sara)
    assert holder(conversation) == "Marco Villa"


def test_a_refusal_needs_a_reason_and_somebody_else(cast: Cast, sara: Agent) -> None:
    offer = ask(agent=cast.marco, conversation=marcos(cast), to_agent=sara)
    assert codes_of(lambda: refuse(agent=sara, hand_off=offer, reason=" ")) == "reason_missing"
    assert codes_of(lambda: refuse(agent=sara, hand_off=offer, reason="No time.")) == "proposal_missing"
    assert (
        codes_of(lambda: refuse(agent=sara, hand_off=offer, reason="No time.", proposed_agent=sara))
        == "cannot_hold"
    )
    said = refuse(agent=sara, hand_off=offer, reason="No time today.", proposed_team=cast.care)
    assert (said.state, said.reason, said.proposed_team) == ("refused", "No time today.", cast.care)
    event = Event.objects.get(type="conversation.hand_off_refused")
    assert (event.data["reason"], event.data["proposed_team"]) == ("No time today.", cast.care.pk)


def test_what_is_offered_to_a_team_goes_to_the_first_who_takes_it(cast: Cast, sara: Agent) -> None:
    luca = make_agent("Luca Riva", teams=list(sara.teams.all()))
    conversation = marcos(cast)
    offer = ask(agent=cast.marco, conversation=conversation, to_team=sara.teams.get())
    assert list(offers_to(sara)) == list(offers_to(luca)) == [offer]
    accept(agent=luca, hand_off=offer)
    assert codes_of(lambda: accept(agent=sara, hand_off=offer)) == "offer_settled"
    conversation.refresh_from_db()
    assert (conversation.assignee, conversation.team) == (luca, sara.teams.get())
    assert conversation in visible_conversations(sara)  # her team has it now


def test_an_offer_that_was_taken_back_cannot_be_accepted(cast: Cast, sara: Agent) -> None:
    conversation = marcos(cast)
    offer = ask(agent=cast.marco, conversation=conversation, to_agent=sara)
    assert codes_of(lambda: withdraw(agent=sara, hand_off=offer)) == "not_yours"
    withdraw(agent=cast.marco, hand_off=offer)
    assert codes_of(lambda: accept(agent=sara, hand_off=offer)) == "offer_settled"
    assert conversation not in visible_conversations(sara)


def test_one_offer_at_a_time(cast: Cast, sara: Agent) -> None:
    conversation = marcos(cast)
    ask(agent=cast.marco, conversation=conversation, to_agent=sara)
    assert (
        codes_of(lambda: ask(agent=cast.marco, conversation=conversation, to_agent=cast.anna))
        == "already_offered"
    )


def test_an_offer_ends_when_a_lead_gives_the_conversation_to_somebody_else(cast: Cast, sara: Agent) -> None:
    conversation = marcos(cast)
    offer = ask(agent=cast.marco, conversation=conversation, to_agent=sara)
    assign(agent=cast.anna, conversation=conversation, assignee=cast.anna)
    assert not offers_to(sara).exists()
    assert codes_of(lambda: accept(agent=sara, hand_off=offer)) == "offer_settled"
    again = ask(agent=cast.anna, conversation=conversation, to_agent=sara)
    offer.refresh_from_db()
    assert (offer.state, again.state) == ("withdrawn", "asked")


@pytest.mark.parametrize("whom", ["viktor", "guest"])
def test_only_who_is_asked_accepts(cast: Cast, sara: Agent, whom: str) -> None:
    offer = ask(agent=cast.marco, conversation=marcos(cast), to_agent=sara)
    other = cast.viktor if whom == "viktor" else make_agent("Pia Sala", "guest")
    assert codes_of(lambda: accept(agent=other, hand_off=offer)) == "not_for_you"
    assert (
        codes_of(lambda: refuse(agent=other, hand_off=offer, reason="No time.", proposed_agent=cast.anna))
        == "not_for_you"
    )


def test_who_cannot_be_asked(cast: Cast, sara: Agent) -> None:
    conversation = marcos(cast)
    guest = make_agent("Pia Sala", "guest")
    assert codes_of(lambda: ask(agent=cast.marco, conversation=conversation, to_agent=guest)) == "cannot_hold"
    assert codes_of(lambda: ask(agent=cast.marco, conversation=conversation, to_agent=cast.marco)) == "has_it"
    assert codes_of(lambda: ask(agent=cast.marco, conversation=conversation)) == "whom"
    assert (
        codes_of(lambda: ask(agent=cast.marco, conversation=conversation, to_team=make_team("Empty")))
        == "team_empty"
    )
    assert codes_of(lambda: ask(agent=sara, conversation=conversation, to_agent=cast.anna)) == "not_yours"
    assert codes_of(lambda: ask(agent=guest, conversation=conversation, to_agent=cast.anna)) == "guest"
    free = cast.writes("Another thing", inbox=make_inbox("chat", teams=[cast.care]))
    if free.assignee_id is None:
        assert codes_of(lambda: ask(agent=cast.marco, conversation=free, to_agent=sara)) == "nobody_holds"


def test_the_third_hand_off_waits_for_a_lead(cast: Cast, sara: Agent) -> None:
    conversation = marcos(cast)
    for giver, taker in ((cast.marco, sara), (sara, cast.marco)):
        accept(agent=taker, hand_off=ask(agent=giver, conversation=conversation, to_agent=taker))
    assert bounces_of(conversation) == 2
    assert (
        codes_of(lambda: ask(agent=cast.marco, conversation=conversation, to_agent=sara)) == "hand_off_limit"
    )
    assert holder(conversation) == "Marco Villa"
    waits = offers_to_decide(cast.anna).get()
    assert Event.objects.get(type="conversation.hand_off_limit").data == {"count": 2}
    assert not offers_to_decide(cast.marco).exists()
    assert not offers_to(sara).exists()
    assert codes_of(lambda: allow(agent=cast.marco, hand_off=waits)) == "lead_decides"
    allow(agent=cast.anna, hand_off=waits)
    accept(agent=sara, hand_off=waits)
    assert holder(conversation) == "Sara Conti"
    assert bounces_of(conversation) == 3


def test_a_lead_gives_it_at_once_where_the_limit_is_reached(cast: Cast, sara: Agent) -> None:
    RoutingRules.objects.update_or_create(pk=1, defaults={"hand_offs_at_most": 0})
    conversation = marcos(cast)
    assert (
        codes_of(lambda: ask(agent=cast.marco, conversation=conversation, to_agent=sara)) == "hand_off_limit"
    )
    assign(agent=cast.anna, conversation=conversation, assignee=sara)
    assert holder(conversation) == "Sara Conti"
    assert not offers_to_decide(cast.anna).exists()  # decided


def test_bounces_begin_anew_when_the_customer_comes_back(cast: Cast, sara: Agent) -> None:
    from ascolto.conversations.actions import change_status

    conversation = marcos(cast)
    accept(agent=sara, hand_off=ask(agent=cast.marco, conversation=conversation, to_agent=sara))
    assert bounces_of(conversation) == 1
    change_status(agent=sara, conversation=conversation, status="resolved")
    change_status(agent=sara, conversation=conversation, status="open")
    assert bounces_of(conversation) == 0


def test_sorting_before_anybody_answered_is_no_bounce(cast: Cast, sara: Agent) -> None:
    conversation = cast.writes()
    assign(agent=cast.anna, conversation=conversation, assignee=cast.marco)
    assign(agent=cast.anna, conversation=conversation, assignee=sara, team=sara.teams.get())
    assert bounces_of(conversation) == 0


def test_back_to_the_queue_and_taken_by_another_is_one_bounce(cast: Cast, sara: Agent) -> None:
    conversation = marcos(cast)
    assign(agent=cast.marco, conversation=conversation, assignee=None)
    assert bounces_of(conversation) == 0
    assign(agent=sara, conversation=conversation, assignee=sara, how="taken")
    assert bounces_of(conversation) == 1


def test_offers_are_a_view_of_the_queue(cast: Cast, sara: Agent) -> None:
    conversation = marcos(cast)
    cast.writes("Another matter", inbox=make_inbox("chat", teams=[cast.care]))
    ask(agent=cast.marco, conversation=conversation, to_agent=sara)
    page = list_conversations(sara, among=offered_to(sara))
    assert [row["id"] for row in page.rows] == [conversation.pk]
    assert [offer.conversation_id for offer in offers_by(cast.marco)] == [conversation.pk]


@pytest.mark.parametrize("state", [Presence.State.AVAILABLE, Presence.State.BUSY])
def test_who_is_there_is_asked_and_who_is_not_is_relieved(cast: Cast, state: str) -> None:
    conversation = marcos(cast)
    luca = make_agent("Luca Riva", teams=[cast.care])
    Presence.objects.update_or_create(agent=cast.marco, defaults={"state": state})
    assert codes_of(lambda: assign(agent=luca, conversation=conversation, assignee=luca)) == "ask_first"
    Presence.objects.update(state=Presence.State.AWAY)
    assign(agent=luca, conversation=conversation, assignee=luca, how="taken")
    assert holder(conversation) == "Luca Riva"


def test_nobody_pushes_what_they_have_to_a_colleague_or_a_team(cast: Cast, sara: Agent) -> None:
    conversation = marcos(cast)
    assert codes_of(lambda: assign(agent=cast.marco, conversation=conversation, assignee=sara)) == "ask_first"
    team = sara.teams.get()
    assert (
        codes_of(lambda: assign(agent=cast.marco, conversation=conversation, assignee=None, team=team))
        == "ask_first"
    )
    assert (
        codes_of(lambda: assign(agent=sara, conversation=conversation, assignee=sara, how="accepted"))
        == "no_offer"
    )
    assign(agent=None, conversation=conversation, assignee=sara, how="escalated")  # the product may
    assert holder(conversation) == "Sara Conti"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_the_same_moment_one_has_it() -> None:
    cast = make_cast()
    team = make_team("Marketing")
    people = [make_agent(name, teams=[team]) for name in ("Sara Conti", "Luca Riva")]
    conversation = marcos(cast)
    offer = ask(agent=cast.marco, conversation=conversation, to_team=team)
    start, outcome = threading.Barrier(2, timeout=20), []

    def take(person: Agent) -> None:
        try:
            start.wait()
            accept(agent=person, hand_off=HandOff.objects.get(pk=offer.pk))
            outcome.append(person.name)
        except Refused as refused:
            outcome.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(outcome) == 2
    assert "offer_settled" in outcome
    assert holder(conversation) in outcome
