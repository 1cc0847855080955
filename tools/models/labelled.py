"""Labelled messages for the heads of intent and answer: the project's corpus, and what permissive sets say of it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ascolto.understanding.engine.encoder import Encoder
from ascolto.understanding.engine.head import Seen
from ascolto.understanding.engine.reader import see
from ascolto.understanding.engine.text import for_encoder, prepare

CORPUS = Path(__file__).parents[2] / "ascolto" / "understanding" / "corpus"
NOT_MESSAGES = {
    "outgoing_asks",
    "outgoing_offers",
    "outgoing_offers_more",
    "outgoing_offers_care",
    "outgoing_offers_lessons",
    "outgoing_offers_exam",
    "outgoing_offers_exam_oblique",
    "outgoing_offers_exam_reviewer",
    "outgoing_offers_exam_reviewer_more",
    "outgoing_offers_exam_stranger",
    "saved_pairs",
}
PUBLIC_TALK = {"it_comments", "it_tweets"}  # about no company: half as typical of what a desk receives
TALK_WEIGHT = 0.5
BATCH = 64


@dataclass(frozen=True, slots=True)
class Line:
    """A message of the corpus with what it is."""

    file: str
    language: str
    intent: str
    topic: str
    needs_answer: bool
    text: str

    @property
    def weight(self) -> float:
        """How much it counts in learning."""
        return TALK_WEIGHT if self.file in PUBLIC_TALK else 1.0


def read_corpus(folder: Path = CORPUS) -> list[Line]:
    """Every message of the corpus, in the order of the files (the README there tells the fields)."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        if path.stem in NOT_MESSAGES:
            continue
        for row in path.read_text(encoding="utf-8").splitlines():
            language, _, _, _, intent, topic, answer, _, text = row.split("\t")
            found.append(Line(path.stem, language, intent, topic, answer == "y", text.replace("⏎", "\n")))
    return found


def goemotions(data: Path, wanted: dict[str, str], most: int, *, seed: int = 0) -> list[tuple[str, str]]:
    """Comments with a single emotion that stands for one of our labels: at most `most` of each label, drawn by lot."""
    folder = data / "goemotions"
    names = (folder / "labels.txt").read_text(encoding="utf-8").split()
    by_label: dict[str, list[str]] = {}
    for row in (folder / "train.tsv").read_text(encoding="utf-8").splitlines():
        text, numbers, _ = row.split("\t")
        emotion = names[int(numbers)] if "," not in numbers else ""
        if emotion in wanted:
            by_label.setdefault(wanted[emotion], []).append(text)
    lot = random.Random(seed)
    return [
        (text, label)
        for label in sorted(by_label)
        for text in lot.sample(by_label[label], min(most, len(by_label[label])))
    ]


def sms(data: Path) -> list[tuple[str, bool]]:
    """Text messages, and whether each is spam."""
    rows = (data / "sms_spam" / "train.tsv").read_text(encoding="utf-8").splitlines()
    return [(text, kind == "spam") for kind, text in (row.split("\t", 1) for row in rows)]


def seen_by(encoder: Encoder, texts: Sequence[str]) -> list[Seen]:
    """Texts as heads see them."""
    found: list[Seen] = []
    for start in range(0, len(texts), BATCH):
        prepared = [prepare(text) for text in texts[start : start + BATCH]]
        vectors = encoder.encode([for_encoder(text) for text in prepared])
        found += [see(ready, vector) for ready, vector in zip(prepared, vectors, strict=True)]
    return found


def of_alike(lines: Iterable[Line], seen: Sequence[Seen], *, cosine: float = 0.72) -> list[int]:
    """A group for each line: lines that mean nearly the same (a situation told in two languages) are held out together."""
    import numpy as np

    vectors = np.stack([one.vector for one in seen])
    groups = list(range(len(vectors)))
    careful = [place for place, line in enumerate(lines) if line.file == "european_care"]
    near = vectors[careful] @ vectors[careful].T
    for row, place in enumerate(careful):
        for other in careful[:row]:
            if near[row, careful.index(other)] >= cosine:
                groups[place] = groups[other]
                break
    return groups
