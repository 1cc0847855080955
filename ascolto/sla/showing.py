"""Clocks as a screen draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ascolto.accounts.models import Agent
from ascolto.sla.selectors.clocks import Told
from ascolto.sla.telling import KINDS, STATES, TONES, Line, Words, lines_of, span_words


@dataclass(frozen=True, slots=True)
class Shown:
    """One clock: what it is, where it stands, and why. `waited` and the others are empty where there is nothing to tell."""

    kind: Words
    state: Words
    tone: str
    due_at: datetime | None
    started_at: datetime
    is_over: bool
    lines: Sequence[Line]
    waited: str
    waited_open: str
    pending: str
    on_hold: str


def shown_clocks(told: Sequence[Told]) -> list[Shown]:
    """The clocks of a conversation in words; one query for the names of who answered."""
    ids = {one.clock.answered_by for one in told if one.clock.answered_by}
    people = dict(Agent.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    return [_shown(one, people) for one in told]


def _shown(told: Told, people: dict[int, str]) -> Shown:
    clock = told.clock
    return Shown(
        kind=KINDS[clock.kind],
        state=STATES[told.state],
        tone=TONES[told.state],
        due_at=clock.due_at,
        started_at=clock.started_at,
        is_over=told.is_over,
        lines=lines_of(told.steps, people),
        waited=span_words(clock.waited) if clock.waited is not None else "",
        waited_open=span_words(clock.waited_open) if clock.waited_open is not None else "",
        pending=span_words(told.pending) if told.pending else "",
        on_hold=span_words(told.on_hold) if told.on_hold else "",
    )
