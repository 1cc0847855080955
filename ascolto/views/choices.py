"""What can be chosen in the bar below the list, for those who change many at once."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.accounts.selectors import all_teams, assignable_agents
from ascolto.conversations.models import Label
from ascolto.kit.clock import now
from ascolto.views import bulk as many
from ascolto.views.fields.state import PRIORITIES, STATUSES


def bar_context(agent: Agent) -> dict[str, Any]:
    """What can be chosen in the bar."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    monday = tomorrow + timedelta(days=-tomorrow.weekday() % 7)
    return {
        "people": assignable_agents(),
        "teams": all_teams(),
        "labels": Label.objects.filter(archived_at=None).exclude(scope=Label.Scope.CUSTOMERS)[:300],
        "statuses": STATUSES,
        "priorities": PRIORITIES,
        "extra_verbs": many.offered_verbs(agent),
        "times": [
            (_("In an hour"), now() + timedelta(hours=1)),
            (_("Tomorrow at nine"), _at_nine(tomorrow)),
            (_("On Monday at nine"), _at_nine(monday)),
        ],
    }


def _at_nine(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))
