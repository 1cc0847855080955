"""The figures that ship with the product: how good its models are on texts by others, and whether they treat people alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent.parent
QUALITY, BIAS = _FOLDER / "quality.json", _FOLDER / "bias.json"


@lru_cache(maxsize=4)
def shipped_figures(path: Path = QUALITY) -> Mapping[str, Any]:
    """What was measured of the shipped heads; empty where the file is missing."""
    try:
        told: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return told


def shipped_bias() -> Mapping[str, Any]:
    """The differences between the members of pairs."""
    return shipped_figures(BIAS)


def measured(module: str) -> list[Mapping[str, Any]]:
    """The rows of a bench module that measured anything."""
    rows = shipped_figures().get("modules", {}).get(module, {}).get("rows", ())
    return [row for row in rows if row.get("part") != "not here"]


def share_right(row: Mapping[str, Any]) -> float | None:
    """Of all answers of a row, the share that was right (from its reliability table); None where it has none."""
    bins = row.get("reliability", ())
    total = sum(count for _, _, count in bins)
    return sum(right * count for _, right, count in bins) / total if total else None
