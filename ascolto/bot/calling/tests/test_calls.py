"""Giulia calls where a flow is posted: TwiML over real sockets, intake, notes and promises, as the product does them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ascolto.accounts.models import Role, Team
from ascolto.bot import live, worker
from ascolto.bot.actions.systems import create_action
from ascolto.bot.asking_systems import breakers
from ascolto.bot.calling import leading
from ascolto.bot.calling.situations import caller_of
from ascolto.bot.models import Dialogue
from ascolto.channels.actions import connect
from ascolto.channels.adapters.telephone.tests.test_journey import Edge
from ascolto.channels.vendors.calls import CallHeard, CallStep
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.models import Customer, Identity
from ascolto.events.consumers import feed_all
from ascolto.intake import journal
from ascolto.intake.hooks import open_door
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.kit.remembering import forget_all
from ascolto.sla.models import Commitment
from ascolto.testing.dialogues import post_flow
from ascolto.testing.factories import make_agent, receive
from ascolto.testing.networks.city import City
from ascolto.testing.networks.telephone import TelephoneNetwork
from ascolto.testing.systems import CompanySystem

CARE = """\
flow: phone_care
languages: [it, en]
start: welcome
person: {team: Care}
slots:
  customer_code:
    type: code
    mask: TV999999
    known: [customer_code]
    ask: {it: "Qual è il tuo codice cliente?", en: "What is your customer code?"}
    again: {it: "Il codice comincia con TV e ha sei cifre.", en: "The code begins with TV and has six digits."}
nodes:
  welcome:
    menu: {it: "Di cosa hai bisogno?", en: "What do you need?"}
    options:
      - id: fault
        label: {it: Guasto, en: Fault}
        say: {it: "un guasto", en: "a fault"}
        words: {it: [guasto, non va], en: [fault, broken]}
        next: code
      - {id: complaint, label: {it: Reclamo, en: Complaint}, complaint: true, next: person}
      - {id: done, label: {it: Ho finito, en: I have finished}, next: bye}
  code: {ask: customer_code, next: mark}
  mark: {set: {labels: [fault], priority: high}, next: told}
  told:
    say: {it: "Grazie, il guasto di {customer_code} è segnalato.", en: "Thank you, the fault of {customer_code} is reported."}
    next: person
  bye: {end: {say: {it: "A presto.", en: "Goodbye."}, resolved: true}}
"""
pytestmark = pytest.mark.django_db(transaction=True)


class Line:
    """Telvia's telephone, with a flow."""

    def __init__(self, network: TelephoneNetwork, edge: Edge, **settings: str) -> None:
        self.network, self.edge = network, edge
        values = {
            **network.settings,
            "languages": "it",
            "agents_number": "+390287654321",
            "company": "Telvia",
            **settings,
        }
        self.inbox = connect(kind="telephone", name="Telephone", values=values)
        edge.door = open_door(self.inbox)
        network.hook_url = f"{edge.url}/hooks/telephone/t"
        network.connected()
        Team.objects.create(name="Care")
        self.marco = make_agent("Marco Villa")
        self.giulia = network.add_person("Giulia Conti", number="+393471234567")
        worker.catch_up()
        feed_all()

    def reads(self) -> None:
        """The worker reads what was kept, and everybody follows the log."""
        assert self.network.mailman.wait_until_idle()
        entries, self.edge.kept = self.edge.kept, []
        for entry in entries:
            journal.insert([entry])
            process_waiting()
        feed_all()
        worker.catch_up()


@pytest.fixture
def line(settings) -> Iterator[Line]:
    with Edge() as edge, City() as city, http.settings(read_timeout=5.0, connect_timeout=1.0):
        settings.BASE_URL = edge.url
        yield Line(city.add(TelephoneNetwork()), edge)
        forget_all()


def note(conversation: Conversation) -> str:
    return Message.objects.filter(conversation=conversation, visibility="note").latest("pk").text


def test_the_first_words_say_that_a_machine_speaks_and_zero_is_in_every_prompt(line: Line) -> None:
    post_flow(line.inbox, CARE)
    call = line.network.call(line.giulia)
    assert not call.error
    assert "assistente automatico" in call.heard[0]
    assert call.heard[1:] == [
        "Di cosa hai bisogno?",
        "Per un guasto premi 1.",
        "Per reclamo premi 2.",
        "Per ho finito premi 3.",
        "Per parlare con una persona premi zero.",
    ]
    call.press("1")
    assert call.heard[-1] == "Per parlare con una persona premi zero."


