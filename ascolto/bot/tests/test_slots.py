"""What customers say becomes the value of a slot, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.bot.flow import SLOT_TYPES, Slot, Text, Wording
from ascolto.bot.slots import read_slot, shown
from ascolto.bot.state import NOTHING, Heard, Situation

NOW = Situation(channel="chat", moment=datetime(2026, 3, 4, 10, tzinfo=UTC), language="it")
KINDS = {"line": Text({"it": Wording("La linea")}), "bill": Text({"it": Wording("La bolletta")})}


def slot(kind: str, **more: object) -> Slot:
    return Slot("it_is", kind, Text(), Text(), **more)  # type: ignore[arg-type]


def told(kind: str, text: str = "", *, heard: Heard | None = None, **more: object) -> str:
    return read_slot(slot(kind, **more), heard or Heard(text), NOW, "it")


@pytest.mark.parametrize(
    ("mask", "text", "value"),
    [
        ("TV999999", "è TV 123-456 credo", "TV123456"),
        ("TV999999", "tv123456", "TV123456"),
        ("TV999999", "TV1234567", ""),
        ("TV999999", "TV12345", ""),
        ("AA-9999", "ab 1234", "AB1234"),
        ("", "ab-123", "AB123"),
        ("9999", "١٢٣٤", ""),
    ],
)
def test_codes_have_a_form(mask: str, text: str, value: str) -> None:
    assert told("code", text, mask=mask) == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("phone", "il mio è 347 1234567", "+393471234567"),
        ("phone", "+44 20 7946 0958", "+442079460958"),
        ("phone", "12", ""),
        ("email", "Scrivi a Giulia@Example.org.", "giulia@example.org"),
        ("email", "giulia at example", ""),
        ("number", "circa 3,5 ore", "3.5"),
        ("number", "tre", "3"),
        ("number", "nessuno", ""),
        ("number", "1.234,56 euro", "1234.56"),
        ("email", "mailto:giulia@example.it", "giulia@example.it"),
        ("email", "<giulia@example.it>; marco@example.it", "giulia@example.it"),
        ("email", "giulia chiocciola example punto it", "giulia@example.it"),
        ("email", "reach me at giulia dot ferri at example dot com", "giulia.ferri@example.com"),
        ("phone", "chiamatemi al 0039 347/1234567, grazie", "+393471234567"),
        ("phone", "3 4 7 1 2 3 4 5 6 7", "+393471234567"),
        ("date", "domani", "2026-03-05"),
        ("date", "2026-03-01", ""),
        ("date", "2026-02-31", ""),
        ("date", "oggi", "2026-03-04"),
        ("date", "today please", "2026-03-04"),
        ("date", "il 3 dicembre, grazie", "2026-12-03"),
        ("date", "dal ventitré dicembre", "2026-12-23"),
        ("date", "3 / 12", "2026-12-03"),
        ("date", "next Monday", "2026-03-09"),
        ("date", "on Friday please", "2026-03-06"),
        ("date", "Dec. 12th", "2026-12-12"),
        ("date", "the first of December", "2026-12-01"),
        ("date", "sabato va bene", "2026-03-07"),
        ("date", "ieri", ""),
        ("date", "boh", ""),
        ("date", "2028-01-01", ""),
        ("text", "  Non va. ", "Non va."),
        ("text", "\x00\u200b", "\u200b"),
    ],
)
def test_values_are_in_one_form(kind: str, text: str, value: str) -> None:
    assert told(kind, text) == value


def test_a_date_is_not_too_far_away() -> None:
    assert told("date", "2026-03-20", latest=timedelta(days=7)) == ""
    assert told("date", "2026-03-10", latest=timedelta(days=7)) == "2026-03-10"


@pytest.mark.parametrize(
    "heard", [Heard("la linea"), Heard("line"), Heard("È la linea!"), Heard(choice="ask.line")]
)
def test_a_choice_is_pressed_or_named(heard: Heard) -> None:
    assert told("choice", heard=heard, values=KINDS) == "line"


YES_NO = {
    "yes": Text({"it": Wording("Sì, ora funziona"), "en": Wording("Yes, it works now")}),
    "no": Text({"it": Wording("No, non funziona"), "en": Wording("No, still nothing")}),
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("certo", "yes"),
        ("sii", "yes"),
        ("ancora niente", "no"),
        ("purtroppo no", "no"),
        ("funziona", ""),
    ],
)
def test_yes_and_no_have_many_words(text: str, value: str) -> None:
    assert told("choice", text, values=YES_NO) == value


def test_a_word_that_one_label_alone_has_is_enough() -> None:
    values = {"line": Text({"it": Wording("Linea di casa")}), "bill": Text({"it": Wording("Bolletta")})}
    assert told("choice", "linea", values=values) == "line"
    assert told("choice", "le bollette", values=values) == "bill"
    assert told("choice", "non la linea", values=values) == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("TV_123456", "TV123456"),
        ("ＴＶ １２３ ４５６", "TV123456"),
        ("123456", "TV123456"),
        ("123 456", "TV123456"),
        ("12345", ""),
    ],
)
def test_a_code_is_written_in_many_ways(text: str, value: str) -> None:
    assert told("code", text, mask="TV999999") == value


@pytest.mark.parametrize("text", ["è il 12345", "il 12345", "12345"])
def test_words_around_a_code_are_no_part_of_it(text: str) -> None:
    assert told("code", text) == "12345"


def test_two_codes_are_none() -> None:
    assert told("code", "non è TV123, è TV1234") == ""


@pytest.mark.parametrize(
    "text",
    [
        "boh",
        "non saprei",
        "non lo conosco",
        "non ho il codice",
        "not sure",
        "I haven't got one",
        "n/a",
        "I forgot",
    ],
)
def test_there_are_many_ways_to_have_none(text: str) -> None:
    assert told("code", text, is_optional=True) == NOTHING


def test_an_optional_story_is_not_lost_for_a_little_word() -> None:
    assert told("text", "Il citofono non va, dopo le 18 suonate sotto.", is_optional=True).startswith(
        "Il citofono"
    )
    assert told("text", "no, niente", is_optional=True) == NOTHING


def test_a_choice_that_could_be_two_is_none() -> None:
    assert told("choice", "la linea o la bolletta", values=KINDS) == ""


def test_files_are_counted() -> None:
    assert told("files", heard=Heard(files=3)) == "3"
    assert told("files", "eccola") == ""


def test_who_has_none_says_so_where_it_is_optional() -> None:
    assert told("code", "non ce l'ho", mask="TV999999", is_optional=True) == NOTHING
    assert told("code", "non ce l'ho", mask="TV999999") == ""
    assert told("code", "TV123456", mask="TV999999", is_optional=True) == "TV123456"


def test_values_are_shown_as_people_write_them() -> None:
    assert shown(slot("choice", values=KINDS), "line", "it") == "La linea"
    assert "marzo" in shown(slot("date"), "2026-03-04", "it")
    assert shown(None, "x", "it") == "x"


@given(st.sampled_from(sorted(SLOT_TYPES)), st.text(max_size=300), st.text(max_size=5), st.integers(-1, 200))
def test_nothing_that_is_said_breaks_a_slot(kind: str, text: str, digits: str, files: int) -> None:
    value = told(kind, heard=Heard(text, digits=digits, files=files), values=KINDS, mask="TV9999")
    assert isinstance(value, str)
    assert "\x00" not in value
    shown(slot(kind, values=KINDS), value, "it")


@pytest.mark.parametrize("kind", sorted(SLOT_TYPES))
def test_a_megabyte_is_read_as_far_as_it_makes_sense(kind: str) -> None:
    assert len(told(kind, "1 a@b.it 347 " * 80_000, values=KINDS, mask="TV999999")) <= 2_000
