"""Flows as callers hear them: whatever is pressed, said or kept silent, every prompt names the way to a person, and zero takes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.bot import engine
from ascolto.bot.flow import Flow, Slot, Text
from ascolto.bot.reading import read_flow
from ascolto.bot.state import Answered, Failed, Heard, LookUpWanted, Missing, Situation, State, Turn
from ascolto.bot.voicing import (
    heard_words,
    language_heard,
    nobody_came,
    slot_asked,
    spoken,
    typed,
    voiced,
)
from ascolto.channels.adapters.telephone.answering import flow_document
from ascolto.channels.vendors.calls import VOICES, CallHeard, CallStep, CallTurn
from ascolto.channels.vendors.ivr_hours import read_hours
from ascolto.channels.vendors.ivr_state import Ask, Connect, HangUp, Line, Record

FOLDER = Path(__file__).parents[1] / "flows"
MORNING = datetime(2026, 11, 23, 11, 0, tzinfo=ZoneInfo("Europe/Rome"))
LINE = Line("Telvia", ("it", "en"), (), read_hours("", "UTC"), timedelta(hours=1), "+390287654321")
CALL = CallHeard("CA1", CallStep.TURN, number="+393471234567", has_people=True)
SITUATION = Situation(
    "phone",
    MORNING,
    language="it",
    company="Telvia",
    is_open={"": True},
    promise=lambda within: "oggi alle 15:00",
)
FLOWS: dict[str, Flow] = {
    flow.slug: flow
    for path in sorted(FOLDER.glob("*.yaml"))
    if (flow := read_flow(path.read_text("utf-8"))[0]) is not None
}
WHOLE = [slug for slug, flow in FLOWS.items() if not flow.is_called]
ZERO = {"it": "Per parlare con una persona premi zero.", "en": "To talk to a person press zero."}


def settled(turn: Turn, situation: Situation, *, works: bool = True) -> Turn:
    """After everything that was wanted came, or did not."""
    says, effects = turn.says, turn.effects
    for _ in range(20):
        if turn.wanted is None:
            break
        found = (
            Missing()
            if isinstance(turn.wanted, LookUpWanted)
            else Answered({"status": "ok"})
            if works
            else Failed()
        )
        turn = engine.resume(FLOWS, turn.state, found, situation)
        says, effects = (*says, *turn.says), (*effects, *turn.effects)
    return replace(turn, says=says, effects=effects)


def after(state: State, call: CallHeard, situation: Situation) -> Turn:
    """The turn after what a caller did, as it is taken in a call."""
    if situation.channel != "phone":
        raise AssertionError("a call")
    words = heard_words(call, slot_asked(state, FLOWS), state.language)
    return settled(engine.hear(FLOWS, state, words, situation), situation)


def says_zero(turn: CallTurn, language: str) -> bool:
    return any(one.text == ZERO[language] for one in turn.says)


# --- whatever a caller does --------------------------------------------------------------------------------------------------

KEYS = st.builds(
    lambda digits, speech, recorded: replace(CALL, digits=digits, speech=speech, recorded=recorded),
    st.sampled_from(["", "1", "2", "3", "4", "9", "#", "*", "123456", "123456#", "1203", "3471234567", "*49", "00"])
    | st.text(alphabet="0123456789*#", max_size=20),
    st.sampled_from(["", "guasto", "sì", "no", "la fibra non va", "tv 1 2 3 4 5 6", "due", "domani", "bolletta"])
    | st.text(max_size=60),
    st.booleans(),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(WHOLE),
    st.lists(KEYS, max_size=14),
    st.sampled_from(["it", "en"]),
    st.booleans(),
    st.booleans(),
)
def test_every_prompt_names_the_way_to_a_person_and_zero_takes_it(
    slug, heard, language, is_open, hears
) -> None:
    line = replace(CALL, hears_words=hears, has_people=is_open)
    situation = replace(SITUATION, language=language, is_open={"": is_open})
    turn = settled(engine.begin(FLOWS, slug, Heard(), situation), situation)
    for place, call in enumerate(heard, 1):
        heard_turn = voiced(turn, FLOWS, line, place=place)
        document = ElementTree.fromstring(flow_document(LINE, heard_turn, "https://care.example/hooks/t"))
        assert document.tag == "Response"
        assert all(len(one.text) <= 4_000 for one in heard_turn.says)
        if not turn.state.waits:
            assert isinstance(heard_turn.then, Connect | HangUp)
            assert heard_turn.says or isinstance(heard_turn.then, Connect)
            return
        assert isinstance(heard_turn.then, Ask | Record)
        if not turn.state.handed:
            assert says_zero(heard_turn, turn.state.language)
            pressed = after(turn.state, replace(line, digits="0"), situation)
            assert pressed.state.handed == "asked"
            assert isinstance(voiced(pressed, FLOWS, line, place=0).then, Connect) == is_open
        turn = after(turn.state, replace(call, hears_words=hears), situation)


@pytest.mark.parametrize("slug", WHOLE)
@pytest.mark.parametrize(
    "keys", [["1"], ["1", "1", "1"], ["2", "1"], ["3"], ["2", "2", "1"], ["1", "123456", "1"]]
)
def test_keys_take_the_path_that_buttons_take(slug: str, keys: list[str]) -> None:
    chat = replace(SITUATION, channel="chat")
    here = settled(engine.begin(FLOWS, slug, Heard(), SITUATION), SITUATION)
    there = settled(engine.begin(FLOWS, slug, Heard(), chat), chat)
    for key in keys:
        if not there.state.waits or not here.state.waits:
            break
        by_key = {choice.key: choice.id for choice in there.choices}
        slot = slot_asked(there.state, FLOWS)
        if key in by_key:
            heard = Heard(choice=by_key[key])
        elif slot is not None and slot.type == "files":
            heard = Heard(files=1)
        else:
            heard = Heard(text=typed(slot, key) if slot is not None else key)
        is_file = slot is not None and slot.type == "files"
        here = after(here.state, replace(CALL, digits="" if is_file else key, recorded=is_file), SITUATION)
        there = settled(engine.hear(FLOWS, there.state, heard, chat), chat)
        assert here.state.trail == there.state.trail


def test_who_is_silent_twice_gets_a_person() -> None:
    turn = settled(engine.begin(FLOWS, WHOLE[0], Heard(), SITUATION), SITUATION)
    turn = after(turn.state, CALL, SITUATION)
    assert turn.state.waits
    turn = after(turn.state, CALL, SITUATION)
    assert turn.state.handed == "not_understood"
    assert voiced(turn, FLOWS, CALL, place=3).then == Connect("", 30)


def test_when_nobody_came_there_is_always_something_else() -> None:
    turn = settled(engine.begin(FLOWS, WHOLE[0], Heard(digits="0"), SITUATION), SITUATION)
    away = voiced(nobody_came(FLOWS, turn.state, SITUATION), FLOWS, CALL, place=2)
    told = [one.text for one in away.says]
    assert told[0] == "Mi dispiace, in questo momento nessuno è libero."
    assert "Per essere richiamato premi 1." in told
    assert "Per lasciare un messaggio premi 4." in told
    alone = nobody_came({}, turn.state, SITUATION)
    assert isinstance(voiced(alone, {}, CALL, place=2).then, HangUp)


# --- how it is said and heard ------------------------------------------------------------------------------------------------


def test_numbers_are_said_digit_by_digit_and_addresses_by_their_host() -> None:
    assert spoken("Ti chiamiamo al +393471234567 entro le 10:30.") == (
        "Ti chiamiamo al 3, 9, 3, 4, 7, 1, 2, 3, 4, 5, 6, 7 entro le 10:30."
    )
    assert spoken("Il contratto TV123456 ✅ è attivo") == "Il contratto T V 1, 2, 3, 4, 5, 6 è attivo"
    assert spoken("Vedi https://telvia.example/guasti?x=1 oggi") == "Vedi telvia.example oggi"
    assert spoken("Nel 2026 costa 30 euro") == "Nel 2026 costa 30 euro"


def slot(kind: str, mask: str = "") -> Slot:
    return Slot("it", kind, Text(), Text(), mask=mask)


def test_keys_stand_for_what_is_asked() -> None:
    assert typed(slot("code", "TV999999"), "123456") == "TV123456"
    assert typed(slot("code", "TV999999"), "12") == "12"
    assert typed(slot("code", "A99"), "12") == "12"  # a letter that nobody can type
    assert typed(slot("phone"), "*4917612345678") == "+4917612345678"
    assert typed(slot("date"), "1203") == "12/03"
    assert typed(slot("date"), "12032027") == "12/03/2027"


def test_spoken_digits_and_signs_are_read() -> None:
    said = replace(CALL, speech="T V uno due tre quattro cinque sei")
    assert "123456" in heard_words(said, slot("code", "TV999999"), "it").text
    mail = replace(CALL, speech="giulia chiocciola example punto it")
    assert heard_words(mail, slot("email"), "it").text == "giulia@example.it"
    assert heard_words(replace(CALL, speech="Due."), None, "it").digits == "2"
    assert heard_words(replace(CALL, speech="zero"), slot("number"), "it").digits == "0"


def test_where_nobody_writes_down_what_is_said_it_is_recorded() -> None:
    flow, _ = read_flow(
        """flow: tell
