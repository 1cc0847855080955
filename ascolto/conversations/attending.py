"""Who reads a conversation just now and who writes in it: told by every room where people write, kept by `collaboration` above.

A room that knows better than the browser that somebody writes (who holds a draft) says so with `attend`; whoever wants to say it to
people asks `present`. Nothing here lasts: who is not heard of for EXPIRY is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

EXPIRY = timedelta(seconds=20)
READING, WRITING, GONE = "reading", "writing", "gone"
STATES = frozenset({READING, WRITING, GONE})


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody in a conversation. `heard_at`: when they were last heard of."""

    conversation: int
    agent: int
    name: str
    state: str
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Beat:
    """Somebody was heard of: reading, writing, or leaving."""

    agent: int
    conversation: int
    state: str
    at: datetime


Attend = Callable[[Sequence[Beat]], None]
PresentIn = Callable[[Iterable[int]], list[Present]]


def _nobody_keeps(beats: Sequence[Beat]) -> None:
    return None


def _nobody(conversations: Iterable[int]) -> list[Present]:
    return []


_keeper: list[tuple[Attend, PresentIn]] = [(_nobody_keeps, _nobody)]


def register_attendance(attend: Attend, present: PresentIn) -> None:
    """Let a room above remember who was heard of, and say who is there."""
    _keeper[0] = (attend, present)


def attend(beats: Sequence[Beat]) -> None:
    """Remember these; the caller has seen to it that each may see the conversation."""
    if beats:
        _keeper[0][0](beats)


def present(conversations: Iterable[int]) -> list[Present]:
    """Who is in these conversations now, those who write first."""
    return _keeper[0][1](conversations)
