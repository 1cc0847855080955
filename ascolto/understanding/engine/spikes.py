"""Spikes in a stream of counts: more than this stream ever does by itself, at this time of day.

For each five minutes:

1. Level. What is usual now: m² − ⅜ with m the mean of √(count + ⅜) over the last 14 days within half an hour of the same time of day,
   without the tenth that is highest and the tenth that is lowest: one earlier spike of a day does not move it, and a stream with a
   message now and then has a level too.
2. Residual. For the last w = 5, 15 and 60 minutes: r = 2·(√(S + ⅜) − √(E + ⅜)), S what was counted and E the sum of the levels
   (Anscombe: of Poisson counts of any size r has a variance near 1).
3. Tail. How rare r is in this stream's own last 28 days. With u their 98 % quantile and β the mean excess of those above it,
   p(r) = 0.02 · exp(−(r − u)/β) for r > u (peaks over threshold: exceedances of a high threshold are about exponential), else the share of
   residuals that were as high. β is at least a third: no stream is steadier than Poisson's.
4. Score. The mean of −log₁₀ p over the three windows. Above 2.5 it is an alarm, when in one of the windows there was at least `floor` and
   at least twice the level.
5. Alarms less than six hours after the last sign of the same spike are that spike.

Since the tail is the stream's own, every stream raises alarms about equally often without being tuned. Nothing here depends on how much is
counted. Costs some 40 µs a point. What it reaches is measured by bench/understanding/spikes.py.
"""

from __future__ import annotations

import math
import struct
import zlib
from array import array
from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

STEP = 300  # seconds of a bucket
DAY = 86_400 // STEP
LEVEL_DAYS = 14
NEAR = 6  # buckets before and after the same time of day that tell the level, every second one
TAIL_DAYS = 28
WINDOWS = (1, 3, 12)  # buckets: 5, 15, 60 minutes
QUANTILE = 0.98
THRESHOLD = 2.5
TIMES_LEVEL = 2.0
COOL_DOWN = 6 * 3600 // STEP
WARM_UP = 2 * DAY  # residuals before which nothing is called rare
_THINNEST = 1 / 3
_UNIT = 100  # residuals and roots are kept as hundredths
_MISSING = 0xFFFF
_VERSION = 1


