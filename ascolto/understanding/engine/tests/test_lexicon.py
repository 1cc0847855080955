from ascolto.understanding.engine.lexicon import Phrases, Words, core, cues, feelings, pressing
from ascolto.understanding.engine.signs import SIGN_NAMES
from ascolto.understanding.engine.urgency import CUES


def test_whole_words_win_over_stems_and_long_stems_over_short_ones() -> None:
    words = Words()
    words.add("buon*", 3)
    words.add("buongiorn*", 0.5)
    words.add("buono", 4)

    assert words.get("buonissimo") == 3
    assert words.get("buongiorno") == 0.5
    assert words.get("buono") == 4
    assert words.get("cattivo") == 0


def test_a_phrase_is_found_where_all_its_words_follow() -> None:
    phrases = Phrases()
    phrases.add("non vedo l'or*", "joy")
    phrases.add("guast*", "fault")

    assert phrases.find(["io", "non", "vedo", "l'ora", "guasto"]) == [(1, "joy", 3), (4, "fault", 1)]
    assert phrases.find(["io", "non", "vedo"]) == []


def test_an_elided_article_is_taken_off_and_nothing_else() -> None:
    assert core("un'ottima") == "ottima"
    assert core("don't") == "don't"
    assert core("gentile") == "gentile"


def test_words_of_other_languages_do_not_make_everyday_words_feel() -> None:
    feeling = feelings().get

    assert feeling("die") == 0  # a German article before it is an English verb
    assert feeling("ottimo") > 0 > feeling("pessimo")
    assert feeling("excellent") > 0 > feeling("terrible")


def test_every_list_of_phrases_speaks_of_known_signs() -> None:
    signs = {
        entry[3]
        for index in (cues()._whole, cues()._stems)
        for entries in index.values()
        for entry in entries
    }
    kinds = {
        entry[3]
        for index in (pressing()._whole, pressing()._stems)
        for entries in index.values()
        for entry in entries
    }

    assert signs <= SIGN_NAMES.keys() | {"negated_fault"}
    assert kinds == CUES.keys()
