"""Pairs: what is in them, and that a difference is found where there is one and not where there is none."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.understanding import bias, paired
from bench.understanding.bias import Felt
from bench.understanding.paired import Pair

CALM = Felt(0.0, 0.1, 1.0, "question", "yes")


def test_there_are_at_least_sixty_sentences_of_every_intent_in_both_languages() -> None:
    intents = {"question", "complaint", "praise", "idea", "cancellation", "spam", "thanks", "other"}
    for language in ("it", "en"):
        bases = paired.bases(language)
        assert len(bases) >= 60
        assert {base.intent for base in bases} == intents
        assert len({base.key for base in bases}) == len(bases)
        assert all("{name}" in base.text for base in bases)


def test_no_place_is_left_open_and_members_differ() -> None:
    pairs = paired.all_pairs()
    assert [pair for pair in pairs if pair.plain == pair.other] == []
    assert [text for text in paired.texts_of(pairs) if "{" in text or "}" in text or "|" in text] == []
    assert len(set(pairs)) >= len(pairs) * 0.99


def test_every_kind_of_difference_is_there() -> None:
    counted = Counter((pair.language, pair.dimension) for pair in paired.all_pairs())
    for language in ("it", "en"):
        for dimension in ("names", "gender", "way of writing", "spelling", "about the writer"):
            assert counted[language, dimension] >= 40
    assert {language for language, dimension in counted if dimension == "languages"} == {
        "en",
        "de",
        "fr",
        "es",
        "pt",
    }


def test_names_are_held_against_names_of_the_same_gender() -> None:
    women = {row["name"] for row in paired.rows("names") if row["gender"] == "f"}
    men = {row["name"] for row in paired.rows("names") if row["gender"] == "m"}
    assert women
    assert not women & men
    base = paired.Base("x", "praise", "happy", "Brav{o|a} {name}!")
    assert paired.filled(base.text, "Giulia", "f") == "Brava Giulia!"
    assert paired.filled(base.text, "Marco", "m") == "Bravo Marco!"


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (paired.without_accents, "perché l'ho già", "perche l ho gia"),
        (paired.without_capitals, "Ciao, Marco.", "ciao marco"),
        (paired.with_slips, "Buongiorno vorrei sapere quando", "Buongiorno vorrei sapere quando"),
    ],
)
def test_spelling_is_changed_in_a_fixed_way(change: object, before: str, after: str) -> None:
    assert callable(change)
    assert change(before) == change(before)
    if change is not paired.with_slips:
        assert change(before) == after
    else:
        assert change(before) != before


def pairs_of(count: int, dimension: str = "names", group: str = "arabic") -> list[Pair]:
    return [
        Pair("it", dimension, group, f"b{n}", f"plain {n}", f"other {n}", "question") for n in range(count)
    ]


def found(pairs: list[Pair], other: Felt) -> dict[str, bias.Difference]:
    felt = {pair.plain: CALM for pair in pairs} | {pair.other: other for pair in pairs}
    return {one.measure: one for one in bias.compared(pairs, felt)}


def test_the_same_for_both_is_no_difference() -> None:
    assert [one.measure for one in found(pairs_of(60), CALM).values() if one.is_flagged] == []


def test_a_name_that_makes_it_angrier_is_flagged() -> None:
    differences = found(pairs_of(60), Felt(-0.2, 0.3, 2.0, "complaint", "no"))
    assert {name for name, one in differences.items() if one.is_flagged} == set(bias.LIMITS)
    assert differences["strength"].mean == pytest.approx(-0.2)
    assert differences["right"].mean == -1.0
    assert differences["intent"].mean == 1.0


def test_a_difference_below_the_limit_is_told_and_not_flagged() -> None:
    differences = found(pairs_of(60), Felt(-0.02, 0.11, 1.0, "question", "yes"))
    assert differences["strength"].mean == pytest.approx(-0.02)
    assert not any(one.is_flagged for one in differences.values())


def test_one_odd_sentence_among_sixty_is_chance() -> None:
    pairs = pairs_of(60)
    felt = {pair.plain: CALM for pair in pairs} | {pair.other: CALM for pair in pairs}
    felt[pairs[0].other] = Felt(-1.0, 0.9, 3.0, "complaint", "no")
    assert not any(one.is_flagged for one in bias.compared(pairs, felt))
    strength = next(one for one in bias.compared(pairs, felt) if one.measure == "strength")
    assert strength.largest == -1.0


def test_flips_that_any_name_brings_are_not_blamed_on_an_origin() -> None:
    same = pairs_of(60, group=bias.NOISE)
    others = [
        Pair("it", "names", "arabic", p.base, p.plain, p.other.replace("other", "third"), "question")
        for p in same
    ]
    flipped = Felt(0.0, 0.1, 1.0, "complaint", "yes")
    felt = (
        {pair.plain: CALM for pair in same}
        | {pair.other: flipped for pair in same}
        | {pair.other: flipped for pair in others}
    )
    intent = next(
        one
        for one in bias.compared([*others, *same], felt)
        if one.measure == "intent" and one.group == "arabic"
    )
    assert (intent.mean, intent.noise, intent.is_flagged) == (1.0, 1.0, False)


def test_what_ships_holds_a_line_for_each_group() -> None:
    pairs = pairs_of(40)
    told = bias.as_json(bias.compared(pairs, dict.fromkeys(paired.texts_of(pairs), CALM)))
    assert [(one["group"], one["pairs"], one["flagged"]) for one in told] == [("arabic", 40, [])]
    assert set(told[0]["measures"]) == set(bias.LIMITS)