def test_giulia_types_her_code_and_marco_is_rung_with_everything_she_told(line: Line) -> None:
    post_flow(line.inbox, CARE)
    call = line.network.call(line.giulia).press("1")
    line.reads()
    call.press("123456#")
    assert not call.error
    assert "il guasto di T V 1, 2, 3, 4, 5, 6 è segnalato" in call.told
    assert call.dialled == ["+390287654321"]
    line.reads()
    conversation = Conversation.objects.get()
    assert "TV123456" in note(conversation)
    assert [label.name for label in conversation.labels.all()] == ["fault"]
    dialogue = Dialogue.objects.get()
    assert (dialogue.status, dialogue.conversation_id) == (Dialogue.Status.HANDED, conversation.pk)
    message = Message.objects.get(direction="in")
    said = [(who, text) for who, text, _ in message.extra["call"]["said"]]
    assert ("customer", "TV123456") in said
    assert said[0][0] == "bot"
    assert conversation.waiting_since is None
    assert not conversation.with_bot


def test_marco_reads_what_was_said_below_the_call(line: Line, client: Client) -> None:
    post_flow(line.inbox, CARE)
    line.network.call(line.giulia).press("1").say("T V uno due tre quattro cinque sei")
    line.reads()
    Team.objects.get().members.add(line.marco)
    client.force_login(line.marco)
    page = client.get(f"/c/{Conversation.objects.get().number}/").content.decode()
    told = page[page.index("What was said with the assistant") :]
    assert (
        told.index("Di cosa hai bisogno?") < told.index("T V 123456") < told.index("Ti passo a una persona.")
    )


def test_what_is_said_works_like_what_is_pressed(line: Line) -> None:
    post_flow(line.inbox, CARE)
    call = line.network.call(line.giulia).say("La fibra non va").say("T V uno due tre quattro cinque sei")
    assert call.dialled == ["+390287654321"]


@pytest.mark.parametrize("before", [[], ["1"]])
@pytest.mark.parametrize("wish", ["zero", "operatore"])
def test_zero_and_operatore_reach_a_person_at_every_step(line: Line, before: list[str], wish: str) -> None:
    post_flow(line.inbox, CARE)
    call = line.network.call(line.giulia)
    for keys in before:
        call.press(keys)
    call = call.press("0") if wish == "zero" else call.say("operatore")
    assert call.dialled == ["+390287654321"]


def test_silence_is_asked_once_more_and_then_a_person_is_rung(line: Line) -> None:
    post_flow(line.inbox, CARE)
    call = line.network.call(line.giulia).stay_silent()
    assert call.heard[-1] == "Per parlare con una persona premi zero."
    assert call.dialled == []
    assert call.stay_silent().dialled == ["+390287654321"]


def test_nobody_takes_the_call_and_a_call_back_is_promised(line: Line) -> None:
    post_flow(line.inbox, CARE)
    line.network.agents_answer = "no-answer"
    call = line.network.call(line.giulia)
    line.reads()
    call.press("0")
    assert "nessuno è libero" in call.told
    call.press("1")
    assert "Ti chiamiamo al 3, 9, 3, 4, 7" in call.told
    assert (call.status, call.error) == ("ended", "")
    line.reads()
    promise = Commitment.objects.get()
    assert "+393471234567" in promise.words
    told = Message.objects.get(kind="call").extra["call"]
    assert (told["outcome"], told["callback_number"]) == ("callback", "+393471234567")
    assert told["callback_by"]
    assert Conversation.objects.get().waiting_since is not None


def test_giulia_leaves_a_message_when_nobody_is_there(line: Line) -> None:
    post_flow(line.inbox, CARE)
    line.network.agents_answer = "busy"
    call = line.network.call(line.giulia).press("0")
    call.press("4")
    assert call.waits_for == "Record"
    call.record(b"ID3 buongiorno")
    assert (call.status, call.error) == ("ended", "")
    line.reads()
    message = Message.objects.get(kind="call")
    assert message.extra["call"]["outcome"] == "voicemail"
    assert message.attachments.count() == 1


def test_who_hides_the_number_is_asked_for_one(line: Line) -> None:
    post_flow(line.inbox, CARE)
    line.network.agents_answer = "no-answer"
    call = line.network.call(None).press("0").press("1")
    assert "A quale numero ti chiamiamo?" in call.told
    call.press("3471234567#")
    assert "Ti chiamiamo al 3, 9, 3, 4, 7" in call.told
    line.reads()
    assert not Identity.objects.filter(namespace="phone").exists()
    assert Commitment.objects.exists()


def test_who_hangs_up_in_the_middle_is_a_missed_call_for_people(line: Line) -> None:
    post_flow(line.inbox, CARE)
    line.network.call(line.giulia).press("1").hang_up()
    line.reads()
    conversation = Conversation.objects.get()
    assert conversation.waiting_since is not None
    assert not conversation.with_bot
    assert Dialogue.objects.get().status == Dialogue.Status.HANDED
    assert Dialogue.objects.get().why == "hung_up"
    assert Message.objects.filter(visibility="note").count() == 1


