"""What stands beside a conversation about the bot: what it is doing, what it did, and what it could be asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ascolto.bot import live
from ascolto.bot.models import Dialogue
from ascolto.bot.slots import shown
from ascolto.bot.state import State
from ascolto.bot.titles import title_of
from ascolto.bot.whys import why_words
from ascolto.conversations.models import Conversation

MOST = 3  # dialogues that are shown, the newest


@dataclass(frozen=True, slots=True)
class Told:
    """A dialogue as colleagues see it: which flow, how it stands, what the customer told in it, where it went."""

    flow: str
    number: int
    status: str
    why: str  # a person goes on, in words; empty where none does
    by: str  # who gave it as a task
    values: Sequence[tuple[str, str]]
    steps: Sequence[str]
    rated: tuple[int, int]  # answers that helped, and that did not


def dialogues_of(conversation: Conversation) -> list[Told]:
    """The newest dialogues of a conversation, the newest first. A constant number of queries."""
    rows = Dialogue.objects.filter(conversation=conversation).select_related("version__flow", "task_by")
    return [_told(row) for row in rows.prefetch_related("ratings").order_by("-pk")[:MOST]]


def _told(row: Dialogue) -> Told:
    state = State.from_json(row.state)
    flows = live.at_hand().library_with(row.version_id)
    slots = {name: slot for flow in flows.values() for name, slot in flow.slots.items()}
    helped = [rating.helped for rating in row.ratings.all()]
    return Told(
        flow=title_of(row.version.flow, flows),
        number=row.version.number,
        status=row.status,
        why=why_words(row.why) if row.status == Dialogue.Status.HANDED and row.why else "",
        by=row.task_by.first_name if row.task_by else "",
        values=[
            (name.replace("_", " "), shown(slots.get(name), value, state.language))
            for name, value in state.slots.items()
        ],
        steps=[step.partition("/")[2].replace("_", " ") for step in state.trail],
        rated=(helped.count(True), helped.count(False)),
    )
