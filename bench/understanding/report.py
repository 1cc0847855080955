"""What was measured, as a table for people and as a file that ships, so that the product can show how good it is without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ascolto.understanding.engine.head import Head
from bench.report import machine
from bench.understanding.judged import size_of
from bench.understanding.reading import digests
from bench.understanding.registry import Outcome
from bench.understanding.rows import LEARNER, SHIPPED, Row, as_row

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "understanding" / "quality.md"
SHIPPED_FIGURES = ROOT / "ascolto" / "understanding" / "quality.json"
MARK = "<!-- made by `python -m bench.understanding --write`; what is above this line is written by hand -->"

# these ask no shipped head
FREE_OF_HEADS = {"learner", "languages", "personal", "retrieval", "spikes", "topics"}

_HEAD = (
    "| task · set | measured on | measure | value (95 % interval) | n | ECE | ms: median, p95 | size | bars: floor, goal, stretch |"
    " reached | published |\n| --- | --- | --- | --- | ---: | ---: | ---: | ---: | --- | --- | --- |"
)
_TITLES = {
    SHIPPED: "As it ships: nobody taught it with these texts",
    LEARNER: "Taught with the set's own training part: what a company gets that corrects and labels",
}


def table(rows: Sequence[Row]) -> str:
    """Markdown tables, one a kind."""
    lines: list[str] = []
    for kind in dict.fromkeys([SHIPPED, LEARNER, *(row.kind for row in rows)]):
        mine = [row for row in rows if row.kind == kind]
        if mine:
            lines += [f"\n### {_TITLES.get(kind, kind)}\n", _HEAD, *map(line, mine)]
    return "\n".join(lines)


def line(row: Row) -> str:
    """One row of a table."""
    bars = ", ".join(
        "–" if bar is None else f"{bar:g}" for bar in (row.goal.floor, row.goal.goal, row.goal.stretch)
    )
    note = f" ({row.note})" if row.note else ""
    cells = [
        f"{row.task} · {row.data}", row.part + note, row.measure, _value(row), f"{row.n:,}" if row.n else "",
        "" if row.ece is None else f"{row.ece:.3f}", "" if row.ms is None else f"{row.ms[0]:.1f}, {row.ms[1]:.1f}",
        "" if row.size is None else f"{row.size / 1e6:.1f} MB", "" if bars == "–, –, –" else bars, row.verdict,
        row.goal.published,
    ]  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _value(row: Row) -> str:
    if not row.is_here:
        return "–"
    digits = 3 if abs(row.value) < 10 else 1
    told = f"{row.value:.{digits}f}"
    return told if row.low is None or row.high is None else f"{told} ({row.low:.3f}–{row.high:.3f})"


def bins(rows: Sequence[Row]) -> str:
    """The reliability table: of the answers given with so much confidence, how many were right."""
    lines = []
    for row in rows:
        if row.kind == SHIPPED and row.reliability and "without" not in row.measure:
            told = " · ".join(
                f"{confidence:.0%} → {right:.0%} ({n})" for confidence, right, n in row.reliability
            )
            lines.append(f"- **{row.name}**: {told}")
    if not lines:
        return ""
    about = "\n### Can its confidence be believed?\n\nConfidence → share that was right (how many), in ten bins.\n"
    return "\n".join([about, *lines])


def cards(heads: Mapping[str, Head]) -> dict[str, dict[str, Any]]:
    """What is told of each head as it ships: its version, size, and how it was made."""
    return {
        name: {**head.card, "version": head.version, "labels": list(head.labels), "bytes": size_of(head)}
        for name, head in sorted(heads.items())
    }


def figures(
    outcomes: Sequence[Outcome], heads: Mapping[str, Head], now: datetime | None = None
) -> dict[str, Any]:
    """What ships."""
    return {
        "made_at": (now or datetime.now(UTC)).isoformat(timespec="seconds"),
        "machine": machine(),
        "heads": versions_of(heads),
        "digests": digests(),
        "cards": cards(heads),
        "modules": {
            outcome.name: {
                "rows": [row.as_json() for row in outcome.rows],
                **({"missing": outcome.missing} if outcome.missing else {}),
            }
            for outcome in outcomes
        },
    }


def versions_of(heads: Mapping[str, Head]) -> dict[str, str]:
    """The version of each head."""
    return {name: head.version for name, head in sorted(heads.items())}


def with_those_before(
    outcomes: Sequence[Outcome],
    heads: Mapping[str, Head],
    names: Sequence[str],
    *,
    shipped: Path = SHIPPED_FIGURES,
) -> list[Outcome]:
    """What was measured now, in the place of what was measured before; what asked other heads than these is dropped."""
    before = json.loads(shipped.read_text()) if shipped.exists() else {"heads": {}, "modules": {}}
    is_same = before["heads"] == versions_of(heads) and before.get("digests") == digests()
    found = {outcome.name: outcome for outcome in outcomes}
    for name, told in before["modules"].items():
        if name in found or not (is_same or name in FREE_OF_HEADS):
            continue
        rows = tuple(
            as_row({key: value for key, value in row.items() if key != "verdict"}) for row in told["rows"]
        )
        found[name] = Outcome(name, rows, told.get("missing", ""))
    return [found[name] for name in [*names, *(found.keys() - set(names))] if name in found]


def write(
    told: Mapping[str, Any],
    outcomes: Sequence[Outcome],
    *,
    page: Path = PAGE,
    shipped: Path = SHIPPED_FIGURES,
) -> None:
    """The page (its hand-written beginning is kept) and the file that ships."""
    rows = [row for outcome in outcomes for row in outcome.rows]
    made = f"Measured on {told['made_at'][:10]}: {told['machine']}. Heads: {_versions(told['heads'])}."
    gaps = "".join(f"\n- not measured: {one.name} ({one.missing})" for one in outcomes if one.missing)
    body = f"{MARK}\n\n{made}\n{gaps}\n{table(rows)}\n{bins(rows)}\n"
    above = page.read_text().partition(MARK)[0] if page.exists() else ""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(above + body)
    shipped.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def _versions(heads: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in heads.items()) or "none"
