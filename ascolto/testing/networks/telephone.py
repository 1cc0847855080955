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

from typing import Any
from xml.etree import ElementTree

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person, Reply, Request
from ascolto.testing.networks.telephone_call import PhoneCall, Recording
from ascolto.testing.networks.twilio import stamp
from ascolto.testing.networks.twilio_messages import TextingNetwork


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
