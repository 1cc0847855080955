"""A topic as a company tells of it. Imports nothing: also who only compares topics may use it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class TopicTaught:
    """What a company says of one of its topics."""

    name: str
    description: str = ""
    hints: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


def digest(topics: Sequence[TopicTaught]) -> str:
    """A short name for exactly these topics with exactly these examples, in whatever order they come."""
    told = sorted(json.dumps(astuple(topic), ensure_ascii=False) for topic in topics)
    return hashlib.sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()[:16]
