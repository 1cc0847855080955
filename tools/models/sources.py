"""The public data that shipped heads may learn from: their licences allow it. Everything else in the data folder only measures."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

LICENCES = {
    "corpus": "written for this project, Apache-2.0",
    "goemotions": "GoEmotions (Google), Apache-2.0",
    "banking77": "BANKING77 (PolyAI), CC BY 4.0",
    "clinc150": "CLINC150, CC BY 3.0",
    "sms_spam": "SMS Spam Collection (UCI), CC BY 4.0",
    "xsid": "xSID, CC BY-SA 4.0",
    "lexicons": "AFINN-165 multilingual, MIT; Pattern (CLiPS) Italian sentiment, BSD-3-Clause",
}


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of GoEmotions with its emotions."""

    text: str
    emotions: frozenset[str]


def goemotions(data: Path, share: float = 1.0) -> list[Comment]:
    """A share of the training part, chosen by the text alone; names are hidden in it as [NAME], which nobody writes."""
    names = (data / "goemotions" / "labels.txt").read_text(encoding="utf-8").split()
    comments = []
    for line in (data / "goemotions" / "train.tsv").read_text(encoding="utf-8").splitlines():
        text, numbers, _ = line.split("\t")
        if hashlib.sha256(text.encode()).digest()[0] >= 256 * share:
            continue
        emotions = frozenset(names[int(number)] for number in numbers.split(","))
        comments.append(Comment(text.replace("[NAME]", "").replace("[RELIGION]", ""), emotions))
    return comments


def banking77(data: Path) -> list[tuple[str, str]]:
    """Questions to a bank with their intent."""
    with (data / "banking77" / "train.csv").open(encoding="utf-8", newline="") as rows:
        return [(row["text"], row["category"]) for row in csv.DictReader(rows)]


def sms_spam(data: Path) -> list[tuple[str, bool]]:
    """Text messages, and whether they are spam."""
    lines = (data / "sms_spam" / "train.tsv").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t", 1) for line in lines if "\t" in line]
    return [(text, label == "spam") for label, text in cells if label in ("spam", "ham")]
