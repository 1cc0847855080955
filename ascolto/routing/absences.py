"""Whether somebody is away for longer, as was entered for them."""

from __future__ import annotations

from datetime import datetime

from ascolto.accounts.models import Agent
from ascolto.routing.models import Absence


def is_absent(agent: Agent, at: datetime) -> bool:
    """Whether an absence of the person was entered that holds at this moment."""
    return Absence.objects.filter(agent=agent, starts_at__lte=at, ends_at__gt=at).exists()
