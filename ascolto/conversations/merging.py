"""What becomes one conversation and may come apart again: what rooms above do about it, and how far that goes.

A room that keeps something by conversation registers a mover in `apps.ready`. Both halves run in the transaction of the merge: `move`
returns what `move_back` needs, as plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ascolto.conversations.models import Conversation, ConversationMerge

UNDONE_WITHIN = timedelta(days=30)
MOST_IN_A_ROW = 50  # merges into a conversation that itself was merged


@dataclass(frozen=True, slots=True)
class Moving:
    """Messages that go from one conversation (`away`) to another, or back again. Both are locked, and as they will be.

    `is_part`: a split, so that what is kept of the conversation as a whole stays where it is.
    """

    away: Conversation
    into: Conversation
    messages: Sequence[int]
    is_part: bool = False


Move = Callable[[Moving], Any]
MoveBack = Callable[[Moving, Any], None]
_movers: dict[str, tuple[Move, MoveBack]] = {}


def register_mover(name: str, move: Move, move_back: MoveBack) -> None:
    """Let a room take along what it keeps of a conversation. `name`: of its part in ConversationMerge.moved. It may raise Refused."""
    _movers[name] = (move, move_back)


def move_all(moving: Moving) -> dict[str, Any]:
    """Let every room take along what is its own; what each needs for the way back."""
    return {name: move(moving) for name, (move, _back) in _movers.items()}


def move_all_back(moving: Moving, moved: Mapping[str, Any]) -> None:
    """Let every room bring back what it took along."""
    for name, (_move, back) in reversed(_movers.items()):
        if name in moved:
            back(moving, moved[name])


def final_of(conversations: Iterable[int]) -> dict[int, int]:
    """Where what is said in these (merged) conversations belongs: the end of each chain. Those that were not merged lead to themselves."""
    finals = {pk: pk for pk in conversations}
    for _ in range(MOST_IN_A_ROW):
        rows = Conversation.objects.filter(pk__in=set(finals.values()), merged_into__isnull=False)
        onward = dict(rows.values_list("pk", "merged_into_id"))
        if not onward:
            break
        finals = {pk: onward.get(end) or end for pk, end in finals.items()}
    return finals


def parts_of(conversations: Iterable[int]) -> dict[int, set[int]]:
    """The conversations that became part of each of these, directly or by others."""
    found: dict[int, set[int]] = {pk: set() for pk in conversations}
    owners = {pk: pk for pk in found}
    for _ in range(MOST_IN_A_ROW):
        rows = Conversation.objects.filter(merged_into__in=list(owners)).values_list("pk", "merged_into_id")
        fresh = {pk: owners[into] for pk, into in rows if into is not None and pk not in owners}
        if not fresh:
            break
        for pk, owner in fresh.items():
            found[owner].add(pk)
        owners = fresh
    return found


def merges_into(conversations: Iterable[int]) -> list[ConversationMerge]:
    """The merges into these that stand, the oldest first."""
    rows = ConversationMerge.objects.filter(target__in=list(conversations), undone_at__isnull=True)
    return list(rows.order_by("at", "pk"))
