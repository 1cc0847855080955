"""Sentiment, its strength, and anger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ascolto.understanding.engine.learning import Recipe
from tools.models.corpus import read_corpus
from tools.models.plan import Labelled, Plan
from tools.models.sources import goemotions

_GOOD = frozenset(
    "admiration amusement approval caring desire excitement gratitude joy love optimism pride relief".split()  # noqa: SIM905
)
_BAD = frozenset(
    "anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse sadness".split()  # noqa: SIM905
)
_WRATH = frozenset({"anger", "annoyance", "disgust"})
# Measured on tweets in six languages and on comments left out: more of GoEmotions, or a lower weight, costs in Italian what it wins in
# English; a larger weight the other way round.
_SHARE = 0.41  # of GoEmotions
_OWN = 3.0  # how many comments of GoEmotions one message of ours counts for


def sentiment(data: Path) -> Sequence[Labelled]:
    """Our messages, and comments whose emotions are of one mind; surprise, curiosity and the like are neither good nor bad."""
    examples = [Labelled(m.text, m.sentiment, _OWN, group=m.language) for m in read_corpus()]
    for comment in goemotions(data, _SHARE):
        good, bad = bool(comment.emotions & _GOOD), bool(comment.emotions & _BAD)
        if good != bad or (not good and "neutral" in comment.emotions):
            label = "positive" if good else "negative" if bad else "neutral"
            examples.append(Labelled(comment.text, label, 1.0, False, "goemotions"))
    return examples


def strength(data: Path) -> Sequence[Labelled]:
    """Our messages with a feeling: mild or strong."""
    felt = (message for message in read_corpus() if message.feeling != "0")
    return [Labelled(m.text, "strong" if len(m.feeling) > 1 else "mild", group=m.language) for m in felt]


def anger(data: Path) -> Sequence[Labelled]:
    """Our messages (fury counts double), and comments with wrath against all other emotions."""
    examples = [
        Labelled(m.text, "anger" if m.anger else "calm", _OWN * max(m.anger, 1), group=m.language)
        for m in read_corpus()
    ]
    for comment in goemotions(data, _SHARE):
        label = "anger" if comment.emotions & _WRATH else "calm"
        examples.append(Labelled(comment.text, label, 1.0, False, "goemotions"))
    return examples


def urgency(data: Path) -> Sequence[Labelled]:
    """Our messages; the level "low" is not learnt but composed (see engine/urgency.py)."""
    levels = ("normal", "high", "urgent")
    return [Labelled(m.text, levels[m.urgency], group=m.language) for m in read_corpus()]


PLANS = [
    Plan("sentiment", "How does the author feel about it?", sentiment, Recipe(), keep=60_000),
    Plan("strength", "How strong is the feeling?", strength, Recipe(), keep=15_000),
    Plan("anger", "Is the author angry?", anger, Recipe(), keep=60_000),
    Plan("urgency", "How soon does it need somebody?", urgency, Recipe(), keep=20_000),
]
