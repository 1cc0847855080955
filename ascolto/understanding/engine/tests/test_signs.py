import pytest

from ascolto.understanding.engine.emoji import GROUPS
from ascolto.understanding.engine.features import folded, words_of
from ascolto.understanding.engine.signs import SIGN_NAMES, Signs, read_signs
from ascolto.understanding.engine.text import prepare


def read(text: str) -> Signs:
    prepared = prepare(text)
    words = words_of(prepared)
    return read_signs(prepared, words, [folded(word) for word in words])


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("che bello 😀", "happy_emoji"),
        ("vi amo ❤️", "loving_emoji"),
        ("muoio 😂", "laughing_emoji"),
        ("che tristezza 😭", "sad_emoji"),
        ("basta 😡", "angry_emoji"),
        ("certo 🙄", "mocking_emoji"),
        ("ok :-)", "happy_face"),
        ("uffa :(", "sad_face"),
        ("aiuto!!!", "exclamations"),
        ("ma come?!", "astonished"),
        ("vabbè...", "dots"),
        ("il vostro “servizio” clienti", "quotes"),
        ("RISPONDETE", "capitals"),
        ("bastaaaaa", "drawn_out"),
        ("Che servizio ottimo", "very_pleasant"),
        ("uno schifo", "very_unpleasant"),
        ("la linea non funziona", "fault"),
        ("my router doesn't work", "fault"),
        ("grazie mille", "thanks"),
        ("siete dei ladri", "swearing"),
        ("vi denuncio ai carabinieri", "threat"),
        ("siete ridicoli", "at_you"),
        ("sarebbe bello avere il tema scuro", "wish"),
        ("non vedo l'ora!", "joyful_wait"),
        ("niente male", "mild_praise"),
        ("così così", "so_so"),
        ("non ne posso più", "weary"),
        ("bello, ma caro", "contrast"),
        ("complimenti, tre giorni senza linea e nessuna risposta", "praise_with_fault"),
        ("??", "only_marks"),
    ],
)  # fmt: skip
def test_what_giulia_writes_shows_its_sign(text: str, sign: str) -> None:
    assert read(text).values.get(sign, 0) > 0


def test_a_negated_word_of_praise_is_no_praise() -> None:
    plain, negated = read("servizio buono").values, read("servizio non buono").values

    assert plain["pleasant"] > 0
    assert "pleasant" not in negated
    assert negated["not_pleasant"] > 0
    assert negated["unpleasant"] > 0


def test_a_negation_does_not_reach_over_a_comma() -> None:
    assert "not_pleasant" not in read("no, ottimo servizio").values


def test_the_negation_knows_the_word_that_it_is_about() -> None:
    prepared = prepare("Il modem non è mai stato utile")
    words = words_of(prepared)
    signs = read_signs(prepared, words, [folded(word) for word in words])

    assert {words[word]: words[negator] for word, negator in signs.negators.items()} == {"utile": "non"} or {
        words[word]: words[negator] for word, negator in signs.negators.items()
    } == {"utile": "mai"}


def test_much_counts_more_and_little_counts_less() -> None:
    strong, plain, weak = (read(f"{how} gentili").values["pleasant"] for how in ("molto", "tutti", "poco"))

    assert strong > plain > weak


def test_what_comes_after_the_turn_counts_more() -> None:
    values = read("servizio buono ma personale scortese").values

    assert values["unpleasant"] > values["pleasant"]
    assert "ends_unpleasant" in values


def test_every_sign_lies_between_nothing_and_one_and_has_a_name_for_screens() -> None:
    texts = [
        "!!!!!!!??? 😡😡😡😡😡 SCHIFO SCHIFO SCHIFO SCHIFO SCHIFO bastaaaa noooo siiii",
        "ottimo ❤️❤️❤️❤️ :) grazie grazie grazie",
    ]
    for text in texts:
        values = read(text).values
        assert values.keys() <= SIGN_NAMES.keys()
        assert all(0 < value <= 1 for value in values.values())


def test_no_emoji_says_two_things() -> None:
    everything = [emoji for group in GROUPS.values() for emoji in group]

    assert len(everything) == len(set(everything)) >= 190
