"""A small encoder and small heads, and data sets of a few invented lines in the form in which they are published."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ascolto.understanding.engine.encoder import HashedEncoder
from ascolto.understanding.engine.learning import Example, learn
from bench.understanding.reading import Bench

GOOD = (
    "molto bene grazie",
    "wonderful service",
    "bravi davvero",
    "great help today",
    "ottimo lavoro",
    "lovely people",
)
BAD = (
    "pessimo servizio",
    "this is terrible",
    "che vergogna",
    "awful delay again",
    "non funziona niente",
    "rude and slow",
)
PLAIN = (
    "a che ora aprite",
    "where is the shop",
    "il codice è 12",
    "the train leaves at nine",
    "domani è martedì",
    "see the page",
)
BY_LABEL = {"positive": GOOD, "negative": BAD, "neutral": PLAIN}


def taught(bench: Bench, name: str, by_label: dict[str, Sequence[str]]) -> Any:
    examples = [Example(seen, label) for label, texts in by_label.items() for seen in bench.seen(list(texts))]
    return learn(name, examples, encoder=bench.encoder.name)


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Reads with hashed letters; its heads learnt eighteen lines."""
    plain = Bench(HashedEncoder(), {})
    return Bench(
        HashedEncoder(),
        {
            "sentiment": taught(plain, "sentiment", BY_LABEL),
            "anger": taught(plain, "anger", {"anger": BAD, "calm": (*GOOD, *PLAIN)}),
            "intent": taught(plain, "intent", {"complaint": BAD, "praise": GOOD, "other": PLAIN}),
        },
    )


def write_table(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], *, separator: str = ","
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=separator).writerows([header, *rows])


def write_lines(folder: Path, part: str, items: Sequence[tuple[str, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}_text.txt").write_text("\n".join(text for text, _ in items) + "\n", encoding="utf-8")
    (folder / f"{part}_labels.txt").write_text(
        "\n".join(label for _, label in items) + "\n", encoding="utf-8"
    )


def write_json(path: Path, told: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told), encoding="utf-8")
