"""A table of what was measured, next to the bar and the limit."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from bench.measures import Figures

# The bar of each figure: (at least or at most, value on SQLite, value on PostgreSQL).
BARS = {
    "hooks acknowledged, 32 connections (1/s)": ("≥", 15_000, 8_000),
    "hook p99 at 1,000/s (ms)": ("≤", 20, 20),
    "messages from hook to conversation, flat out (1/s)": ("≥", 3_000, 3_000),
    "hook to conversation at 500/s, p99 (ms)": ("≤", 150, 150),
    "API list of 50 at 100k, p50 (ms)": ("≤", 12, 12),
    "API list of 50 at 100k, 8 clients (1/s)": ("≥", 200, 200),
    "queue page at 100k, p50 (ms)": ("≤", 30, 30),
    "thread of 30 at 100k, p50 (ms)": ("≤", 8, 8),
    "search: rare word, p50 (ms of the processor) at 100k": ("≤", 3, 3),
    "search: common word, p50 (ms of the processor) at 100k": ("≤", 10, 10),
    "search: rare word, p50 (ms of the processor) at 1M": ("≤", 100, 100),
    "search: common word, p50 (ms of the processor) at 1M": ("≤", 100, 100),
    "… that differ from the reference": ("≤", 0, 0),
    "… that differ from it when shuffled, some facts twice": ("≤", 0, 0),
    "memory at rest (MiB)": ("≤", 180, 180),
    "memory after load (MiB)": ("≤", 350, 350),
}
LIMIT = "limit: bare inserts, 100 rows a commit (1/s)"
RATIO_TO_LIMIT = (
    "hooks acknowledged, 32 connections (1/s)",
    "messages from hook to conversation, flat out (1/s)",
)
RESULTS = Path(__file__).with_name("RESULTS.md")


def table(results: dict[str, Figures]) -> str:
    """The figures as a Markdown table: what, measured, bar, kept, share of the limit."""
    lines = []
    for kind, figures in results.items():
        lines += [
            f"\n### {kind}\n",
            "| what | measured | bar | | of the limit |",
            "| --- | ---: | ---: | --- | ---: |",
        ]
        lines += [_line(kind, name, value, figures) for name, value in figures.items()]
        lines += [
            _growth(figures, what)
            for what in ("API list of 50", "queue page")
            if f"{what} at 1M, p50 (ms)" in figures
        ]
    return "\n".join(lines)


def _line(kind: str, name: str, value: float, figures: Figures) -> str:
    sign, *bars = BARS.get(name, ("", 0, 0))
    bar = bars[kind != "sqlite"]
    kept = "" if not sign else ("kept" if (value >= bar) == (sign == "≥") or value == bar else "MISSED")
    share = f"{value / figures[LIMIT]:.0%}" if name in RATIO_TO_LIMIT and LIMIT in figures else ""
    return (
        f"| {name} | {value:,.1f} | {sign} {bar:,} | {kept} | {share} |"
        if sign
        else f"| {name} | {value:,.1f} | | | {share} |"
    )


def _growth(figures: Figures, what: str) -> str:
    small, large = figures.get(f"{what} at 1k, p50 (ms)", 0), figures[f"{what} at 1M, p50 (ms)"]
    if not small:
        return ""
    ratio = large / small
    return f"| {what}: 1M against 1k | {ratio:.2f} × | ≤ 1.3 × | {'kept' if ratio <= 1.3 else 'MISSED'} | |"


def machine() -> str:
    """The machine in one line."""
    with open("/proc/cpuinfo") as file:
        model = next(
            (line.partition(":")[2].strip() for line in file if line.startswith("model name")),
            platform.machine(),
        )
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) // 1024 // 1024
    return f"{os.cpu_count()} × {model}, {memory} GB, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def keep(results: dict[str, Figures]) -> None:
    """Write bench/RESULTS.md."""
    head = f"# Measured\n\n`make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine()}.\n"
    told = (
        "\nThe load generator runs on the same machine and takes its share of the cores. The limit is the database alone: bare durable"
        " inserts, a hundred rows a commit.\n"
    )
    RESULTS.write_text(head + told + table(results) + "\n")
