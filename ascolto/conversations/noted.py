"""Who wants to know at once that a colleague left a note: rooms above read it in the same transaction (whom it calls by name)."""

from __future__ import annotations

from collections.abc import Callable

from ascolto.conversations.models import Message

Reads = Callable[[Message], None]
_readers: list[Reads] = []


def read_notes(reads: Reads) -> None:
    """Let `reads` see every note when it is written or changed. Called at the start."""
    if reads not in _readers:
        _readers.append(reads)


def note_written(note: Message) -> None:
    """Tell them; in the transaction that wrote it."""
    for reads in _readers:
        reads(note)
