import numpy as np
import pytest

from ascolto.understanding.engine.features import MOST_WORDS, folded, grams_of, words_of
from ascolto.understanding.engine.text import prepare


def words(text: str) -> list[str]:
    return words_of(prepare(text))


def test_words_stay_as_giulia_wrote_them_and_an_emoji_stays_whole() -> None:
    assert words("Perché l'ARRIVO è così?! 👍🏽 👨‍👩‍👧") == [
        "Perché",
        "l'ARRIVO",
        "è",
        "così",
        "?!",
        "👍🏽",
        "👨‍👩‍👧",
    ]


@pytest.mark.parametrize("face", [":)", ":-(", ":D", "xD", "<3", "^_^", "-_-", ";-)", "o_O"])
def test_a_face_made_of_characters_is_one_word(face: str) -> None:
    assert face in words(f"ok {face} ciao")


def test_a_colon_before_a_bracket_in_a_time_is_no_face() -> None:
    assert ":3" not in words("alle 15:30 (domani)")


def test_words_are_compared_without_case_skin_or_kind_of_apostrophe() -> None:
    assert folded("PERCHÉ") == "perché"
    assert folded("Dell’Assistenza") == "dell'assistenza"
    assert folded("👍🏽") == folded("👍") == "👍"
    assert folded("\ufe0f") == "\ufe0f"  # alone it stays: a word is never empty


def test_features_are_counted_and_belong_to_their_words() -> None:
    grams = grams_of(["non", "va", "non", "va"])

    assert (np.diff(grams.keys.astype(np.int64)) > 0).all()
    totals = np.bincount(grams.of_key, weights=grams.shares, minlength=len(grams.keys))
    np.testing.assert_allclose(totals, 1.0, rtol=1e-5)  # all places of a feature share it
    assert set(grams.of_word.tolist()) == {0, 1, 2, 3}


def test_the_same_words_in_another_order_share_words_but_not_pairs() -> None:
    one, other = grams_of(["rete", "lenta"]), grams_of(["lenta", "rete"])

    assert len(np.setdiff1d(one.keys, other.keys)) == 1


def test_a_text_without_words_has_no_features() -> None:
    assert len(grams_of([]).keys) == 0


def test_of_a_flood_of_words_the_beginning_and_the_end_are_read() -> None:
    found = words("inizio " + "x " * 1500 + "fine")

    assert len(found) == MOST_WORDS
    assert (found[0], found[-1]) == ("inizio", "fine")
