"""Names are known by their place, whoever they belong to."""

from __future__ import annotations

import pytest

from ascolto.understanding.engine.names import without_names


@pytest.mark.parametrize(
    "name",
    [
        "Giulia",
        "Fatima",
        "Xiaoyan",
        "Lăcrămioara",
        "Chukwuemeka",
        "Siobhán",
        "O'Brien",
        "Luz María",
        "Ada Rossi",
    ],
)
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Buongiorno, sono {}. Vorrei disdire.", "Buongiorno, sono. Vorrei disdire."),
        ("Complimenti a {}, gentilissima!", "Complimenti a, gentilissima!"),
        ("It's {}, the parcel came open.", "It's, the parcel came open."),
        ("Nessuno risponde mai. {}", "Nessuno risponde mai."),
        ("Avevo appuntamento con {} alle nove.", "Avevo appuntamento con alle nove."),
    ],
)
def test_whatever_the_name_the_same_text_is_left(name: str, text: str, left: str) -> None:
    assert without_names(text.format(name)) == left


def test_a_name_that_begins_the_sentence_is_known_by_what_is_said() -> None:
    assert without_names("Giulia è stata molto paziente.") == without_names("Fatima è stata molto paziente.")


@pytest.mark.parametrize(
    "text",
    [
        "Vergognoso. Inaccettabile.", "Non funziona niente. Grazie", "CHE SCHIFO", "Lunedì non posso", "Giulia", "I can't, I'm ill",

        "Il nuovo disco è bello", "Sciopero Treni Roma Milano Domani Venerdì Fermi Tutti", "", "   ", "…", "12 34",
        "Pessimo servizio, come sempre.",
    ],
)  # fmt: skip
def test_what_is_no_name_stays(text: str) -> None:
    assert without_names(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "A " * 2_000,
        "Aa" * 2_000,
        "A'" * 2_000,
        "😀" * 2_000,
        "\u202eAb \u200b" * 500,
        "Z͑ͫ̓" * 500,
        "\0 A",
        "Ab. " * 1_000,
        "Aa-" * 1_300,
        "\ud800 Ab",
    ],
)
def test_strange_texts_break_nothing(text: str) -> None:
    left = without_names(text)
    assert len(left) <= len(text)
    assert without_names(left) is not None
