"""Languages are told, also of short, mixed and dialect-like texts, and nobody guesses where there is nothing to judge by."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ascolto.understanding.engine import detectors, languages
from ascolto.understanding.engine.languages import differs, language_of, language_of_draft
from ascolto.understanding.engine.text import prepare


def code(text: str, hint: str = "") -> str:
    return language_of(prepare(text), hint).code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Buongiorno, la linea non funziona da ieri", "it"),
        ("perche nessuno risponde?", "it"),
        ("nn funzia piu niente cmq grz", "it"),
        ("nun funziona cchiù niente 'o telefono", "it"),
        ("Scusate, che fine ha fatto il pacco?", "it"),
        ("grazie mille!", "it"),
        ("Where is my parcel?", "en"),
        ("thank you so much", "en"),
        ("why me", "en"),
        ("¿Dónde está mi pedido?", "es"),
        ("no puedo entrar en mi cuenta", "es"),
        ("Não consigo entrar na minha conta", "pt"),
        ("obrigada pela ajuda", "pt"),
        ("je n'ai rien reçu", "fr"),
        ("Wann kommt der Techniker?", "de"),
        ("Ik heb nog niets ontvangen", "nl"),
        ("@giulia_care https://t.co/x1 #wow la linea non va ancora", "it"),
    ],
)
def test_a_language_is_told(text: str, expected: str) -> None:
    assert code(text) == expected


@pytest.mark.parametrize("text", ["", "😀😀😀", "12345", "0:33 🎶", "???", "@marco https://t.co/x", "\u200b"])
def test_without_letters_the_language_is_unknown_and_the_conversations_own_is_kept(text: str) -> None:
    assert code(text) == "und"
    kept = language_of(prepare(text), "it")
    assert (kept.code, kept.from_hint) == ("it", True)


def test_a_short_word_that_is_known_beats_the_conversations_language_and_another_does_not() -> None:
    assert code("thanks", "it") == "en"
    assert code("Marlow", "it") == "it"


def test_two_languages_in_clauses_of_their_own_are_mixed() -> None:
    found = language_of(
        prepare("Ciao, ho un problema con la fattura. Can you please send me the invoice again?")
    )
    assert found.is_mixed
    assert {found.code, found.second} == {"it", "en"}


def test_borrowed_words_do_not_mix_a_text() -> None:
    found = language_of(prepare("il mio smartphone non funziona, ho fatto reset e restart ma niente"))
    assert (found.code, found.is_mixed) == ("it", False)


def test_a_reply_in_another_language_is_noticed() -> None:
    assert differs("en", language_of_draft("Buongiorno, abbiamo ricevuto la sua richiesta", "en").code)
    assert not differs("it", language_of_draft("Buongiorno, abbiamo ricevuto la sua richiesta").code)
    assert not differs("und", "it")
    assert not differs("", "it")
    assert not differs("no", "da")


def test_without_the_fast_detector_the_other_one_answers_as_well_and_drafts_are_not_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = detectors.with_py3langid()
    monkeypatch.setattr(languages, "detector", lambda: other)
    monkeypatch.setattr(languages, "light_detector", lambda: None)
    assert code("Buongiorno, la linea non funziona da ieri") == "it"
    assert code("Where is my parcel?") == "en"
    assert language_of_draft("Buongiorno").code == "und"


@pytest.mark.parametrize(
    "text",
    ["a" * 10**6, "é\u0301" * 50_000, "\ud800\udfff ciao", "\u202eciao\u202c", "\0" * 5000, "😀" * 10_000],
)
def test_hostile_texts_are_survived(text: str) -> None:
    language_of(prepare(text), "it")


@pytest.mark.skipif(detectors.with_eldc() is None, reason="eldc has no wheel for this machine")
def test_drafts_are_judged_without_numpy() -> None:
    asked = (
        "import sys; from ascolto.understanding.engine.languages import language_of_draft as f;"
        "f('Buongiorno a tutti, come va?'); sys.exit('numpy' in sys.modules or 'py3langid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
