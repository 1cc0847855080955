"""`python -m bench.routing`: replay a day of 30,000 conversations with an outage at noon, and fill a board to the brim."""

from __future__ import annotations

import argparse
import gc
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from ascolto.routing.judging_waits import JudgeOfWaits
from ascolto.routing.made_up_day import CHANNELS, LANGUAGES, telecom_day
from ascolto.routing.matching import Board, Person, Waiting
from ascolto.routing.simulator import Outcome, quantile, replay
from bench.report import machine

Row = tuple[str, str, str, bool | None]
NINE = datetime(2026, 3, 4, 9, tzinfo=UTC)
FULL = 12_000  # so that some 10,000 still wait when everybody is full


def day_rows(outcome: Outcome, judge: JudgeOfWaits) -> list[Row]:
    """What came of the day."""
    decide = [seconds * 1000 for seconds in outcome.decide]
    rows: list[Row] = [
        ("conversations given", f"{outcome.given:,}", "", None),
        ("never given", str(outcome.never_given), "0", outcome.never_given == 0),
        ("longest wait (min)", f"{outcome.longest / 60:.1f}", "", None),
        ("capacity exceeded", str(outcome.over_capacity), "0", outcome.over_capacity == 0),
        (
            "given to somebody who may not have it",
            str(outcome.wrongly_given),
            "0",
            outcome.wrongly_given == 0,
        ),
        ("most waiting at once", f"{outcome.most_waiting:,}", "", None),
        ("people's time used", f"{outcome.work / outcome.hours:.0%}", "", None),
        ("in promise", f"{outcome.in_promise / outcome.given:.1%}", "", None),
    ]
    for channel, waits in sorted(outcome.waits.items()):
        told = f"{quantile(waits, 0.5):.0f} / {quantile(waits, 0.9):.0f}"
        rows.append((f"wait on {channel}, p50 / p90 (s)", told, "", None))
    parity = outcome.parity()
    rows += [
        ("parity: longest p90 against shortest", f"{parity:.3f}", "≤ 1.10", parity <= 1.10),
        ("decide() on that day, p50 (ms of the processor)", f"{quantile(decide, 0.5):.3f}", "", None),
        ("… p99 (ms)", f"{quantile(decide, 0.99):.3f}", "< 5", quantile(decide, 0.99) < 5),
        ("… max (ms)", f"{max(decide):.2f}", "", None),
        ("told waits that held", f"{judge.kept:.1%}", "80–95 %", 0.8 <= judge.kept <= 0.95),
        ("… median error (s)", f"{judge.median_error.total_seconds():.0f}", "", None),
        ("… had to wait, no honest number", str(judge.not_told), "", None),
    ]
    for reason, count in outcome.reasons.most_common():
        rows.append((f"reason {reason}", f"{count:,}", "", None))
    return rows


def full_rows(seed: int = 3) -> list[Row]:
    """A board with 500 people and 10,000 waiting in some 2,700 kinds of needs: what one event costs."""
    random = Random(seed)
    people = [_person(random, number) for number in range(500)]
    began = time.perf_counter()
    board = Board()
    for person in people:
        board.person(person)
    for number in range(FULL):
        board.put(_waiting(random, number, NINE - timedelta(minutes=30) + timedelta(seconds=number / 7)))
    board.decide(NINE)
    built = time.perf_counter() - began
    still, spent, now = len(board), [], NINE
    gc.collect()
    gc.freeze()
    for number in range(FULL, FULL + 5_000):
        now += timedelta(seconds=0.25)
        board.put(_waiting(random, number, now))
        person = random.choice(people)
        left = max(0, board.load(person.id) - random.choice((20, 33, 100)))
        board.person(replace(person, load=left, idle_since=now))
        began = time.thread_time()
        board.decide(now)
        spent.append((time.thread_time() - began) * 1000)
    gc.unfreeze()
    return [
        (f"board of 500 people and {still:,} waiting, built and first decided (s)", f"{built:.2f}", "", None),
        (
            "… decide() after an event, p50 (ms)",
            f"{quantile(spent, 0.5):.3f}",
            "< 5",
            quantile(spent, 0.5) < 5,
        ),
        ("… p99 (ms)", f"{quantile(spent, 0.99):.3f}", "< 5", quantile(spent, 0.99) < 5),
        ("… max (ms)", f"{max(spent):.2f}", "", None),
    ]


def _person(random: Random, number: int) -> Person:
    kinds = [channel.kind for channel in CHANNELS]
    topics = None if random.random() < 0.3 else frozenset(random.sample(range(20), random.randint(4, 12)))
    more = frozenset({"it"} | set(random.sample(sorted(LANGUAGES), 2)))
    channels = None if random.random() < 0.6 else frozenset(random.sample(kinds, 3))
    return Person(number, frozenset({random.randrange(10)}), topics, more, channels)


def _waiting(random: Random, number: int, since: datetime) -> Waiting:
    channel = random.choice(CHANNELS)
    return Waiting(
        id=number,
        due_at=since + timedelta(minutes=random.choice((20, 60, 240))),
        since=since,
        weight=channel.weight,
        channel=channel.kind,
        language=random.choices(list(LANGUAGES), list(LANGUAGES.values()))[0],
        topic=random.randrange(20),
        team=random.randrange(10) if random.random() < 0.9 else None,
        preferred=(random.randrange(500),) if random.random() < 0.3 else (),
        refused=frozenset({random.randrange(500)}) if random.random() < 0.02 else frozenset(),
        promised=timedelta(minutes=60),
    )


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="bench.routing", description=__doc__)
    parser.add_argument("--conversations", type=int, default=30_000)
    parser.add_argument(
        "--people", type=int, default=500, help="employed; four in five come (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    judge = JudgeOfWaits()
    outcome = replay(telecom_day(options.conversations, options.people, seed=options.seed), observer=judge)
    print(f"{machine()}; seed {options.seed}\n\n| what | measured | bar | |\n| --- | ---: | ---: | --- |")
    for what, measured, bar, kept in [*day_rows(outcome, judge), *full_rows()]:
        verdict = "" if kept is None else "kept" if kept else "MISSED"
        print(f"| {what} | {measured} | {bar} | {verdict} |")


if __name__ == "__main__":
    main()