languages: [it]
start: what
slots:
  what: {type: text, ask: {it: "Che cosa succede?"}, again: {it: "Ripeti."}}
nodes:
  what: {ask: what, next: person}
"""
    )
    assert flow is not None
    flows = {"tell": flow}
    turn = engine.begin(flows, "tell", Heard(), SITUATION)
    assert isinstance(voiced(turn, flows, CALL, place=1).then, Ask)
    deaf = voiced(turn, flows, replace(CALL, hears_words=False), place=1)
    assert isinstance(deaf.then, Record)
    words = heard_words(replace(CALL, recorded=True), slot_asked(turn.state, flows), "it")
    assert engine.hear(flows, turn.state, words, SITUATION).state.slots == {"what": "(messaggio registrato)"}


def test_a_language_is_chosen_by_its_key_only() -> None:
    languages = ["it", "en"]
    assert language_heard(replace(CALL, digits="2"), languages) == "en"
    for odd in ("", "0", "3", "12", "²", "#"):
        assert language_heard(replace(CALL, digits=odd), languages) == ""


@given(st.text(max_size=2_000))
def test_any_text_can_be_said(text: str) -> None:
    assert len(spoken(text)) <= 900


def test_turns_are_kept_as_they_are() -> None:
    turn = settled(engine.begin(FLOWS, WHOLE[0], Heard(), SITUATION), SITUATION)
    made = voiced(turn, FLOWS, CALL, place=1)
    assert CallTurn.from_json(made.to_json()) == made
    assert set(VOICES) >= {"it", "en"}


@pytest.mark.parametrize(
    "text", ["9" * 100_000, "A" * 100_000 + "1" * 100_000, "https://" + "a" * 100_000, "‮👩‍🚀" * 10_000]
)
def test_hostile_texts_are_said_in_bounded_time(text: str) -> None:
    assert len(spoken(text)) <= 900
    words = heard_words(replace(CALL, speech=text, digits=text[:20]), slot("code", "TV999999"), "it")
    assert isinstance(words, Heard)
