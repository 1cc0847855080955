"""What goes wrong between us and a network, and a queue of it for stand-ins."""

from __future__ import annotations

import threading
import time
from collections import deque
from enum import StrEnum


class Chaos(StrEnum):
    """How a request can go wrong."""

    LIMIT = "limit"  # 429, with the time to wait as the network writes it
    FAIL = "fail"  # 500 with the network's error object
    GATEWAY = "gateway"  # 504 from somebody in between; the request was carried out
    HANG = "hang"  # no answer
    RESET = "reset"  # the connection breaks before anything is carried out
    LOST = "lost"  # it is carried out, then the connection breaks
    HALF = "half"  # it is carried out, then half of the answer comes
    GARBAGE = "garbage"  # 200 with a page; it was carried out

    @property
    def is_before(self) -> bool:
        """Whether nothing is carried out."""
        return self in {Chaos.LIMIT, Chaos.FAIL, Chaos.HANG, Chaos.RESET}


class Troubles:
    """What goes wrong with the next requests."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Chaos, str]] = []
        self._lock = threading.Lock()

    def add(self, chaos: Chaos | str, times: int = 1, on: str = "") -> None:
        """The next `times` requests whose path holds `on` go wrong."""
        with self._lock:
            self._waiting += [(Chaos(chaos), on)] * times

    def next(self, path: str) -> Chaos | None:
        """What goes wrong with a request, used up by asking."""
        with self._lock:
            for place, (chaos, on) in enumerate(self._waiting):
                if on in path:
                    del self._waiting[place]
                    return chaos
        return None

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._waiting.clear()


class Speed:
    """A network's patience: how many requests it takes in so many seconds. Without `most` it takes all."""

    def __init__(self, most: int | None = None, within: float = 1.0) -> None:
        self.most, self.within = most, within
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()

    def is_too_fast(self) -> bool:
        """Whether this request comes too soon after the others. What is refused does not count."""
        if self.most is None:
            return False
        moment = time.monotonic()
        with self._lock:
            while self._recent and self._recent[0] < moment - self.within:
                self._recent.popleft()
            if len(self._recent) >= self.most:
                return True
            self._recent.append(moment)
            return False
