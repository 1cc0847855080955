"""Short-lived tokens that can be had again at any time (client credentials, service accounts, sessions): kept in memory only."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

EARLY = 60.0  # seconds before its end after which a token is not used any more
_MOST = 1000  # tokens kept


@dataclass(frozen=True, slots=True)
class Token:
    """A token and for how many seconds it is good."""

    value: str
    lasts: float


class TokenCache:
    """Tokens by what they were asked with. One thread asks, others who need the same token wait for it; nobody else does."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, float]] = {}
        self._asking: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, ask: Callable[[], Token], *secrets: str) -> str:
        """The token for these credentials; `ask` gets a new one. Raises what `ask` raises."""
        key = self._key(secrets)
        with self._lock:
            asking = self._asking.setdefault(key, threading.Lock())
        with asking:
            value, until = self._known.get(key, ("", 0.0))
            if value and time.monotonic() < until:
                return value
            token = ask()
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = (token.value, time.monotonic() + max(token.lasts - EARLY, 1.0))
            return token.value

    def forget(self, *secrets: str) -> None:
        """Drop a token that was refused."""
        self._known.pop(self._key(secrets), None)

    @staticmethod
    def _key(secrets: tuple[str, ...]) -> str:
        return hashlib.sha256("\0".join(secrets).encode("utf-8", "surrogatepass")).hexdigest()
