"""A delivery about to be stored."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

# Part of what makes a delivery itself, where the network names it: the same short body under another name is another delivery.
_NAMES = ("webhook-id", ":query")


@dataclass(frozen=True, slots=True)
class Entry:
    """The bytes that came, for which account, with the headers that its adapter wants kept."""

    account_id: int
    body: bytes
    headers: Mapping[str, str]
    source: str
    received_at: datetime

    @property
    def digest(self) -> bytes:
        """What makes a second delivery of the same thing recognisable (SHA-256 of account, given name and body)."""
        name = "|".join(self.headers.get(header, "") for header in _NAMES)
        return hashlib.sha256(b"%d|%s|%s" % (self.account_id, name.encode(), self.body)).digest()
