"""The modules that measure, in the order of the report. One that is not there yet, or cannot be loaded, is told and left out."""

from __future__ import annotations

import importlib
import importlib.util
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.understanding.rows import Row, as_rows

MODULES = (
    "sentiment", "anger", "complaint", "intents", "topics", "learner", "languages", "personal", "retrieval", "spikes", "speed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a module found, or why it found nothing."""

    name: str
    rows: tuple[Row, ...] = ()
    missing: str = ""


def available(names: Sequence[str] = MODULES) -> list[str]:
    """The names of the modules that exist."""
    return [name for name in names if importlib.util.find_spec(f"{__package__}.{name}")]


def measure(name: str, data: Path) -> Outcome:
    """Let a module measure. Its failure is told and stops nobody else."""
    if name not in available([name]):
        return Outcome(name, missing="not there")
    try:
        evaluate: Callable[[Path], Sequence[Any]] = importlib.import_module(f"{__package__}.{name}").evaluate
        rows = as_rows(evaluate(data))
    except Exception as error:
        traceback.print_exc()
        return Outcome(name, missing=f"failed: {type(error).__name__}: {error}"[:300])
    return Outcome(
        name, tuple(rows), missing="" if rows else "its data sets, or the heads it asks, are not here"
    )
