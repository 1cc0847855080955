"""Guarantees 2 and 8 at the gates: nothing is asked twice, and one voice in public."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from ascolto.accounts.models import Agent
from ascolto.charter.models import Stop
from ascolto.conversations.actions import add_reply, assign
from ascolto.conversations.models import Conversation, Message
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.routing.models import Presence
from ascolto.testing.factories import Cast, make_agent, make_cast, make_conversation, make_inbox, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def sara(cast: Cast) -> Agent:
    marketing = make_team("Marketing")
    cast.inbox.teams.add(marketing)
    return make_agent("Sara Conti", teams=[marketing])


def refused(agent: Agent | None, conversation: Conversation, text: str, **fields: object) -> Refused:
    with pytest.raises(Refused) as error:
        add_reply(agent=agent, conversation=conversation, text=text, **fields)  # type: ignore[arg-type]
    return error.value


def last_said(conversation: Conversation) -> int:
    return Message.objects.filter(conversation=conversation).order_by("-pk").values_list("pk", flat=True)[0]


@pytest.mark.guarantee("no-rubber-wall", "refused")
def test_a_code_that_giulia_gave_is_not_asked_again(cast: Cast) -> None:
    conversation = cast.writes("Good morning, my customer number is 4471902, the line is dead.")
    said = Message.objects.get(conversation=conversation)
    text = "I am sorry. Could you give me your customer number?"
    no = refused(cast.marco, conversation, text)
    assert (no.code, no.guarantee, no.may_override) == ("asked_again", "no-rubber-wall", True)
    assert no.place["message"] == said.pk
    assert "4471902" in no.place["said"]
    assert "4471902" in no.fix
    assert text[no.place["start"] : no.place["end"]] == "Could you give me your customer number"
    add_reply(
        agent=cast.marco, conversation=conversation, text="I have your customer number and I am looking."
    )


def test_marco_may_ask_again_with_a_reason_and_it_is_written_down(cast: Cast) -> None:
    conversation = cast.writes("Il mio codice cliente è 4471902")
    overrides = {"no-rubber-wall": "The code belongs to another contract."}
    add_reply(
        agent=cast.marco,
        conversation=conversation,
        text="Mi conferma il codice cliente?",
        overrides=overrides,
    )
    written = Stop.objects.get(is_override=True)
    assert (written.guarantee, written.code) == ("no-rubber-wall", "asked_again")


def test_what_was_tried_is_not_proposed_again_for_a_week(cast: Cast) -> None:
    conversation = cast.writes("Ho già riavviato il modem due volte e non va.")
    no = refused(cast.marco, conversation, "Provi a riavviare il modem e mi dica.")
    assert no.place["kind"] == "tried"
    add_reply(agent=cast.marco, conversation=conversation, text="Provi a cambiare il cavo del modem.")
    Message.objects.filter(direction="in").update(occurred_at=now() - timedelta(days=8))
    add_reply(agent=cast.marco, conversation=conversation, text="Provi a riavviare il modem, per favore.")


def test_what_was_told_in_what_came_before_counts(cast: Cast) -> None:
    first = cast.writes("My order number is A-22915, where is it?")
    Conversation.objects.filter(pk=first.pk).update(status="resolved")
    second = make_conversation(
        make_inbox("chat", teams=[cast.care]), "It is still not here!", customer=cast.giulia
    )
    assert second.pk != first.pk
    Conversation.objects.filter(pk=second.pk).update(previous=first)
    second.refresh_from_db()
    no = refused(cast.marco, second, "Could you send me your order number?")
    assert no.place["conversation"] == first.number
    assert first.number in no.fix


def test_the_products_own_texts_are_held_to_it_too(cast: Cast) -> None:
    conversation = cast.writes("My phone number is 347 1234567")
    no = refused(None, conversation, "Please send us your phone number.")
    assert no.code == "asked_again"


def test_an_iban_is_not_shown_in_the_refusal(cast: Cast) -> None:
    conversation = cast.writes("Ecco l'IBAN: IT60X0542811101000000123456")
    no = refused(cast.marco, conversation, "Ci comunica il suo IBAN?")
    assert "0542811101" not in f"{no.place}{no.fix}"


@pytest.mark.guarantee("one-owner", "refused")
def test_in_public_only_the_owner_speaks(cast: Cast, sara: Agent) -> None:
    conversation = cast.writes("Your service is a joke!", visibility="public")
    add_reply(agent=cast.marco, conversation=conversation, text="I am on it.", visibility="public")
    conversation.refresh_from_db()
    assert conversation.assignee == cast.marco
    no = refused(sara, conversation, "Hi from marketing!", visibility="public")
    assert (no.code, no.guarantee, no.may_override) == ("not_owner", "one-owner", False)
    Presence.objects.update_or_create(agent=cast.marco, defaults={"state": Presence.State.AWAY})
    assign(agent=sara, conversation=conversation, assignee=sara, how="taken")
    conversation.refresh_from_db()
    add_reply(
        agent=sara, conversation=conversation, text="I have taken over from Marco.", visibility="public"
    )


def test_a_lead_may_speak_beside_the_owner_with_a_reason(cast: Cast) -> None:
    conversation = cast.writes("Your service is a joke!", visibility="public")
    add_reply(agent=cast.marco, conversation=conversation, text="I am on it.", visibility="public")
    no = refused(cast.anna, conversation, "We are sorry.", visibility="public")
    assert no.may_override
    overrides = {"one-owner": "The press is asking for a word of the house."}
    add_reply(
        agent=cast.anna,
        conversation=conversation,
        text="We are sorry.",
        visibility="public",
        overrides=overrides,
    )
    assert Stop.objects.filter(guarantee="one-owner", is_override=True).count() == 1


def test_sara_is_told_that_marco_answered_while_she_was_writing(cast: Cast, sara: Agent) -> None:
    conversation = cast.writes()
    seen = last_said(conversation)
    answer = add_reply(agent=cast.marco, conversation=conversation, text="The line is back, I checked.")
    no = refused(sara, conversation, "We are looking into it.", seen=seen)
    assert (no.code, no.place["message"], no.may_override) == ("answered_meanwhile", answer.pk, True)
    add_reply(agent=sara, conversation=conversation, text="Anything else?", seen=answer.pk)
    add_reply(
        agent=sara, conversation=conversation, text="I am here.", seen=answer.pk
    )  # her own is no surprise


def test_what_is_public_and_answered_is_not_given_to_a_third_without_a_word(cast: Cast, sara: Agent) -> None:
    conversation = cast.writes("Your service is a joke!", visibility="public")
    add_reply(agent=cast.marco, conversation=conversation, text="I am on it.", visibility="public")
    assign(agent=cast.marco, conversation=conversation, assignee=None)
    luca = make_agent("Luca Riva", teams=[cast.care])
    with pytest.raises(Refused) as error:
        assign(agent=sara, conversation=conversation, assignee=luca)
    assert error.value.code == "silent_change"
    assign(agent=sara, conversation=conversation, assignee=sara, how="taken")


@pytest.mark.parametrize("visibility", ["public", "private"])
@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_the_same_moment_one_leaves(visibility: str) -> None:
    cast = make_cast()
    luca = make_agent("Luca Riva", teams=[cast.care])
    conversation = cast.writes(visibility=visibility)
    seen = last_said(conversation)
    start, outcome = threading.Barrier(2, timeout=20), []

    def send(agent: Agent) -> None:
        try:
            start.wait()
            mine = Conversation.objects.get(pk=conversation.pk)
            add_reply(agent=agent, conversation=mine, text="I am on it.", visibility=visibility, seen=seen)
            outcome.append("sent")
        except Refused as error:
            outcome.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(agent,)) for agent in (cast.marco, luca)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcome) in (["answered_meanwhile", "sent"], ["not_owner", "sent"])
    assert Message.objects.filter(conversation=conversation, direction="out").count() == 1
