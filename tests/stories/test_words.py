"""Stories of what is said to customers: nothing is sold while a problem is open, nothing is asked twice, in public there is one voice,
and a wait is told only when it is known.
"""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import Any

from django.db import connection

from ascolto.api.tests.conftest import token_of
from ascolto.conversations.models import Conversation, Message
from ascolto.routing.models import WaitTold
from tests.stories.screen import Answer, Draft
from tests.stories.town import OFFER, Town, fresh, happened, holder, sent

PRICE = "Quanto costa passare alla fibra?"
ANSWER = "Buongiorno Giulia, il tecnico arriva domani alle 10."


def in_public(town: Town, customer: Any, text: str, *, complains: bool = False) -> Conversation:
    """A customer comments under a post of the company's page: a thread of its own that everybody reads."""
    write = town.complains if complains else town.asks
    return write(customer, text, town.facebook, visibility="public", thread="post-1")


def test_sara_wants_to_sell_on_facebook_while_the_fault_is_open_on_whatsapp(town: Town) -> None:
    fault = town.complains(town.giulia, inbox=town.whatsapp)
    thread = in_public(town, town.giulia, PRICE)
    assert thread.number != fault.number
    draft = town.screen(town.sara).draft(thread.number, f"Buongiorno Giulia! {OFFER}", mode="public")
    assert fault.number in draft.findings["right-timing"], "she is told which problem it is"
    stopped = draft.sends()
    assert stopped.status == 422
    assert OFFER in stopped.words
    assert sent(thread) == []
    reason = "Giulia ha chiesto il prezzo al telefono, Marco lo sa."
    assert draft.sends(right_timing=reason).status == 201
    town.works()
    assert len(sent(thread)) == 1
    page = town.screen(town.anna).open("/charter/?g=right-timing&period=today").words
    assert reason in page
    assert happened(thread, "charter.") == ["charter.stopped", "charter.overridden"]
    elsewhere = token_of(town.anna, "customers:read")
    offer = {"purpose": "commercial", "text": OFFER}
    no = elsewhere.post("/may-contact", {**offer, "customer": town.giulia.pk})
    assert (no["allowed"], no["reasons"][0]["number"]) == (False, fault.number)
    assert elsewhere.post("/may-contact", {**offer, "customer": town.rita.pk})["allowed"]


def test_an_offer_is_taken_out_of_the_draft_and_the_rest_leaves_signed(town: Town) -> None:
    fault = town.complains(town.giulia, inbox=town.whatsapp)
    draft = town.screen(town.marco).draft(fault.number, f"{ANSWER} {OFFER}")
    assert "Remove the sentence" in draft.advice.words
    draft.removes()
    assert draft.text == ANSWER
    assert draft.findings == {}
    assert draft.sends().status == 201
    message = Message.objects.get(conversation=fault, direction="out")
    assert message.text == ANSWER
    assert "Marco" in message.extra["signature"]


def test_marketing_and_care_on_one_public_thread_only_the_owner_speaks_and_hands_it_over(town: Town) -> None:
    thread = in_public(town, town.giulia, "Siete una vergogna!", complains=True)
    town.sits(town.marco, town.sara)
    town.answers(town.marco, thread, "Ci dispiace, me ne occupo io.", mode="public")
    assert holder(thread) == "Marco"
    sara = town.screen(town.sara)
    draft = sara.draft(thread.number, "Ciao Giulia, siamo qui per te!", mode="public")
    assert "Marco Villa speaks for the company" in draft.findings["one-owner"]
    assert draft.sends().status == 422
    marco = town.screen(town.marco)
    form = marco.part(f"/c/{thread.number}/hand-over/").form("Offer it")
    marco.press(form, "Offer it", to="Sara Conti", note="Chiede di una campagna: tocca a te.")
    assert draft.sends().status == 422, "an offer changes nothing yet"
    banner = sara.part(f"/c/{thread.number}/hand-off/")
    assert "tocca a te" in banner.words
    sara.press(banner.form("Accept"), "Accept")
    town.works()
    town.answers(town.sara, thread, "Ciao Giulia, continuo io dopo Marco.", mode="public")
    marcos = marco.draft(thread.number, "E ancora scusa!", mode="public").sends()
    assert marcos.status == 422
    assert "Sara Conti speaks for the company" in marcos.words
    assert len(sent(thread)) == 2