def test_who_hangs_up_before_anything_was_read_is_one_too(line: Line) -> None:
    post_flow(line.inbox, CARE)
    line.network.call(line.giulia).hang_up()
    line.reads()
    line.reads()
    assert not Conversation.objects.get().with_bot
    assert Message.objects.filter(visibility="note").count() == 1


def test_a_delivery_that_comes_twice_gets_the_same_answer_and_changes_nothing(line: Line) -> None:
    post_flow(line.inbox, CARE)
    call = line.network.call(line.giulia)
    form, url = {**call.form(), "Digits": "1"}, f"{line.network.hook_url}?step=flow&turn=1&lang=it"
    first = line.network.call_hook(url, form)
    said = Dialogue.objects.get().said
    again = line.network.call_hook(url, form)
    assert first.body == again.body
    assert b"codice cliente" in first.body
    assert Dialogue.objects.get().said == said
    beginning = line.network.call_hook(line.network.hook_url, call.form())
    assert beginning.body == first.body  # where the call is now
    assert Dialogue.objects.count() == 1


def test_a_call_goes_on_after_everything_in_memory_is_gone(line: Line) -> None:
    post_flow(line.inbox, CARE)
    call = line.network.call(line.giulia).press("1")
    forget_all()
    line.edge.door = open_door(line.inbox)
    assert call.press("123456#").dialled == ["+390287654321"]


def test_without_a_flow_the_fixed_dialogue_answers(line: Line) -> None:
    assert live.at_hand().post_of(line.inbox.pk) is None
    call = line.network.call(line.giulia)
    assert call.heard[0] == "Benvenuto in Telvia."
    assert not Dialogue.objects.exists()


def test_a_flow_that_fails_in_the_middle_leaves_the_caller_with_a_person(line: Line) -> None:
    post_flow(line.inbox, CARE)
    call = line.network.call(line.giulia)
    Dialogue.objects.all().delete()
    call.press("1")
    assert call.dialled == ["+390287654321"]


def test_the_language_is_asked_first_and_each_is_told_that_a_machine_speaks(settings) -> None:
    with Edge() as edge, City() as city, http.settings(read_timeout=5.0, connect_timeout=1.0):
        settings.BASE_URL = edge.url
        line = Line(city.add(TelephoneNetwork()), edge, languages="it, en")
        post_flow(line.inbox, CARE)
        call = line.network.call(line.giulia)
        assert "assistente automatico" in call.heard[0]
        assert call.heard[1] == "Per l'italiano premi 1."
        assert "automatic assistant" in call.heard[2]
        assert call.heard[3] == "For English press 2."
        call.press("2")
        assert call.heard[4:6] == ["What do you need?", "For a fault press 1."]
        forget_all()


# --- other systems, people who step in, people whom we know -------------------------------------------------------------------

TESTING = (
    CARE.replace("flow: phone_care", "flow: phone_test")
    .replace("next: mark}", "next: test}")
    .replace(
        "nodes:",
        """\
  line:
    type: text
    ask: {it: "Come va la linea?", en: "How is the line?"}
    again: {it: "Come?", en: "What?"}
nodes:
  test: {call: line-test, send: [customer_code], save: {line: line}, timeout: 2s, next: look, failed: mark}
  look:
    when:
      - {if: {slots: {line: known}}, next: line}
    else: mark
  line:
    say: {it: "La linea di {customer_code} è {line}.", en: "The line of {customer_code} is {line}."}
    next: mark
""".rstrip("\n"),
    )
)


@pytest.fixture
def system() -> Iterator[CompanySystem]:
    breakers.forget()
    with CompanySystem() as running, http.settings(allow_private=True, read_timeout=5.0, connect_timeout=1.0):
        sara = make_agent("Sara Galli", Role.ADMINISTRATOR)
        _action, secret = create_action(
            by=sara,
            name="line-test",
            url=f"{running.url}/line",
            resolve=lambda host: [],
            sends=["customer_code"],
        )
        running.secrets = (secret,)
        yield running
    breakers.forget()


def wait_for_outcome() -> None:
    """Until the other system has said something, or cannot any more."""
    end = time.monotonic() + 20
    while Dialogue.objects.get().state["call"]["outcome"] is None and time.monotonic() < end:
        threading.Event().wait(0.02)


