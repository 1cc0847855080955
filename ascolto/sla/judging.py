"""What became of a dated promise: from when it was made, by when it is due, and when somebody wrote. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WARN_BEFORE = timedelta(minutes=15)
SAME_BREATH = timedelta(
    minutes=2
)  # what is written so soon after a promise belongs to it: "thanks, noted" keeps nothing


@dataclass(frozen=True, slots=True)
class Wrote:
    """A person wrote to the customer."""

    message: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """`state`: open, kept or broken; `by` is what was written first after the promise, in time or too late."""

    state: str
    by: Wrote | None = None


def judge(
    *, made_at: datetime, made_in: int | None, due_at: datetime, wrote: Sequence[Wrote], now: datetime
) -> Verdict:
    """Whether the promise is kept, broken or still open. The message `made_in` itself, what came before it and what was written in
    the same breath keep nothing."""
    breath = min(SAME_BREATH, max(due_at - made_at, timedelta(0)) / 4)
    after = [one for one in wrote if _is_after(one, made_at, made_in) and one.at >= made_at + breath]
    first = min(after, key=lambda one: (one.at, one.message), default=None)
    if first is not None and first.at <= due_at:
        return Verdict("kept", first)
    return Verdict("broken", first) if due_at <= now else Verdict("open")


def _is_after(one: Wrote, made_at: datetime, made_in: int | None) -> bool:
    if one.message == made_in or one.at < made_at:
        return False
    return one.at > made_at or made_in is None or one.message > made_in


def warn_at(made_at: datetime, due_at: datetime) -> datetime:
    """When its owner is reminded: a quarter of an hour before it is due, or at the last quarter of a shorter time."""
    return due_at - min(WARN_BEFORE, max(due_at - made_at, timedelta(0)) / 4)
