"""What a head must not forget: messages of the project's corpus. A fixed fifth is only for judging; of the rest a sample is rehearsed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CORPUS = Path(__file__).parent.parent / "corpus"
JUDGED = 5  # one of so many messages judges; it is never rehearsed
REHEARSED = 900  # messages that are rehearsed
WITHOUT_TOPIC = {"thanks", "other", "spam", "praise"}
_FIELDS = 9
_FEELINGS = {"-": "negative", "0": "neutral", "+": "positive"}
_URGENCIES = {"0": "normal", "1": "high", "2": "urgent"}


@dataclass(frozen=True, slots=True)
class Known:
    """A message of the corpus, and what it is to each head."""

    text: str
    labels: dict[str, str]

    @property
    def place(self) -> int:
        """A number that is always the same, by which messages are drawn."""
        return zlib.crc32(self.text.encode())


@cache
def corpus() -> tuple[Known, ...]:
    """Every message of customers that was written for this project."""
    found = []
    for path in sorted(CORPUS.glob("*.tsv")):
        for row in path.read_text(encoding="utf-8").splitlines():
            cells = row.split("\t")
            if len(cells) == _FIELDS:
                found.append(_known(cells))
    return tuple(found)


def rehearsed() -> list[Known]:
    """The sample that holds a head while it learns."""
    return sorted((known for known in corpus() if known.place % JUDGED), key=lambda known: known.place)[
        :REHEARSED
    ]


def judged(head: str) -> list[Known]:
    """The messages by which a head is judged, those it can know: always the same."""
    return [known for known in corpus() if known.place % JUDGED == 0 and head in known.labels]


def about_nothing(most: int = 400) -> list[Known]:
    """Messages without a topic: thanks, greetings, codes, spam."""
    nothing = [
        known for known in corpus() if "topic" not in known.labels and known.labels["intent"] in WITHOUT_TOPIC
    ]
    return sorted(nothing, key=lambda known: known.place)[:most]


def _known(cells: list[str]) -> Known:
    _, feeling, anger, urgency, intent, topic, answer, _, text = cells
    labels = {
        "sentiment": _FEELINGS[feeling[0]],
        "anger": "calm" if anger == "0" else "anger",
        "urgency": _URGENCIES[urgency],
        "intent": intent,
        "answer": "yes" if answer == "y" else "no",
    }
    if topic != "-":
        labels["topic"] = topic
    return Known(text.replace("⏎", "\n"), labels)
