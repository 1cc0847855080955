"""What a person wants to hear of: what they said, or what is usual."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ascolto.accounts.models import Agent
from ascolto.notifications.models import Wishes
from ascolto.notifications.quiet import Quiet


def wishes_of(agents: Iterable[int]) -> dict[int, Wishes]:
    """The wishes of each; who never said any has the usual ones."""
    wanted = list(agents)
    said = {wishes.agent_id: wishes for wishes in Wishes.objects.filter(pk__in=wanted)}
    return {pk: said.get(pk) or Wishes(agent_id=pk) for pk in wanted}


def quiet_of(wishes: Wishes) -> Quiet:
    """When nothing may ring for somebody with these wishes."""
    return Quiet(wishes.quiet_from, wishes.quiet_until, wishes.is_quiet_at_night, wishes.is_quiet_on_weekends)


def local(agent: Agent, company_zone: str, at: datetime) -> datetime:
    """A moment on the person's own clock."""
    try:
        return at.astimezone(ZoneInfo(agent.time_zone or company_zone))
    except (ZoneInfoNotFoundError, ValueError):
        return at.astimezone(ZoneInfo("UTC"))
