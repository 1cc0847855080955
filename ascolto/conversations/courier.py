"""Who carries answers to the networks. Delivery registers itself here, so that an answer and its Dispatch are one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ascolto.conversations.models import Message

Carry = Callable[[Sequence[Message], datetime | None], None]  # None: they may leave at once
Ask = Callable[[Message], bool]


def _never(message: Message) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Courier:
    """`take_back`: an answer that nothing was tried for comes back, and nobody carries it any more; `let_go`: it need not be
    held any longer. Each says whether it was so."""

    carry: Carry
    take_back: Ask = _never
    let_go: Ask = _never


_couriers: list[Courier] = []


def register_courier(carry: Carry, *, take_back: Ask = _never, let_go: Ask = _never) -> None:
    """Let `carry` take all answers, in the transaction that writes them. The last one registered carries."""
    _couriers[:] = [Courier(carry, take_back, let_go)]


def _courier() -> Courier:
    if not _couriers:
        raise RuntimeError("No courier is registered: ascolto.delivery is not installed.")
    return _couriers[0]


def hand_over(message: Message, leaves_at: datetime | None = None) -> None:
    """Give an answer to the courier, who holds it until `leaves_at`. Raises RuntimeError when nobody carries: an answer must
    never wait for nobody."""
    _courier().carry([message], leaves_at)


def hand_over_all(messages: Sequence[Message]) -> None:
    """The same with many that may leave at once."""
    _courier().carry(messages, None)


def take_back(message: Message) -> bool:
    """Get an answer back that has not begun to leave; False when it has. Call it in a transaction."""
    return _courier().take_back(message)


def let_go(message: Message) -> bool:
    """Let an answer leave now that was held; False when it has left already."""
    return _courier().let_go(message)
