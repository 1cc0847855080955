"""What a call's dialogue does in the house: it finds its conversation, does what is due once, and lets the desk read along."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from ascolto.bot import live
from ascolto.bot.calling.record import Kept, Phase
from ascolto.bot.flow import Flow
from ascolto.bot.models import Dialogue
from ascolto.bot.performing import perform
from ascolto.bot.situations import channel_of
from ascolto.bot.state import CallBackPromised
from ascolto.channels.protocol import Account, Amended
from ascolto.channels.vendors import ivr_texts
from ascolto.channels.vendors.ivr_state import Outcome
from ascolto.conversations.actions import apply_news, leave_to_people, news_of
from ascolto.conversations.models import Conversation, Message
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.sla.at_hand import at_hand
from ascolto.sla.calendar import add_open_time

log = logging.getLogger(__name__)
READER = "bot calls"
MOST_LINES = 60  # of what was said that the desk shows
Status = Dialogue.Status


def conversation_of(row: Dialogue) -> Conversation | None:
    """The conversation of a call, locked; None while its message has not been read."""
    pk = row.conversation_id
    if pk is None:
        calls = Message.objects.filter(account=row.account_id, external_id=row.call)
        pk = calls.values_list("conversation_id", flat=True).first()
    if pk is None:
        return None
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("customer")
    return rows.filter(pk=pk).first()


def attach(row: Dialogue, conversation: Conversation | None) -> None:
    """The dialogue belongs to its conversation, unsaved. Another one that runs there is over: the customer is on the telephone now."""
    if conversation is None or row.conversation_id is not None:
        return
    others = Dialogue.objects.filter(conversation=conversation, status=Status.RUNNING).exclude(pk=row.pk)
    others.update(status=Status.ENDED, why="called", ended_at=now())
    row.conversation = conversation
    called = Message.objects.filter(account=row.account_id, external_id=row.call).values_list("pk", flat=True)
    row.heard_up_to = (
        called.first() or 0
    )  # what is done is known by it, so that two calls are not taken for one


def do_what_is_due(
    row: Dialogue, conversation: Conversation | None, kept: Kept, library: Mapping[str, Flow]
) -> None:
    """Once, and only where there is a conversation; what fails stays due, and no caller waits for it."""
    for effect in kept.due:
        if isinstance(effect, CallBackPromised) and not kept.promised:
            kept.promised = [effect.number, _until(effect.within).isoformat()]
    if conversation is None or not kept.due:
        return
    slots = {name: slot for flow in library.values() for name, slot in flow.slots.items()}
    try:
        with transaction.atomic():
            perform(row, conversation, kept.due, kept.state, slots)
    except Exception:
        log.exception("what a call wants done could not be done yet", extra={"dialogue": row.pk})
        return
    kept.due = []


def _until(within: timedelta) -> datetime:
    moment = now()
    return add_open_time(at_hand().everybodys.timetable, moment, within) or moment + timedelta(days=1)


# --- what the desk reads -----------------------------------------------------------------------------------------------------


def tell_desk(account: Account, row: Dialogue, kept: Kept) -> None:
    """Add what was said, and what came of it, to the call's message; it waits where that has not been read yet."""
    facts = facts_of(kept, row)
    is_final = kept.phase is Phase.OVER and row.why != "hung_up"
    text = summary(kept, account.language) if is_final else ""
    told = Amended(
        external_id=row.call or "", occurred_at=now(), extra={"call": facts}, text=clean(text, 2_000)
    )
    try:
        with transaction.atomic():
            apply_news([news_of(account.id, told)])
    except Exception:
        log.exception("the desk could not be told of a call", extra={"dialogue": row.pk})


def facts_of(kept: Kept, row: Dialogue) -> dict[str, Any]:
    """For `extra.call`. How the call itself went (a person took it, a message was recorded) is told by the network."""
    told: dict[str, Any] = {"said": [[who, text, at] for who, text, _, at in row.said[-MOST_LINES:]]}
    if kept.state.language:
        told["language"] = kept.state.language
    if kept.state.handed == "asked":
        told["asked_for_person"] = True
    if kept.promised:
        told |= {"outcome": Outcome.CALLBACK.value, "callback_number": kept.promised[0]}
        told["callback_by"] = kept.promised[1]
    elif kept.phase is Phase.OVER and row.status == Status.ENDED:
        told["outcome"] = "assistant"
    return told


def summary(kept: Kept, language: str) -> str:
    """One line for lists: what it was about, in the caller's own words where there are any."""
    known = ivr_texts.known(language)
    about = kept.state.last_words or kept.state.topic
    head = ivr_texts.SUMMARY["call"][known]
    return f"{head}: {about}" if about else ""


# --- when the call's message has been read -----------------------------------------------------------------------------------


def follow(events: Sequence[Event]) -> None:
    """Calls whose message arrived: their dialogues get their conversations, and do what is due. A call that no flow leads is for people."""
    arrived = [
        event.data["message"]
        for event in events
        if event.type == "message.received" and channel_of(event.data.get("channel", "")) == "phone"
    ]
    if not arrived:
        return
    rows = Message.objects.filter(pk__in=arrived, kind="call", direction="in", account__isnull=False)
    messages = list(rows.only("pk", "account_id", "external_id", "conversation_id"))
    led = _dialogues(messages)
    for message in messages:
        dialogue = led.get((message.account_id, message.external_id))
        if dialogue is None:
            _leave(message)
        elif dialogue.conversation_id is None or Kept.of(dialogue.state).due:
            settle(dialogue.pk)


def _dialogues(messages: Sequence[Message]) -> dict[tuple[int | None, str | None], Dialogue]:
    wanted = Q(pk__in=[])
    for message in messages:
        wanted |= Q(account=message.account_id, call=message.external_id)
    return {(row.account_id, row.call): row for row in Dialogue.objects.filter(wanted)}


def _leave(message: Message) -> None:
    """The fixed dialogue answered: what begins with a call is not the bot's."""
    conversation = Conversation.objects.filter(pk=message.conversation_id, with_bot=True).first()
    if conversation is not None:
        leave_to_people(conversation=conversation, why="no_flow")


@transaction.atomic
def settle(dialogue_id: int) -> None:
    """Attach a dialogue to its conversation, and do what is due."""
    row = Dialogue.objects.select_for_update(of=("self",)).get(pk=dialogue_id)
    conversation, kept = conversation_of(row), Kept.of(row.state)
    attach(row, conversation)
    do_what_is_due(row, conversation, kept, live.at_hand().library_with(row.version_id))
    row.state = kept.to_json()
    row.save(update_fields=["conversation", "heard_up_to", "state"])
