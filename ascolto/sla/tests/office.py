"""An office with hours, for the stories of promises: what people do at which moment, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.accounts.models import Company
from ascolto.conversations.actions import add_reply, change_status
from ascolto.conversations.models import Conversation
from ascolto.events.models import Event
from ascolto.kit.clock import at
from ascolto.sla import worker
from ascolto.sla.actions.calendars import create_calendar
from ascolto.sla.actions.policies import Terms, ensure_everybodys, set_policy
from ascolto.sla.models import SlaClock, SlaPolicy
from ascolto.testing.factories import Cast

ROME = ZoneInfo("Europe/Rome")
OFFICE = {
    "time_zone": "Europe/Rome",
    "weekly": {str(day): [["09:00", "18:00"]] for day in range(5)},
    "holidays": {"country": "IT"},
}


def rome(text: str) -> datetime:
    """A moment as people in Rome say it: `2026-06-11 09:30`."""
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


def promise_everybody(
    minutes: int = 60, *, always: bool = False, resolution: timedelta | None = None, since: str = "2026-01-02"
) -> SlaPolicy:
    """Everybody is promised an answer in so many minutes of office hours."""
    content: dict[str, Any] = {"time_zone": "Europe/Rome", "always": True} if always else OFFICE
    promised = timedelta(minutes=minutes)
    with at(rome(since)):
        ensure_everybodys()
        calendar = create_calendar(by=None, name=f"Hours {minutes} {always}", content=content)
        terms = Terms(
            first_response=promised, next_response=promised, resolution=resolution, calendar=calendar
        )
        return set_policy(by=None, terms=terms)


class Office:
    """Giulia writes, Marco answers, and the part that keeps promises looks, each at the moment that is said."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        company = Company.current()
        company.name, company.language, company.time_zone = "Telvia", "it", "Europe/Rome"
        company.save()

    @contextmanager
    def moment(self, text: str) -> Iterator[None]:
        """Everything inside happens at this moment in Rome."""
        with at(rome(text)):
            yield

    def writes(self, when: str, text: str = "La linea non va.", **fields: Any) -> Conversation:
        """Giulia writes."""
        with self.moment(when):
            return self.cast.writes(text, **fields)

    def answers(self, when: str, conversation: Conversation, text: str = "Ci guardo subito.") -> None:
        """Marco answers."""
        with self.moment(when):
            add_reply(agent=self.cast.marco, conversation=conversation, text=text)

    def sets(self, when: str, conversation: Conversation, status: str) -> None:
        """Marco sets the status."""
        with self.moment(when):
            change_status(agent=self.cast.marco, conversation=conversation, status=status)

    def looks(self, when: str) -> None:
        """Everything in the log is settled, and everything that is due is done."""
        with self.moment(when):
            worker.catch_up()


def clocks(conversation: Conversation) -> list[tuple[str, str, str]]:
    """Kind, state and due time in Rome of each clock, in the order of their starts."""
    rows = SlaClock.objects.filter(conversation=conversation).order_by("started_at", "kind")
    return [(row.kind, row.state, shown(row.due_at)) for row in rows if row.kind != "resolution"]


def shown(moment: datetime | None) -> str:
    """A moment in Rome, as the stories write it."""
    return moment.astimezone(ROME).strftime("%Y-%m-%d %H:%M") if moment else ""


def told(prefix: str = "sla.") -> list[str]:
    """The events of promises, in their order."""
    rows = Event.objects.filter(type__startswith=prefix).exclude(type="sla.due_changed").order_by("pk")
    return list(rows.values_list("type", flat=True))
