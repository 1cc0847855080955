"""What is asked at every message and changes seldom: remembered for a moment in each process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_all: list[Remembered[Any]] = []


class Remembered(Generic[T]):
    """The answer of `load`, at most `seconds` old."""

    def __init__(self, load: Callable[[], T], seconds: float) -> None:
        self._load, self._seconds = load, seconds
        self._known: tuple[float, T] | None = None
        _all.append(self)

    def now(self) -> T:
        """The answer; asked for anew when it is too old."""
        at = time.monotonic()
        if self._known is None or at > self._known[0] + self._seconds:
            self._known = (at, self._load())
        return self._known[1]

    def forget(self) -> None:
        """Ask anew the next time."""
        self._known = None


def forget_all() -> None:
    """Ask everything anew: after a change in this process that must be seen at once."""
    for one in _all:
        one.forget()
