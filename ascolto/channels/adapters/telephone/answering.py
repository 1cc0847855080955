"""A delivery of Twilio's into the dialogue, and the dialogue's turn into TwiML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

import phonenumbers

from ascolto.channels.protocol import Account, HookAnswer, HookRequest
from ascolto.channels.vendors import calls, ivr, ivr_settings, ivr_texts, twilio, twilio_hooks
from ascolto.channels.vendors import twilio_twiml as twiml
from ascolto.channels.vendors.calls import CallHeard, CallStep, CallTurn
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
    """What follows from a delivery in the fixed dialogue: the same for who answers it and for who reads it later."""
    call = call_of(form)
    if calls.is_flow(query):
        return ivr.hear(line, call, calls.stranded(line, query), Heard(digits="0"), moment)
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


def told_state(line: Line, form: twilio_hooks.Form, query: Mapping[str, str], moment: datetime) -> State:
    """How far the call is, for who reads a delivery later. What a flow asked and heard is told by whoever leads it."""
    if calls.is_flow(query):
        return calls.told_state(query, _heard(form))
    return turn_of(line, form, query, moment).state


def answer(account: Account, request: HookRequest) -> HookAnswer:
    """What the caller hears next; nothing for what is only told."""
    form, query = (
        twilio_hooks.read_form(request.body),
        twilio_hooks.read_form(request.url.partition("?")[2].encode()),
    )
    line, moment = line_of(account), now()
    step = _step(form, query)
    heard = _call_heard(line, form, query, step, moment) if step else None
    led = calls.ask_dialogue(account.dialogue, heard) if heard is not None else None
    if not is_turn(form, query):
        return twilio_hooks.NOTHING
    where = request.url.partition("?")[0]
    if led is not None:
        return _xml(flow_document(line, led, where))
    return _xml(_document(line, turn_of(line, form, query, moment), moment, where))


def _xml(body: bytes) -> HookAnswer:
    return HookAnswer(body=body, content_type="text/xml; charset=utf-8")


def _step(form: twilio_hooks.Form, query: Mapping[str, str]) -> CallStep | None:
    """What a delivery is to a flow; None when it is not about one."""
    if not is_turn(form, query):
        is_ours = form.get("CallSid") and not is_outbound(form) and not form.get("ParentCallSid")
        is_over = form.get("CallStatus", "").lower() in ENDED and not query.get(ABOUT)
        return CallStep.ENDED if is_ours and is_over else None
    if not calls.is_flow(query):
        has_begun = query.get("step") or any(form.get(name) for name in _DID)
        return None if has_begun else CallStep.BEGIN
    if form.get("DialCallStatus"):
        return CallStep.RUNG
    return CallStep.RECORDED if form.get("RecordingUrl") else CallStep.TURN


def _call_heard(
    line: Line, form: twilio_hooks.Form, query: Mapping[str, str], step: CallStep, moment: datetime
) -> CallHeard:
    has_people = line.has_people(moment)
    told = calls.heard_of(call_of(form), line, step, query, _heard(form), has_people=has_people)
    return replace(told, is_proven="failed" not in form.get("StirVerstat", "").lower())


def _address(where: str, told: Mapping[str, str], about: str = "") -> str:
    return f"{where}?{urlencode({**told, **({ABOUT: about} if about else {})})}"


def _document(line: Line, turn: Turn, moment: datetime, where: str) -> bytes:
    says = [twiml.say(part.text(line, moment), ivr_texts.VOICES[part.language]) for part in turn.phrases]
    address = partial(_address, where, turn.state.to_query())
    voice = ivr_texts.VOICES.get(turn.state.language, "")
    return _verbs(line, says, turn.then, address, voice, turn.state.language in TRANSCRIBED)


def flow_document(line: Line, turn: CallTurn, where: str) -> bytes:
    """A turn of a flow as TwiML."""
    says = [
        twiml.say(part.text, calls.VOICES.get(part.language, part.language))
        for part in turn.says
        if part.text.strip()
    ]
    address = partial(_address, where, calls.to_query(turn))
    voice = calls.VOICES.get(turn.language, "")
    return _verbs(line, says, turn.then, address, voice, turn.language in TRANSCRIBED)


def _verbs(
    line: Line,
    says: Sequence[twiml.Verb],
    then: calls.Then,
    address: Callable[..., str],
    voice: str,
    is_transcribed: bool,
) -> bytes:
    again = twiml.redirect(address())  # silence falls through to it
    if isinstance(then, Ask):
        speech = voice if then.speech else ""
        question = twiml.gather(
            says, address(), most=then.most, seconds=then.seconds, speech=speech, hints=then.hints
        )
        return twiml.response(question, again)
    if isinstance(then, Record):
        transcript = address("transcript") if is_transcribed else ""
        recording = twiml.record(address(), address("recording"), seconds=then.seconds, transcript=transcript)
        return twiml.response(*says, recording, again)
    if isinstance(then, Connect):
        return twiml.response(*says, twiml.dial(then.to or line.agents, address(), seconds=then.seconds))
    return twiml.response(*says, twiml.hang_up())


def has_begun(query: Mapping[str, str]) -> bool:
    """Whether a delivery belongs to our own dialogue."""
    return query.get("step", "") in set(Step)
