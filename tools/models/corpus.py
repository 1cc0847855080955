"""The labelled messages that were written for this project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2] / "ascolto" / "understanding" / "corpus"
_FIELDS = 9


@dataclass(frozen=True, slots=True)
class Message:
    """One labelled message."""

    source: str  # the file it is in
    language: str
    feeling: str  # --, -, 0, +, ++
    anger: int  # 0 calm, 1 annoyed, 2 furious
    urgency: int  # 0 normal, 1 high, 2 urgent
    intent: str
    topic: str
    answer: bool
    flags: frozenset[str]
    text: str

    @property
    def sentiment(self) -> str:
        """negative, neutral or positive."""
        return {"-": "negative", "0": "neutral", "+": "positive"}[self.feeling[0]]


def read_corpus(folder: Path = CORPUS) -> list[Message]:
    """Every labelled message of customers, in the order of the files. Files of outgoing texts have other fields and are left out."""
    messages = []
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            if len(cells) == _FIELDS:
                messages.append(_message(path.stem, cells))
    return messages


def _message(source: str, cells: list[str]) -> Message:
    language, feeling, anger, urgency, intent, topic, answer, flags, text = cells
    return Message(
        source=source,
        language=language,
        feeling=feeling,
        anger=int(anger),
        urgency=int(urgency),
        intent=intent,
        topic="" if topic == "-" else topic,
        answer=answer == "y",
        flags=frozenset(flags.split(",")) - {"-", ""},
        text=text.replace("⏎", "\n"),
    )
