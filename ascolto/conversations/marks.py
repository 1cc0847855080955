"""Small marks on a conversation's row in a list: a linked problem, a waiting department, who is replying.

Rooms register what they have to show (`register_row_marks` in `apps.ready`); the list asks all of them once a page, never once a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from ascolto.accounts.models import Agent


@dataclass(frozen=True, slots=True)
class RowMark:
    """One mark: an icon of the sprite, its words, where it leads, and its tone (as of a badge; empty: quiet).

    `kind` tells marks apart for style and scripts ("problem", "replying"); `is_live` makes it pulse: somebody is at it now.
    """

    kind: str
    icon: str
    text: str | Promise
    href: str = ""
    tone: str = ""
    title: str | Promise = ""
    is_live: bool = False


RowMarks = Callable[[Agent, Sequence[int]], Mapping[int, Sequence[RowMark]]]
_registered: dict[str, RowMarks] = {}


def register_row_marks(name: str, marks: RowMarks) -> None:
    """Let `marks` say what stands on rows, for a reader and the ids of a page: a constant number of queries."""
    _registered[name] = marks


def row_marks(agent: Agent, conversations: Sequence[int]) -> dict[int, list[RowMark]]:
    """Everything that rooms show on these rows, by conversation."""
    found: dict[int, list[RowMark]] = {}
    if not conversations:
        return found
    for marks in _registered.values():
        for pk, some in marks(agent, conversations).items():
            found.setdefault(pk, []).extend(some)
    return found
