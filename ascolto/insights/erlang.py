"""How many people keep a promise: the formulas of Erlang. Pure.

Everywhere: `load` is the offered traffic in erlang, arrivals × mean handling time in the same unit; `servers` answer one at a time each,
first come first served; arrivals are Poisson, handling times exponential. `handling` is a mean time, and every time has its unit.

Sources: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone exchanges"
(1917), for B and C; C. Palm (1946) for A, in the form of A. Mandelbaum and S. Zeltyn, "Service engineering in action: the
Palm/Erlang-A queue" (2007). The recursion for B is the usual stable one: B(n) = a·B(n−1) / (n + a·B(n−1)).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

MOST_SERVERS = 100_000
TERMS = 1_000_000
NEGLIGIBLE = 45.0  # what is e^45 times less than the largest is left out
PANELS = 4096  # of Simpson's rule


class Impossible(ValueError):
    """No number of people up to `MOST_SERVERS` keeps it, or the question makes no sense."""


def erlang_b(load: float, servers: int) -> float:
    """The share of calls that find every server busy and go away."""
    _check(load, servers)
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    """The share that has to wait when nobody goes away; 1 when there are too few servers for the load."""
    _check(load, servers)
    return 1.0 if load >= servers else _waiting(erlang_b(load, servers), load, servers)


def answered_within(load: float, servers: int, *, handling: float, within: float) -> float:
    """The share answered within a time (the service level), of the unit of `handling`, when nobody goes away."""
    if within < 0 or handling <= 0:
        raise Impossible("Times must be positive.")
    if load >= servers:
        return 0.0 if load > 0 else 1.0
    return 1.0 - erlang_c(load, servers) * math.exp(-(servers - load) * within / handling)


def mean_wait(load: float, servers: int, *, handling: float) -> float:
    """The mean wait of all (average speed of answer), in the unit of `handling`; endless with too few servers."""
    if load >= servers:
        return math.inf if load > 0 else 0.0
    return erlang_c(load, servers) * handling / (servers - load)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue whose customers lose patience (Erlang A), in steady state. Shares are of all who arrive; times in the unit of `handling`."""

    wait: float  # the share that does not get a server at once
    abandoned: float  # the share that goes away unserved
    mean_wait: float  # of all, whether served or gone
    busy: float  # how much of their time the servers work
    answered_within: float  # served within the time asked for


def erlang_a(load: float, servers: int, *, handling: float, patience: float, within: float = 0.0) -> Queue:
    """A queue in which everybody goes away after an exponential time with mean `patience`, if not served before."""
    _check(load, servers)
    if handling <= 0 or patience < 0 or within < 0:
        raise Impossible("Times must be positive.")
    if load == 0:
        return Queue(0.0, 0.0, 0.0, 0.0, 1.0)
    if patience == 0:
        blocked = erlang_b(load, servers)
        return Queue(blocked, blocked, 0.0, load * (1 - blocked) / servers, 1 - blocked)
    if math.isinf(patience):
        return _patient(load, servers, handling=handling, within=within)
    return _Impatient(load, servers, handling / patience, within / handling).queue(patience)


def _patient(load: float, servers: int, *, handling: float, within: float) -> Queue:
    level = answered_within(load, servers, handling=handling, within=within)
    waits = mean_wait(load, servers, handling=handling)
    return Queue(erlang_c(load, servers), 0.0, waits, min(load / servers, 1.0) if servers else 0.0, level)


