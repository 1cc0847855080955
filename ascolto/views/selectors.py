"""Reads of saved views, of how a person has them, and of what they have seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Conversation
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.views.conditions import BadCondition, Query, read
from ascolto.views.models import Arrangement, SavedView, Seen

MOST_SHOWN = 100  # views of one person


def visible_views(agent: Agent) -> QuerySet[SavedView]:
    """The views that this person may open: their own, their teams', everybody's. Guests have none."""
    if agent.is_guest or not agent.is_active:
        return SavedView.objects.none()
    shared = Q(scope=SavedView.Scope.EVERYBODY) | Q(
        scope=SavedView.Scope.TEAM, team__in=agent.teams.order_by().values("pk")
    )
    mine = Q(scope=SavedView.Scope.PERSONAL, owner=agent)
    return SavedView.objects.filter(mine | shared, removed_at=None)


def may_change(agent: Agent, view: SavedView) -> bool:
    """Whether this person may change it: their own; a shared one needs the permission to share."""
    if view.scope == SavedView.Scope.PERSONAL:
        return view.owner_id == agent.pk
    return agent.may("views.share")


def access_view(
    agent: Agent, pk: int, *, to: str = "read", among: QuerySet[SavedView] | None = None
) -> SavedView:
    """The view, when the agent may `read` or `change` it. Raises SavedView.DoesNotExist, Refused."""
    found = (visible_views(agent) if among is None else among).select_related("team", "owner").get(pk=pk)
    if to == "change" and not may_change(agent, found):
        raise Refused(
            "view_shared", "This view is shared by others.", fix="Make a copy of it and change the copy."
        )
    return found


def pk_of_key(key: str) -> int | None:
    """The id in `v12`; None for any other key."""
    digits = key[1:]
    if key[:1] != "v" or not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        return None
    return int(digits)


def query_of(view: SavedView) -> Query | None:
    """What it asks for; None when a field that it asks about is gone (a room that was switched off)."""
    try:
        return read(view.query)
    except BadCondition:
        return None


def condition_of(view: SavedView, agent: Agent, at: datetime | None = None) -> Q:
    """The condition of a view for whoever reads it. Spam is left out unless the view asks about it."""
    query = query_of(view)
    return Q(pk__in=[]) if query is None else listed(query, agent, at or now())


def listed(query: Query, agent: Agent, at: datetime) -> Q:
    """A query as lists take it: spam is left out unless it asks about it, what was merged into another always is."""
    condition = query.condition(agent, at) & Q(merged_into__isnull=True)
    return condition if query.asks_about("spam") else condition & Q(is_spam=False)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The views of one person in their order: keys of built-in ones and saved views; `hidden` are left out of it."""

    keys: Sequence[str]
    hidden: Sequence[str]
    pinned: Collection[str]
    saved: dict[str, SavedView]
    density: str


def shelf_of(agent: Agent, built_in: Sequence[str]) -> Shelf:
    """How this person has the built-in views and the saved ones: two queries."""
    views = {view.key: view for view in visible_views(agent).select_related("team")[:MOST_SHOWN]}
    mine = Arrangement.objects.filter(agent=agent).first()
    known = [*built_in, *views]
    if mine is None:
        return Shelf(known, [], frozenset(), views, SavedView.Density.NORMAL)
    order = list(dict.fromkeys([key for key in mine.order if key in known] + known))
    hidden, pinned = set(mine.hidden), set(mine.pinned)
    shown = [key for key in order if key not in hidden]
    return Shelf(
        sorted(shown, key=lambda key: key not in pinned),
        [key for key in order if key in hidden],
        pinned.intersection(known),
        views,
        mine.density,
    )


def read_until(agent: Agent, conversation: Conversation) -> int:
    """The newest message that this person had before their eyes, on whichever device; 0 when they never had the conversation open."""
    return (
        Seen.objects.filter(agent=agent, conversation=conversation).values_list("message", flat=True).first()
        or 0
    )


def seen_of(agent: Agent, conversations: Collection[int]) -> dict[int, datetime]:
    """Until when this person has read each of these; those that they never opened are missing."""
    rows = Seen.objects.filter(agent=agent, conversation__in=conversations)
    return dict(rows.values_list("conversation_id", "until"))
