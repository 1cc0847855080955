"""Who is in which conversation: one small table that all web processes share. Rows are worth seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ascolto.collaboration.models import Seat
from ascolto.conversations.attending import EXPIRY, GONE, STATES, WRITING, Beat, Present
from ascolto.kit.clock import now

AT_MOST = 5000  # rows looked at: far more people than sit in one house


class Seated(NamedTuple):
    """A row of the table, with what decides who may hear of it."""

    conversation: int
    agent: int
    name: str
    state: str
    account: int
    assignee: int | None
    team: int | None


def keep(beats: Sequence[Beat]) -> None:
    """Write what was heard, in two queries at most however many they are; who was heard of last counts."""
    last = {(beat.conversation, beat.agent): beat for beat in beats if beat.state in STATES}
    gone = [key for key, beat in last.items() if beat.state == GONE]
    for conversation, agent in gone:
        Seat.objects.filter(conversation=conversation, agent=agent).delete()
    rows = [
        Seat(conversation_id=conversation, agent_id=agent, state=beat.state, heard_at=beat.at)
        for (conversation, agent), beat in last.items()
        if beat.state != GONE
    ]
    Seat.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["conversation", "agent"],
        update_fields=["state", "heard_at"],
    )


def seats() -> list[Seated]:
    """Everybody who is anywhere now; one query."""
    rows = Seat.objects.filter(heard_at__gt=now() - EXPIRY, agent__is_active=True)
    fields = ("conversation__account_id", "conversation__assignee_id", "conversation__team_id")
    found = rows.values_list("conversation_id", "agent_id", "agent__name", "state", *fields)
    return [Seated(*row) for row in found.order_by("conversation_id", "agent_id")[:AT_MOST]]


def present(conversations: Iterable[int]) -> list[Present]:
    """Who is in these conversations now, those who write first."""
    rows = Seat.objects.filter(
        conversation__in=list(conversations), heard_at__gt=now() - EXPIRY, agent__is_active=True
    ).values_list("conversation_id", "agent_id", "agent__name", "state", "heard_at")
    found = [Present(*row) for row in rows]
    return sorted(found, key=lambda one: (one.state != WRITING, one.name, one.agent))


def sweep() -> int:
    """Rows of people who are gone. Returns how many."""
    return Seat.objects.filter(heard_at__lt=now() - 3 * EXPIRY).delete()[0]
