"""Which conversation goes to whom, and why: `Board`. Pure: told what changed, asked to decide, `now` passed in.

    board = Board(Rules(…))
    board.person(Person(…)); board.put(Waiting(…))      # told again whenever anything of theirs changed
    for decision in board.decide(now): …                # already counted: the item is gone, the person's load has grown
    board.next_change(now)                              # sleep until then, or until the next event; None: for ever

A decision that could not be carried out is taken back with `put` (and `person` with the true load). How it chooses is written in
docs/decisions/routing.md.
"""

from __future__ import annotations

from ascolto.routing.board import Board
from ascolto.routing.values import (
    WHOLE,
    Decision,
    Person,
    Reason,
    Rules,
    Waiting,
    Why,
    load_of,
    room_for,
)

__all__ = [
    "WHOLE",
    "Board",
    "Decision",
    "Person",
    "Reason",
    "Rules",
    "Waiting",
    "Why",
    "load_of",
    "room_for",
]
