"""Which new conversations a machine holds first: asked of the room of the bot, which lies above this one.

A conversation is with the bot from the moment in which it is written, so that nobody is given it in between; it ends when a person takes
or answers it, when the bot hands over, or when it is resolved. That somebody waits for a person, and since when, is not changed by it.
"""

from __future__ import annotations

from collections.abc import Callable

Holds = Callable[[int], bool]


def _nobody(account_id: int) -> bool:
    return False


_holds: list[Holds] = [_nobody]


def register_holder(holds: Holds) -> None:
    """Let a room above say whether a bot answers first at an inbox (by its id). Asked for every batch: it must be cheap."""
    _holds[0] = holds


def bot_answers_first(account_id: int) -> bool:
    """Whether a bot answers what begins at this inbox."""
    return _holds[0](account_id)
