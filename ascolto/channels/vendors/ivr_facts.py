"""What agents are told of a call. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ascolto.channels.vendors import ivr_texts
from ascolto.channels.vendors.ivr_state import Call, Line, Outcome, State


def facts_of(call: Call, state: State) -> dict[str, Any]:
    """What is known of a call, for `extra.call`. Only what was said: a fact that is missing never overwrites another."""
    told: dict[str, Any] = {"reference": call.reference}
    if state.language:
        told["language"] = state.language
    if state.need:
        told["need"] = state.need
    if state.asked:
        told["asked_for_person"] = True
    if state.outcome:
        told["outcome"] = state.outcome.value
    if state.outcome in {Outcome.CALLBACK, Outcome.VOICEMAIL} and state.by:
        told["callback_by"] = state.by.isoformat()
    if state.outcome is Outcome.CALLBACK:
        told["callback_number"] = state.number
    return told


def summary(line: Line, call: Call, state: State, now: datetime, language: str) -> str:
    """One line for agents: `Call: fault, wants a call-back by 10:30 (reference 471100)`."""
    language = ivr_texts.known(language)
    words = {key: table[language] for key, table in ivr_texts.SUMMARY.items()}
    said = [ivr_texts.need_name(state.need, language)] if state.need else []
    if state.asked:
        said.append(words["person"])
    if state.outcome:
        by = ""
        if state.by:
            by = ivr_texts.time_name(line.hours.local(state.by), line.hours.local(now), language)
        said.append(words[state.outcome.value].format(by=by))
    head = f"{words['call']}: {', '.join(said)}" if said else words["call"]
    if state.outcome in {Outcome.CALLBACK, Outcome.VOICEMAIL}:
        head += f" ({words['reference'].format(reference=call.reference)})"
    return head
