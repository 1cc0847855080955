"""Texts as they are said: the language, the channel, the plural, the gaps; long ones in parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.bot.flow import Text, Wording
from ascolto.bot.proofs.wordings import plural_forms, unspeakable
from ascolto.bot.texts import category_of, gaps_of, parts_of, render

DAYS = Text(
    {
        "it": Wording(count="days", plurals={"one": "Fra un giorno", "other": "Fra {days} giorni"}),
        "pl": Wording(
            count="days",
            plurals={
                "one": "{days} dzień",
                "few": "{days} dni",
                "many": "{days} dni.",
                "other": "{days} dnia",
            },
        ),
    }
)


def said(text: Text, language: str, channel: str = "chat", **values: str) -> str:
    return render(text, language, channel, lambda name: values.get(name, ""))


@pytest.mark.parametrize(
    ("language", "days", "words"),
    [
        ("it", "1", "Fra un giorno"),
        ("it", "0", "Fra 0 giorni"),
        ("it", "", "Fra giorni"),
        ("pl", "3", "3 dni"),
        ("pl", "5", "5 dni."),
        ("pl", "22", "22 dni"),
    ],
)
def test_the_number_decides_the_form(language: str, days: str, words: str) -> None:
    assert said(DAYS, language, days=days) == words


def test_a_channel_has_words_of_its_own_and_a_language_that_is_missing_borrows_the_first() -> None:
    text = Text({"it": Wording("Guarda qui: a.example", {"phone": "Guarda il sito"})})
    assert said(text, "it", "phone") == "Guarda il sito"
    assert said(text, "it", "chat") == "Guarda qui: a.example"
    assert said(text, "en", "chat") == "Guarda qui: a.example"
    assert said(Text(), "it") == ""


def test_a_gap_without_a_value_leaves_one_space_and_values_are_not_read_again() -> None:
    text = Text({"it": Wording("Ciao {customer} e {name}!")})
    assert said(text, "it") == "Ciao e !"
    assert said(text, "it", customer="{name}", name="%(x)s") == "Ciao {name} e %(x)s!"


def test_gaps_are_names_in_braces_and_nothing_else() -> None:
    assert gaps_of("{a} {b_2} {A} {} {{c}} { d }") == {"a", "b_2", "c"}


@given(st.text(max_size=600), st.integers(1, 120))
def test_parts_are_short_enough_and_nothing_but_spaces_is_lost(text: str, limit: int) -> None:
    parts = parts_of(text, limit)
    assert all(len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_parts_end_where_a_sentence_does() -> None:
    assert parts_of("Uno. Due tre. Quattro.", 14) == ["Uno. Due tre.", "Quattro."]


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("it", {"one", "other"}),
        ("en", {"one", "other"}),
        ("pl", {"one", "few", "many", "other"}),
        ("zh", {"other"}),
    ],
)
def test_the_forms_that_are_wanted_are_those_that_numbers_take(language: str, forms: set[str]) -> None:
    assert plural_forms(language) == forms
    assert {category_of(number, language) for number in range(1000)} <= forms


@pytest.mark.parametrize(
    "text", ["Apri https://a.b", "Guarda telvia.it/aiuto", "Scrivi a x@y.it", "Bene 👍", "a" * 301, "Cuore ❤"]
)
def test_what_an_ear_cannot_keep(text: str) -> None:
    assert unspeakable(text)


@pytest.mark.parametrize(
    "text", ["Alle 9.30, per 1.200 euro.", "Premi 1, poi 2 (o zero).", "È così: “sì”, forse…", "N. 12/A"]
)
def test_what_an_ear_can(text: str) -> None:
    assert unspeakable(text) == ""
