"""The language of the search box."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.search.days import days_of
from ascolto.search.query import Filter, Hint, Phrase, Query, Word, parse

_PIECES = st.sampled_from(
    [
        "from:",
        "da:",
        '"',
        "-",
        "*",
        ":",
        "stato:",
        "after:",
        "3d",
        "giulia",
        "//",
        " ",
        "“",
        "http:",
        "x",
        "01/02/2026",
    ]
)
TYPED = st.one_of(st.text(), st.lists(st.one_of(_PIECES, st.text(max_size=3)), max_size=30).map("".join))


@given(TYPED)
def test_whatever_is_typed_is_read_and_what_is_printed_means_the_same(text: str) -> None:
    query = parse(text)
    again = parse(str(query))
    assert again.parts == query.parts
    assert str(again) == str(query)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("router rosso", (Word("router"), Word("rosso"))),
        ('"numero verde" fibra*', (Phrase("numero verde"), Word("fibra", begins=True))),
        ("«numero  verde»", (Phrase("numero verde"),)),
        ('guasto -fibra -"linea adsl"', (Word("guasto"), Word("fibra", negated=True), Phrase("linea adsl", negated=True))),
        ("da:giulia canale:email", (Filter("from", "giulia"), Filter("channel", "email"))),
        ('from:"Giulia Ferri"', (Filter("from", "Giulia Ferri"),)),
        ("to:me", (Filter("assignee", "me"),)),
        ("assegnato:nessuno", (Filter("assignee", "nobody"),)),
        ("stato:risolto -etichetta:vip", (Filter("status", "resolved"), Filter("label", "vip", negated=True))),
        ("prima:01/03/2026 dopo:ieri", (Filter("before", "01/03/2026"), Filter("after", "ieri"))),
        ("ha:allegato is:public", (Filter("has", "file"), Filter("is", "public"))),
        ("AB-12/34", (Word("AB-12/34"),)),
        ("*from:giulia *-fibra", (Filter("from", "giulia"), Word("fibra", negated=True))),
        ('"not closed', (Phrase("not closed"),)),
        ("- * ** \" \"\" ( )", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_words_phrases_and_filters_are_told_apart(typed: str, parts: tuple[object, ...]) -> None:
    assert parse(typed).parts == parts
    assert parse(typed).hints == ()


def test_what_only_looks_like_a_filter_is_taken_as_words_with_a_hint() -> None:
    assert parse("colour:red") == Query((Word("colour:red"),), (Hint("colour:red"),))
    assert parse("status:purple") == Query((Word("status:purple"),), (Hint("status:purple", "status"),))
    assert parse("after:never").hints == (Hint("after:never", "after"),)
    assert parse("https://telvia.example/a 10:30").hints == ()


def test_a_long_text_is_read_up_to_its_limit() -> None:
    assert len(parse("parola " * 5_000).parts) == 16
    assert len(str(parse("x" * 10_000))) <= 500


TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("said", "first", "after"),
    [
        ("2026-03-05", (2026, 3, 5), (2026, 3, 6)),
        ("2026-03", (2026, 3, 1), (2026, 4, 1)),
        ("2025", (2025, 1, 1), (2026, 1, 1)),
        ("05/03/2026", (2026, 3, 5), (2026, 3, 6)),
        ("5.3.26", (2026, 3, 5), (2026, 3, 6)),
        ("12/2025", (2025, 12, 1), (2026, 1, 1)),
        ("24/12", (2025, 12, 24), (2025, 12, 25)),
        ("oggi", (2026, 11, 22), (2026, 11, 23)),
        ("ieri", (2026, 11, 21), (2026, 11, 22)),
        ("3d", (2026, 11, 19), (2026, 11, 20)),
        ("2s", (2026, 11, 8), (2026, 11, 9)),
    ],
)
def test_days_are_understood_as_people_write_them(
    said: str, first: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    assert days_of(said, TODAY) == (date(*first), date(*after))


@pytest.mark.parametrize("said", ["31/04/2026", "0000", "9999", "13/13/2026", "9999y", "²d", "", "never"])
def test_what_is_no_day_is_none(said: str) -> None:
    assert days_of(said, TODAY) is None


@given(st.text(alphabet="0123456789/.-dwmy agos²", max_size=12))
def test_no_text_is_too_strange_for_a_calendar(text: str) -> None:
    days_of(text, TODAY)