class _Impatient:
    """M/M/n+M in steady state, in units of the handling time: `leaving` is the rate at which one who waits goes away.

    Weights are relative to the state in which every server is busy and nobody waits, and divided by e^peak, so that none overflows."""

    def __init__(self, load: float, servers: int, leaving: float, within: float) -> None:
        self.load, self.servers, self.leaving, self.within = load, servers, leaving, within
        logarithms = self._logarithms()
        self.peak = max(logarithms)
        self.lengths = [math.exp(each - self.peak) for each in logarithms]

    def queue(self, patience: float) -> Queue:
        """Its measures."""
        blocked = erlang_b(self.load, self.servers)
        if blocked == 0:
            return Queue(0.0, 0.0, 0.0, self.load / self.servers, 1.0)
        queued = math.fsum(self.lengths)
        total = (1.0 / blocked - 1.0) * math.exp(-self.peak) + queued
        length = math.fsum(number * weight for number, weight in enumerate(self.lengths)) / total
        abandoned = min(length * self.leaving / self.load, 1.0)  # what leaves the queue in a unit of time
        busy = self.load * (1 - abandoned) / self.servers if self.servers else 0.0
        served_later = self._served_within() / total
        at_once = 1 - queued / total
        return Queue(queued / total, abandoned, abandoned * patience, busy, min(at_once + served_later, 1.0))

    def _logarithms(self) -> list[float]:
        """Of the weight of each queue length: weight(j) = weight(j−1) · load / (servers + j · leaving)."""
        found, last, peak = [0.0], 0.0, 0.0
        for number in range(1, TERMS):
            rate = self.servers + number * self.leaving
            last += math.log(self.load / rate)
            found.append(last)
            peak = max(peak, last)
            if self.load < rate and last < peak - NEGLIGIBLE:
                return found
        raise Impossible("The queue grows too long for its figures to be of use.")

    def _served_within(self) -> float:
        """The weight of those who wait and are served in time: n · ∫ e^(a(1−e^(−θx))/θ − nx) · e^(−θx) dx from 0 to T.

        The first factor is the density of the wait that is offered, the second that patience lasts so long (Mandelbaum and
        Zeltyn, "The M/M/n+G queue", 2004). The exponent is concave: what is far below its top is left out."""
        top = 0.0
        if self.load > self.servers + self.leaving:
            top = math.log(self.load / (self.servers + self.leaving)) / self.leaving
        start, end = self._edge(top, 0.0), min(self.within, self._edge(top, math.inf))
        return self.servers * _simpson(lambda x: math.exp(self._exponent(x) - self.peak), start, end)

    def _exponent(self, x: float) -> float:
        gone = -math.expm1(-self.leaving * x) / self.leaving
        return self.load * gone - (self.servers + self.leaving) * x

    def _edge(self, top: float, limit: float) -> float:
        """Where the exponent has become negligible on the way from its top to a limit, or that limit."""
        bar = self._exponent(top) - NEGLIGIBLE
        if math.isinf(limit):
            step = 1.0 / (self.servers + self.leaving)
            while self._exponent(top + step) > bar:
                step *= 2
            limit = top + step
        elif self._exponent(limit) > bar:
            return limit
        inside, outside = top, limit
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if self._exponent(middle) > bar else (inside, middle)
        return outside


def _simpson(function: Callable[[float], float], start: float, end: float) -> float:
    if end <= start:
        return 0.0
    step = (end - start) / PANELS
    inner = math.fsum((4 if index % 2 else 2) * function(start + index * step) for index in range(1, PANELS))
    return (function(start) + inner + function(end)) * step / 3


def servers_needed(keeps: Callable[[int], bool], least: int = 0) -> int:
    """The least number from `least` on for which `keeps` is true, which must stay true for more. `Impossible` if there is none."""
    if keeps(least):
        return least
    low, high = least, max(2 * least, 1)
    while not keeps(high):
        low, high = high, 2 * high
        if low > MOST_SERVERS:
            raise Impossible("No number of people keeps this.")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if keeps(middle) else (middle, high)
    return high


def _waiting(blocked: float, load: float, servers: int) -> float:
    return servers * blocked / (servers - load * (1 - blocked))


def _check(load: float, servers: int) -> None:
    if not 0 <= load < math.inf or not 0 <= servers <= 2 * MOST_SERVERS:
        raise Impossible("Load and servers must not be negative, nor without end.")
