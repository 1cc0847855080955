"""Deliveries into events. One call is one message; everything later tells more of it, in whatever order it comes.

No delivery knows the others: each one names the call again (known ones are not made twice) and adds what it knows itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.telephone import answering
from ascolto.channels.protocol import (
    Account,
    AccountNews,
    Amended,
    Handle,
    Ignored,
    Inbound,
    Media,
    Message,
    RawDelivery,
    Sender,
    Unsupported,
)
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors import twilio, twilio_hooks, twilio_messages
from ascolto.channels.vendors.ivr_events import call_message, turn_events
from ascolto.channels.vendors.ivr_facts import facts_of, summary
from ascolto.channels.vendors.ivr_state import Outcome, State
from ascolto.kit.jsontext import NotJson, read_json

_LONGEST = 20_000  # characters of a transcript
_NEVER_TAKEN = {"busy": "busy", "failed": "failed", "no-answer": "missed", "canceled": "missed"}
_RINGING = {"queued", "initiated", "ringing", "in-progress", "answered"}


def read_delivery(account: Account, raw: RawDelivery) -> list[Inbound]:
    """Everything a delivery tells: a form that came by hook, or a call of the API that the sweep found."""
    if raw.body.lstrip()[:1] in (b"{", b"["):
        return _read_document(account, raw)
    form, query = twilio_hooks.read_form(raw.body), twilio_hooks.read_query(raw.headers)
    if (notice := twilio_hooks.notice_of(form)) is not None:
        return [notice]
    if (sid := twilio_hooks.message_sid(form)) and not form.get("CallSid"):
        return [_about_text(form, sid, raw)]
    if not form.get("CallSid", "").strip():
        return [_about_parts(form)]
    return [*_fallback(form), *_about_call(account, form, query, raw.received_at)]


def _about_text(form: twilio_hooks.Form, sid: str, raw: RawDelivery) -> Inbound:
    """What became of an answer; texts that people write belong to an inbox of their own."""
    if form.get("MessageStatus"):
        return twilio_messages.read_status(form, sid, raw)
    return Unsupported(what="a text message: connect an inbox for text messages too")


def _about_parts(form: twilio_hooks.Form) -> Inbound:
    """Conferences, queues and streams say when somebody comes and goes."""
    for name in ("ConferenceSid", "QueueSid", "StreamSid", "EventType"):
        if form.get(name):
            what = form.get("StatusCallbackEvent") or form.get("StreamEvent") or form[name]
            return Ignored(what=f"{name}: {what[:60]}")
    return Unsupported(what="a delivery about no call")


def _fallback(form: twilio_hooks.Form) -> list[Inbound]:
    """Twilio calls the second address of a number when the first one failed."""
    if form.get("ErrorUrl") and (code := form.get("ErrorCode", "")[:10]):
        return [AccountNews(title=f"Twilio reports error {code}.", level="warning", detail={"code": code})]
    return []


def _about_call(
    account: Account, form: twilio_hooks.Form, query: Mapping[str, str], at: datetime
) -> list[Inbound]:
    if form.get("ParentCallSid", "").strip():
        return [Ignored(what="the other leg of a call")]
    if form.get("TranscriptionSid"):
        return [_transcript(account, form, query, at)]
    if form.get("RecordingStatus"):
        return [_recording(form, at)]
    if form.get("AnsweredBy") and "CallStatus" not in form:
        told = {"answered_by": form["AnsweredBy"][:40]}
        return [Amended(external_id=_id(form), occurred_at=at, extra={"call": told})]
    if form.get("ConferenceSid") or form.get("QueueResult") or form.get("StreamSid"):
        return [_about_parts({**form, "QueueSid": form.get("QueueSid") or "left"})]
    if answering.is_outbound(form):
        return [_our_call(form, _ended_at(form, at))]
    if answering.is_turn(form, query):
        return _turn(account, form, query, at)
    if form.get("CallStatus", "").lower() in {*answering.ENDED, *_RINGING}:
        return [_call(account, form, at), _status(form, at)]
    return [Unsupported(what=f"a call: {form.get('CallStatus', '')[:40] or 'no status'}")]


def _id(form: twilio_hooks.Form) -> str:
    return form["CallSid"].strip()[:64]


# --- the call ------------------------------------------------------------------------------------------------------------


def _call(account: Account, form: twilio_hooks.Form, at: datetime) -> Message:
    """Somebody called."""
    to, forwarded = twilio.e164(form.get("To", "")) or "", twilio.e164(form.get("ForwardedFrom", "")) or ""
    return call_message(_id(form), _caller(form), at, account.language, to=to, forwarded_from=forwarded)


def _caller(form: twilio_hooks.Form) -> Sender:
    """The number, when it is shown and its carrier does not doubt it; else nobody in particular."""
    phone = twilio.phone(form.get("From", ""))
    name = form.get("CallerName", "")[:200].strip()
    if phone is None:
        return Sender((Handle("call", _id(form), proven=False),), name=name)
    if "failed" in form.get("StirVerstat", "").lower():
        phone = Handle("phone", phone.value, proven=False)
    return Sender((phone,), name=name)


def _turn(account: Account, form: twilio_hooks.Form, query: Mapping[str, str], at: datetime) -> list[Inbound]:
    """What the caller chose, and what we promised: read as it was answered."""
    line = answering.line_of(account)
    call, state = answering.call_of(form), answering.told_state(line, form, query, at)
    return turn_events(
        _call(account, form, at),
        facts_of(call, state),
        summary(line, call, state, at, account.language),
        state,
        is_transcribed=state.language in answering.TRANSCRIBED,
        talked=_seconds(form.get("DialCallDuration", "")),
    )


def _status(form: twilio_hooks.Form, at: datetime) -> Amended:
    """How the call goes on, and how long it was."""
    status = form["CallStatus"].lower()[:20]
    told: dict[str, Any] = {"status": status}
    if status in _NEVER_TAKEN:
        told["outcome"] = _NEVER_TAKEN[status]
    if (seconds := _seconds(form.get("CallDuration", ""))) is not None:
        told["duration_s"] = seconds
    return Amended(external_id=_id(form), occurred_at=_ended_at(form, at), extra={"call": told})


def _ended_at(form: twilio_hooks.Form, at: datetime) -> datetime:
    """Twilio writes whole seconds; within one the sequence number tells what was later."""
    order = _seconds(form.get("SequenceNumber", "")) or 0
    return twilio.moment_of(form.get("Timestamp"), at) + timedelta(milliseconds=min(order, 900))


def _our_call(form: twilio_hooks.Form, at: datetime) -> Inbound:
    """A call that somebody made with Twilio: when it was taken, the customer has been answered."""
    status, to = form.get("CallStatus", "").lower(), twilio.phone(form.get("To", ""))
    if status != "completed" or to is None:
        return Ignored(what=f"a call of ours: {status[:30]}")
    call: dict[str, Any] = {"direction": "out", "status": status}
    if (seconds := _seconds(form.get("CallDuration", ""))) is not None:
        call["duration_s"] = seconds
    return Message(
        external_id=_id(form),
        sender=Sender((to,)),
        occurred_at=at,
        outgoing=True,
        kind="call",
        extra={"call": call},
    )


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


# --- the recording, its transcript -------------------------------------------------------------------------------------------


def _recording(form: twilio_hooks.Form, at: datetime) -> Inbound:
    status, sid = form["RecordingStatus"].lower(), form.get("RecordingSid", "").strip()
    path = twilio.resource_in(form.get("RecordingUrl", ""))
    if status != "completed" or not sid.isalnum() or not path:
        return Ignored(what=f"a recording: {status[:30]}")
    return _recorded(_id(form), path, form.get("RecordingDuration", ""), at)


def _recorded(call_sid: str, path: str, duration: str, at: datetime) -> Amended:
    told = {} if (seconds := _seconds(duration)) is None else {"recording_s": seconds}
    file = Media(name="voicemail.mp3", content_type="audio/mpeg", remote={"path": path})
    return Amended(external_id=call_sid, occurred_at=at, extra={"call": told}, attachments=(file,))


def _transcript(account: Account, form: twilio_hooks.Form, query: Mapping[str, str], at: datetime) -> Inbound:
    """What was said, in writing; where Twilio could not, what we know."""
    text = form.get("TranscriptionText", "")[:_LONGEST].strip()
    if form.get("TranscriptionStatus", "").lower() == "completed" and text:
        return Amended(external_id=_id(form), occurred_at=at, extra={"call": {"transcript": text}}, text=text)
    if not answering.has_begun(query):
        return Ignored(what="a transcript that failed")
    line, call = answering.line_of(account), answering.call_of(form)
    told = summary(line, call, _left(State.from_query(line, query)), at, account.language)
    return Amended(external_id=_id(form), occurred_at=at, text=told)


def _left(state: State) -> State:
    return replace(state, outcome=Outcome.VOICEMAIL, by=None)


# --- what the sweep found ------------------------------------------------------------------------------------------------------


def _read_document(account: Account, raw: RawDelivery) -> list[Inbound]:
    try:
        call = object_of(read_json(raw.body))
    except NotJson:
        return [Unsupported(what="a body that is no JSON")]
    sid, status = text_of(call.get("sid"), 64).strip(), text_of(call.get("status"), 20).lower()
    if not sid or not status or "direction" not in call:
        return [Unsupported(what=f"JSON about {text_of(call.get('type'), 60) or 'nothing we know'}")]
    if text_of(call.get("parent_call_sid"), 64):
        return [Ignored(what="the other leg of a call")]
    form = _as_form(call, sid, status)
    begun = twilio.moment_of(call.get("start_time") or call.get("date_created"), raw.received_at)
    ended = twilio.moment_of(call.get("end_time") or call.get("date_updated"), begun)
    if answering.is_outbound(form):
        return [_our_call(form, ended)]
    events: list[Inbound] = [_call(account, form, begun), _status(form, ended)]
    for recording in objects_of(call.get("recordings")):
        path = twilio.resource_in(text_of(recording.get("uri"), 500))
        if path and text_of(recording.get("status"), 20) == "completed":
            events.append(_recorded(sid, path, text_of(recording.get("duration"), 10), ended))
    return events


def _as_form(call: Mapping[str, Any], sid: str, status: str) -> dict[str, str]:
    """A call of the API in the words of a hook."""
    names = {"From": "from", "To": "to", "Direction": "direction", "CallDuration": "duration"}
    names |= {"CallerName": "caller_name", "ForwardedFrom": "forwarded_from"}
    return {
        "CallSid": sid,
        "CallStatus": status,
        **{name: text_of(call.get(key), 200) for name, key in names.items()},
    }
