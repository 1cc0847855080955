"""What a call becomes: one message, and everything that is told of it later, in whatever order it comes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.protocol import Amended, Inbound, Message, Sender
from ascolto.channels.vendors import ivr_texts
from ascolto.channels.vendors.ivr_state import Outcome, State


def call_message(
    call_id: str, sender: Sender, at: datetime, language: str, *, to: str = "", forwarded_from: str = ""
) -> Message:
    """Somebody called. It wants an answer until one is known: who hung up early is still waiting for us.

    Every delivery about a call makes the same message, so that none of them must come first. Its text is empty until something
    is known that stays; its subject says at once that it is a call, in the `language` of the inbox.
    """
    call = {"direction": "in", "to": to, "forwarded_from": forwarded_from}
    extra: dict[str, Any] = {"call": {name: value for name, value in call.items() if value}}
    phone = next((handle.value for handle in sender.handles if handle.namespace == "phone"), "")
    if phone:
        extra["call"]["from"] = phone
        extra["url"] = f"tel:{phone}"
    word = ivr_texts.SUMMARY["call"][ivr_texts.known(language)]
    return Message(external_id=call_id, sender=sender, occurred_at=at, subject=word, kind="call", extra=extra)


def turn_events(
    message: Message,
    facts: Mapping[str, Any],
    told: str,
    state: State,
    *,
    is_transcribed: bool = False,
    talked: int | None = None,
) -> list[Inbound]:
    """What one turn of the dialogue adds. `told` is the line for agents; it becomes the text when nothing better will come.

    `talked`: seconds with a person, when one took the call.
    """
    is_final = state.outcome in {Outcome.CALLBACK, Outcome.ANSWERED}
    is_final = is_final or (state.outcome is Outcome.VOICEMAIL and not is_transcribed)
    amended = Amended(
        external_id=message.external_id,
        # of two turns at one moment the later one wins
        occurred_at=message.occurred_at + timedelta(milliseconds=state.turns),
        extra={"call": dict(facts), "context": told},
        text=told if is_final else "",
    )
    events: list[Inbound] = [message, amended]
    if state.outcome is Outcome.ANSWERED:
        events.append(_answered(message, told, talked))
    return events


def _answered(message: Message, told: str, talked: int | None) -> Message:
    """A person took the call: an answer given outside the desk, after which nobody waits."""
    call: dict[str, Any] = {"direction": "in", "outcome": Outcome.ANSWERED.value}
    if talked is not None:
        call["duration_s"] = talked
    return Message(
        external_id=f"{message.external_id}:answered",
        sender=message.sender,
        occurred_at=message.occurred_at,
        text=told,
        outgoing=True,
        kind="call",
        replies_to=(message.external_id,),
        extra={"call": call},
    )
