"""A network of paper: answers as it is told to, and remembers every message that reached it."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ascolto.channels.capabilities import Attachments, Capabilities
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ErrorClass,
    Failure,
    Outgoing,
    SendRefused,
    Sent,
    setting,
)

Answer = Sent | Failure | Exception | Callable[[Outgoing], Any]


@dataclass(frozen=True)
class PaperConfig:
    """A paper network needs an address only."""

    address: str = setting("Address", default="paper")
    key: str = setting("Key", default="", secret=True)


class Paper(Adapter):
    """Takes every message, unless an answer was written for the account with `answers`."""

    label = "Paper"
    Config = PaperConfig
    namespaces = ("paper",)
    rate = (1000.0, 1000)

    def __init__(self, kind: str = "paper", **capabilities: Any) -> None:
        self.kind = kind  # type: ignore[misc]
        self.capabilities = Capabilities(attachments=Attachments(), **capabilities)  # type: ignore[misc]
        self.sent: list[Outgoing] = []
        self.begun: dict[int, int] = defaultdict(int)
        self._answers: dict[int, deque[Answer]] = defaultdict(deque)
        self._always: dict[int, Answer] = {}
        self._changed = threading.Condition()
        self.test_answer: str | Exception = "The paper is there."

    def answers(self, account: int, *answers: Answer, always: Answer | None = None) -> None:
        """The next answers on this account, one a try; `always` after them."""
        self._answers[account].extend(answers)
        if always is not None:
            self._always[account] = always

    @property
    def texts(self) -> list[str]:
        """The texts that arrived, in order."""
        return [outgoing.text for outgoing in self.sent]

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        with self._changed:
            self.begun[account.id] += 1
            queue = self._answers[account.id]
            answer = queue.popleft() if queue else self._always.get(account.id)
            self._changed.notify_all()
        if callable(answer):
            answer = answer(outgoing)
        if isinstance(answer, Failure):
            raise SendRefused(answer)
        if isinstance(answer, Exception):
            raise answer
        with self._changed:
            self.sent.append(outgoing)
            self._changed.notify_all()
        return answer if answer is not None else Sent((f"out-{outgoing.tracker}",))

    def test(self, account: Account) -> str:
        if isinstance(self.test_answer, Exception):
            raise self.test_answer
        return self.test_answer

    def wait_until(self, condition: Callable[[Paper], bool]) -> None:
        """Wait for the network to see something."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), timeout=60), "the network waited in vain"


class Hangs:
    """An answer that does not come before `let_go`."""

    def __init__(self, then: Answer | None = None) -> None:
        self._gone, self._then = threading.Event(), then

    def __call__(self, outgoing: Outgoing) -> Answer | None:
        assert self._gone.wait(60), "nobody let go"
        return self._then

    def let_go(self) -> None:
        """Answer now, and from now on at once."""
        self._gone.set()


def refused(error: ErrorClass, reason: str = "", retry_after: float | None = None) -> Failure:
    """A network's no."""
    return Failure(error, reason, retry_after=retry_after)


def paper_networks() -> dict[str, Paper]:
    """The paper networks by kind: a plain one, one that knows repeats, and one that listens for a day."""
    return {
        "paper": Paper("paper"),
        "carbon": Paper("carbon", idempotent=True),
        "window": Paper("window", reply_window=timedelta(hours=24), templates=True),
    }
