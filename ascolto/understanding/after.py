"""What else is done with messages that were just read, in the same transaction: look-alikes, similar answers.

Rooms and modules register their step; a step must be harmless when it sees a message again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ascolto.understanding.actions.store import Understood

Step = Callable[[Sequence["Understood"]], None]
_steps: dict[str, Step] = {}


def register_after_reading(name: str, step: Step) -> None:
    """Let `step` see every batch of messages that was read."""
    _steps[name] = step


def after_reading(understood: Sequence[Understood]) -> None:
    """Take a batch through the registered steps."""
    if understood:
        for step in _steps.values():
            step(understood)
