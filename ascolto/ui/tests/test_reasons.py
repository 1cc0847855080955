"""What machines say in English, the reader reads in their own language."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from ascolto.ui.reasons import SENTENCES, in_own_language

ITALIAN = {
    "Given up after %(hours)s hours: %(reason)s": "Abbandonato dopo %(hours)s ore: %(reason)s",
    "The network could not take it.": "La rete non ha potuto prenderlo.",
    "%(where)s cannot be reached: %(what)s": "%(where)s non è raggiungibile: %(what)s",
}


@pytest.fixture
def italian(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An Italian reader, with a catalogue of three sentences."""
    with translation.override("it"):
        catalogue = trans_real.catalog()
        for english, said in ITALIAN.items():
            monkeypatch.setitem(catalogue._catalog._catalogs[0], english, said)
        yield


def test_a_reason_in_a_reason_is_translated_too(italian: None) -> None:
    said = in_own_language("Given up after 24 hours: The network could not take it.")
    assert said == "Abbandonato dopo 24 ore: La rete non ha potuto prenderlo."
    assert in_own_language("mail.telvia.example:993 cannot be reached: EOF occurred") == (
        "mail.telvia.example:993 non è raggiungibile: EOF occurred"
    )


@pytest.mark.parametrize(
    "text", ["", "550 5.1.1 No such user", "100% of %(nothing)s", "x" * 5_000, "%s %d %"]
)
def test_words_of_others_stay_as_they_are(italian: None, text: str) -> None:
    assert in_own_language(text) == text


def test_an_english_reader_reads_what_was_said() -> None:
    with translation.override("en"):
        assert in_own_language("The network could not take it.") == "The network could not take it."


def test_every_sentence_has_its_gaps_once() -> None:
    for sentence in SENTENCES:
        gaps = re.findall(r"%\((\w+)\)s", sentence)
        assert len(gaps) == len(set(gaps)), sentence
    assert len(SENTENCES) == len(set(SENTENCES))
