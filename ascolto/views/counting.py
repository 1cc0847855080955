"""How many conversations each saved view holds, without ever making anybody wait for it.

A count stops at COUNT_CAP, is kept for as long as it was dear (KEPT_TIMES its cost, at least FRESH), and one request spends at most BUDGET
on counting: what is left over is counted by the next. What is kept is shared by people who see the same and mean the same by it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.db.models import Q

from ascolto.accounts.models import Agent
from ascolto.conversations.access import Sight, sees_every_account, sight_of
from ascolto.conversations.models import Conversation
from ascolto.conversations.selectors import COUNT_CAP
from ascolto.kit.clock import now
from ascolto.views.models import SavedView
from ascolto.views.selectors import listed, query_of

BUDGET = 0.03  # seconds of one request
FRESH = 5.0  # seconds for which a count is kept at least
KEPT_TIMES = 300  # a count that took 100 ms is kept for 30 s
MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class _Kept:
    count: int
    until: float


_kept: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()
_lock = threading.Lock()


def forget_counts() -> None:
    """Count anew from now on (for tests)."""
    with _lock:
        _kept.clear()


def count_saved(
    agent: Agent, views: Iterable[SavedView], *, budget: float = BUDGET
) -> tuple[dict[str, int], bool]:
    """Counts by key, as far as they are known, and whether some are missing or old. `budget`: seconds for counting now."""
    views = list(views)
    if not views:
        return {}, False
    sight = sight_of(agent)
    visible = Q() if sees_every_account(sight) else sight.condition()
    counts: dict[str, int] = {}
    is_behind, ends = False, monotonic() + budget
    for view in views:
        query = query_of(view)
        if query is None:
            continue
        key = (view.pk, view.version, agent.pk if query.needs_agent else 0, agent.time_zone, _seen_by(sight))
        kept = _kept.get(key)
        if kept is not None:
            counts[view.key] = kept.count
        if kept is not None and kept.until > monotonic():
            continue
        if monotonic() >= ends:
            is_behind = True
            continue
        counts[view.key] = _counted(key, listed(query, agent, now()) & visible)
    return counts, is_behind


def _seen_by(sight: Sight) -> Any:
    return True if sight.everything else (sight.accounts, sight.teams, sight.conversations, sight.agent_id)


def _counted(key: tuple[Any, ...], condition: Q) -> int:
    begun = monotonic()
    count = Conversation.objects.filter(condition).order_by()[:COUNT_CAP].count()
    ended = monotonic()
    with _lock:
        _kept[key] = _Kept(count, ended + max(FRESH, KEPT_TIMES * (ended - begun)))
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return count
