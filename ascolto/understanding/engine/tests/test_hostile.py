"""Nothing in a text can break the reading of it or make it long: what is looked at is bounded, whatever is sent."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.understanding.engine.encoder import HashedEncoder
from ascolto.understanding.engine.features import MOST_WORDS
from ascolto.understanding.engine.reader import Reader, see, shipped_heads
from ascolto.understanding.engine.text import LOOKED_AT, READ_BY_ENCODER, for_encoder, prepare

HOSTILE = {
    "a megabyte": "perché non funziona? " * 50_000,
    "zalgo": "c" + "\u0301\u0302\u0303\u0310" * 3000 + "iao",
    "invisible": "\u200b\u200d\u2060\ufeff" * 5000 + "ciao",
    "right to left": "\u202eciao mondo\u200f" * 1000,
    "ten thousand emoji": "😀" * 10_000,
    "families": "👨‍👩‍👧‍👦" * 3000,
    "skins": "👍🏿" * 5000,
    "nul": "ciao\0" * 3000,
    "lone surrogates": "\ud800\udfff" * 5000,
    "a word of a hundred thousand letters": "a" * 100_000,
    "line breaks": "\n" * 100_000,
    "half a million words": "a " * 500_000,
    "handles": "@a" * 5000,
    "addresses": "a@b." * 3000,
    "quotes": '"' * 5000,
    "faces": ":) " * 3000,
    "negations": "non " * 3000,
    "phrases": "da tre giorni non vedo l'ora " * 400,
    "underscores": "_" * 5000 + "o" + "_" * 5000,
    "apostrophes": "a'" * 5000,
    "joined emoji": "😀" + "\u200d😀" * 3000,
    "everything": "".join(map(chr, range(0x20, 0x3000))),
    "empty": "",
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    heads = shipped_heads()
    for head in heads.values():
        head.encoder = HashedEncoder.name  # any vector will do here
    return Reader(HashedEncoder(), heads)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_read_within_bounds(reader: Reader, name: str) -> None:
    prepared = prepare(HOSTILE[name])
    seen = see(prepared, np.zeros(512, np.float32))

    assert len(prepared.shown) <= 2 * LOOKED_AT
    assert len(seen.words) <= MOST_WORDS
    assert len(seen.grams.of_key) <= 5 * (2 * LOOKED_AT)
    assert len(for_encoder(prepared)) <= READ_BY_ENCODER + 1
    meaning = reader.read(HOSTILE[name])
    assert meaning.sentiment.label
    assert -1 <= meaning.strength <= 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_no_text_breaks_the_reading(reader: Reader, text: str) -> None:
    meaning = reader.read(text)

    for judgement in (meaning.sentiment, meaning.anger, meaning.urgency):
        assert abs(sum(judgement.probabilities.values()) - 1) < 1e-3
        assert all(np.isfinite(why.weight) for why in judgement.because)


_PIECES = st.sampled_from(["non", "ma", "!!!", "?", "😡", "👍🏽", ":)", "<3", "\u200d", "\ufe0f", "\u0301", "'", "’", '"', "@a", "#b",
                           "\ud83d",
                           "http://x", "…", "..", "CAPS", "sìììì", "fuga di gas", "un'", "n't", "‹", "›",
                           "~", "\x00", "ß", "İ", "ﬁ"])  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(_PIECES, max_size=60), gap=st.sampled_from(["", " ", "\n"]))
def test_no_row_of_odd_pieces_breaks_the_reading(reader: Reader, parts: list[str], gap: str) -> None:
    seen = see(prepare(gap.join(parts)), np.zeros(512, np.float32))

    assert len(seen.words) == len(seen.plain)
    assert all(seen.plain)
    assert all(0 < value <= 1 for value in seen.signs.values())
    assert all(0 <= place < len(seen.words) for pair in seen.negators.items() for place in pair)
    reader.read(gap.join(parts))
