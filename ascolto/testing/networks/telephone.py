"""A stand-in for Twilio's telephone: people call, hear what TwiML says, press keys, speak after the tone, hang up.

    telephone = city.add(TelephoneNetwork())
    telephone.hook_url = "http://…/hooks/telephone/…"
    giulia = telephone.add_person("Giulia Conti", number="+393471234567")
    call = telephone.call(giulia)          # it rings; call.heard is what was said so far
    call.press("1")
    call.record(b"ID3…", text="Call me back")
    call.hang_up()

It follows TwiML as Twilio does: strictly. A verb or attribute it does not know, a document that is none, or no answer ends the call
with an error (`call.error`). `agents_answer` says what happens when somebody rings an agent: completed, busy, no-answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person, Reply, Request
from ascolto.testing.networks.twilio import stamp
from ascolto.testing.networks.twilio_messages import TextingNetwork

_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "Say": frozenset({"language", "voice", "loop"}),
    "Play": frozenset({"loop", "digits"}),
    "Pause": frozenset({"length"}),
    "Gather": frozenset(
        {
            "input",
            "action",
            "method",
            "timeout",
            "numDigits",
            "finishOnKey",
            "language",
            "speechTimeout",
            "hints",
        }
    ),
    "Record": frozenset(
        {
            "action",
            "method",
            "maxLength",
            "timeout",
            "finishOnKey",
            "playBeep",
            "recordingStatusCallback",
            "recordingStatusCallbackEvent",
            "transcribe",
            "transcribeCallback",
        }
    ),
    "Dial": frozenset({"action", "method", "timeout", "callerId"}),
    "Redirect": frozenset({"method"}),
    "Hangup": frozenset(),
    "Reject": frozenset({"reason"}),
}
_MOST_REQUESTS = 60


@dataclass(slots=True)
class Recording:
    """Something that was said after the tone."""

    sid: str
    call_sid: str
    content: bytes
    seconds: int
    created_at: datetime = field(default_factory=now)


class PhoneCall:
    """One call, seen by who calls."""

    def __init__(self, network: TelephoneNetwork, person: Person | None, shown_as: str) -> None:
        self.network, self.person, self.shown_as = network, person, shown_as
        self.sid = network.sid("CA")
        self.status = "ringing"
        self.heard: list[str] = []
        self.error = ""
        self.dialled: list[str] = []
        self.requests = 0
        self.created_at = self.updated_at = now()
        self.seconds = 0
        self._left: list[ElementTree.Element] = []
        self._waiting: ElementTree.Element | None = None
        self._url = network.hook_url

    @property
    def told(self) -> str:
        """Everything that was said, in one text."""
        return " ".join(self.heard)

    @property
    def waits_for(self) -> str:
        """The verb that waits for the caller; empty when nothing does."""
        return self._waiting.tag if self._waiting is not None else ""

    def press(self, digits: str) -> PhoneCall:
        """Press keys."""
        return self._act(
            {"Digits": digits.rstrip("#"), "FinishedOnKey": "#" if digits.endswith("#") else ""}, "Gather"
        )

    def say(self, words: str) -> PhoneCall:
        """Say something while a question waits."""
        waiting = self._expected("Gather")
        if "speech" not in waiting.get("input", "dtmf"):
            return self.stay_silent()
        return self._act({"SpeechResult": words, "Confidence": "0.92"}, "Gather")

    def stay_silent(self) -> PhoneCall:
        """Do nothing until the time is over: the next verb follows."""
        self._waiting = None
        return self._follow()

    def record(self, content: bytes, *, seconds: int = 7, text: str = "", key: str = "#") -> PhoneCall:
        """Speak after the tone. `text` is what the transcript says, where one is asked for. `key` ends it: "#", "0" or "hangup"."""
        verb = self._expected("Record")
        recording = Recording(self.network.sid("RE"), self.sid, content, seconds)
        self.network.keep_recording(recording)
        where = self.network.recording_url(recording)
        about = {"RecordingUrl": where, "RecordingSid": recording.sid, "RecordingDuration": str(seconds)}
        if key == "hangup":
            self.status = "completed"
        self._act({**about, "Digits": key}, "Record")
        self.network.tell_recording(self, verb, recording, text)
        if key == "hangup":
            self._end()
        return self

    def hang_up(self) -> PhoneCall:
        """The caller ends the call."""
        self._end()
        return self

    # --- what happens in between ---

    def begin(self) -> PhoneCall:
        """It rings."""
        return self._ask(self._url, {})

    def form(self) -> dict[str, str]:
        """What every request about this call says."""
        return {
            "CallSid": self.sid,
            "AccountSid": self.network.account_sid,
            "From": self.shown_as,
            "Caller": self.shown_as,
            "To": self.network.number,
            "Called": self.network.number,
            "CallStatus": self.status,
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }

    def _expected(self, verb: str) -> ElementTree.Element:
        if self._waiting is None or self._waiting.tag != verb:
            raise AssertionError(
                f"nothing waits for this: {self.waits_for or self.status}. Heard: {self.told}"
            )
        return self._waiting

    def _act(self, told: Mapping[str, str], verb: str) -> PhoneCall:
        waiting = self._expected(verb)
        self._waiting = None
        return self._ask(urljoin(self._url, waiting.get("action", "")), told)

    def _ask(self, url: str, told: Mapping[str, str]) -> PhoneCall:
        self.requests += 1
        if self.requests > _MOST_REQUESTS:
            return self._fail("the call never ends")
        try:
            answer = self.network.call_hook(url, {**self.form(), **told})
        except http.RequestFailed as error:
            return self._fail(str(error))
        self._url = url
        self.status = "in-progress" if self.status == "ringing" else self.status
        if not answer.is_success:
            return self._fail(f"answered {answer.status}")
        return self._read(answer)

    def _read(self, answer: http.Answer) -> PhoneCall:
        if answer.headers.get("content-type", "").split(";")[0] not in {"text/xml", "application/xml"}:
            return self._fail("12300 invalid content type")
        try:
            document = ElementTree.fromstring(answer.body)
        except ElementTree.ParseError:
            return self._fail("12100 document parse failure")
        if document.tag != "Response":
            return self._fail("12200 schema validation: no Response")
        self._left = list(document)
        return self if self.status == "completed" else self._follow()

    def _follow(self) -> PhoneCall:
        while self._left and self._waiting is None and self.status == "in-progress":
            verb = self._left.pop(0)
            if verb.tag not in _ATTRIBUTES or set(verb.attrib) - _ATTRIBUTES[verb.tag]:
                return self._fail(f"12200 schema validation: {verb.tag} {sorted(verb.attrib)}")
            self._do(verb)
        if not self._left and self._waiting is None:
            self._end()
        return self

    def _do(self, verb: ElementTree.Element) -> None:
        text = (verb.text or "").strip()
        if verb.tag == "Say":
            self.heard.append(text)
        elif verb.tag == "Gather":
            self.heard += [(inner.text or "").strip() for inner in verb.iter("Say")]
            self._waiting = verb
        elif verb.tag == "Record":
            self._waiting = verb
        elif verb.tag == "Redirect":
            self._left = []
            self._ask(urljoin(self._url, text), {})
        elif verb.tag == "Dial":
            self._dial(verb)
        elif verb.tag in {"Hangup", "Reject"}:
            self._end()

    def _dial(self, verb: ElementTree.Element) -> None:
        self.dialled.append("".join(verb.itertext()).strip())
        outcome = self.network.agents_answer
        told = {"DialCallStatus": outcome, "DialCallSid": self.network.sid("CA")}
        if outcome == "completed":
            told["DialCallDuration"] = "73"
        if verb.get("action"):
            self._left = []
            self._ask(urljoin(self._url, verb.get("action", "")), told)

    def _fail(self, why: str) -> PhoneCall:
        """Twilio says that an application error has occurred, and hangs up."""
        self.error = self.error or why
        self.heard.append("An application error has occurred. Goodbye.")
        self._end()
        return self

    def _end(self) -> None:
        if self.status == "ended":
            return
        self._left, self._waiting = [], None
        self.status, self.updated_at, self.seconds = "ended", now(), self.seconds or 35
        self.network.tell_end(self)


class TelephoneNetwork(TextingNetwork):
    """See the module's text."""

    kind = "telephone"

    def __init__(self, **settings: str) -> None:
        super().__init__(**settings)
        self.calls: list[PhoneCall] = []
        self.recordings: list[Recording] = []
        self.agents_answer = "completed"

    @property
    def settings(self) -> dict[str, str]:
        return {**super().settings, "sms_from": self.number}

    def connected(self) -> None:
        """Somebody pastes the hook address into the console, in both places."""
        self.number_urls |= {"voice": self.hook_url, "status": self.hook_url}

    def call(self, person: Person | None, shown_as: str = "") -> PhoneCall:
        """Somebody calls our number; `shown_as` is what we see instead of theirs ("anonymous")."""
        made = PhoneCall(self, person, shown_as or (person.id if person else "anonymous"))
        with self.lock:
            self.calls.append(made)
        return made.begin()

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        """Somebody calls and leaves a message that the transcript repeats. Before a hook address is known, only what is told by hook."""
        if not self.hook_url:
            return self._tell_without_a_call(person, text)
        call = self.call(person)
        while call.waits_for == "Gather":
            call.stay_silent()
        if call.waits_for == "Record":
            call.record(b"ID3" + text.encode(), text=text)
        return call.sid

    def _tell_without_a_call(self, person: Person, text: str) -> str:
        call = PhoneCall(self, person, person.id)
        self.calls.append(call)
        self.mailman.send("", call.form())
        self.mailman.send(
            "", self._transcript_form(call, Recording(self.sid("RE"), call.sid, b"ID3", 7), text)
        )
        return call.sid

    # --- what is told after the call ---

    def keep_recording(self, recording: Recording) -> None:
        """Store a recording."""
        with self.lock:
            self.recordings.append(recording)

    def recording_url(self, recording: Recording) -> str:
        """Where it is, without its ending."""
        return f"{self.url}/2010-04-01/Accounts/{self.account_sid}/Recordings/{recording.sid}"

    def tell_recording(
        self, call: PhoneCall, verb: ElementTree.Element, recording: Recording, text: str
    ) -> None:
        """The recording is ready; so is its transcript, where one is asked for."""
        if url := verb.get("recordingStatusCallback"):
            self.mailman.send(url, self._recording_form(call, recording))
        if (url := verb.get("transcribeCallback")) and verb.get("transcribe") == "true":
            self.mailman.send(url, self._transcript_form(call, recording, text))

    def tell_end(self, call: PhoneCall) -> None:
        """“Call status changes”, where somebody pasted an address."""
        if url := self.number_urls.get("status"):
            about = {"CallStatus": "completed", "CallDuration": str(call.seconds), "Duration": "1"}
            about |= {"CallbackSource": "call-progress-events", "SequenceNumber": "0"}
            self.mailman.send(url, {**call.form(), **about, "Timestamp": stamp(now()) or ""})

    def _recording_form(self, call: PhoneCall, recording: Recording) -> dict[str, str]:
        return {
            "RecordingSource": "RecordVerb",
            "RecordingSid": recording.sid,
            "RecordingUrl": self.recording_url(recording),
            "RecordingStatus": "completed",
            "RecordingChannels": "1",
            "RecordingDuration": str(recording.seconds),
            "ErrorCode": "0",
            "CallSid": call.sid,
            "AccountSid": self.account_sid,
        }

    def _transcript_form(self, call: PhoneCall, recording: Recording, text: str) -> dict[str, str]:
        return {
            "TranscriptionSid": self.sid("TR"),
            "TranscriptionText": text,
            "TranscriptionStatus": "completed" if text else "failed",
            "RecordingSid": recording.sid,
            "RecordingUrl": self.recording_url(recording),
            "CallSid": call.sid,
            "AccountSid": self.account_sid,
            "From": call.shown_as,
            "To": self.number,
            "CallStatus": "completed",
            "Direction": "inbound",
        }

    # --- the REST side ---

    def below(self, parts: list[str], request: Request) -> Reply:
        """Calls and recordings; the rest as for text messages."""
        match parts:
            case ["Calls.json"] if request.method == "GET":
                return self._list_calls(request)
            case ["Calls", sid] if sid.endswith(".json"):
                found = next((call for call in self.calls if f"{call.sid}.json" == sid), None)
                return Reply(self._resource(found)) if found else self.missing(request.path)
            case ["Calls", sid, "Recordings.json"]:
                kept = [
                    self._about_recording(recording)
                    for recording in self.recordings
                    if recording.call_sid == sid
                ]
                return Reply(self.page(request, "recordings", kept))
            case ["Recordings", name]:
                kept_as = name.removesuffix(".mp3").removesuffix(".wav")
                found_one = next((one for one in self.recordings if one.sid == kept_as), None)
                if found_one and name.endswith((".mp3", ".wav")):
                    return Reply(found_one.content, content_type="audio/mpeg")
                return Reply(self._about_recording(found_one)) if found_one else self.missing(request.path)
        return super().below(parts, request)

    def _list_calls(self, request: Request) -> Reply:
        since = request.asked("StartTime>")[:10]
        with self.lock:
            found = [
                self._resource(call)
                for call in reversed(self.calls)
                if request.asked("To") in ("", self.number)
                and (not since or call.created_at.date().isoformat() >= since)
            ]
        return Reply(self.page(request, "calls", found))

    def _resource(self, call: PhoneCall) -> dict[str, Any]:
        is_over = call.status == "ended"
        return {
            "sid": call.sid,
            "account_sid": self.account_sid,
            "parent_call_sid": None,
            "phone_number_sid": None,
            "from": call.shown_as,
            "to": self.number,
            "status": "completed" if is_over else "in-progress",
            "direction": "inbound",
            "duration": str(call.seconds) if is_over else None,
            "start_time": stamp(call.created_at),
            "end_time": stamp(call.updated_at) if is_over else None,
            "date_created": stamp(call.created_at),
            "date_updated": stamp(call.updated_at),
            "answered_by": None,
            "forwarded_from": None,
            "caller_name": None,
            "price": None,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Calls/{call.sid}.json",
        }

    def _about_recording(self, recording: Recording) -> dict[str, Any]:
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Recordings/{recording.sid}.json"
        return {
            "sid": recording.sid,
            "account_sid": self.account_sid,
            "call_sid": recording.call_sid,
            "duration": str(recording.seconds),
            "status": "completed",
            "channels": 1,
            "source": "RecordVerb",
            "api_version": "2010-04-01",
            "date_created": stamp(recording.created_at),
            "date_updated": stamp(recording.created_at),
            "uri": uri,
        }
