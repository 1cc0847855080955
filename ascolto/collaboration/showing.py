"""What this room shows elsewhere: marks on rows, counts beside places, lines in the log of a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.collaboration.models import OPEN, DepartmentRequest
from ascolto.collaboration.selectors.people import count_mentions, mentions_of
from ascolto.collaboration.selectors.problems import problem_marks
from ascolto.collaboration.selectors.requests import count_waiting
from ascolto.conversations.marks import RowMark


def marks(agent: Agent, conversations: Sequence[int]) -> Mapping[int, Sequence[RowMark]]:
    """The unsolved problem of each row, and the departments it waits for: two queries a page."""
    found: dict[int, list[RowMark]] = {}
    for pk, problems in problem_marks(conversations).items():
        number, title = problems[0]
        found[pk] = [RowMark("problem", "zap", title, tone="bad", title=f"{number} · {title}")]
    rows = DepartmentRequest.objects.filter(conversation__in=conversations, state__in=OPEN)
    for pk, name, state in rows.order_by("pk").values_list("conversation_id", "department__name", "state"):
        late = state == DepartmentRequest.State.OVERDUE
        words = _("%(name)s is late") if late else _("Waits for %(name)s")
        mark = RowMark("department", "split", name, tone="warn" if late else "", title=words % {"name": name})
        found.setdefault(pk, []).append(mark)
    return found


def waiting_mentions(person: Agent) -> int:
    """Notes that call the person, among those they may see; one cheap query where none does."""
    return mentions_of(person)[:100].count() if count_mentions(person) else 0


def waiting_requests(person: Agent) -> int:
    """Questions that wait for the person's departments."""
    return count_waiting(person)
