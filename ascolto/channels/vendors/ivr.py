"""The dialogue on the telephone: language, need, a person first, else a promise to call back or a message. Pure.

    turn = begin(line, call, now)               # what to say, then what to do
    turn = hear(line, call, turn.state, heard, now)   # after each thing that the caller did

A `State` is small and travels with the network (in an address, in a message) so that nothing is remembered here. Whatever comes back,
also what nobody can have pressed, leads to a person, a promise, a recording or a polite end within `MOST_TURNS`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ascolto.channels.vendors import ivr_texts
from ascolto.channels.vendors.ivr_state import (
    Ask,
    Call,
    Connect,
    HangUp,
    Heard,
    Line,
    Outcome,
    Phrase,
    Record,
    State,
    Step,
    Turn,
)
from ascolto.channels.vendors.twilio import e164
from ascolto.kit.text import fold

MOST_TURNS = 14
MOST_TRIES = 2  # a question is repeated once


def begin(line: Line, call: Call, now: datetime) -> Turn:
    """Somebody calls."""
    only = line.languages[0] if len(line.languages) == 1 else ""
    if only:
        welcome = (Phrase("welcome", only),)
        return _ask_need(line, call, State(language=only), now, before=welcome)
    return _ask_language(line, State())


def hear(line: Line, call: Call, state: State, heard: Heard, now: datetime) -> Turn:
    """What follows from what the caller did."""
    state = replace(state, turns=min(state.turns + 1, 99))
    language = state.language or line.languages[0]
    if state.step is Step.END:
        return _end(call, replace(state, language=language))
    if state.step is Step.PERSON:
        return _after_ringing(line, call, replace(state, language=language), heard, now)
    if state.step is Step.MESSAGE and heard.recorded:
        state = replace(state, outcome=Outcome.VOICEMAIL)
    is_long = state.turns >= MOST_TURNS - 2
    if _wants_person(heard, language, state) and not is_long:
        return _person(line, call, replace(state, language=language, asked=True), now)
    if state.step is Step.MESSAGE:
        return _after_message(line, call, replace(state, language=language), now)
    if is_long:
        return _message(replace(state, language=language))
    return _QUESTIONS[state.step](line, call, state, heard, now)


def _wants_person(heard: Heard, language: str, state: State) -> bool:
    is_number = state.step is Step.NUMBER and len(heard.digits) > 1
    return heard.digits == "0" or (not is_number and _said(heard, "person", language))


def _said(heard: Heard, what: str, language: str) -> bool:
    told = fold(heard.speech[:500])
    if not told:
        return False
    parts = ivr_texts.SPOKEN.get(what, {}).get(ivr_texts.known(language), (fold(what),))
    return any(part in told for part in parts)


# --- the questions -----------------------------------------------------------------------------------------------------


def _ask_language(line: Line, state: State) -> Turn:
    phrases: list[Phrase] = []
    for place, language in enumerate(line.languages, 1):
        phrases += [Phrase("welcome", language), Phrase("person_first", language)]
        phrases.append(Phrase("language", language, digits=str(place)))
    return Turn(tuple(phrases), Ask(), replace(state, step=Step.LANGUAGE))


def _hear_language(line: Line, call: Call, state: State, heard: Heard, now: datetime) -> Turn:
    place = _choice(heard.digits, len(line.languages))
    if place is None:
        if state.tries + 1 < MOST_TRIES:
            return _ask_language(line, replace(state, tries=state.tries + 1))
        return _message(replace(state, language=line.languages[0]))
    return _ask_need(line, call, replace(state, language=line.languages[place], tries=0), now)


def _ask_need(line: Line, call: Call, state: State, now: datetime, before: tuple[Phrase, ...] = ()) -> Turn:
    language = state.language
    if not line.needs:
        return _person(line, call, state, now, before=before)
    menu = [
        Phrase("need", language, digits=str(place), need=need) for place, need in enumerate(line.needs, 1)
    ]
    phrases = (*before, Phrase("person_first", language), *menu)
    return Turn(phrases, Ask(speech=True), replace(state, step=Step.NEED))


def _hear_need(line: Line, call: Call, state: State, heard: Heard, now: datetime) -> Turn:
    state = replace(state, language=state.language or line.languages[0])
    place = _choice(heard.digits, len(line.needs))
    if place is None:
        place = next((n for n, need in enumerate(line.needs) if _said(heard, need, state.language)), None)
    if place is not None:
        return _person(line, call, replace(state, need=line.needs[place], tries=0), now)
    if state.tries + 1 >= MOST_TRIES:
        return _message(state)
    return _ask_need(line, call, replace(state, tries=state.tries + 1), now, before=_sorry(heard, state))


def _offer(line: Line, call: Call, state: State, now: datetime, before: tuple[Phrase, ...] = ()) -> Turn:
    by = line.hours.after(now, line.within)
    callback = Phrase("offer_callback", state.language, moment=by)
    phrases = (*before, callback, Phrase("offer_message", state.language))
    return Turn(phrases, Ask(speech=True), replace(state, step=Step.OFFER, by=by))


def _hear_offer(line: Line, call: Call, state: State, heard: Heard, now: datetime) -> Turn:
    state = replace(state, language=state.language or line.languages[0])
    if heard.digits == "1" or _said(heard, "callback", state.language):
        state = replace(state, tries=0, number=call.number)
        return _confirm(state) if state.number else _ask_number(state)
    if heard.digits == "2" or _said(heard, "message", state.language):
        return _message(state)
    if state.tries + 1 >= MOST_TRIES:
        return _message(state)
    return _offer(line, call, replace(state, tries=state.tries + 1), now, before=_sorry(heard, state))


def _ask_number(state: State, before: tuple[Phrase, ...] = ()) -> Turn:
    phrases = (*before, Phrase("type_number", state.language))
    return Turn(phrases, Ask(most=15, seconds=8), replace(state, step=Step.NUMBER))


def _hear_number(line: Line, call: Call, state: State, heard: Heard, now: datetime) -> Turn:
    state = replace(state, language=state.language or line.languages[0])
    typed = heard.digits.replace("*", "+") if heard.digits.startswith("*") else heard.digits
    number = e164(typed, line.region or None) if typed else None
    if number:
        return _confirm(replace(state, number=number, tries=0))
    if state.tries + 1 >= MOST_TRIES:
        return _message(state)
    wrong = (Phrase("no_number", state.language),) if heard.digits else ()
    return _ask_number(replace(state, tries=state.tries + 1), before=wrong)


def _confirm(state: State, before: tuple[Phrase, ...] = ()) -> Turn:
    number = Phrase("your_number", state.language, digits=state.number.lstrip("+"))
    phrases = (*before, number, Phrase("confirm_number", state.language))
    return Turn(phrases, Ask(speech=True), replace(state, step=Step.CONFIRM))


def _hear_confirm(line: Line, call: Call, state: State, heard: Heard, now: datetime) -> Turn:
    state = replace(state, language=state.language or line.languages[0])
    if not state.number or heard.digits == "2" or _said(heard, "no", state.language):
        return _ask_number(replace(state, tries=0, number=""))
    if heard.digits == "1" or _said(heard, "yes", state.language):
        return _promise(line, call, state, now)
    if state.tries + 1 >= MOST_TRIES:
        return _message(state)
    return _confirm(replace(state, tries=state.tries + 1), before=_sorry(heard, state))


def _sorry(heard: Heard, state: State) -> tuple[Phrase, ...]:
    return (Phrase("again", state.language),) if heard.digits or heard.speech else ()


def _choice(digits: str, most: int) -> int | None:
    """The place that a key chooses, from 0; None for another key."""
    place = int(digits) - 1 if len(digits) == 1 and digits.isascii() and digits.isdigit() else -1
    return place if 0 <= place < most else None


_QUESTIONS = {
    Step.LANGUAGE: _hear_language,
    Step.NEED: _hear_need,
    Step.OFFER: _hear_offer,
    Step.NUMBER: _hear_number,
    Step.CONFIRM: _hear_confirm,
}


# --- where it leads ----------------------------------------------------------------------------------------------------


def _person(line: Line, call: Call, state: State, now: datetime, before: tuple[Phrase, ...] = ()) -> Turn:
    """Ring somebody; when nobody is there, say so and offer what there is."""
    if line.has_people(now) and not state.rang:
        wait = Phrase("connecting", state.language, digits=str(line.ring_for))
        rung = replace(state, step=Step.PERSON, rang=True)
        return Turn((*before, wait), Connect(line.agents, line.ring_for), rung)
    if state.outcome is Outcome.VOICEMAIL:
        return _after_message(line, call, state, now)
    opening = line.hours.next_opening(now)
    why = Phrase("closed", state.language, moment=opening) if opening else Phrase("nobody", state.language)
    if state.rang:
        why = Phrase("busy", state.language)
    said = (why,) if state.asked or opening or state.rang else ()
    return _offer(line, call, replace(state, tries=0), now, before=(*before, *said))


def _after_ringing(line: Line, call: Call, state: State, heard: Heard, now: datetime) -> Turn:
    if heard.taken:
        return _end(call, replace(state, outcome=Outcome.ANSWERED))
    if state.outcome is Outcome.VOICEMAIL:
        return _after_message(line, call, state, now)
    return _offer(line, call, replace(state, tries=0), now, before=(Phrase("busy", state.language),))


def _message(state: State) -> Turn:
    return Turn((Phrase("record", state.language),), Record(), replace(state, step=Step.MESSAGE))


def _after_message(line: Line, call: Call, state: State, now: datetime) -> Turn:
    if state.outcome is not Outcome.VOICEMAIL:
        return _end(call, state, Phrase("heard_nothing", state.language))
    if not call.number:
        return _end(call, replace(state, by=None), Phrase("recorded_withheld", state.language))
    by = _still_ahead(line, state, now)
    return _end(call, replace(state, by=by), Phrase("recorded", state.language, moment=by))


def _promise(line: Line, call: Call, state: State, now: datetime) -> Turn:
    by = _still_ahead(line, state, now)
    kept = replace(state, by=by, outcome=Outcome.CALLBACK)
    return _end(call, kept, Phrase("promise", state.language, moment=by))


def _still_ahead(line: Line, state: State, now: datetime) -> datetime:
    """The time that was offered, unless it has come too near; and never a later one than we would offer now."""
    offered = line.hours.after(now, line.within)
    if state.by is not None and now + timedelta(minutes=1) < state.by <= offered:
        return state.by
    return offered


def _end(call: Call, state: State, *phrases: Phrase) -> Turn:
    said = list(phrases)
    if state.outcome in {Outcome.CALLBACK, Outcome.VOICEMAIL} and phrases:
        said.append(Phrase("reference", state.language, digits=call.reference))
    said.append(Phrase("goodbye", state.language))
    return Turn(tuple(said), HangUp(), replace(state, step=Step.END))
