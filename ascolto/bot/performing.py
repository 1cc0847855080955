"""Do what a turn wants done: labels, requests, promises, the hand-over. In the transaction that writes the turn; each step for itself, so
that one that is refused stops neither the others nor the dialogue."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from ascolto.accounts.models import Team
from ascolto.bot.flow import Slot
from ascolto.bot.handing import note_of
from ascolto.bot.models import Dialogue
from ascolto.bot.state import CallBackPromised, Effect, Ended, HandedOff, Marked, Requested, State
from ascolto.collaboration.actions.requests import ask
from ascolto.collaboration.models import Department
from ascolto.conversations.actions import (
    add_note,
    change_priority,
    change_status,
    leave_to_people,
    set_labels,
)
from ascolto.conversations.models import Conversation, Priority, Status
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.sla.actions.commitments import make
from ascolto.sla.at_hand import at_hand
from ascolto.sla.calendar import add_open_time

log = logging.getLogger(__name__)


def perform(
    dialogue: Dialogue,
    conversation: Conversation,
    effects: Iterable[Effect],
    state: State,
    slots: Mapping[str, Slot],
) -> None:
    """Do these in their order. Call it in a transaction, with the conversation locked."""
    for place, effect in enumerate(effects):
        try:
            with transaction.atomic():
                _DO[type(effect)](dialogue, conversation, effect, state, slots, place)
        except Refused as refused:
            log.info("the bot's step was refused", extra={"code": refused.code, "dialogue": dialogue.pk})
            text = f"The automatic assistant could not do a step: {refused.message}"
            add_note(
                agent=None, conversation=conversation, text=text, client_key=_key(dialogue, "refused", place)
            )


def _key(dialogue: Dialogue, what: str, place: int) -> str:
    """The same at every attempt of the same turn."""
    return f"bot-{dialogue.heard_up_to}-{dialogue.turns}-{what}-{place}"[:64]


def _mark(dialogue: Dialogue, conversation: Conversation, effect: Marked, *_: Any) -> None:
    if effect.labels:
        names = {*conversation.labels.values_list("name", flat=True), *effect.labels}
        set_labels(agent=None, conversation=conversation, names=sorted(names))
    if effect.priority:
        change_priority(agent=None, conversation=conversation, priority=Priority[effect.priority.upper()])


def _request(dialogue: Dialogue, conversation: Conversation, effect: Requested, *more: Any) -> None:
    """Ask the department; where it is not there any more, colleagues read it as a note."""
    key = _key(dialogue, "request", more[-1])
    department = Department.objects.filter(name__iexact=effect.department, is_archived=False).first()
    if department is None:
        add_note(agent=None, conversation=conversation, text=effect.text, client_key=key)
        return
    ask(agent=None, conversation=conversation, department=department, question=effect.text, client_key=key)


def _call_back(dialogue: Dialogue, conversation: Conversation, effect: CallBackPromised, *_: Any) -> None:
    """Whoever has the conversation keeps the promise."""
    moment = now()
    by = add_open_time(at_hand().everybodys.timetable, moment, effect.within) or moment + timedelta(days=1)
    make(agent=None, conversation=conversation, due_at=by, words=f"Call back on {effect.number}")


def _hand_off(
    dialogue: Dialogue,
    conversation: Conversation,
    effect: HandedOff,
    state: State,
    slots: Mapping[str, Slot],
    place: int,
) -> None:
    """A person goes on: with a summary, and nobody has to ask again."""
    if dialogue.task_by_id is not None:
        _task_done(dialogue, conversation, state, slots, place)
        return
    team = Team.objects.filter(name__iexact=effect.team).first() if effect.team else None
    text = note_of(state, slots, effect.why)
    add_note(agent=None, conversation=conversation, text=text, client_key=_key(dialogue, "handed", place))
    if effect.why == "anger" and conversation.priority < Priority.HIGH:
        change_priority(agent=None, conversation=conversation, priority=Priority.HIGH)
    leave_to_people(conversation=conversation, why=effect.why, team=team)


def _task_done(
    dialogue: Dialogue, conversation: Conversation, state: State, slots: Mapping[str, Slot], place: int
) -> None:
    """Who gave the task has the conversation again, with what was collected."""
    text = note_of(state, slots, "task_asked" if state.handed == "asked" else "task")
    add_note(agent=None, conversation=conversation, text=text, client_key=_key(dialogue, "task", place))
    leave_to_people(conversation=conversation, why="task")


def _end(
    dialogue: Dialogue,
    conversation: Conversation,
    effect: Ended,
    state: State,
    slots: Mapping[str, Slot],
    place: int,
) -> None:
    """The matter is settled; or it is not, and then a person looks at it."""
    if dialogue.task_by_id is not None:
        _task_done(dialogue, conversation, state, slots, place)
    elif effect.resolves:
        change_status(agent=None, conversation=conversation, status=Status.RESOLVED)
    else:
        leave_to_people(conversation=conversation, why="ended")


_DO: Mapping[type[Effect], Callable[..., None]] = {
    Marked: _mark,
    Requested: _request,
    CallBackPromised: _call_back,
    HandedOff: _hand_off,
    Ended: _end,
}
