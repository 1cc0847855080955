"""The encoder: what we remember changes nothing, and without its package something still works."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ascolto.understanding.engine import remembering
from ascolto.understanding.engine.encoder import DIMENSIONS, HashedEncoder, SentenceEncoder


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


TEXTS = [
    "",
    "a",
    "Ciao",
    "Da tre giorni non funziona niente!!! 😡",
    "Where is my parcel?",
    "日本語",
    "x" * 260,
]


def test_few_and_many_texts_have_the_same_vectors(encoder: SentenceEncoder) -> None:
    many = encoder.encode(TEXTS)
    one_by_one = np.vstack([encoder.encode([text]) for text in TEXTS])
    assert np.abs(many - one_by_one).max() < 1e-5
    assert np.allclose(np.linalg.norm(many, axis=1), 1, atol=1e-4)


def test_forgetting_changes_nothing(encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = encoder.encode([TEXTS[3]])
    monkeypatch.setattr(remembering, "KEPT", 40)
    for number in range(30):
        encoder.encode([f"parola{number} numero {number * 7919}"])
    assert np.abs(encoder.encode([TEXTS[3]]) - before).max() < 1e-5


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_a_vector(encoder: SentenceEncoder, text: str) -> None:
    vector = encoder.encode([text])
    assert vector.shape == (1, DIMENSIONS)
    assert np.isfinite(vector).all()


def test_the_same_meaning_in_two_languages_is_near(encoder: SentenceEncoder) -> None:
    italian, english, other = encoder.encode(
        ["Dove si trova il mio pacco?", "Where is my parcel?", "I love this song"]
    )
    assert italian @ english > 0.6 > 0.3 > italian @ other


def test_without_the_package_spelling_stands_in() -> None:
    one, two, other = HashedEncoder().encode(["la bolletta è sbagliata", "bolletta sbagliata", "qwertz"])
    assert one @ two > one @ other
    assert HashedEncoder().encode([""]).shape == (1, DIMENSIONS)
