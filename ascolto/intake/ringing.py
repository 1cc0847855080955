"""Who leads the calls of an inbox: asked of the room of flows (`bot`), which lies above this one and registers itself when the product
starts. Without it the fixed dialogue of the telephone answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ascolto.channels.protocol import Account
from ascolto.channels.vendors.calls import CallHeard, CallTurn, Dialogue

Lead = Callable[[Account, CallHeard], CallTurn | None]
_lead: list[Lead] = []


def register_lead(lead: Lead) -> None:
    """Let `lead` say what callers hear next; None where no flow answers at this inbox. It asks the database: call it in a thread."""
    _lead[:] = [lead]


def dialogue_at(account: Account) -> Dialogue | None:
    """The dialogue of an inbox, for its adapter."""
    return partial(_lead[0], account) if _lead else None
