"""Every time in a text: pieces are found, the shorter ones inside longer ones dropped, and neighbours joined."""

from __future__ import annotations

from collections.abc import Iterable

from ascolto.sla.dates.days import find_days
from ascolto.sla.dates.hours import find_hours
from ascolto.sla.dates.moments import Frame, Moment, Piece, join, moment_of

MOST = 200  # times in one text that are looked at


def find_moments(text: str, frame: Frame) -> tuple[list[Moment], list[tuple[int, int]]]:
    """The times that are still to come, and the places of everything that is a time: also of those that are not to be kept."""
    groups = join(_apart([*find_days(text, frame), *find_hours(text, frame)]), text)[:MOST]
    moments = [found for group in groups if (found := moment_of(group, text, frame))]
    return moments, [(group[0].start, group[-1].end) for group in groups]


def _apart(pieces: Iterable[Piece]) -> list[Piece]:
    """Pieces that do not overlap: of two that do, the longer one; in their order."""
    taken: list[Piece] = []
    ends = 0
    for piece in sorted(pieces, key=lambda each: (each.start, -each.end)):
        if piece.start >= ends:
            taken.append(piece)
            ends = piece.end
        elif taken and piece.end - piece.start > taken[-1].end - taken[-1].start:
            taken[-1] = piece
            ends = piece.end
    return taken
