"""Was it answered already? What was found for a message, as far as the agent may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Message
from ascolto.understanding.models import Similar
from ascolto.understanding.sources import Shown, all_sources

CONFIDENT = 0.8  # as in engine/retrieval.py, which web processes do not load (a test compares them)
SAME_MEANING = 0.7
MOST = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that may answer, with where it comes from, how sure that is, and why."""

    shown: Shown
    score: float  # 0 … 1: the probability that it is about the same
    means_the_same: bool
    words: tuple[str, ...]  # in common

    @property
    def is_confident(self) -> bool:
        return self.score >= CONFIDENT


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate that was stored, or that a question brought."""

    kind: str
    target: int
    score: float
    meaning: float
    because: tuple[str, ...]


def similar_answers(agent: Agent, message: Message, *, at_most: int = MOST) -> list[Answer]:
    """The best answers to a message that the agent may see, the best first. The caller asked whether the agent may see the message."""
    rows = Similar.objects.filter(message=message).order_by("-score", "pk")
    fields = ("kind", "target", "score", "meaning", "because")
    found = [
        Found(kind, pk, score, meaning, tuple(why))
        for kind, pk, score, meaning, why in rows.values_list(*fields)
    ]
    return answers_among(agent, found, at_most=at_most)


def answers_among(agent: Agent, found: Iterable[Found], *, at_most: int = MOST) -> list[Answer]:
    """Those of the candidates that the agent may see, the best first; each kind is asked once."""
    candidates = sorted(found, key=lambda one: -one.score)
    targets: dict[str, list[int]] = {}
    for one in candidates:
        targets.setdefault(one.kind, []).append(one.target)
    shown = {
        (kind, pk): told
        for kind, pks in targets.items()
        if (source := all_sources().get(kind)) is not None
        for pk, told in source.show(agent, pks).items()
    }
    answers = [
        Answer(shown[one.kind, one.target], one.score, one.meaning >= SAME_MEANING, one.because)
        for one in candidates
        if (one.kind, one.target) in shown and shown[one.kind, one.target].text
    ]
    return answers[:at_most]