def test_another_system_is_asked_while_giulia_hears_that_somebody_looks(
    line: Line, system: CompanySystem
) -> None:
    post_flow(line.inbox, TESTING)
    system.says = {"line": "guasta"}
    call = line.network.call(line.giulia).press("1").press("123456#")
    assert call.heard[-1] == "Un attimo, controllo."
    assert call.waits_for == "Gather"
    assert "awaiting" not in Dialogue.objects.get().state  # only a call resumes a call
    wait_for_outcome()
    call.stay_silent()
    assert "La linea di T V 1, 2, 3, 4, 5, 6 è guasta" in call.told
    assert call.dialled == ["+390287654321"]
    assert [one.values for one in system.acted] == [{"customer_code": "TV123456"}]


def test_a_system_that_does_not_answer_has_failed_and_zero_does_not_wait_for_it(
    line: Line, system: CompanySystem
) -> None:
    post_flow(line.inbox, TESTING)
    system.trouble = "hangs"
    impatient = line.network.call(line.giulia).press("1").press("123456#")
    assert impatient.press("0").dialled == ["+390287654321"]
    Dialogue.objects.all().delete()
    patient = line.network.call(line.giulia).press("1").press("123456#")
    wait_for_outcome()
    assert patient.stay_silent().dialled == ["+390287654321"]


def test_a_process_that_died_while_it_asked_traps_nobody(line: Line, system: CompanySystem) -> None:
    post_flow(line.inbox, TESTING)
    call = line.network.call(line.giulia).press("1").press("123456#")
    wait_for_outcome()
    row = Dialogue.objects.get()
    row.state["call"]["outcome"] = None  # nothing ever came
    row.state["call"]["asked_until"] = (now() - timedelta(seconds=1)).isoformat()
    row.save()
    call.stay_silent()
    assert call.dialled == ["+390287654321"]


def test_when_marco_takes_the_conversation_the_caller_is_put_through(line: Line) -> None:
    post_flow(line.inbox, CARE)
    call = line.network.call(line.giulia).press("1")
    line.reads()
    assign(agent=line.marco, conversation=Conversation.objects.get(), assignee=line.marco)
    line.reads()
    assert Dialogue.objects.get().status == Dialogue.Status.SILENCED
    assert call.press("123456#").dialled == ["+390287654321"]


def test_a_second_call_of_the_same_customer_is_a_dialogue_of_its_own(line: Line) -> None:
    post_flow(line.inbox, CARE)
    line.network.call(line.giulia).press("1").hang_up()
    line.reads()
    call = line.network.call(line.giulia)
    line.reads()
    assert call.press("1").press("123456#").dialled == ["+390287654321"]
    line.reads()
    assert Dialogue.objects.count() == 2
    assert Conversation.objects.count() == 1
    assert Message.objects.filter(visibility="note").count() == 2  # one of each call


def known_giulia(line: Line, **changed: Any) -> Customer:
    """Giulia wrote before: her number is proven, her code is known."""
    line.network.call(line.giulia).hang_up()
    line.reads()
    Identity.objects.filter(value="+393471234567").update(**changed)
    conversation = Conversation.objects.get()
    receive(line.inbox, "Il mio codice cliente è TV654321", customer=conversation.customer)
    Dialogue.objects.all().delete()
    return conversation.customer


def test_who_is_known_by_the_number_is_not_asked_again(line: Line) -> None:
    post_flow(line.inbox, CARE)
    known_giulia(line)
    call = line.network.call(line.giulia).press("1")
    assert "T V 6, 5, 4, 3, 2, 1" in call.told
    assert call.dialled == ["+390287654321"]


@pytest.mark.parametrize("refusal", ["opted_out_at", "blocked_at", "refused_at"])
def test_who_wants_nothing_from_us_is_not_recognised(line: Line, refusal: str) -> None:
    post_flow(line.inbox, CARE)
    known_giulia(line, **{refusal: now()})
    call = line.network.call(line.giulia).press("1")
    assert "Qual è il tuo codice cliente?" in call.told


def test_a_number_that_its_carrier_doubts_recognises_nobody(line: Line) -> None:
    post_flow(line.inbox, CARE)
    known_giulia(line)
    call = line.network.call(None, shown_as="anonymous").press("1")
    assert "Qual è il tuo codice cliente?" in call.told
    heard = CallHeard("CA1", CallStep.BEGIN, number="+393471234567", is_proven=False)
    assert caller_of(heard) is None
    assert caller_of(replace(heard, is_proven=True)) is not None


def test_a_turn_takes_a_constant_number_of_queries(line: Line, django_assert_max_num_queries) -> None:
    post_flow(line.inbox, CARE)
    known_giulia(line)
    account = line.edge.door.account
    line.network.call(line.giulia)
    row = Dialogue.objects.get()
    heard = CallHeard(row.call, CallStep.TURN, 1, "+393471234567", digits="9", has_people=True)
    with django_assert_max_num_queries(40):
        assert leading.lead(account, heard) is not None
