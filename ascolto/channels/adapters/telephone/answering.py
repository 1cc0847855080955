"""A delivery of Twilio's into the dialogue, and the dialogue's turn into TwiML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

import phonenumbers

from ascolto.channels.protocol import Account, HookAnswer, HookRequest
from ascolto.channels.vendors import ivr, ivr_settings, ivr_texts, twilio, twilio_hooks
from ascolto.channels.vendors import twilio_twiml as twiml
from ascolto.channels.vendors.ivr_state import (
    Ask,
    Call,
    Connect,
    Heard,
    Line,
    Record,
    State,
    Step,
    Turn,
)
from ascolto.kit.clock import now

TRANSCRIBED = {"en"}  # languages that Twilio's transcription knows
ABOUT = "about"  # in the query: recording, transcript
ENDED = {"completed", "busy", "failed", "no-answer", "canceled"}
_DID = ("Digits", "SpeechResult", "RecordingUrl", "DialCallStatus")


def line_of(account: Account) -> Line:
    """What this account offers to callers."""
    return ivr_settings.line_of(
        account, agents=account.config.agents_number, region=_region(account.config.number)
    )


def _region(number: str) -> str:
    """The country of our number: what callers type without a country is of the same."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(twilio.e164(number) or "+390", None)) or ""


def call_of(form: twilio_hooks.Form) -> Call:
    """Who calls."""
    caller = twilio.phone(form.get("From", ""))
    return Call(form.get("CallSid", "")[:64].strip(), caller.value if caller else "")


def is_turn(form: twilio_hooks.Form, query: Mapping[str, str]) -> bool:
    """Whether Twilio asks what to do next; everything else is only told."""
    if (
        not form.get("CallSid", "").strip()
        or query.get(ABOUT)
        or is_outbound(form)
        or form.get("ParentCallSid")
    ):
        return False
    if any(
        form.get(name) for name in ("RecordingStatus", "TranscriptionSid", "CallbackSource", "CallDuration")
    ):
        return False
    if any(form.get(name) for name in ("ConferenceSid", "QueueResult", "StreamSid", "MessageSid", "SmsSid")):
        return False
    return bool(query.get("step")) or form.get("CallStatus", "").lower() in {
        "ringing",
        "in-progress",
        "queued",
    }


def is_outbound(form: twilio_hooks.Form) -> bool:
    """Whether we called."""
    return form.get("Direction", "").lower().startswith("outbound")


def turn_of(line: Line, form: twilio_hooks.Form, query: Mapping[str, str], moment: datetime) -> Turn:
    """What follows from a delivery: the same for who answers it and for who reads it later."""
    call = call_of(form)
    if not query.get("step") and not any(form.get(name) for name in _DID):
        return ivr.begin(line, call, moment)
    return ivr.hear(line, call, _state(line, form, query), _heard(form), moment)


def _state(line: Line, form: twilio_hooks.Form, query: Mapping[str, str]) -> State:
    """Where the dialogue is; a step that got lost is known by what came back."""
    state = State.from_query(line, query)
    if form.get("DialCallStatus"):
        return replace(state, step=Step.PERSON)
    return replace(state, step=Step.MESSAGE) if form.get("RecordingUrl") else state


def _heard(form: twilio_hooks.Form) -> Heard:
    digits = form.get("Digits", "").strip()
    return Heard(
        digits=digits if set(digits) <= set("0123456789*#") else "",  # "hangup" is no key
        speech=form.get("SpeechResult", ""),
        taken=form.get("DialCallStatus", "").lower() in {"completed", "answered"},
        recorded=bool(form.get("RecordingUrl")) and form.get("RecordingDuration", "") != "0",
    )


def answer(account: Account, request: HookRequest) -> HookAnswer:
    """What the caller hears next; nothing for what is only told."""
    form, query = (
        twilio_hooks.read_form(request.body),
        twilio_hooks.read_form(request.url.partition("?")[2].encode()),
    )
    if not is_turn(form, query):
        return twilio_hooks.NOTHING
    line, moment = line_of(account), now()
    turn = turn_of(line, form, query, moment)
    where = request.url.partition("?")[0]

    def address(state: State, about: str = "") -> str:
        told = {**state.to_query(), **({ABOUT: about} if about else {})}
        return f"{where}?{urlencode(told)}"

    return HookAnswer(body=_document(line, turn, moment, address), content_type="text/xml; charset=utf-8")


def _document(line: Line, turn: Turn, moment: datetime, address: Callable[..., str]) -> bytes:
    says = [twiml.say(part.text(line, moment), ivr_texts.VOICES[part.language]) for part in turn.phrases]
    state, then = turn.state, turn.then
    again = twiml.redirect(address(state))  # silence falls through to it
    if isinstance(then, Ask):
        speech = ivr_texts.VOICES[state.language] if then.speech and state.language else ""
        question = twiml.gather(says, address(state), most=then.most, seconds=then.seconds, speech=speech)
        return twiml.response(question, again)
    if isinstance(then, Record):
        transcript = address(state, "transcript") if state.language in TRANSCRIBED else ""
        recording = twiml.record(
            address(state), address(state, "recording"), seconds=then.seconds, transcript=transcript
        )
        return twiml.response(*says, recording, again)
    if isinstance(then, Connect):
        return twiml.response(*says, twiml.dial(then.to, address(state), seconds=then.seconds))
    return twiml.response(*says, twiml.hang_up())


def has_begun(query: Mapping[str, str]) -> bool:
    """Whether a delivery belongs to our own dialogue."""
    return query.get("step", "") in set(Step)
