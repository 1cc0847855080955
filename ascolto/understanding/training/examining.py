"""Examine a head on labelled messages: the project's corpus, or a file of the company's own."""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ascolto.understanding.engine.head import Head
from ascolto.understanding.engine.reject import is_none
from ascolto.understanding.training.bench import Workbench
from ascolto.understanding.training.judging import Figures, Said, f1_of, figures_of
from ascolto.understanding.training.lessons import said
from ascolto.understanding.training.rehearsal import judged

MOST_BYTES = 64 * 1024 * 1024
TIMED = 200  # messages that the time is measured on


class UnreadableFile(ValueError):
    """The file has no messages with labels."""


@dataclass(frozen=True, slots=True)
class Examined:
    """How a head did: figures, F1 and number of each label, what was taken for what, and the time of a message."""

    figures: Figures
    of_label: dict[str, tuple[float, int]]
    confusion: Counter[tuple[str, str]]
    ms: float  # of a message: encoding and this head


def examine(head: Head, labelled: Sequence[tuple[str, str]], bench: Workbench) -> Examined:
    """Ask a head about messages whose labels are known."""
    begun = time.perf_counter()
    seen = bench.seen([text for text, _ in labelled][:TIMED])
    for one in seen:
        head.answer(one)
    ms = (time.perf_counter() - begun) * 1000 / max(len(seen), 1)
    gold = [label for _, label in labelled]
    shares = answered(head, labelled, bench)
    answers = shares.answers()
    labels = {
        label: (round(f1_of(label, gold, answers), 3), number)
        for label, number in sorted(Counter(gold).items())
    }
    return Examined(figures_of(shares, gold), labels, Counter(zip(gold, answers, strict=True)), ms)


def answered(head: Head, labelled: Sequence[tuple[str, str]], bench: Workbench) -> Said:
    """What a head says; of topics also where none fits."""
    seen = bench.seen([text for text, _ in labelled])
    found = said(head, seen)
    if head.name != "topic":
        return found
    none = np.array([is_none(head, head.scores(one)) for one in seen], dtype=float)
    labels = head.labels if "-" in head.labels else (*head.labels, "-")
    shares = np.hstack([found.shares, np.zeros((len(seen), len(labels) - len(head.labels)))])
    shares *= (1 - none)[:, None]
    shares[:, labels.index("-")] += none
    return Said(labels, shares)


def from_corpus(name: str) -> list[tuple[str, str]]:
    """The fixed part of the project's corpus that judges versions."""
    return [(known.text, known.labels[name]) for known in judged(name)]


def from_file(path: Path) -> list[tuple[str, str]]:
    """Messages of a file with the columns `text` and `label`: tab-separated (.tsv) or comma-separated. Raises UnreadableFile."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableFile(f"{path} is larger than {MOST_BYTES // 1024 // 1024} MB.")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, dialect="excel-tab" if path.suffix == ".tsv" else "excel")
            if not {"text", "label"}.issubset(rows.fieldnames or ()):
                raise UnreadableFile(f"{path} needs a first line that names the columns “text” and “label”.")
            found = [(row["text"], row["label"].strip()) for row in rows if row["text"] and row["label"]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"{path} cannot be read: {error}") from error
    if not found:
        raise UnreadableFile(f"{path} holds no messages with labels.")
    return found