def test_two_press_send_in_the_same_second_and_one_answer_leaves(town: Town) -> None:
    thread = in_public(town, town.giulia, "Siete una vergogna!", complains=True)
    drafts = [
        town.screen(agent).draft(thread.number, f"Buongiorno Giulia, sono {agent.first_name}.", mode="public")
        for agent in (town.marco, town.sara)
    ]
    start, answers = threading.Barrier(2, timeout=20), list[Answer]()

    def press(draft: Draft) -> None:
        try:
            start.wait()
            answers.append(draft.sends())
        finally:
            connection.close()

    threads = [threading.Thread(target=copy_context().run, args=(press, draft)) for draft in drafts]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    assert sorted(answer.status for answer in answers) == [201, 422]
    refused = next(answer for answer in answers if answer.status == 422)
    assert "speaks for the company" in refused.words or "while you were writing" in refused.words
    assert len(sent(thread)) == 1


def test_marco_asks_for_the_code_that_giulia_gave_and_is_shown_where_she_said_it(town: Town) -> None:
    talk = town.complains(town.giulia, "Il mio codice cliente è 4471902 e la linea è morta da ieri.")
    marco = town.screen(town.marco)
    told = marco.part(f"/c/{talk.number}/told/").words
    assert "4471902" in told
    draft = marco.draft(talk.number, "Buongiorno Giulia. Mi può dare il suo codice cliente?")
    assert "The customer already told us." in draft.findings["no-rubber-wall"]
    assert "codice cliente è 4471902" in draft.findings["no-rubber-wall"]
    assert draft.sends().status == 422
    draft.removes()
    assert "codice cliente" not in draft.text
    draft.says("Buongiorno Giulia, con il suo codice vedo il guasto: arriva un tecnico domani.")
    assert draft.findings == {}
    assert draft.sends().status == 201
    assert happened(talk, "charter.") == ["charter.stopped"]
    assert "4471902" not in town.screen(town.sara).open("/").words


def test_the_expected_wait_is_told_once_in_the_chat_and_never_made_up(town: Town) -> None:
    anna = town.screen(town.anna)
    choices = next(anna.open("/settings/promises/").all("form", action="/settings/promises/choices/"))
    assert "Saved" in anna.press(choices, tell_wait="on", plain=True).words
    town.sits(town.marco)
    unknown = town.asks(town.rita, "Buongiorno, una domanda sulla bolletta.", town.chat)
    assert sent(unknown) == [], "nobody was answered yet: nothing honest can be said"
    assert WaitTold.objects.get(conversation=unknown).seconds is None
    for customer in town.strangers(8):
        talk = town.asks(customer, "Una domanda…", town.chat)
        town.passes(minutes=3, steps=3)
        town.answers(town.marco, talk, "Ecco fatto.")
    talk = town.complains(town.giulia, "La linea non va.", town.chat)
    town.complains(town.giulia, "C'è qualcuno?", town.chat)
    [text] = sent(talk)
    assert text.startswith("Messaggio automatico di Telvia: sei il numero")
    assert "minuti" in text
    told = WaitTold.objects.get(conversation=talk)
    assert told.seconds
    assert told.method
    assert fresh(talk).waiting_since is not None, "she waits for a person all the same"
    town.passes(minutes=2)
    town.answers(town.marco, talk, "Eccomi.")
    assert happened(talk, "conversation.wait_told") == ["conversation.wait_told"]