class UnreadableState(ValueError):
    """Bytes that are not the state of a detector of this version."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """The beginning of a spike."""

    at: datetime
    count: float  # in the window that shows it best
    expected: float  # in that window
    minutes: int  # that window
    score: float  # −log10 of how rare it is, mean of the windows


class Tail:
    """The last residuals of one window, in order of time and of size."""

    __slots__ = ("newest", "ordered")

    def __init__(self, newest: array[int] | None = None) -> None:
        self.newest = newest if newest is not None else array("h")
        self.ordered = array("h", sorted(self.newest))

    def rarity(self, residual: float) -> float:
        """−log10 of the share of residuals expected to be as high."""
        ordered, value = self.ordered, _hundredths(residual)
        count = len(ordered)
        first = int(count * QUANTILE)
        threshold = ordered[first]
        if value <= threshold:
            return -math.log10(max((count - bisect_left(ordered, value)) / count, 1 - QUANTILE))
        above = ordered[first:]
        excess = max((sum(above) / len(above) - threshold) / _UNIT, _THINNEST)
        return -math.log10(1 - QUANTILE) + (residual - threshold / _UNIT) / excess * math.log10(math.e)

    def add(self, residual: float) -> None:
        """Remember a residual, and forget the one of 28 days ago."""
        value = _hundredths(residual)
        self.newest.append(value)
        insort(self.ordered, value)
        if len(self.newest) > TAIL_DAYS * DAY:
            del self.ordered[bisect_left(self.ordered, self.newest.pop(0))]


def _hundredths(residual: float) -> int:
    return max(-32_000, min(32_000, round(residual * _UNIT)))


class SpikeDetector:
    """Watches one stream. Give it every five minutes, also those with nothing in them; its state has at most 60 kB."""

    def __init__(self, *, floor: int = 5, threshold: float = THRESHOLD) -> None:
        self.floor = floor
        self.threshold = threshold
        self._roots = array("H", [_MISSING]) * (LEVEL_DAYS * DAY)
        self._tails = [Tail() for _ in WINDOWS]
        self._recent: deque[tuple[float, float]] = deque(maxlen=max(WINDOWS))
        self._last: int | None = None  # bucket
        self._sign: int | None = None  # bucket of the last sign of a spike

    def observe(self, moment: datetime, count: float) -> Alarm | None:
        """Take the count of the five minutes that begin at `moment`; an alarm where a spike begins. What is not newer is left out."""
        bucket = _bucket(moment)
        if self._last is not None:
            if bucket <= self._last:
                return None
            self._skip(self._last, bucket)
        self._last = bucket
        count = max(count, 0.0)
        self._recent.append((count, self.level(bucket)))
        alarm = self._judge(moment, bucket)
        self._roots[bucket % len(self._roots)] = min(round(math.sqrt(count + 0.375) * _UNIT), _MISSING - 1)
        return alarm

    def level(self, bucket: int) -> float:
        """What is usual in that bucket; 0 while nothing is known."""
        size, roots = len(self._roots), self._roots
        seen = [
            roots[(bucket + near - day * DAY) % size]
            for day in range(1, LEVEL_DAYS)
            for near in range(-NEAR, NEAR + 1, 2)
        ]
        known = sorted(root for root in seen if root != _MISSING)
        cut = len(known) // 10
        kept = known[cut : len(known) - cut]
        mean = sum(kept) / len(kept) / _UNIT if kept else 0.0
        return max(mean * mean - 0.375, 0.0)

    def _skip(self, last: int, bucket: int) -> None:
        """Buckets that nobody told of are unknown, not empty."""
        if bucket - last > 1:
            self._recent.clear()
        for missed in range(max(last + 1, bucket - len(self._roots)), bucket):
            self._roots[missed % len(self._roots)] = _MISSING

    def _judge(self, moment: datetime, bucket: int) -> Alarm | None:
        is_warm = len(self._tails[0].newest) >= WARM_UP
        rarities, best = [], None
        for width, tail in zip(WINDOWS, self._tails, strict=True):
            latest = list(self._recent)[-width:]
            counted, expected = sum(pair[0] for pair in latest), sum(pair[1] for pair in latest)
            residual = 2 * (math.sqrt(counted + 0.375) - math.sqrt(expected + 0.375))
            if is_warm:
                rarity = tail.rarity(residual)
                rarities.append(rarity)
                is_much = counted >= self.floor and counted >= TIMES_LEVEL * expected
                if is_much and (best is None or rarity > best[0]):
                    best = (rarity, counted, expected, width)
            tail.add(residual)
        score = sum(rarities) / len(WINDOWS)
        if best is None or score <= self.threshold:
            return None
        is_new = self._sign is None or bucket - self._sign > COOL_DOWN
        self._sign = bucket
        _, counted, expected, width = best
        return Alarm(moment, counted, expected, width * STEP // 60, score) if is_new else None

    def to_bytes(self) -> bytes:
        """The state, to go on from after a restart."""
        recent = [value for pair in self._recent for value in pair]
        sizes = [len(tail.newest) for tail in self._tails]
        head = struct.pack(
            "<BIdqqB3I",
            _VERSION,
            self.floor,
            self.threshold,
            -1 if self._last is None else self._last,
            -1 if self._sign is None else self._sign,
            len(self._recent),
            *sizes,
        )
        body = struct.pack(f"<{len(recent)}d", *recent) + _little(self._roots)
        return zlib.compress(head + body + b"".join(_little(tail.newest) for tail in self._tails), 6)

    @classmethod
    def from_bytes(cls, state: bytes) -> SpikeDetector:
        """Go on where `to_bytes` was called. Raises UnreadableState."""
        try:
            unpacked = zlib.decompressobj()
            raw = unpacked.decompress(state, 1_000_000)
            if not unpacked.eof:
                raise UnreadableState("cut off")
            version, floor, threshold, last, sign, recent, *sizes = struct.unpack_from("<BIdqqB3I", raw)
            if version != _VERSION or recent > max(WINDOWS) or max(sizes) > TAIL_DAYS * DAY:
                raise UnreadableState(version)
            made = cls(floor=floor, threshold=threshold)
            place = struct.calcsize("<BIdqqB3I")
            values = struct.unpack_from(f"<{recent * 2}d", raw, place)
            place += recent * 16
            made._roots, place = _array("H", raw, place, LEVEL_DAYS * DAY)
            for index, size in enumerate(sizes):
                newest, place = _array("h", raw, place, size)
                made._tails[index] = Tail(newest)
        except (zlib.error, struct.error) as refused:
            raise UnreadableState(str(refused)) from refused
        made._recent.extend(zip(values[::2], values[1::2], strict=True))
        made._last, made._sign = (None if last < 0 else last), (None if sign < 0 else sign)
        return made


def _bucket(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp()) // STEP


def _little(values: array[int]) -> bytes:
    return struct.pack(f"<{len(values)}{values.typecode}", *values)


def _array(typecode: str, raw: bytes, place: int, size: int) -> tuple[array[int], int]:
    values = struct.unpack_from(f"<{size}{typecode}", raw, place)
    return array(typecode, values), place + 2 * size
