"""What a dialogue does: small stories of Giulia with flows of a few lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ascolto.bot.engine import Flows, begin, hear, resume
from ascolto.bot.reading import read_flow
from ascolto.bot.state import (
    Answered,
    CallWanted,
    Ended,
    Failed,
    Found,
    HandedOff,
    Heard,
    LookUpWanted,
    Missing,
    Requested,
    Situation,
    State,
    Turn,
    Understood,
)
from ascolto.bot.tests.proving import HOUSE

CHAT = Situation("chat", datetime(2026, 3, 4, 10, tzinfo=UTC), language="it", company="Telvia")
CARE = """
flow: care
languages: [it]
start: welcome
slots:
  code: {type: code, mask: TV99, known: [customer_code], ask: "Qual è il codice?", again: "Comincia con TV."}
  state: {type: text}
nodes:
  welcome:
    menu: "Che cosa ti serve?"
    options:
      - {id: fault, label: Guasto, words: {it: [rotto]}, topics: [Guasti], next: code}
      - {id: bill, label: Bolletta, topics: [Bollette], next: search}
  code: {ask: code, next: test}
  test: {call: line_test, send: [code], save: {state: stato}, next: told, failed: person}
  told: {say: "La linea {code}: {state}.", next: note}
  note: {request: {department: Tecnici, text: "Guasto {code}"}, next: bye}
  search: {look_up: last, found: bye, missing: person}
  bye: {end: {say: "Ciao.", resolved: true}}
"""


def flows(*texts: str) -> Flows:
    read = [read_flow(text)[0] for text in (*texts, (HOUSE / "away.yaml").read_text(encoding="utf-8"))]
    return {flow.slug: flow for flow in read if flow is not None}


FLOWS = flows(CARE)


def said(turn: Turn) -> list[str]:
    return [one.text for one in turn.says]


def care(*heard: Heard, situation: Situation = CHAT) -> Turn:
    turn = begin(FLOWS, "care", Heard(), situation)
    for one in heard:
        turn = hear(FLOWS, turn.state, one, situation)
    return turn


def test_the_first_words_are_who_speaks() -> None:
    turn = care()
    assert "assistente automatico di Telvia" in said(turn)[0]
    assert said(turn)[1] == "Che cosa ti serve?"
    assert [one.id for one in turn.choices] == ["welcome.fault", "welcome.bill", "person"]


def test_giulia_presses_is_asked_and_gets_what_the_system_says() -> None:
    turn = care(Heard(choice="welcome.fault"), Heard("è tv 12"))
    assert isinstance(turn.wanted, CallWanted)
    assert (turn.wanted.action, dict(turn.wanted.values)) == ("line_test", {"code": "TV12"})
    turn = resume(FLOWS, turn.state, Answered({"stato": "a posto"}), CHAT)
    assert said(turn) == ["La linea TV12: a posto.", "Ciao."]
    assert turn.effects == (Requested("Tecnici", "Guasto TV12"), Ended(resolves=True))


@pytest.mark.parametrize(
    "heard",
    [
        Heard("Guasto"),
        Heard("1"),
        Heard(digits="1"),
        Heard("il modem è rotto"),
        Heard(choice="welcome.fault"),
    ],
)
def test_the_same_is_said_in_many_ways(heard: Heard) -> None:
    assert care(heard).state.trail == ["care/welcome", "care/code"]


def test_what_is_known_is_not_asked() -> None:
    turn = care(Heard("1"), situation=replace(CHAT, known={"customer_code": "TV99"}))
    assert isinstance(turn.wanted, CallWanted)


def test_what_was_not_understood_is_asked_in_other_words_and_then_by_a_person() -> None:
    first = care(Heard("1"))
    second = hear(FLOWS, first.state, Heard("boh"), CHAT)
    assert said(second) == ["Comincia con TV."]
    third = hear(FLOWS, second.state, Heard("boh"), CHAT)
    assert third.state.handed == "not_understood"
    assert hear(FLOWS, third.state, Heard("allora?"), CHAT).says == ()


def test_a_button_that_is_pressed_twice_is_no_echo() -> None:
    first = care(Heard(choice="welcome.fault"))
    second = hear(FLOWS, first.state, Heard(choice="welcome.fault"), CHAT)
    assert said(second)[0] != said(first)[-1]
    assert second.state.waits
    third = hear(FLOWS, second.state, Heard(choice="welcome.fault"), CHAT)
    assert third.state.handed == "not_understood"


@pytest.mark.parametrize(
    "word",
    ["operatore", "Operatore!", "una persona, per favore", "agent", "vorrei parlare con un operatore adesso"],
)
def test_a_word_is_enough_for_a_person(word: str) -> None:
    turn = care(Heard(word))
    assert turn.state.handed == "asked"
    assert HandedOff("asked") in turn.effects


def test_zero_is_a_person_on_the_telephone_and_among_choices() -> None:
    phone = replace(CHAT, channel="phone")
    for zero in (Heard(digits="0"), Heard("zero")):
        assert care(zero, situation=phone).state.handed == "asked"
    assert care(Heard("0")).state.handed == "asked"
    assert care(Heard("zero")).state.handed == "asked"
    assert not care(Heard("10")).state.handed


def test_anger_is_for_a_person() -> None:
    assert care(Heard("basta!", understood=Understood(anger=0.9))).state.handed == "anger"


def test_nobody_is_kept_waiting_for_a_person_while_something_is_looked_up() -> None:
    turn = care(Heard("2"))
    assert isinstance(turn.wanted, LookUpWanted) or turn.state.handed
    if turn.wanted is not None:
        assert hear(FLOWS, turn.state, Heard("operatore"), CHAT).state.handed == "asked"


def test_an_answer_has_its_source_and_can_be_rated() -> None:
    turn = begin(FLOWS, "care", Heard("una domanda sulla bolletta di marzo"), CHAT)
    assert isinstance(turn.wanted, LookUpWanted)
    found = resume(FLOWS, turn.state, Found("Si paga il 15."), CHAT)
    assert [one.rates for one in found.says if one.text == "Si paga il 15."] == [True]
    missing = resume(FLOWS, turn.state, Missing(), CHAT)
    assert missing.state.handed


def test_a_system_that_is_silent_leads_to_a_person() -> None:
    turn = care(Heard("1"), Heard("TV12"))
    assert resume(FLOWS, turn.state, Failed(), CHAT).state.handed


def test_when_nobody_is_there_something_else_is_offered() -> None:
    closed = replace(CHAT, is_open={"": False}, opens="domani alle 9")
    turn = care(Heard("operatore"), situation=closed)
    assert "domani alle 9" in " ".join(said(turn))
    assert turn.state.waits
    assert turn.state.flow == "away"


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"flow": "nope", "waits": True},
        {"flow": "care", "node": "gone", "waits": True},
        {"slots": [], "stack": [[1]], "turns": "x"},
    ],
)
def test_a_state_that_makes_no_sense_is_a_person(told: dict[str, Any]) -> None:
    turn = hear(FLOWS, State.from_json(told), Heard("ciao"), CHAT)
    assert turn.state.handed or turn.state.done
    assert resume(FLOWS, State.from_json(told), Missing(), CHAT).wanted is None


def test_a_flow_that_is_not_there_is_a_person() -> None:
    assert begin({}, "care", Heard("ciao"), CHAT).state.handed == "broken"
