"""`python -m bench.understanding --data FOLDER`: every measurement, or those named; with --write the page and the file that ships."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from bench.understanding import bias_report, registry, report
from bench.understanding.reading import keep_vectors, shipped

BIAS = "bias"


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="bench.understanding", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("../shared/data"),
        help="folder of the data sets (default: %(default)s)",
    )
    parser.add_argument(
        "--only", action="append", choices=[*registry.MODULES, BIAS], help="only this (may be repeated)"
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="keep the tables under docs/understanding and the files that ship",
    )
    parser.add_argument(
        "--heads", action="store_true", help="only what asks the heads that ship: after they were made anew"
    )
    options = parser.parse_args()
    names = options.only or [*registry.MODULES, BIAS]
    if options.heads:
        names = [name for name in names if name not in report.FREE_OF_HEADS]
    outcomes = [_measured(name, options.data) for name in registry.MODULES if name in names]
    if options.write and outcomes:
        heads = shipped().heads
        everything = report.with_those_before(outcomes, heads, registry.MODULES)
        report.write(report.figures(everything, heads), everything)
    if BIAS in names:
        print(f"\n## bias\n\n{bias_report.run(write=options.write)}")
    keep_vectors()


def _measured(name: str, data: Path) -> registry.Outcome:
    begin = time.monotonic()
    outcome = registry.measure(name, data)
    print(
        f"\n## {name} ({time.monotonic() - begin:.0f} s){': ' + outcome.missing if outcome.missing else ''}"
    )
    print(report.table(outcome.rows), flush=True)
    return outcome


if __name__ == "__main__":
    main()
