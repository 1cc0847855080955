"""Spikes found in labelled streams: `python -m bench.understanding.spikes DIRECTORY`.

The directory holds series (`*.csv` with `timestamp,value`, one row each five minutes) and a file with the labelled windows
(`*windows*.json`: name of the series, with or without a folder in front, to pairs of times), as in Numenta's Anomaly Benchmark.
A window is hit when an alarm falls into it; an alarm outside every window is false. The first part of each series is not scored: 15 % of
it, or as the benchmark itself has it at most 750 points.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ascolto.understanding.engine.spikes import THRESHOLD, SpikeDetector

THRESHOLDS = (2.0, 2.2, 2.4, 2.5, 2.6, 2.8, 3.0, 3.5)
WEEK = 604_800
WHOLE, SHORT = "first 15 % unscored", "first 750 points unscored"
PARTS = {WHOLE: None, SHORT: 750}
_Points = list[tuple[datetime, float]]
_Windows = list[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Series:
    """A stream of counts and the windows in which something happened."""

    name: str
    points: _Points
    windows: _Windows

    def scored_from(self, share: float, most: int | None) -> int:
        """The first point that counts."""
        first = int(len(self.points) * share)
        return first if most is None else min(first, most)


def read(folder: Path) -> list[Series]:
    """The series of a folder that have labelled windows."""
    labelled: dict[str, _Windows] = {}
    for path in folder.rglob("*windows*.json"):
        for name, pairs in json.loads(path.read_text()).items():
            labelled[name.rsplit("/", 1)[-1]] = [
                (datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in pairs
            ]
    found = []
    for path in sorted(folder.rglob("*.csv")):
        if path.name in labelled:
            with path.open(newline="") as lines:
                points = [
                    (datetime.fromisoformat(row["timestamp"]), float(row["value"]))
                    for row in csv.DictReader(lines)
                ]
            found.append(Series(path.stem, points, labelled[path.name]))
    return found


def alarms(series: Series, threshold: float) -> list[int]:
    """The points at which the detector raises an alarm."""
    detector = SpikeDetector(threshold=threshold)
    return [
        index
        for index, (moment, count) in enumerate(series.points)
        if detector.observe(moment, count) is not None
    ]


def tally(series: Series, raised: Iterable[int], first: int) -> tuple[int, int, float]:
    """Windows hit, false alarms, weeks that were scored."""
    moments = [series.points[index][0] for index in raised if index >= first]
    hit = sum(any(begin <= at <= end for at in moments) for begin, end in series.windows)
    false = sum(not any(begin <= at <= end for begin, end in series.windows) for at in moments)
    return hit, false, (series.points[-1][0] - series.points[first][0]).total_seconds() / WEEK


def evaluate(folder: Path | str, thresholds: Iterable[float] = (THRESHOLD,)) -> list[dict[str, Any]]:
    """A row for each threshold, unscored part and series ("all" sums them up): the share of windows hit, and false alarms a week."""
    rows: list[dict[str, Any]] = []
    found = read(Path(folder))
    for threshold in thresholds if found else ():
        raised = {series.name: alarms(series, threshold) for series in found}
        for part, most in PARTS.items():
            tallies = [
                (series, tally(series, raised[series.name], series.scored_from(0.15, most)))
                for series in found
            ]
            rows += [_row(threshold, part, one.name, len(one.windows), told) for one, told in tallies]
            total = [sum(told[place] for _, told in tallies) for place in range(3)]
            rows.append(_row(threshold, part, "all", sum(len(one.windows) for one, _ in tallies), total))
    return rows


def _row(threshold: float, part: str, name: str, windows: int, told: Sequence[float]) -> dict[str, Any]:
    hit, false, weeks = told
    row = {
        "task": "spikes",
        "data": name,
        "measure": "windows hit",
        "value": hit / windows if windows else 0.0,
        "n": windows,
        "part": part,
        "threshold": threshold,
        "hit": int(hit),
        "false_alarms": int(false),
        "false_per_week": round(false / weeks, 2) if weeks else 0.0,
    }
    return row | ({"floor": 12 / 18, "goal": 14 / 18, "stretch": 16 / 18} if name == "all" else {})


def leave_one_out(folder: Path | str) -> list[dict[str, Any]]:
    """What would have been reached on each series, had the threshold been chosen on the others (most hits at 0.7 a week or less)."""
    rows = [row for row in evaluate(folder, THRESHOLDS) if row["part"] == WHOLE and row["data"] != "all"]
    names = sorted({row["data"] for row in rows})
    out = []
    for name in names:
        best: tuple[int, float, float] | None = None
        for threshold in THRESHOLDS:
            others = [row for row in rows if row["threshold"] == threshold and row["data"] != name]
            hits, rate = (
                sum(row["hit"] for row in others),
                sum(row["false_per_week"] for row in others) / len(others),
            )
            if rate <= 0.7 and (best is None or (hits, -rate) > best[:2]):
                best = (hits, -rate, threshold)
        chosen = best[2] if best else THRESHOLDS[-1]
        out += [row for row in rows if row["data"] == name and row["threshold"] == chosen]
    return out


def main(arguments: list[str]) -> int:
    """Print the table."""
    if len(arguments) != 1 or not read(Path(arguments[0])):
        print("python -m bench.understanding.spikes DIRECTORY (with *.csv and *windows*.json)")
        return 2
    folder = Path(arguments[0])
    print(f"{'threshold':>9}  {'':25}  {'series':28}  {'hit':>7}  {'false':>5}  {'a week':>6}")
    for row in evaluate(folder, THRESHOLDS):
        if row["data"] == "all" or row["threshold"] == THRESHOLD:
            print(_line(row))
    print("\nthreshold chosen on the other series:")
    for row in leave_one_out(folder):
        print(_line(row))
    series = read(folder)
    start = time.perf_counter()
    for one in series:
        alarms(one, 2.5)
    points = sum(len(one.points) for one in series)
    print(f"\n{(time.perf_counter() - start) / points * 1e6:.0f} µs a point over {points:,} points")
    return 0


def _line(row: dict[str, Any]) -> str:
    hit, false, rate = f"{row['hit']}/{row['n']}", row["false_alarms"], row["false_per_week"]
    return f"{row['threshold']:>9}  {row['part']:25}  {row['data']:28}  {hit:>7}  {false:>5}  {rate:>6}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
