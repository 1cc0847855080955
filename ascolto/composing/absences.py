"""Whether somebody is away for a longer time, asked of the room above that knows (routing's absences, by the desk)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ascolto.accounts.models import Agent

IsAbsent = Callable[[Agent, datetime], bool]


def _nobody_is(agent: Agent, at: datetime) -> bool:
    return False


_asked: list[IsAbsent] = [_nobody_is]


def register_absence(is_absent: IsAbsent) -> None:
    """Let `is_absent` say whether a person is away at a moment."""
    _asked[0] = is_absent


def is_absent(agent: Agent, at: datetime) -> bool:
    """Whether the person is away then."""
    return _asked[0](agent, at)
