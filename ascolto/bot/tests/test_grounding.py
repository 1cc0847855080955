"""A worded answer says what its sources say, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.bot.grounding import FAULTS, LEAST_SHARE, LONGEST, faults, shares
from ascolto.bot.grounding_words import read
from ascolto.bot.tests.worded import CASES, FALSE, FREER, Case, case_of

GOOD = [(case, text) for case in CASES for text in case.good]
BAD = [(case, text, wrong) for case in CASES for text, wrong in case.bad]


def wrong(case: Case, text: str) -> list[str]:
    return faults(text, [case.source], title=case.title, language=case.language)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_source_says_what_it_says(case: Case) -> None:
    assert wrong(case, case.source) == []


@pytest.mark.parametrize(("case", "text"), GOOD)
def test_a_good_wording_is_sent(case: Case, text: str) -> None:
    assert wrong(case, text) == []


@pytest.mark.parametrize(("case", "text", "why"), BAD)
def test_what_says_more_or_less_or_something_else_is_not(case: Case, text: str, why: str) -> None:
    assert why in wrong(case, text)


@pytest.mark.parametrize(("source", "text"), FALSE)
def test_falsehoods_in_the_words_of_the_source_are_not_sent(source: str, text: str) -> None:
    assert wrong(case_of(source), text)


def test_not_everything_that_is_true_in_freer_words_is_refused() -> None:
    passed = [text for source, text in FREER if not wrong(case_of(source), text)]
    assert len(passed) >= len(FREER) / 4


def test_the_threshold_lies_between_what_is_grounded_and_what_is_not() -> None:
    """Good wordings are well above it; what is about something else is below it even before its words are looked at."""
    good = [share for case, text in GOOD for share in shares(text, [case.source])]
    assert min(good) >= LEAST_SHARE + 0.2
    elsewhere = [
        share
        for number, (case, text) in enumerate(GOOD)
        for share in shares(text, [CASES[(CASES.index(case) + 1) % len(CASES)].source])
    ]
    assert sorted(elsewhere)[len(elsewhere) * 9 // 10] < LEAST_SHARE
    assert all(wrong(CASES[(CASES.index(case) + 1) % len(CASES)], text) for case, text in GOOD)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("La bolletta si paga dall'аpp Telvia.", "characters"),  # a Cyrillic letter
        ("La bolletta si paga dall'app Telvia 👍", "characters"),
        ("La bolletta si paga dall'app Telvia entro ３ giorni.", "characters"),
        ("La bolletta si paga dall'app Telvia. " * 30, "length"),
        ("La bolletta si paga dall'app Telvia: www.telvia-paga.example", "link"),
        ("La bolletta si paga dall'app Telvia: paga@telvia.example", "link"),
        ("La bolletta si paga dall'app Telvia, scrivi a @telvia_help", "link"),
        ("La bolletta si paga dall'app Telvia, o chiama +39 02 1234567.", "number"),
        ("La bolletta si paga con carta su IBAN IT60X0542811101000000123456.", "name"),
        ("Gentile cliente, grazie per averci scritto.", "nothing"),
        ("", "nothing"),
        ("…", "nothing"),
    ],
)
def test_form(text: str, why: str) -> None:
    assert why in wrong(CASES[0], text)


def test_no_source_grounds_nothing() -> None:
    assert faults("La bolletta si paga dall'app.", []) != []
    assert "nothing" in faults("La bolletta si paga dall'app.", [""])


def test_several_sources_count_together() -> None:
    sources = ["La bolletta si paga dall'app.", "Il modem va restituito entro 15 giorni."]
    assert faults("La bolletta si paga dall'app. Il modem va restituito entro 15 giorni.", sources) == []
    assert "apart" in faults("La bolletta del modem va restituita dall'app.", sources)


def test_numbers_are_the_same_in_other_ways_of_writing() -> None:
    source = ["Il rimborso massimo è di 1.000,50 euro entro tre giorni."]
    assert faults("Il rimborso massimo è di 1000,50 € entro 3 giorni.", source, language="it") == []
    assert "number" in faults("Il rimborso massimo è di 100,05 € entro 3 giorni.", source, language="it")
    assert "number" in faults("Il rimborso massimo è di 1000,50 € entro un giorno.", source, language="it")


CASE = st.sampled_from(CASES)
WORDS = st.text(alphabet="bcdfghklmnprstvz", min_size=7, max_size=12)


@given(CASE, st.data())
def test_whole_sentences_of_a_source_in_any_number_are_grounded(case: Case, data: st.DataObject) -> None:
    """Left out sentences do not make the others false; a restriction is kept with its sentence."""
    from ascolto.understanding.engine.sentences import sentences

    every = sentences(case.source)
    kept = data.draw(st.lists(st.sampled_from(range(len(every))), min_size=1, unique=True).map(sorted))
    found = wrong(case, " ".join(every[place] for place in kept))
    assert set(found) <= {"number"}, found  # "it ends after 30 days" without what "it" is


@given(st.sampled_from(GOOD), st.integers(200, 99_999), st.data())
def test_an_added_number_is_never_sent(good: tuple[Case, str], number: int, data: st.DataObject) -> None:
    case, text = good
    known = {word.number for sentence in read(case.source) for word in sentence.words}
    words = text.split()
    at = data.draw(st.integers(0, len(words)))
    changed = " ".join([*words[:at], str(number), *words[at:]])
    if str(number) not in known and changed != text:
        assert set(wrong(case, changed)) & {"number", "link"}


@given(st.sampled_from(GOOD), WORDS, st.data())
def test_a_foreign_name_word_link_or_address_is_never_sent(
    good: tuple[Case, str], word: str, data: st.DataObject
) -> None:
    case, text = good
    words = text.split()
    at = data.draw(st.integers(0, len(words)))
    foreign = data.draw(
        st.sampled_from(
            [word, word.title(), f"https://{word}.example/x", f"{word}.zip", f"{word}@mail.example"]
        )
    )
    assert wrong(case, " ".join([*words[:at], foreign, *words[at:]]))


@given(st.sampled_from(GOOD), st.sampled_from(["non", "not", "senza", "without"]), st.data())
def test_a_negation_before_what_is_affirmed_is_never_sent(
    good: tuple[Case, str], negation: str, data: st.DataObject
) -> None:
    """Put right before a word that no source denies."""
    case, text = good
    denied = {word.folded for sentence in read(case.source) for word in sentence.words if word.is_negated}
    words = text.split()
    plain = [
        at
        for at, word in enumerate(words)
        if (said := read(word)) and said[0].words and said[0].words[0].is_content
        and said[0].words[0].folded not in denied and word.isalpha()
    ]  # fmt: skip
    if plain:
        at = data.draw(st.sampled_from(plain))
        assert wrong(case, " ".join([*words[:at], negation, *words[at:]]))


@settings(max_examples=300)
@given(
    st.text(max_size=400),
    st.lists(st.text(max_size=400), max_size=3),
    st.sampled_from(["", "it", "en", "de"]),
)
def test_it_judges_every_text(answer: str, sources: list[str], language: str) -> None:
    found = faults(answer, sources, language=language)
    assert set(found) <= set(FAULTS)
    assert found == faults(answer, sources, language=language)
    if len(answer) > LONGEST:
        assert "length" in found
