"""A summary holds how it began, what came out, what was promised and what is open; and no courtesies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.understanding.engine.sentences import sentences
from ascolto.understanding.engine.summary import REASONS, Turn, summarise
from ascolto.understanding.engine.tests.threads import CHARGED_TWICE, ENGINEER, LINE_DOWN, PARCEL

THREADS = {"line": LINE_DOWN, "parcel": PARCEL, "charged": CHARGED_TWICE, "engineer": ENGINEER}


def joined(turns: list[Turn], at_most: int = 5) -> str:
    return " | ".join(line.sentence for line in summarise(turns, at_most=at_most))


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        ("line", ["lunedì 3 marzo", "senza linea internet", "venerdì 7", "15 euro", "telefono di casa"]),
        ("parcel", ["ZF-90417-B", "89,90 €", "rimborso", "2 luglio", "Che fine ha fatto"]),
        ("charged", ["charged twice", "£42.50", "RF-55102", "£12", "Will you cover it"]),
        ("engineer", ["keeps dropping", "Thursday 14 May", "72 hours", "early exit fee"]),
    ],
)
def test_what_matters_is_in_five_lines(name: str, matters: list[str]) -> None:
    told = joined(THREADS[name])
    assert [one for one in matters if one not in told] == []


@pytest.mark.parametrize("name", THREADS)
def test_it_begins_with_the_request_and_ends_with_what_is_open(name: str) -> None:
    lines = summarise(THREADS[name])
    assert (lines[0].side, lines[0].why) == ("customer", "request")
    assert (lines[-1].side, lines[-1].why) == ("customer", "open")
    assert any(line.side == "agent" and line.why == "promise" for line in lines)
    assert [line.turn for line in lines] == sorted(line.turn for line in lines)
    assert {line.why for line in lines} <= REASONS.keys()


@pytest.mark.parametrize("name", THREADS)
@pytest.mark.parametrize("at_most", [1, 2, 3, 8, 500])
def test_it_is_never_longer_than_asked_and_always_the_same(name: str, at_most: int) -> None:
    lines = summarise(THREADS[name], at_most=at_most)
    assert 1 <= len(lines) <= min(at_most, 20)
    assert lines == summarise(THREADS[name], at_most=at_most)


@pytest.mark.parametrize("name", THREADS)
def test_every_line_was_really_said_in_its_turn(name: str) -> None:
    for line in summarise(THREADS[name], at_most=8):
        turn = THREADS[name][line.turn]
        assert line.side == turn.side != "bot"
        assert line.sentence.removesuffix(" …") in " ".join(turn.text.split())


def test_courtesies_and_automatic_texts_are_left_out() -> None:
    polite = [
        Turn("Buongiorno"),
        Turn("Gentile cliente, grazie mille per averci contattato. Cordiali saluti", "agent"),
        Turn("Questo è un messaggio automatico: la tua richiesta 12345 è stata registrata.", "agent"),
        Turn("La tua pratica è la 99812.", "bot"),
        Turn("ok grazie, buona giornata!"),
    ]
    assert summarise(polite) == []
    assert summarise([]) == []


def test_what_is_said_again_is_told_once() -> None:
    turns = [
        Turn("Il contatore del gas perde da ieri sera, mandate qualcuno"),
        Turn("Ripeto: il contatore del gas perde da ieri sera!"),
        Turn("il contatore del gas perde, da ieri sera"),
        Turn("Abbiamo inviato la squadra, arriverà entro le 15.", "agent"),
    ]
    told = joined(turns)
    assert told.count("contatore") == 1
    assert "entro le 15" in told


def test_what_an_agent_asked_last_is_open_too() -> None:
    lines = summarise(
        [
            Turn("La fattura di marzo è doppia, ho pagato 84 euro invece di 42. Vorrei il rimborso"),
            Turn("Mi può mandare la ricevuta del secondo pagamento?", "agent"),
        ]
    )
    assert [(line.side, line.why) for line in lines] == [("customer", "request"), ("agent", "open")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Il sig. Rossi ha pagato 45.90 euro. Poi basta.",
            ["Il sig. Rossi ha pagato 45.90 euro.", "Poi basta."],
        ),
        ("Dear Mr. Bell, the no. 5 bus. Late again!", ["Dear Mr. Bell, the no. 5 bus.", "Late again!"]),
        ("Prima riga\nseconda riga⏎terza", ["Prima riga", "seconda riga", "terza"]),
        ("Davvero?! Non ci credo... Boh", ["Davvero?!", "Non ci credo...", "Boh"]),
        ("Mio testo\n> citato\n-- \nMarco, via Roma", ["Mio testo"]),
        ("😀 !!!", []),
    ],
)
def test_sentences_end_where_people_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=300), st.sampled_from(["customer", "agent", "bot"])), max_size=12))
def test_any_text_is_survived(said: list[tuple[str, str]]) -> None:
    turns = [Turn(text, side) for text, side in said]
    assert summarise(turns) == summarise(turns)


def test_a_huge_thread_of_hostile_texts_is_bounded() -> None:
    hostile = [
        "a" * 10**6,
        "? " * 10**5,
        "😀" * 10**4,
        "z\u0301\u0302" * 10**4,
        "\ud800",
        "1 € " * 10**5,
        "\n" * 10**5,
    ]
    assert len(summarise([Turn(text) for text in hostile * 40], at_most=5)) <= 5
