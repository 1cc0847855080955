"""Who carries answers to the networks. Delivery registers itself here, so that an answer and its Dispatch are one transaction."""

from __future__ import annotations

from collections.abc import Callable

from ascolto.conversations.models import Message

Courier = Callable[[Message], None]
_couriers: list[Courier] = []


def register_courier(courier: Courier) -> None:
    """Let `courier` take every answer, in the transaction that writes it. The last one registered carries."""
    _couriers[:] = [courier]


def hand_over(message: Message) -> None:
    """Give an answer to the courier. Raises RuntimeError when nobody carries: an answer must never wait for nobody."""
    if not _couriers:
        raise RuntimeError("No courier is registered: ascolto.delivery is not installed.")
    _couriers[0](message)
