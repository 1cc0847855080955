"""The port to whoever makes copies of a customer's data: the doors for machines ask here, the room above answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ascolto.customers.models import Customer
from ascolto.gates import Refused


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was asked for. `state`: waiting, making, ready, failed, expired; `done` and `total` count conversations."""

    id: int
    state: str
    done: int
    total: int
    withheld: int
    size: int
    asked_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Copier:
    """`ask` begins one, `find` tells how far it is (None: not there, or another person's), `open` gives the file. They raise Refused."""

    ask: Callable[[Any, Customer], Copy]
    find: Callable[[Any, Customer, int], Copy | None]
    open: Callable[[Any, Customer, int], Path]


_copiers: list[Copier] = []


def register_copier(copier: Copier) -> None:
    """The room that makes copies offers itself. Called at the start."""
    _copiers[:] = [copier]


def copier() -> Copier:
    """Who makes copies. Raises Refused when nobody does."""
    if not _copiers:
        raise Refused("no_copies", "This installation makes no copies.")
    return _copiers[0]
