"""Erlang's formulas: published values, exact sums with fractions, and where one formula becomes another."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ascolto.insights.erlang import (
    Impossible,
    answered_within,
    erlang_a,
    erlang_b,
    erlang_c,
    mean_wait,
    servers_needed,
)


def exact_b(load: Fraction, servers: int) -> Fraction:
    terms = [load**count / math.factorial(count) for count in range(servers + 1)]
    return terms[-1] / sum(terms)


def exact_c(load: Fraction, servers: int) -> Fraction:
    terms = [load**count / math.factorial(count) for count in range(servers)]
    last = load**servers / math.factorial(servers) * Fraction(servers) / (servers - load)
    return last / (sum(terms) + last)


# Of the standard tables of Erlang B (load in erlang, trunks, loss), as in ITU-T Rec. E.520 and every textbook on teletraffic.
@pytest.mark.parametrize(
    ("load", "servers", "loss"),
    [
        (1, 1, 0.5),
        (2, 2, 0.4),
        (5, 10, 0.0184),
        (10, 15, 0.0365),
        (10, 18, 0.0071),
        (4.461, 10, 0.01),
        (12.03, 20, 0.01),
        (84.06, 100, 0.01),
    ],
)
def test_erlang_b_is_that_of_the_tables(load: float, servers: int, loss: float) -> None:
    assert erlang_b(load, servers) == pytest.approx(loss, abs=5e-5)


def test_erlang_c_is_that_of_the_worked_example() -> None:
    """200 calls an hour of 3 minutes, 14 agents: the example of most introductions to call centre mathematics."""
    assert erlang_c(10, 14) == pytest.approx(0.1741, abs=5e-5)
    assert answered_within(10, 14, handling=180, within=20) == pytest.approx(0.888, abs=5e-4)
    assert mean_wait(10, 14, handling=180) == pytest.approx(7.8, abs=0.05)


def test_erlang_a_is_that_of_garnett_mandelbaum_and_reiman() -> None:
    """ "Designing a call center with impatient customers" (2002), section 1: 48 calls a minute of one minute, 50 agents, patience of two
    minutes. 3.1 % abandon, the mean wait is 3.7 seconds, agents are busy for 93 % of their time; with endless patience 20.8 s and 96 %."""
    found = erlang_a(48, 50, handling=60, patience=120)
    assert found.abandoned == pytest.approx(0.031, abs=5e-4)
    assert found.mean_wait == pytest.approx(3.7, abs=0.05)
    assert found.busy == pytest.approx(0.93, abs=5e-3)
    patient = erlang_a(48, 50, handling=60, patience=math.inf)
    assert patient.mean_wait == pytest.approx(20.8, abs=0.05)
    assert patient.busy == pytest.approx(0.96)


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(1, 60))
def test_erlang_b_and_c_are_their_sums(tenths: int, servers: int) -> None:
    load = Fraction(tenths, 10)
    assert erlang_b(float(load), servers) == pytest.approx(float(exact_b(load, servers)), rel=1e-12)
    if load < servers:
        assert erlang_c(float(load), servers) == pytest.approx(float(exact_c(load, servers)), rel=1e-11)


def exact_a(load: float, servers: int, leaving: float) -> tuple[Fraction, Fraction]:
    """(who waits, who abandons), from the steady state of a chain long enough that the rest is nothing."""
    a, theta = Fraction(load), Fraction(leaving)
    weights = [Fraction(1)]
    for number in range(1, servers + 120):
        weights.append(weights[-1] * a / (min(number, servers) + max(0, number - servers) * theta))
    total = sum(weights)
    left = sum(max(0, number - servers) * theta * weight for number, weight in enumerate(weights))
    return sum(weights[servers:]) / total, left / a / total


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 60), st.integers(1, 12), st.sampled_from([0.5, 1.0, 2.0, 5.0]))
def test_erlang_a_is_its_chain(halves: int, servers: int, leaving: float) -> None:
    load = halves / 4
    found = erlang_a(load, servers, handling=1, patience=1 / leaving)
    wait, abandoned = exact_a(load, servers, leaving)
    assert found.wait == pytest.approx(float(wait), rel=1e-9)
    assert found.abandoned == pytest.approx(float(abandoned), rel=1e-9, abs=1e-14)
    assert found.busy == pytest.approx(load * (1 - float(abandoned)) / servers, rel=1e-9)


def simulate(
    load: float, servers: int, patience: float, within: float, customers: int = 60_000
) -> tuple[float, float, float]:
    """(waits, abandons, served in time) of a queue that is played through with a fixed chance."""
    chance, now, waits, gone, in_time = Random(11), 0.0, 0, 0, 0
    free_at = [0.0] * servers
    for _ in range(customers):
        now += chance.expovariate(load)
        soonest = min(range(servers), key=free_at.__getitem__)
        wait = max(0.0, free_at[soonest] - now)
        waits += wait > 0
        if wait > 0 and chance.expovariate(1 / patience) < wait:
            gone += 1
            continue
        free_at[soonest] = now + wait + chance.expovariate(1)
        in_time += wait <= within
    return waits / customers, gone / customers, in_time / customers


@pytest.mark.parametrize(
    ("load", "servers", "patience", "within"), [(8, 8, 2, 0.1), (5, 6, 0.5, 0.05), (30, 25, 1, 0.3)]
)
def test_a_played_queue_comes_out_the_same(load: float, servers: int, patience: float, within: float) -> None:
    found = erlang_a(load, servers, handling=1, patience=patience, within=within)
    waits, gone, in_time = simulate(load, servers, patience, within)
    assert found.wait == pytest.approx(waits, abs=0.02)
    assert found.abandoned == pytest.approx(gone, abs=0.01)
    assert found.answered_within == pytest.approx(in_time, abs=0.02)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 80), st.integers(1, 40), st.floats(0.05, 20), st.floats(0, 5))
def test_shares_are_shares_and_agree(load: int, servers: int, patience: float, within: float) -> None:
    found = erlang_a(load / 2, servers, handling=1, patience=patience, within=within)
    assert 0 <= found.abandoned <= found.wait <= 1
    assert 0 <= found.busy <= 1 + 1e-12
    assert 1 - found.wait - 1e-12 <= found.answered_within <= 1 - found.abandoned + 1e-7
    always = erlang_a(load / 2, servers, handling=1, patience=patience, within=1e9)
    assert always.answered_within == pytest.approx(1 - found.abandoned, abs=1e-7)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 30), st.integers(1, 10), st.floats(0, 3))
def test_endless_patience_is_erlang_c_and_none_is_erlang_b(servers: int, less: int, within: float) -> None:
    load = servers * (1 - less / 12)
    patient = erlang_a(load, servers, handling=1, patience=1e9, within=within)
    assert patient.wait == pytest.approx(erlang_c(load, servers), rel=1e-5)
    assert patient.mean_wait == pytest.approx(mean_wait(load, servers, handling=1), rel=1e-5)
    assert patient.answered_within == pytest.approx(
        answered_within(load, servers, handling=1, within=within), rel=1e-5
    )
    for patience in (1e-9, 0):
        hasty = erlang_a(load, servers, handling=1, patience=patience, within=within)
        assert hasty.abandoned == pytest.approx(erlang_b(load, servers), rel=1e-5)


@settings(deadline=None, max_examples=60)
@given(st.floats(0.1, 100), st.integers(1, 120), st.floats(0.01, 10))
def test_one_more_server_is_never_worse(load: float, servers: int, within: float) -> None:
    assert erlang_b(load, servers + 1) <= erlang_b(load, servers)
    assert erlang_c(load, servers + 1) <= erlang_c(load, servers)
    levels = [answered_within(load, n, handling=1, within=within) for n in (servers, servers + 1)]
    assert levels == sorted(levels)
    assume(load < 2 * servers)
    ones = [
        erlang_a(load, n, handling=1, patience=1, within=within).answered_within
        for n in (servers, servers + 1)
    ]
    assert ones[1] >= ones[0] - 1e-9


@pytest.mark.parametrize("load", [1.0, 1500.0, 1990.0, 2000.0, 2600.0, 20_000.0])
@pytest.mark.parametrize("patience", [0.001, 0.1, 1.0, 50.0])
def test_two_thousand_servers_are_no_trouble(load: float, patience: float) -> None:
    found = erlang_a(load, 2000, handling=1, patience=patience, within=0.05)
    values = (found.wait, found.abandoned, found.busy, found.answered_within)
    assert all(0 <= value <= 1 + 1e-9 for value in values)
    assert math.isfinite(found.mean_wait)
    assert 0 <= erlang_b(load, 2000) <= 1
    assert 0 <= erlang_c(load, 2000) <= 1
    if load > 2000:
        assert found.abandoned >= 1 - 2000 / load - 1e-9  # no more than the servers can do is done


def test_nobody_comes_and_nobody_is_there() -> None:
    assert erlang_b(0, 0) == 1
    assert erlang_b(0, 3) == 0
    assert answered_within(0, 0, handling=1, within=0) == 1
    assert answered_within(3, 2, handling=1, within=9) == 0
    assert mean_wait(3, 3, handling=1) == math.inf
    assert mean_wait(0, 0, handling=1) == 0
    alone = erlang_a(3, 0, handling=1, patience=1, within=9)
    assert (alone.wait, alone.abandoned, alone.answered_within) == (1, pytest.approx(1), 0)
    assert erlang_a(3, 0, handling=1, patience=math.inf).mean_wait == math.inf


@pytest.mark.parametrize(("load", "servers"), [(-1, 2), (math.inf, 2), (math.nan, 2), (1, -1), (1, 10**9)])
def test_figures_without_sense_are_refused(load: float, servers: int) -> None:
    for formula in (erlang_b, erlang_c):
        with pytest.raises(Impossible):
            formula(load, servers)
    with pytest.raises(Impossible):
        erlang_a(load, servers, handling=1, patience=1)


def test_what_no_number_keeps_is_told() -> None:
    assert servers_needed(lambda servers: servers >= 77) == 77
    assert servers_needed(lambda servers: servers >= 0) == 0
    with pytest.raises(Impossible):
        servers_needed(lambda servers: False)
