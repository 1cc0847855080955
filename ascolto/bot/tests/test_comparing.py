"""Two flows side by side: one customer stays with one, and nothing is said too early."""

from __future__ import annotations

from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.bot.comparing import ENOUGH, FLOW, RIVAL, Share, Verdict, arm_of, chance_of_more, judge

WHOLE = st.integers(1, 3000)


@st.composite
def shares(draw: st.DrawFn, most: int = 3000) -> Share:
    whole = draw(st.integers(0, most))
    return Share(draw(st.integers(0, whole)), whole)


@given(st.one_of(st.integers(), st.text(max_size=300)), st.integers(0, 10**9), st.integers(0, 100))
def test_giulia_stays_with_the_flow_she_has_and_a_larger_share_takes_nobody_away(
    who: str | int, post: int, share: int
) -> None:
    mine = arm_of(who, post, share)
    assert mine == arm_of(who, post, share)
    assert arm_of(who, post, 0) == FLOW
    assert arm_of(who, post, 100) == RIVAL
    if mine == RIVAL:
        assert arm_of(who, post, min(100, share + 1)) == RIVAL


@pytest.mark.parametrize("share", [1, 10, 50, 90])
def test_the_share_is_about_what_was_asked_for(share: int) -> None:
    count = sum(arm_of(customer, 7, share) == RIVAL for customer in range(20_000))
    assert abs(count / 200 - share) < 1.2


@given(shares(), shares())
def test_a_chance_is_a_chance_and_few_cases_say_nothing(first: Share, second: Share) -> None:
    assert 0.0 <= chance_of_more(first, second) <= 1.0
    for less_is_better in (True, False):
        verdict = judge(first, second, less_is_better=less_is_better)
        if min(first.whole, second.whole) < ENOUGH:
            assert verdict is Verdict.EARLY
        back = judge(second, first, less_is_better=less_is_better)
        opposite = {Verdict.WORSE: Verdict.BETTER, Verdict.BETTER: Verdict.WORSE}
        assert back is opposite.get(verdict, verdict)


@given(shares(), shares())
def test_what_is_worse_has_the_worse_share(first: Share, second: Share) -> None:
    if judge(first, second, less_is_better=True) is Verdict.WORSE:
        assert second.part * first.whole > first.part * second.whole


@given(shares(12), shares(12))
def test_small_numbers_are_counted_exactly(first: Share, second: Share) -> None:
    cases, whole = first.part + second.part, first.whole + second.whole
    if not first.whole or not second.whole or cases in (0, whole):
        return
    if min(first.whole, second.whole) * min(cases / whole, 1 - cases / whole) >= 5:
        return
    ways = sum(
        comb(cases, here) * comb(whole - cases, second.whole - here)
        for here in range(second.part, min(cases, second.whole) + 1)
    )
    assert chance_of_more(first, second) == pytest.approx(ways / comb(whole, second.whole))


def test_the_exact_test_agrees_with_trying_every_deal() -> None:
    first, second = Share(1, 5), Share(3, 5)
    deals = list(combinations(range(10), 5))  # cases are 0…3
    more = sum(1 for deal in deals if sum(one < 4 for one in deal) >= 3)
    assert chance_of_more(first, second) == pytest.approx(more / len(deals))


def test_large_numbers_follow_the_formula() -> None:
    """38 and 52 in 200 each, by hand: p = 0.225, z = 0.07 / sqrt(0.225 * 0.775 / 100) = 1.676."""
    assert chance_of_more(Share(38, 200), Share(52, 200)) == pytest.approx(0.0468, abs=0.0005)


def test_a_rival_that_hands_over_twice_as_often_is_worse() -> None:
    assert judge(Share(30, 100), Share(60, 100), less_is_better=True) is Verdict.WORSE
    assert judge(Share(30, 100), Share(34, 100), less_is_better=True) is Verdict.SAME
    assert judge(Share(0, 29), Share(29, 29), less_is_better=True) is Verdict.EARLY
