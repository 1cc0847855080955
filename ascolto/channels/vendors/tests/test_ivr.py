"""The dialogue on the telephone: every path ends politely, and what it promises can be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.channels.vendors import ivr_texts
from ascolto.channels.vendors.ivr import MOST_TURNS, begin, hear
from ascolto.channels.vendors.ivr_facts import facts_of, summary
from ascolto.channels.vendors.ivr_hours import Hours, Unreadable, read_hours
from ascolto.channels.vendors.ivr_state import (
    Ask,
    Call,
    Connect,
    HangUp,
    Heard,
    Line,
    Outcome,
    Record,
    State,
    Step,
    Turn,
)

MONDAY_TEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Rome
SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OFFICE = read_hours("mon-fri 09:00-18:00, sat 9.00-13.00", "Europe/Rome")
GIULIA = Call("CA01", "+393471234567")
HIDDEN = Call("CA02")


def line(**changed: object) -> Line:
    about: dict[str, object] = {
        "company": "Telvia",
        "languages": ("it", "en"),
        "needs": ("fault", "billing", "other"),
        "hours": OFFICE,
        "within": timedelta(minutes=30),
        "agents": "+390287654321",
        "region": "IT",
    }
    return Line(**{**about, **changed})  # type: ignore[arg-type]


def spoken(turn: Turn, of: Line, now: datetime = MONDAY_TEN) -> str:
    return " ".join(phrase.text(of, now) for phrase in turn.phrases)


def talk(of: Line, call: Call, *keys: str | Heard, now: datetime = MONDAY_TEN) -> Turn:
    """The turn after these keys."""
    turn = begin(of, call, now)
    for key in keys:
        heard = key if isinstance(key, Heard) else Heard(digits=key)
        turn = hear(of, call, State.from_query(of, turn.state.to_query()), heard, now)
    return turn


# --- what Giulia hears ------------------------------------------------------------------------------------------------


def test_a_person_is_offered_before_anything_else_in_every_language() -> None:
    told = spoken(begin(line(), GIULIA, MONDAY_TEN), line())
    assert told.startswith("Benvenuto in Telvia. In qualsiasi momento, per parlare con una persona prema 0.")
    assert told.index("press 0 for a person") < told.index("For English, press 2.")
    menu = talk(line(), GIULIA, "2")
    assert spoken(menu, line()).startswith("At any time, press 0 for a person. For a fault, press 1.")


def test_in_opening_hours_a_person_is_rung_and_the_wait_is_told() -> None:
    turn = talk(line(), GIULIA, "1", "1")
    assert turn.then == Connect("+390287654321", 30)
    assert "al massimo 30 secondi" in spoken(turn, line())
    answered = hear(line(), GIULIA, turn.state, Heard(taken=True), MONDAY_TEN)
    assert (answered.then, answered.state.outcome) == (HangUp(), Outcome.ANSWERED)


def test_zero_at_any_time_is_a_person() -> None:
    for before in ((), ("1",)):
        assert isinstance(talk(line(), GIULIA, *before, "0").then, Connect)
    assert isinstance(
        talk(line(), GIULIA, "1", Heard(speech="Vorrei parlare con un operatore")).then, Connect
    )


def test_when_nobody_is_free_a_call_back_is_promised_with_its_time_and_a_reference() -> None:
    busy = talk(line(), GIULIA, "1", "1", Heard())
    assert "nessuno è libero" in spoken(busy, line())
    assert "entro le 10:30, prema 1" in spoken(busy, line())
    confirm = talk(line(), GIULIA, "1", "1", Heard(), "1")
    assert "3, 9, 3, 4, 7, 1, 2, 3, 4, 5, 6, 7" in spoken(confirm, line())
    promised = talk(line(), GIULIA, "1", "1", Heard(), "1", "1")
    assert isinstance(promised.then, HangUp)
    assert "La richiamiamo entro le 10:30" in spoken(promised, line())
    assert ", ".join(GIULIA.reference) in spoken(promised, line())
    facts = facts_of(GIULIA, promised.state)
    assert facts == {
        "reference": GIULIA.reference,
        "language": "it",
        "need": "fault",
        "outcome": "callback",
        "callback_by": "2026-11-23T09:30:00+00:00",
        "callback_number": "+393471234567",
    }
    told = summary(line(), GIULIA, promised.state, MONDAY_TEN, "en")
    assert told == f"Call: a fault, wants a call-back by 10:30 (reference {GIULIA.reference})"


def test_another_number_can_be_typed_with_or_without_its_country() -> None:
    before = ("1", "1", Heard(), "1", "2")
    assert talk(line(), GIULIA, *before, "0212345678", "1").state.number == "+390212345678"
    assert talk(line(), GIULIA, *before, "*4917612345678", "1").state.number == "+4917612345678"
    wrong = talk(line(), GIULIA, *before, "12")
    assert "Non è un numero di telefono" in spoken(wrong, line())


def test_who_hides_the_number_is_asked_for_one() -> None:
    asked = talk(line(), HIDDEN, "1", "1", Heard(), "1")
    assert asked.state.step is Step.NUMBER
    assert isinstance(talk(line(), HIDDEN, "1", "1", Heard(), "1", "0212345678", "1").then, HangUp)


def test_on_sunday_it_says_when_we_are_back_and_promises_monday() -> None:
    turn = talk(line(), GIULIA, "2", "1", now=SUNDAY)
    told = spoken(turn, line(), SUNDAY)
    assert "We are back tomorrow at 9:00" in told
    assert "called back tomorrow by 9:30" in told


def test_silence_is_asked_once_more_and_then_recorded() -> None:
    first = talk(line(), GIULIA, "")
    assert isinstance(first.then, Ask)
    assert isinstance(talk(line(), GIULIA, "", "").then, Record)
    left = talk(line(), GIULIA, "", "", Heard(recorded=True))
    assert (left.state.outcome, left.then) == (Outcome.VOICEMAIL, HangUp())
    assert "abbiamo il suo messaggio" in spoken(left, line())
    nothing = talk(line(), GIULIA, "", "", Heard())
    assert (nothing.state.outcome, nothing.then) == (Outcome.OPEN, HangUp())
    assert "Non ho sentito nulla" in spoken(nothing, line())


def test_a_recording_that_ends_with_zero_is_kept_and_a_person_is_rung() -> None:
    rung = talk(line(), GIULIA, "", "", Heard(digits="0", recorded=True))
    assert isinstance(rung.then, Connect)
    assert rung.state.outcome is Outcome.VOICEMAIL
    assert isinstance(hear(line(), GIULIA, rung.state, Heard(), MONDAY_TEN).then, HangUp)


def test_needs_are_understood_when_they_are_said() -> None:
    said = talk(line(), GIULIA, "1", Heard(speech="La mia bolletta è troppo alta"))
    assert said.state.need == "billing"
    assert talk(line(), GIULIA, "2", Heard(speech="My router is broken")).state.need == "fault"


def test_a_line_with_one_language_and_no_people_goes_straight_to_what_it_can_do() -> None:
    alone = line(languages=("en",), needs=(), agents="", hours=read_hours("", "UTC"))
    turn = begin(alone, GIULIA, MONDAY_TEN)
    assert spoken(turn, alone).startswith("Welcome to Telvia. To be called back by 9:30, press 1.")
    assert "cannot connect" in spoken(talk(alone, GIULIA, "0"), alone)


def test_a_need_of_our_own_is_spoken_as_it_was_written() -> None:
    own = line(needs=("moving house",))
    assert "For moving house, press 1." in spoken(talk(own, GIULIA, "2"), own)


def test_every_phrase_is_there_in_every_language() -> None:
    for table in (ivr_texts.PHRASES, ivr_texts.NEEDS, ivr_texts.SUMMARY, ivr_texts.SPOKEN):
        for key, said in table.items():
            assert set(said) == set(ivr_texts.LANGUAGES), key


# --- whatever happens -------------------------------------------------------------------------------------------------

KEYS = st.builds(
    Heard,
    digits=st.text(alphabet="0123456789*#", max_size=4) | st.text(max_size=20),
    speech=st.sampled_from(["", "person", "persona", "guasto", "yes", "call me back", "…"])
    | st.text(max_size=30),
    taken=st.just(False),
    recorded=st.booleans(),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
QUERY = st.dictionaries(
    st.sampled_from(["step", "lang", "need", "tries", "turns", "number", "by", "asked", "rang", "end"]),
    st.text(max_size=12)
    | st.sampled_from([*Step, *Outcome, "it", "fault", "0", "1", "9", "99", "1795338000", "+393471234567"]),
)
LINES = st.builds(
    line,
    agents=st.sampled_from(["", "+390287654321"]),
    languages=st.sampled_from([("it",), ("en", "it")]),
    needs=st.sampled_from([(), ("fault",), ("fault", "billing", "other")]),
    hours=st.sampled_from([OFFICE, read_hours("", "UTC"), read_hours("mon 22:00-02:00", "Europe/Rome")]),
)


@settings(max_examples=400)
@given(LINES, st.sampled_from([GIULIA, HIDDEN]), QUERY, st.lists(KEYS, max_size=30), MOMENTS)
def test_from_anywhere_anything_leads_to_a_polite_end(of, call, query, keys, now) -> None:
    state = State.from_query(of, query)
    turn = hear(of, call, state, keys[0] if keys else Heard(), now)
    for number in range(MOST_TURNS + 6):
        assert turn.phrases
        told = spoken(turn, of, now)
        assert "{" not in told
        if (
            turn.state.outcome is Outcome.CALLBACK
            and turn.state.step is Step.END
            and state.outcome is Outcome.OPEN
        ):
            assert turn.state.by is not None
            assert turn.state.by > now
        if isinstance(turn.then, HangUp):
            return
        again = State.from_query(of, turn.state.to_query())
        assert again == turn.state
        turn = hear(of, call, again, keys[number % len(keys)] if keys else Heard(), now)
    pytest.fail("the call never ends")


@given(
    st.sampled_from([OFFICE, read_hours("mon 22:00-02:00, wed 8:00-24:00", "Europe/Rome")]),
    MOMENTS,
    st.integers(1, 3000),
)
def test_a_promise_is_never_in_the_past_and_always_in_opening_hours(hours: Hours, now, minutes) -> None:
    by = hours.after(now, timedelta(minutes=minutes))
    assert by >= now + timedelta(minutes=minutes)
    assert hours.is_open(by - timedelta(seconds=1)) or hours.is_open(by)


@pytest.mark.parametrize(
    "text", ["always", "mon 25:00-26:00", "mon-xyz 9:00-10:00", "9:00-18:00", "mon 9-18"]
)
def test_hours_that_cannot_be_understood_are_refused(text) -> None:
    with pytest.raises(Unreadable):
        read_hours(text, "Europe/Rome")


def test_hours_know_the_day_the_clocks_change() -> None:
    night = read_hours("sat-sun 00:00-24:00", "Europe/Rome")
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 1:30; at 2:00 it is 3:00
    assert night.local(night.after(before, timedelta(hours=1))).hour == 3
    with pytest.raises(Unreadable):
        read_hours("", "Mars/Olympus")
