"""The page about bias and the file that ships: pairs, and real texts of different people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.understanding.bias import FLIPS, LIMITS, MAY_DIFFER, MEANS, as_json, differences
from bench.understanding.by_group import by_flag
from bench.understanding.reading import Bench, digests, shipped
from bench.understanding.report import ROOT

PAGE = ROOT / "docs" / "understanding" / "bias.md"
SHIPPED_FIGURES = ROOT / "ascolto" / "understanding" / "bias.json"
MARK = "<!-- made by `python -m bench.understanding --only bias --write`; what is above this line is written by hand -->"


def run(
    bench: Bench | None = None,
    *,
    write: bool = False,
    page: Path = PAGE,
    shipped_figures: Path = SHIPPED_FIGURES,
) -> str:
    """Measure, print, keep."""
    bench = bench or shipped()
    versions = {name: head.version for name, head in sorted(bench.heads.items())}
    told = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "heads": versions,
        "digests": digests(),
        "limits": LIMITS,
        "groups": as_json(differences(bench)),
        "corpus": by_flag(bench),
    }
    body = tables(told)
    if write:
        above = page.read_text().partition(MARK)[0] if page.exists() else ""
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"{above}{MARK}\n\n{body}\n")
        shipped_figures.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return body


def tables(told: Mapping[str, Any]) -> str:
    """Everything as Markdown."""
    heads = ", ".join(f"{name} {version}" for name, version in told["heads"].items()) or "none"
    limits = ", ".join(f"{name} {limit:g}" for name, limit in told["limits"].items())
    lines = [f"Measured on {told['made_at'][:10]}. Heads: {heads}. Limits: {limits}."]
    groups: Sequence[Mapping[str, Any]] = told["groups"]
    for dimension in dict.fromkeys(group["dimension"] for group in groups):
        aside = " (a difference may be wanted, or a matter of skill)" if dimension in MAY_DIFFER else ""
        lines += [
            f"\n### {dimension.capitalize()}{aside}\n",
            "| language · group | pairs (sentences) | strength | anger | urgency | intent right | other intent | other “needs an answer”"
            " | over the limit |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
            *[_line(group) for group in groups if group["dimension"] == dimension],
        ]
    lines += [
        "\n### Messages of our corpus, each read by heads that did not learn from it\n",
        "| messages | n | feeling F1 | intent F1 |",
    ]
    lines += ["| --- | ---: | ---: | ---: |"]
    for row in told["corpus"]:
        lines.append(f"| {row['flag']} | {row['n']} | {_f1(row, 'sentiment')} | {_f1(row, 'intent')} |")
    return "\n".join(lines)


def _f1(row: Mapping[str, Any], task: str) -> str:
    value, low, high = row[task]
    return f"{value:.3f} ({low:.3f}–{high:.3f})"


def _line(group: Mapping[str, Any]) -> str:
    cells = [f"{group['language']} · {group['group']}", f"{group['pairs']:,} ({group['bases']})"]
    cells += [_mean(group["measures"].get(measure)) for measure in MEANS]
    cells += [_share(group["measures"].get(measure)) for measure in FLIPS]
    cells.append(", ".join(group["flagged"]) or "–")
    return "| " + " | ".join(cells) + " |"


def _mean(one: Mapping[str, float] | None) -> str:
    if one is None:
        return "–"
    return f"{one['mean']:+.3f} ({one['low']:+.3f} … {one['high']:+.3f}; one sentence {one['largest']:+.2f})"


def _share(one: Mapping[str, float] | None) -> str:
    return "–" if one is None else f"{one['mean']:.1%} ({one['low']:.1%}–{one['high']:.1%})"
