"""Every answer, reason and kind that a model may say has words, in English and in Italian."""

from __future__ import annotations

import pytest

from ascolto.understanding import wording
from ascolto.understanding.engine.personal.kinds import KINDS
from ascolto.understanding.engine.signs import SIGN_NAMES
from ascolto.understanding.models import Intent, Reading, Sentiment, Urgency


def test_every_sign_and_kind_that_the_engine_knows_has_words() -> None:
    assert {name: str(words) for name, words in wording.SIGNS.items()} == SIGN_NAMES
    assert wording.PERSONAL.keys() == KINDS.keys()


def test_every_answer_has_words() -> None:
    assert wording.INTENTS.keys() == wording.PERHAPS.keys() == set(Intent.values)
    assert wording.SENTIMENTS.keys() == set(Sentiment.values)
    assert wording.URGENCIES.keys() == {choice.label for choice in Urgency}


def test_words_that_stand_together_are_told_together() -> None:
    because = [["word", "funziona", 0.9], ["word", "non", 0.8], ["word", "giorni", 0.5], ["word", "tre", 0.2]]
    told = wording.reasons_of(because, "Il modem NON funziona. Da tre giorni!")
    assert told.told == ("‘non funziona’", "‘tre giorni’")
    assert told.sentence() == "Because of ‘non funziona’, ‘tre giorni’."


def test_emoji_places_signs_and_rules_are_told_in_words() -> None:
    because = [
        ["word", "😡", 0.9],
        ["word", "⇗", 0.8],
        ["sign", "capitals", 0.5],
        ["rule", "only_thanks", 0.4],
    ]
    because += [["sign", "a_sign_of_tomorrow", 0.3], ["a kind of tomorrow", "x", 0.2]]
    told = wording.reasons_of(because, "😡 HTTPS://…")
    assert told.told == ("😡", "a link", "words in capitals", "it says thanks and nothing else")


def test_what_spoke_against_it_is_told_too() -> None:
    told = wording.reasons_of([["meaning", "", 0.5], ["word", "grazie", -0.4]], "grazie")
    assert told.sentence() == "Because of the sense of the whole text. Against it: ‘grazie’."
    assert wording.reasons_of([["meaning", "", -0.5]], "x").sentence() == ""
    assert wording.reasons_of([], "x").sentence() == ""


@pytest.mark.parametrize("text", ["", "\x00", "a" * 1_000_000, "\ud800", "’" * 9999, "non " * 5000])
def test_any_text_is_bounded(text: str) -> None:
    assert wording.reasons_of([["word", "non", 0.5]], text).told == (
        ("‘non’",) if "non" not in text else ("‘non non non non’",)
    )


def test_feelings_have_a_strength_and_guesses_are_told() -> None:
    reading = Reading(sentiment="negative", strength=-0.9)
    assert wording.feeling_name(reading) == "Very negative"
    reading.strength = -0.4
    assert wording.feeling_name(reading) == "Negative"
    reading.unsure = ["sentiment"]
    assert wording.feeling_name(reading) == "perhaps negative"
    assert (
        wording.feeling_name(Reading(sentiment="negative", strength=-1.0, corrected=["sentiment"]))
        == "Negative"
    )


@pytest.mark.parametrize(
    ("probability", "is_unsure", "word"),
    [
        (0.95, False, "sure"),
        (0.7, False, "likely"),
        (0.95, True, "a guess"),
        (None, False, ""),
        (None, True, "a guess"),
    ],
)
def test_a_probability_is_a_word(probability: float | None, is_unsure: bool, word: str) -> None:
    assert wording.certainty(probability, is_unsure=is_unsure) == word


def test_personal_data_are_told_in_a_sentence() -> None:
    assert wording.personal_sentence(["iban", "iban"]) == "contains an IBAN"
    assert wording.personal_sentence(["iban", "phone"]) == "contains personal data: IBAN, telephone number"
    assert wording.personal_sentence(["a_kind"]) == "contains personal data: a kind"
