"""Guarantee 3: nobody is sold anything while a problem of theirs is open, on any channel."""

from __future__ import annotations

from typing import Any

import pytest

from ascolto.charter.models import Stop
from ascolto.charter.offers import offer_in
from ascolto.charter.problems import Why, open_problems
from ascolto.charter.stops import note_refused
from ascolto.conversations.actions import add_reply
from ascolto.conversations.actions.change import change_status
from ascolto.conversations.models import Conversation, Message
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import Cast, make_cast, make_inbox
from ascolto.testing.readings import make_reading

OFFER = "Passa alla fibra a 19,90 al mese, attivala entro domenica!"
ANSWER = "Il tecnico arriva domani alle 10."
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _heard(conversation: Conversation) -> Message:
    return Message.objects.filter(conversation=conversation, direction="in").latest("pk")


def _understood(conversation: Conversation, **fields: Any) -> None:
    make_reading(_heard(conversation), **fields)


def _asks(conversation: Conversation) -> None:
    _understood(conversation, intent="question", sentiment="neutral", urgency=1, anger=0.0)


@pytest.mark.guarantee("right-timing", "refused")
def test_an_offer_is_refused_while_the_problem_is_open_and_the_sentence_is_shown(cast: Cast) -> None:
    conversation = cast.writes("Il telefono non va da ieri, è una vergogna.")
    _understood(conversation)
    text = f"{ANSWER} {OFFER}"
    with pytest.raises(Refused) as refusal:
        add_reply(agent=cast.marco, conversation=conversation, text=text)
    refused = refusal.value
    assert (refused.code, refused.guarantee, refused.may_override) == (
        "offer_while_problem",
        "right-timing",
        True,
    )
    assert text[refused.place["start"] : refused.place["end"]] == OFFER
    assert refused.place["conversation"] == conversation.number
    assert not Message.objects.filter(direction="out").exists()


def test_an_answer_without_an_offer_leaves(cast: Cast) -> None:
    conversation = cast.writes("Il telefono non va da ieri, è una vergogna.")
    _understood(conversation)
    assert add_reply(agent=cast.marco, conversation=conversation, text=ANSWER).pk


def test_who_only_asks_about_a_product_may_be_told_of_it(cast: Cast) -> None:
    conversation = cast.writes("Quanto costa la fibra?")
    _asks(conversation)
    assert open_problems(cast.giulia.pk) == []
    assert add_reply(agent=cast.marco, conversation=conversation, text=OFFER).pk


def test_a_problem_on_another_channel_counts(cast: Cast) -> None:
    question = cast.writes("Quanto costa la fibra?")
    _asks(question)
    Conversation.objects.filter(pk=question.pk).update(is_room=True)  # what comes now begins another one
    complaint = cast.writes("Non funziona niente!", inbox=make_inbox("whatsapp", teams=[cast.care]))
    _understood(complaint)
    with pytest.raises(Refused) as refusal:
        add_reply(agent=cast.marco, conversation=question, text=OFFER)
    assert complaint.pk != question.pk
    assert refusal.value.place["conversation"] == complaint.number


def test_what_nobody_has_understood_yet_counts_as_a_problem(cast: Cast) -> None:
    conversation = cast.writes("Quanto costa la fibra?")
    assert [problem.why for problem in open_problems(cast.giulia.pk)] == [Why.NOT_READ]
    with pytest.raises(Refused, match="is not solved"):
        add_reply(agent=cast.marco, conversation=conversation, text=OFFER)


def test_a_solved_problem_is_none_and_what_was_said_before_it_was_opened_again_is_past(cast: Cast) -> None:
    conversation = cast.writes("Non funziona niente!")
    _understood(conversation)
    change_status(agent=cast.marco, conversation=conversation, status="resolved")
    assert open_problems(cast.giulia.pk) == []
    again = cast.writes("Grazie! Quanto costa la fibra?")
    assert again.pk == conversation.pk
    _asks(again)
    assert open_problems(cast.giulia.pk) == []


def test_another_customers_problem_is_none_of_hers(cast: Cast) -> None:
    from ascolto.testing.factories import make_customer

    other = cast.writes("Non funziona!", customer=make_customer("Bruno Sala"))
    _understood(other)
    conversation = cast.writes("Quanto costa la fibra?")
    _asks(conversation)
    assert open_problems(cast.giulia.pk) == []


def test_a_reason_sets_it_aside_and_is_written_down(cast: Cast) -> None:
    conversation = cast.writes("Non funziona niente!")
    _understood(conversation)
    with pytest.raises(Refused):
        add_reply(
            agent=cast.marco, conversation=conversation, text=OFFER, overrides={"right-timing": "short"}
        )
    reason = "She asked for the price on the phone"
    add_reply(agent=cast.marco, conversation=conversation, text=OFFER, overrides={"right-timing": reason})
    stop = Stop.objects.get()
    assert (stop.is_override, stop.reason, stop.guarantee) == (True, reason, "right-timing")
    assert (stop.agent, stop.conversation) == (cast.marco, conversation)
    event = Event.objects.get(type="charter.overridden")
    assert event.data["reason"] == reason


def test_a_template_that_sells_is_refused_by_its_name_or_its_values() -> None:
    assert offer_in("", {"name": "promo_fibra_sconto", "language": "it", "components": []}) is not None
    values = {"name": "notice", "components": [{"parameters": [{"type": "text", "text": OFFER}]}]}
    assert offer_in("", values) is not None
    assert offer_in("", {"name": "line_repaired", "language": "it", "components": []}) is None


def test_an_offer_in_the_middle_of_a_long_text_is_found() -> None:
    text = f"{ANSWER} " * 600 + OFFER + f" {ANSWER}" * 600
    found = offer_in(text)
    assert found is not None
    assert "fibra" in text[found.start : found.end]


def test_one_draft_is_one_stop_however_often_it_is_tried(cast: Cast) -> None:
    conversation = cast.writes("Non funziona niente!")
    _understood(conversation)
    for _ in range(3):
        with pytest.raises(Refused) as refusal:
            add_reply(agent=cast.marco, conversation=conversation, text=OFFER)
        note_refused(refusal.value, agent=cast.marco, conversation=conversation, excerpt=OFFER)
    assert Stop.objects.get().excerpt == OFFER
    assert Event.objects.filter(type="charter.stopped").count() == 1
    add_reply(agent=cast.marco, conversation=conversation, text=ANSWER)
    note_refused(refusal.value, agent=cast.marco, conversation=conversation, excerpt=OFFER)
    assert Stop.objects.count() == 2
