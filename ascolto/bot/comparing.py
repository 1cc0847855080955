"""Two flows side by side: who gets which, what may be said about the difference, and when the second one has to stop. Pure.

The rival is a candidate: it has `share` percent of the dialogues until its guard rails stop it or a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from math import erfc, exp, lgamma, sqrt

ENOUGH = 30  # dialogues (or ratings) in each arm, before anything is said about a difference
CERTAIN = 0.01  # a difference that chance alone makes less often than this is one
_PARTS = 10_000
_SMALL = 5.0  # expected cases below which the normal distribution says too little


FLOW, RIVAL = "flow", "rival"


def arm_of(who: str | int, post: int, share: int) -> str:
    """FLOW or RIVAL: to which of both this customer (an id; of a caller nobody knows, the call's) talks at this post.

    The same customer always talks to the same one; when the share grows, those who had the rival keep it.
    """
    told = sha256(f"{post}:{who}".encode("utf-8", "replace")).digest()
    is_rival = int.from_bytes(told[:8]) % _PARTS < max(0, min(share, 100)) * (_PARTS // 100)
    return RIVAL if is_rival else FLOW


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None


class Verdict(Enum):
    """What may be said about the rival."""

    EARLY = "early"  # too few to tell
    SAME = "same"  # no difference that chance would not make
    WORSE = "worse"
    BETTER = "better"


def judge(first: Share, rival: Share, *, less_is_better: bool) -> Verdict:
    """Whether the rival's share is worse or better than the first one's, with the doubt on the side of "no difference"."""
    if min(first.whole, rival.whole) < ENOUGH:
        return Verdict.EARLY
    rises, falls = chance_of_more(first, rival), chance_of_more(rival, first)
    if rises < CERTAIN:
        return Verdict.WORSE if less_is_better else Verdict.BETTER
    if falls < CERTAIN:
        return Verdict.BETTER if less_is_better else Verdict.WORSE
    return Verdict.SAME


def chance_of_more(first: Share, second: Share) -> float:
    """How probable it is that the second share comes out this much higher, or more, if nothing differs (one-sided p).

    The test of two proportions with a pooled variance (NIST/SEMATECH e-Handbook of Statistical Methods, 7.3.3):
    z = (p2 - p1) / sqrt(p (1 - p) (1/n1 + 1/n2)), p = (x1 + x2) / (n1 + n2). Where fewer than five cases are expected in a cell,
    Fisher's exact test (R. A. Fisher, The Design of Experiments, 1935) instead.
    """
    whole, part = first.whole + second.whole, first.part + second.part
    if not first.whole or not second.whole or part in (0, whole):
        return 1.0
    pooled = part / whole
    if min(first.whole, second.whole) * min(pooled, 1 - pooled) < _SMALL:
        return _exact(first, second)
    spread = sqrt(pooled * (1 - pooled) * (1 / first.whole + 1 / second.whole))
    z = (second.part / second.whole - first.part / first.whole) / spread
    return erfc(z / sqrt(2)) / 2


def _exact(first: Share, second: Share) -> float:
    """The hypergeometric chance of at least so many cases in the second group, all sums given."""
    cases, whole = first.part + second.part, first.whole + second.whole
    every = _ways(whole, second.whole)
    most = min(cases, second.whole)
    tail = (
        exp(_ways(cases, here) + _ways(whole - cases, second.whole - here) - every)
        for here in range(second.part, most + 1)
        if second.whole - here <= whole - cases
    )
    return min(1.0, sum(tail))


def _ways(of: int, chosen: int) -> float:
    """The logarithm of the number of ways to choose."""
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
