"""What people mean who write when a conversation should come back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.conversations.when import AT_MOST, read_when
from ascolto.conversations.when_said import easter

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # a Tuesday, half past ten in Rome


def meant(text: str, language: str = "it", **options: object) -> str:
    when = read_when(text, now=NOW, zone=ROME, language=language, **options)  # type: ignore[arg-type]
    return when.at.astimezone(ROME).strftime("%Y-%m-%d %H:%M") if when else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow 9", "2026-11-25 09:00"),
        ("domani mattina", "2026-11-25 09:00"),
        ("Domattina alle 8", "2026-11-25 08:00"),
        ("domani pomeriggio alle 3", "2026-11-25 15:00"),
        ("lunedì alle 15", "2026-11-30 15:00"),
        ("lun 9:30", "2026-11-30 09:30"),
        ("martedì alle 9", "2026-12-01 09:00"),
        ("tuesday 11", "2026-11-24 11:00"),
        ("giovedì 26", "2026-11-26 09:00"),
        ("giovedì 9", "2026-11-26 09:00"),
        ("friday 4", "2026-12-04 09:00"),
        ("friday at 4", "2026-11-27 16:00"),
        ("friday 4 pm", "2026-11-27 16:00"),
        ("in 2 ore", "2026-11-24 12:30"),
        ("2h30", "2026-11-24 13:00"),
        ("un’ora e mezza", "2026-11-24 12:00"),
        ("tra un quarto d'ora", "2026-11-24 10:45"),
        ("tra un paio d'ore", "2026-11-24 12:30"),
        ("fra tre giorni", "2026-11-27 09:00"),
        ("tra 5 giorni lavorativi", "2026-12-01 09:00"),
        ("lunedì tra due settimane", "2026-12-07 09:00"),
        ("la settimana prossima", "2026-11-30 09:00"),
        ("next week", "2026-11-30 09:00"),
        ("weekend", "2026-11-28 09:00"),
        ("fine settimana", "2026-11-28 09:00"),
        ("fine mese", "2026-11-30 09:00"),
        ("end of next month", "2026-12-31 09:00"),
        ("mese prossimo", "2026-12-01 09:00"),
        ("after Easter", "2027-03-30 09:00"),
        ("dopo Natale", "2026-12-28 09:00"),
        ("prima di Natale", "2026-12-24 09:00"),
        ("stasera", "2026-11-24 19:00"),
        ("tonight at 8", "2026-11-24 20:00"),
        ("eod", "2026-11-24 18:00"),
        ("by friday 5pm", "2026-11-27 17:00"),
        ("december 15 at 5 p.m.", "2026-12-15 17:00"),
        ("12 marzo", "2027-03-12 09:00"),
        ("12/3/2027 alle 10", "2027-03-12 10:00"),
        ("2026-12-24 16:45", "2026-12-24 16:45"),
        ("il 15", "2026-12-15 09:00"),
        ("domani alle nove e mezza", "2026-11-25 09:30"),
        ("domani alle 10 meno un quarto", "2026-11-25 09:45"),
        ("half past 3", "2026-11-24 15:30"),
        ("mezzanotte", "2026-11-25 00:00"),
        ("12am tomorrow", "2026-11-25 00:00"),
    ],
)
def test_marco_writes_when_and_it_is_understood(text: str, expected: str) -> None:
    assert meant(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "   ", "pizza", "domani pizza", "ieri", "yesterday", "25/12/2025", "31 febbraio", "oggi alle 25", "alle 10:75",
     "lunedì 12 marzo 2027", "in 5000 giorni", "13pm", "domani dopodomani", "in 2 ore domani", "0 minuti"],
)  # fmt: skip
def test_what_has_passed_or_is_not_understood_wholly_is_nothing(text: str) -> None:
    assert meant(text) == ""


def test_what_can_be_meant_in_two_ways_says_so() -> None:
    nxt = read_when("next Friday", now=NOW, zone=ROME, language="en")
    assert nxt
    assert nxt.other
    assert (nxt.at.day, nxt.other.day) == (4, 27)
    prossimo = read_when("venerdì prossimo", now=NOW, zone=ROME, language="it")
    assert prossimo
    assert prossimo.other
    assert (prossimo.at.day, prossimo.other.day) == (27, 4)
    numbers = read_when("3/4 alle 10", now=NOW, zone=ROME, language="en")
    assert numbers
    assert numbers.other
    assert (numbers.at.month, numbers.other.month) == (4, 3)
    passed = read_when("alle 9", now=NOW, zone=ROME)
    assert passed
    assert passed.other
    assert (passed.at.day, passed.other.hour) == (25, 20)
    plain = read_when("domani alle 15", now=NOW, zone=ROME)
    assert plain
    assert (plain.other, plain.has_time) == (None, True)


def test_a_day_without_an_hour_begins_when_the_office_opens_and_a_closed_one_is_told() -> None:
    def opening(day: date) -> time | None:
        return None if day.weekday() > 4 else time(8, 30)

    assert meant("domani", opening=opening) == "2026-11-25 08:30"
    saturday = read_when("sabato", now=NOW, zone=ROME, opening=opening)
    assert saturday
    assert saturday.is_closed
    assert meant("tra un mese", opening=opening) == "2026-12-24 08:30"


def test_the_hour_that_the_clocks_skip_is_still_a_moment() -> None:
    before = datetime(2027, 3, 27, 12, tzinfo=UTC)
    when = read_when("domani alle 2:30 am", now=before, zone=ROME)
    assert when
    assert before < when.at < before + timedelta(days=1)


def test_easter_is_when_the_church_says() -> None:
    known = {2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2038: (4, 25), 2285: (3, 22)}
    assert {year: (easter(year).month, easter(year).day) for year in known} == known


_WORDS = (
    "domani oggi lunedì venerdì prossimo next friday tra fra in 2 3 15 24 ore giorni settimane weeks hours alle at 9 10:30"
    " 5pm mattina sera evening fine mese 12/3 31 aprile after easter dopo natale e mezza meno un quarto working , . ' un' the"
)
WORDS = _WORDS.split()


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join) | st.text(max_size=150),
    st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1)),
    st.sampled_from(["Europe/Rome", "Pacific/Apia", "America/St_Johns", "UTC"]),
    st.sampled_from(["it", "en"]),
)
def test_whatever_is_written_the_moment_is_never_in_the_past(
    text: str, moment: datetime, zone: str, language: str
) -> None:
    now = moment.replace(tzinfo=UTC)
    when = read_when(text, now=now, zone=zone, language=language)
    if when is not None:
        assert now < when.at <= now + AT_MOST
        assert when.at.utcoffset() == timedelta(0)
        assert when.other is None or (when.other > now and when.other != when.at)


@given(st.integers(1, 999), st.sampled_from(["minuti", "min", "minutes"]))
def test_minutes_are_exact(count: int, unit: str) -> None:
    when = read_when(f"tra {count} {unit}", now=NOW, zone=ROME)
    assert when
    assert when.at == NOW + timedelta(minutes=count)


LONG = ("9" * 1_000_000, "domani " * 100_000, "😀" * 10_000, "d" + "\u0301" * 90)
ODD = ("\u202edomani", "\x00domani", "dom\u200bani", "\ud800", "²h", "٣ ore")


@pytest.mark.parametrize("text", [*LONG, *ODD])
def test_hostile_input_is_answered_at_once_and_without_a_fall(text: str) -> None:
    read_when(text, now=NOW, zone=ROME)
