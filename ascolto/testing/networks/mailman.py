"""Delivers hooks as the networks do: signed, again until they are taken, twice or in disorder where asked to."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ascolto.kit import http

Sign = Callable[[bytes], Mapping[str, str]]
FIRST_PAUSE, LONGEST_PAUSE, GIVE_UP_AFTER = 0.1, 5.0, 40


@dataclass(order=True, slots=True)
class _Letter:
    due: float
    number: int
    body: bytes = field(compare=False)
    tries: int = field(default=0, compare=False)


class Mailman:
    """Posts bodies to `url` from a thread, each until it is answered with a 2xx. Without a url they wait for `take`."""

    def __init__(self, sign: Sign, url: str = "") -> None:
        self.url = url
        self.duplicates = False
        self.delivered: list[bytes] = []
        self.given_up: list[bytes] = []
        self._sign = sign
        self._letters: list[_Letter] = []
        self._number = 0
        self._busy = False
        self._changed = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Deliver from now on."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="mailman", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Deliver nothing more."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def post(self, body: bytes, after: float = 0.0) -> None:
        """Deliver a body in `after` seconds; with `duplicates`, twice."""
        with self._changed:
            for _ in range(2 if self.duplicates else 1):
                self._number += 1
                heapq.heappush(self._letters, _Letter(time.monotonic() + after, self._number, body))
            self._changed.notify_all()

    def take(self) -> list[tuple[bytes, Mapping[str, str]]]:
        """Everything that waits, with its headers, in the order of its time; nothing of it is delivered any more."""
        with self._changed:
            letters, self._letters = sorted(self._letters), []
        return [(letter.body, self._sign(letter.body)) for letter in letters]

    def wait_until_idle(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is left to deliver; whether that came true in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._letters and not self._busy, timeout)

    def _run(self) -> None:
        while (letter := self._next()) is not None:
            taken = self._deliver(letter.body)
            with self._changed:
                self._busy = False
                self._settle(letter, taken)
                self._changed.notify_all()

    def _next(self) -> _Letter | None:
        with self._changed:
            while not self._stopping:
                wait = self._letters[0].due - time.monotonic() if self._letters and self.url else None
                if wait is not None and wait <= 0:
                    self._busy = True
                    return heapq.heappop(self._letters)
                self._changed.wait(wait)
        return None

    def _deliver(self, body: bytes) -> bool:
        headers = {"content-type": "application/json", **self._sign(body)}
        try:
            answer = http.request("POST", self.url, content=body, headers=headers, trusted_origins=[self.url])
        except http.RequestFailed:
            return False
        return answer.is_success

    def _settle(self, letter: _Letter, taken: bool) -> None:
        letter.tries += 1
        if taken:
            self.delivered.append(letter.body)
        elif letter.tries >= GIVE_UP_AFTER:
            self.given_up.append(letter.body)
        else:
            letter.due = time.monotonic() + min(FIRST_PAUSE * 2**letter.tries, LONGEST_PAUSE)
            heapq.heappush(self._letters, letter)
