"""Where guarantees bite. A gate is a moment at which something may be refused; a guarantee is asked there.

Rooms above register guarantees; the rooms that act only know the gate. `pass_gate` raises Refused with a reason for people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from enum import StrEnum
from typing import Any


class Gate(StrEnum):
    """The moments at which the house may say no."""

    SEND = "send"


class Refused(Exception):
    """An action that is not allowed. `code` is stable for machines, the text is for people, `fix` says what to do instead."""

    def __init__(self, code: str, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix


Guarantee = Callable[[Any], None]
_GUARANTEES: dict[Gate, list[Guarantee]] = defaultdict(list)


def register(gate: Gate, guarantee: Guarantee) -> None:
    """Ask `guarantee` at `gate`; it raises Refused or returns. Registering twice is the same as once."""
    if guarantee not in _GUARANTEES[gate]:
        _GUARANTEES[gate].append(guarantee)


def pass_gate(gate: Gate, attempt: Any) -> None:
    """Ask every guarantee in the order of registration. Raises Refused.

    A gate that nobody guards is shut: without its guarantees the house must not act.
    """
    guarantees = _GUARANTEES[gate]
    if not guarantees:
        raise Refused("gate_unguarded", f"Nothing may pass: no guarantee guards the gate {gate.value!r}.")
    for guarantee in guarantees:
        guarantee(attempt)
