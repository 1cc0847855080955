"""A topic as a company tells of it. No numbers here: also who only compares topics may use it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class TopicTaught:
    """What a company says of one of its topics."""

    name: str
    description: str = ""
    hints: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


def hinted(plain: str, hints: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """The only topic of which a hint stands in a folded text as whole words, and that hint; None where there is none, or several."""
    words = f" {' '.join(_WORDS.findall(plain))} "
    found = {topic: hint for topic, listed in hints.items() for hint in listed if f" {hint} " in words}
    return next(iter(found.items())) if len(found) == 1 else None


def folded_hints(topics: Sequence[TopicTaught]) -> dict[str, list[str]]:
    """The hints of topics as `hinted` compares them."""
    return {
        topic.name: [" ".join(_WORDS.findall(hint.casefold())) for hint in topic.hints]
        for topic in topics
        if topic.hints
    }


def digest(topics: Sequence[TopicTaught]) -> str:
    """A short name for exactly these topics with exactly these examples, in whatever order they come."""
    told = sorted(json.dumps(astuple(topic), ensure_ascii=False) for topic in topics)
    return hashlib.sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()[:16]
