"""One call through the stand-in for Twilio's telephone: it follows TwiML as Twilio does, strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.etree import ElementTree

from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person

if TYPE_CHECKING:
    from ascolto.testing.networks.telephone import TelephoneNetwork

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
