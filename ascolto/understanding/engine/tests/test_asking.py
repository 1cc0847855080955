"""What an outgoing text asks for, on sentences written by hand: half of them only speak of codes, numbers and restarts."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ascolto.understanding.engine.asking import Asked, asked_for, is_answered
from ascolto.understanding.engine.told import Said, gather

SENTENCES = Path(__file__).parents[2] / "corpus" / "outgoing_asks.tsv"
PRECISION, RECALL = 0.95, 0.93


def _rows() -> list[tuple[str, frozenset[str], str]]:
    rows = (line.split("\t") for line in SENTENCES.read_text().splitlines())
    return [
        (lang, frozenset() if kinds == "-" else frozenset(kinds.split(",")), text)
        for lang, kinds, text in rows
    ]


def _kind(asked: Asked) -> str:
    return f"{asked.kind}:{asked.about.partition(':')[0]}" if asked.about else asked.kind


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_labelled_sentences_are_told_apart(language: str) -> None:
    hits = false = missed = 0
    for lang, wanted, text in _rows():
        if lang == language:
            found = {_kind(asked) for asked in asked_for(text)}
            hits, false, missed = (
                hits + len(wanted & found),
                false + len(found - wanted),
                missed + len(wanted - found),
            )
    assert hits / (hits + false) >= PRECISION
    assert hits / (hits + missed) >= RECALL


def test_there_are_enough_sentences_and_half_of_them_ask_nothing() -> None:
    rows = _rows()
    assert len(rows) >= 200
    assert 0.4 < sum(not wanted for _, wanted, _ in rows) / len(rows) < 0.6


@pytest.mark.parametrize(
    ("told", "asks", "again"),
    [
        ("My order number is A-22915", "What is your order number?", True),
        ("My order number is A-22915", "What is your phone number?", False),
        ("Ho riavviato il modem", "Provi a riavviare il router", True),
        ("Ho riavviato il telefono", "Provi a riavviare il router", False),
        ("I have already reset the router", "Please restart the router", True),
        ("I restarted the router", "Please reset the router", False),
        ("Preferisco WhatsApp", "A che ora possiamo chiamarla?", False),
        ("Chiamatemi dopo le 16", "A che ora possiamo chiamarla?", True),
        ("Vi ho mandato la foto", "Ci invii una foto del danno", True),
        ("Non ho il codice cliente", "Mi dà il codice cliente?", False),
    ],
)
def test_what_is_asked_meets_what_was_told(told: str, asks: str, again: bool) -> None:
    given = gather([Said(1, datetime(2026, 6, 10, 9, tzinfo=UTC), told)])
    asked = asked_for(asks)
    assert asked
    assert any(is_answered(one, answer) for one in asked for answer in given) is again


def test_the_place_is_where_the_text_asks() -> None:
    text = "Ci dispiace molto.\nPuò darci\u200b il codice cliente? Grazie"
    asked = asked_for(text)[0]
    assert text[asked.start : asked.end] == "Può darci\u200b il codice cliente"


HOSTILE = [
    "a" * 1_000_000,
    "codice cliente " * 60_000,
    "mi può dare " * 80_000,
    "please send us " * 60_000,
    "can you " * 120_000,
    "riavvia " * 120_000,
    "turn it off and on " * 50_000,
    "non " * 250_000,
    "😀" * 10_000,
    "\u202emi dà il codice cliente?\u202c" * 1_000,
    "Z̸̢̛͚͎͌a̶̧̛" * 20_000,
    "\0\ud800" * 5_000,
    "?" * 500_000,
    "mi dà\u200b" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_end_soon(text: str) -> None:
    began = time.process_time()
    asked_for(text)
    assert time.process_time() - began < 5  # far above what it takes, far below what runs away
