"""What the listener tells, into events: a turn of the dialogue, the end of a call, a recording that is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.asterisk import ari, wire
from ascolto.channels.protocol import (
    Account,
    Amended,
    Handle,
    Ignored,
    Inbound,
    Malformed,
    Media,
    RawDelivery,
    Sender,
    Unsupported,
)
from ascolto.channels.reading import object_of, read_body, text_of
from ascolto.channels.vendors import calls, ivr, ivr_settings, twilio
from ascolto.channels.vendors.calls import CallHeard, CallStep
from ascolto.channels.vendors.ivr_events import call_message, turn_events
from ascolto.channels.vendors.ivr_facts import facts_of, summary
from ascolto.channels.vendors.ivr_state import Call, Heard, Line, State, Turn

_LONGEST_CALL = 24 * 3600  # seconds
_LONGEST_TEXT = 20_000  # characters of a transcript


def line_of(account: Account) -> Line:
    """What this account offers to callers."""
    return ivr_settings.line_of(account, agents=account.config.agents, region=account.config.country)


def read_delivery(account: Account, raw: RawDelivery) -> list[Inbound]:
    """Everything a delivery tells."""
    try:
        told = read_body(raw.body)
    except Malformed as error:
        return [Unsupported(what=str(error))]
    event = text_of(told.get("event"), 40)
    if event == "stored":
        return _stored(told, raw.received_at)
    read = _EVENTS.get(event)
    if read is None or not _call_id(told):
        return [Unsupported(what=f"from the listener: {event or 'nothing we know'}")]
    return read(account, told, raw.received_at)


def turn_of(line: Line, told: Mapping[str, Any], moment: datetime) -> tuple[Call, Turn]:
    """Who calls and what follows in the fixed dialogue: the same for who answers a delivery and for who reads it later."""
    call, state = _call(told, line), _state(told)
    if not state:
        return call, ivr.begin(line, call, moment)
    if calls.is_flow(state):
        return call, ivr.hear(line, call, calls.stranded(line, state), Heard(digits="0"), moment)
    return call, ivr.hear(line, call, State.from_query(line, state), _heard(told), moment)


def call_heard(line: Line, told: Mapping[str, Any], moment: datetime) -> CallHeard | None:
    """What a delivery is to a flow; None when it is not about one."""
    call, state, heard = _call(told, line), _state(told), _heard(told)
    step = _step(told, state)
    if step is None or not call.id:
        return None
    told_of = calls.heard_of(call, line, step, state, heard, has_people=line.has_people(moment))
    return replace(told_of, hears_words=False)


def _step(told: Mapping[str, Any], state: Mapping[str, str]) -> CallStep | None:
    if told.get("event") == "ended":
        return CallStep.ENDED
    if told.get("event") != "turn":
        return None
    if not state:
        return CallStep.BEGIN
    if not calls.is_flow(state):
        return None
    heard = object_of(told.get("heard"))
    if "taken" in heard:
        return CallStep.RUNG
    return CallStep.RECORDED if "recorded_s" in heard else CallStep.TURN


def _call(told: Mapping[str, Any], line: Line) -> Call:
    return Call(_call_id(told), _number(told, line.region))


def _state(told: Mapping[str, Any]) -> dict[str, str]:
    state = object_of(told.get("state"))
    return {name: text_of(value, 100) for name, value in state.items() if isinstance(name, str)}


def _told_state(line: Line, told: Mapping[str, Any], at: datetime) -> State:
    """How far the call is. What a flow asked and heard is told by whoever leads it."""
    state = _state(told)
    return calls.told_state(state, _heard(told)) if calls.is_flow(state) else turn_of(line, told, at)[1].state


def _heard(told: Mapping[str, Any]) -> Heard:
    heard = object_of(told.get("heard"))
    return Heard(
        digits=text_of(heard.get("digits"), 20),
        taken=heard.get("taken") is True,
        recorded=_seconds(heard.get("recorded_s")) > 0,
    )


def _call_id(told: Mapping[str, Any]) -> str:
    return text_of(object_of(told.get("call")).get("id"), 100).strip()


def _number(told: Mapping[str, Any], region: str) -> str:
    call = object_of(told.get("call"))
    text = text_of(call.get("from"), 40)
    if call.get("withheld") is True or twilio.is_withheld(text):
        return ""
    return twilio.e164(text, region) or ""


def _sender(told: Mapping[str, Any], region: str) -> Sender:
    """The number, when it is shown. An extension of the house is nobody's telephone number."""
    call = object_of(told.get("call"))
    name = text_of(call.get("name"), 200).strip()
    name = "" if name.lower() == "unknown" else name
    number = _number(told, region)
    handle = Handle("phone", number) if number else Handle("call", _call_id(told), proven=False)
    return Sender((handle,), name=name)


def _turn(account: Account, told: Mapping[str, Any], at: datetime) -> list[Inbound]:
    line = line_of(account)
    call, state = _call(told, line), _told_state(line, told, at)
    message = call_message(call.id, _sender(told, line.region), at, account.language, to=_to(told))
    heard = object_of(told.get("heard"))
    talked = _seconds(heard.get("talked_s"))
    events = turn_events(
        message,
        facts_of(call, state),
        summary(line, call, state, at, account.language),
        state,
        is_transcribed=account.config.transcribes,
        talked=talked or None,
    )
    if (seconds := _seconds(heard.get("recorded_s"))) > 0:
        events.append(_recorded(call.id, wire.recording_name(call.id), seconds, at))
    return events


def _to(told: Mapping[str, Any]) -> str:
    return text_of(object_of(told.get("call")).get("to"), 40)


def _ended(account: Account, told: Mapping[str, Any], at: datetime) -> list[Inbound]:
    call_id, region = _call_id(told), account.config.country
    facts = {"status": "completed", "duration_s": _seconds(told.get("duration_s"))}
    message = call_message(call_id, _sender(told, region), at, account.language, to=_to(told))
    return [message, Amended(external_id=call_id, occurred_at=at, extra={"call": facts})]


def _transcript(account: Account, told: Mapping[str, Any], at: datetime) -> list[Inbound]:
    """What was said, in writing: told by a program of the house."""
    text = text_of(told.get("text"), _LONGEST_TEXT).strip()
    if not text:
        return [Ignored(what="a transcript without words")]
    extra = {"call": {"transcript": text}}
    return [Amended(external_id=_call_id(told), occurred_at=at, extra=extra, text=text)]


def _stored(told: Mapping[str, Any], at: datetime) -> list[Inbound]:
    found = ari.NAME.fullmatch(text_of(told.get("recording"), 100))
    if found is None:
        return [Unsupported(what="a recording that is none of ours")]
    return [_recorded(found[1], found[0], 0, at)]


def _recorded(call_id: str, name: str, seconds: int, at: datetime) -> Amended:
    file = Media(name="voicemail.wav", content_type="audio/wav", remote={"recording": name})
    told = {"call": {"recording_s": seconds}} if seconds else {}
    return Amended(external_id=call_id, occurred_at=at, extra=told, attachments=(file,))


def _seconds(value: Any) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 <= value <= _LONGEST_CALL else 0


_EVENTS: Mapping[str, Callable[[Account, Mapping[str, Any], datetime], list[Inbound]]] = {
    "turn": _turn,
    "ended": _ended,
    "transcript": _transcript,
}
