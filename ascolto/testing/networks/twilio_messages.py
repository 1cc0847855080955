"""Text messages of the stand-ins for Twilio: what is sent, to whom, what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person, Reply, Request, SentMessage
from ascolto.testing.networks.twilio import TwilioNetwork, error, stamp

LONGEST = 1600
STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START_WORDS = {"START", "YES", "UNSTOP"}


@dataclass(slots=True)
class Text:
    """A message as Twilio keeps it."""

    sid: str
    sender: str
    to: str
    body: str
    direction: str
    status: str
    files: list[tuple[str, str]] = field(default_factory=list)  # id and content type
    error_code: int | None = None
    service: str | None = None
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)

    def resource(self, account_sid: str) -> dict[str, Any]:
        """As the API shows it."""
        uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "api_version": "2010-04-01",
            "from": self.sender or None,
            "to": self.to,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "num_segments": "1",
            "num_media": str(len(self.files)),
            "messaging_service_sid": self.service,
            "error_code": self.error_code,
            "error_message": None,
            "price": None,
            "price_unit": "USD",
            "date_created": stamp(self.created_at),
            "date_sent": stamp(self.created_at),
            "date_updated": stamp(self.updated_at),
            "uri": f"{uri}.json",
            "subresource_uris": {"media": f"{uri}/Media.json"},
        }


class TextingNetwork(TwilioNetwork):
    """An account that can send and receive text messages."""

    def __init__(self, **settings: str) -> None:
        super().__init__(**settings)
        self.texts: list[Text] = []
        self.service = f"MG{self._run}{0:024x}"
        self.tells_opt_out = True  # in a field of its own, as with “advanced opt-out”
        self.statuses = ("queued", "sent", "delivered")
        self._failures: list[int] = []

    def add_person(self, name: str, **about: Any) -> Person:
        """Somebody with a telephone. `number`: theirs; else one is made up."""
        with self.lock:
            number = str(about.get("number") or f"+39347{1_000_000 + len(self.people):07d}")
            person = Person(number, name, number, data={"whatsapp": bool(about.get("whatsapp"))})
            self.people.append(person)
        return person

    def fail_next(self, code: int) -> None:
        """Take the next message, and report later that it could not be delivered."""
        self._failures.append(code)

    # --- what people write ---

    def receive(
        self, person: Person, text: str, files: list[tuple[str, str]] | None = None, **more: str
    ) -> str:
        """A message from somebody; its id."""
        prefix = "whatsapp:" if person.data.get("whatsapp") else ""
        kind = "MM" if files else "SM"
        message = Text(
            self.sid(kind), prefix + person.id, prefix + self.number, text, "inbound", "received", files or []
        )
        with self.lock:
            person.last_wrote_at = now()
            self.texts.append(message)
        self.mailman.send(
            "", {**self._hook_form(message), **self._wish(person, text), **self._about(person), **more}
        )
        return message.sid

    def _hook_form(self, message: Text) -> dict[str, str]:
        media: dict[str, str] = {}
        for place, (media_id, content_type) in enumerate(message.files):
            where = (
                f"{self.url}/2010-04-01/Accounts/{self.account_sid}/Messages/{message.sid}/Media/{media_id}"
            )
            media |= {f"MediaUrl{place}": where, f"MediaContentType{place}": content_type}
        return {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsMessageSid": message.sid,
            "AccountSid": self.account_sid,
            "From": message.sender,
            "To": message.to,
            "Body": message.body,
            "SmsStatus": "received",
            "NumMedia": str(len(message.files)),
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
            **media,
        }

    def _about(self, person: Person) -> dict[str, str]:
        if not person.data.get("whatsapp"):
            return {"FromCountry": "IT", "FromCity": "", "FromZip": "", "FromState": ""}
        digits = person.id.lstrip("+")
        return {
            "ProfileName": person.name,
            "WaId": digits,
            "ExternalUserId": f"IT.{digits[::-1]}",
            "MessageType": "text",
        }

    def _wish(self, person: Person, text: str) -> dict[str, str]:
        """STOP is Twilio's own business: from then on it refuses what we send to them."""
        word = text.strip().upper()
        wish = "STOP" if word in STOP_WORDS else "START" if word in START_WORDS else ""
        if not wish and word in {"HELP", "INFO"}:
            wish = "HELP"
        if wish in {"STOP", "START"}:
            person.has_blocked_us = wish == "STOP"
        return {"OptOutType": wish} if wish and self.tells_opt_out else {}

    # --- what the company sends ---

    def below(self, parts: list[str], request: Request) -> Reply:
        """The message lists, one message, its files."""
        match parts:
            case ["Messages.json"]:
                return self._create(request) if request.method == "POST" else self._list(request)
            case ["Messages", sid] if sid.endswith(".json"):
                found = self._find(sid.removesuffix(".json"))
                return Reply(found.resource(self.account_sid)) if found else self.missing(request.path)
            case ["Messages", sid, "Media.json"] if found := self._find(sid):
                return Reply(
                    self.page(request, "media_list", [self._media(found, *file) for file in found.files])
                )
            case ["Messages", sid, "Media", media_id] if self._find(sid) and media_id in self.media:
                content, content_type = self.media[media_id]
                return Reply(content, content_type=content_type)
        return self.missing(request.path)

    def _find(self, sid: str) -> Text | None:
        with self.lock:
            return next((text for text in self.texts if text.sid == sid), None)

    def _media(self, message: Text, media_id: str, content_type: str) -> dict[str, Any]:
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{message.sid}/Media/{media_id}.json"
        dates = {"date_created": stamp(message.created_at), "date_updated": stamp(message.created_at)}
        about = {"sid": media_id, "account_sid": self.account_sid, "parent_sid": message.sid, **dates}
        return {**about, "content_type": content_type, "uri": uri}

    def _list(self, request: Request) -> Reply:
        """Newest first, as Twilio lists."""
        to, sender = request.asked("To"), request.asked("From")
        since = request.asked("DateSent>")[:10]
        with self.lock:
            found = [
                text.resource(self.account_sid)
                for text in reversed(self.texts)
                if to in ("", text.to)
                and sender in ("", text.sender)
                and (not since or text.created_at.date().isoformat() >= since)
            ]
        return Reply(self.page(request, "messages", found))

    def _create(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in request.form().items()}
        refusal = self._refusal(form)
        if refusal is not None:
            return refusal
        to = form["To"]
        person = self.find_person(to.removeprefix("whatsapp:"))
        service = form.get("MessagingServiceSid")
        message = Text(
            self.sid("SM"),
            form.get("From") or self.number,
            to,
            form["Body"],
            "outbound-api",
            "queued",
            service=service,
        )
        with self.lock:
            self.texts.append(message)
        self.took(SentMessage(id=message.sid, person=person, text=form["Body"], data=form))
        self._tell_fate(message, person, form.get("StatusCallback", ""))
        resource = message.resource(self.account_sid)
        return Reply({**resource, "status": "accepted" if service else "queued", "date_sent": None}, 201)

    def _refusal(self, form: Mapping[str, str]) -> Reply | None:
        to, body = form.get("To", ""), form.get("Body", "")
        number = to.removeprefix("whatsapp:")
        person = self.find_person(number)
        if not to:
            return error(21604, "A 'To' phone number is required.")
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
            return error(21211, f"Invalid 'To' Phone Number: {number[:4]}XXXX")
        if form.get("MessagingServiceSid") not in {None, self.service}:
            return error(21703, "The Messaging Service does not contain a phone number.")
        if (
            not form.get("MessagingServiceSid")
            and form.get("From", "").removeprefix("whatsapp:") != self.number
        ):
            return error(
                21606, f"The 'From' phone number {form.get('From', '')} is not valid for this account."
            )
        if "From" in form and form["From"].startswith("whatsapp:") != to.startswith("whatsapp:"):
            return error(21910, "Invalid From and To pair. From and To should be of the same channel")
        if not body and not form.get("MediaUrl"):
            return error(21602, "Message body is required.")
        if len(body) > LONGEST:
            return error(21617, "The concatenated message body exceeds the 1600 character limit")
        if person and person.has_blocked_us:
            return error(21610, "Attempt to send to unsubscribed recipient")
        return None

    def _tell_fate(self, message: Text, person: Person | None, callback: str) -> None:
        code = self._failures.pop(0) if self._failures else None
        if code is None and (person is None or person.is_gone):
            code = 30005
        statuses = ["queued", "sent", "undelivered"] if code else list(self.statuses)
        if not code and person and person.data.get("whatsapp") and self.reads:
            statuses.append("read")
        message.error_code, message.status, message.updated_at = code, statuses[-1], now()
        for status in reversed(statuses) if self.disorder else statuses:
            if callback:
                self.mailman.send(callback, self._status_form(message, status))

    def _status_form(self, message: Text, status: str) -> dict[str, str]:
        failed = {"ErrorCode": str(message.error_code)} if status == "undelivered" else {}
        return {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "AccountSid": self.account_sid,
            "From": message.sender,
            "To": message.to,
            "ApiVersion": "2010-04-01",
            **failed,
        }
