"""Private messages on Messenger and Instagram as a stand-in: windows, permissions, files, echoes and receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ascolto.channels.capabilities import Counting, measured_length
from ascolto.kit.clock import now
from ascolto.testing.networks.city import Person, Request, SentMessage
from ascolto.testing.networks.graph import Form, GraphError, GraphNetwork, iso, no_object, page_of
from ascolto.testing.networks.interactive import Unfit, check_quick_replies

WINDOW, HUMAN_WINDOW = timedelta(hours=24), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """A message of either side, as the conversations edge tells it."""

    id: str
    person: Person
    text: str
    is_ours: bool
    at: datetime


class MessagingNetwork(GraphNetwork):
    """People who write to a page or account in private. A subclass names what differs."""

    longest: ClassVar[int]
    counting: ClassVar[Counting]
    window_subcode: ClassVar[int]
    prefix: ClassVar[str]  # of message ids
    reads_by_mid: ClassVar[bool] = False

    def __init__(self, **settings: str) -> None:
        super().__init__(**settings)
        self.human_agent = False  # whether Meta granted the permission
        self.lines: list[Line] = []
        self.echoes = True
        self.statuses = {"delivered": 0.0, "read": 0.0}  # seconds until each
        self.actions: list[tuple[str, str]] = []  # (person, typing_on …)

    @property
    def own_id(self) -> str:
        """Whom people write to."""
        raise NotImplementedError

    # --- people ---

    def add_person(self, name: str, **about: Any) -> Person:
        number = str(about.get("id") or f"56148790{len(self.people):04d}{self.new_number():04d}")
        person = Person(number, name, str(about.get("handle", "")))
        with self.lock:
            self.people.append(person)
        return person

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        return self.say(person, text=text, **more)

    def say(self, person: Person, **message: Any) -> str:
        """A message of any content from a person; its id."""
        mid = self.new_id(self.prefix)
        person.last_wrote_at = now()
        with self.lock:
            self.lines.append(Line(mid, person, str(message.get("text", "")), False, now()))
        self.tell(person, message={"mid": mid, **message})
        return mid

    def send_file(self, person: Person, kind: str, content: bytes, content_type: str, **more: Any) -> str:
        """A file from a person (`kind`: image, video, audio, file, story_mention); the message's id."""
        payload = {"url": self.file_url(content, content_type)}
        return self.say(person, attachments=[{"type": kind, "payload": payload}], **more)

    def react(self, person: Person, mid: str, emoji: str = "") -> None:
        """A reaction, or with no emoji its end."""
        told = {"mid": mid, "action": "react" if emoji else "unreact", "emoji": emoji, "reaction": "other"}
        self.tell(person, reaction=told)

    def edit(self, person: Person, mid: str, text: str) -> None:
        """The person changes a text."""
        self.tell(person, message_edit={"mid": mid, "text": text, "num_edit": 1})

    def unsend(self, person: Person, mid: str) -> None:
        """The person takes a message back."""
        self.tell(person, message={"mid": mid, "is_deleted": True})

    def touch(self, person: Person, title: str, payload: str) -> str:
        """The person touches a button; the message's id."""
        mid = self.new_id(self.prefix)
        person.last_wrote_at = now()
        self.tell(person, postback={"mid": mid, "title": title, "payload": payload})
        return mid

    def press(self, person: Person, sent: SentMessage, choice_id: str) -> str:
        """The person touches a quick reply below a message of ours: it comes as a text of theirs, whose id this is.

        Raises KeyError for one that is not there.
        """
        drawn = {item["payload"]: item["title"] for item in sent.data["quick_replies"]}
        return self.say(person, text=drawn[choice_id], quick_reply={"payload": choice_id})

    def tell(self, person: Person, after: float = 0.0, *, ours: bool = False, **what: Any) -> None:
        """Deliver one element."""
        them, us = {"id": person.id}, {"id": self.own_id}
        ends = {"sender": us, "recipient": them} if ours else {"sender": them, "recipient": us}
        stamp = int(now().timestamp() * 1000)
        self.tell_entry(self.own_id, after, messaging=[{**ends, "timestamp": stamp, **what}])

    # --- what the company sends ---

    def route(self, request: Request, parts: list[str], form: Form) -> Any:
        node, edge = parts[0] if parts else "", parts[1] if len(parts) == 2 else ""
        is_us = node in {"me", self.own_id}
        if is_us and request.method == "POST" and edge == "messages":
            return self.take_message(form)
        if is_us and request.method == "POST" and edge == "message_attachments":
            return self.take_file(form)
        if is_us and edge == "subscribed_apps":
            return self.subscriptions(request, form)
        if is_us and request.method == "GET" and edge == "conversations":
            return self.conversations(form)
        if is_us and request.method == "GET" and not edge:
            return self.about_us()
        person = self.find_person(node) if not edge and request.method == "GET" else None
        if person is not None:
            return self.about_person(person)
        raise no_object()

    def about_person(self, person: Person) -> dict[str, Any]:
        """What the network tells of somebody who wrote to us. Raises GraphError."""
        first, _, last = person.name.partition(" ")
        return {"id": person.id, "first_name": first, "last_name": last}

    def about_us(self) -> dict[str, Any]:
        """What the page or account tells of itself."""
        return {"id": self.own_id, "name": "Telvia"}

    def take_message(self, form: Form) -> dict[str, Any]:
        """POST /me/messages. Raises GraphError."""
        recipient = form.object("recipient")
        if "comment_id" in recipient or "post_id" in recipient:
            return self.take_private_reply(recipient, form)
        person = self.find_person(str(recipient.get("id", "")))
        if person is None or person.is_gone:
            raise GraphError(100, "No matching user found", 400, error_subcode=2018001)
        if action := form.text("sender_action"):
            self.actions.append((person.id, action))
            return {"recipient_id": person.id}
        message = form.object("message")
        text, files = self.content_of(message)
        self.check_permission(person, form)
        return self.took_for(person, text, files, message)

    def take_private_reply(self, recipient: Mapping[str, Any], form: Form) -> dict[str, Any]:
        """A private answer to a comment. Raises GraphError."""
        raise no_object()

    def content_of(self, message: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, bytes], ...]]:
        """The text or file of a message, within the network's limits. Raises GraphError."""
        try:
            check_quick_replies(message)
        except Unfit as error:
            raise GraphError(100, f"(#100) {error}") from error
        text, attachment = message.get("text"), message.get("attachment")
        if attachment is not None and text is not None:
            raise GraphError(100, "Param message must not hold both text and attachment")
        if isinstance(attachment, dict):
            file = self.media.get(str(attachment.get("payload", {}).get("attachment_id")))
            if file is None:
                raise GraphError(100, "Attachment is not found", 400, error_subcode=2018074)
            return "", ((file[1], file[0]),)
        if not isinstance(text, str) or not text:
            raise GraphError(100, "Param message[text] must be a non-empty string")
        if measured_length(text, self.counting) > self.longest:
            raise GraphError(
                100, f"Length of param message[text] must be less than or equal to {self.longest}"
            )
        return text, ()

    def check_permission(self, person: Person, form: Form) -> None:
        """Whether the person may be written to now. Raises GraphError."""
        if person.has_blocked_us:
            raise GraphError(551, "This person isn't available right now.", 400, error_subcode=1545041)
        since = now() - person.last_wrote_at if person.last_wrote_at else None
        tagged = form.text("messaging_type") == "MESSAGE_TAG" and form.text("tag") == "HUMAN_AGENT"
        if tagged and not self.human_agent:
            raise GraphError(10, "You need the permission human_agent", 403, error_subcode=2018065)
        if since is None or since > (HUMAN_WINDOW if tagged else WINDOW):
            title = "This message is sent outside of allowed window."
            raise GraphError(10, title, 403, error_subcode=self.window_subcode)

    def took_for(
        self,
        person: Person,
        text: str,
        files: tuple[tuple[str, bytes], ...] = (),
        message: Mapping[str, Any] | None = None,
        answers: str = "",
    ) -> dict[str, str]:
        """Take a message for a person and tell what becomes of it."""
        mid = self.new_id(self.prefix)
        sent = SentMessage(id=mid, person=person, text=text, files=files, data=message or {}, answers=answers)
        with self.lock:
            self.lines.append(Line(mid, person, text, True, now()))
        if self.echoes:
            content: dict[str, Any] = {"text": text}
            if not text:
                content = {"attachments": [{"type": "file", "payload": {}}]}
            if mark := (message or {}).get("metadata"):
                content["metadata"] = mark
            self.tell(person, ours=True, message={"mid": mid, "is_echo": True, **content})
        self.tell_receipts(person, mid)
        self.took(sent)
        return {"recipient_id": person.id, "message_id": mid}

    def tell_receipts(self, person: Person, mid: str) -> None:
        """Delivered, and read where people read."""
        told = [name for name in self.statuses if name != "read" or self.reads]
        for name in reversed(told) if self.disorder else told:
            self.tell_status(person, name, mid, self.statuses[name])

    def tell_status(self, person: Person, status: str, mid: str, after: float = 0.0) -> None:
        """Deliver what became of a message: a watermark, on Instagram the message's id."""
        if self.reads_by_mid:
            if status == "read":
                self.tell(person, after, read={"mid": mid})
            return
        watermark = int((now().timestamp() + after) * 1000) + 1
        if status == "read":
            self.tell(person, after, read={"watermark": watermark})
        else:
            self.tell(person, after, delivery={"watermark": watermark, "mids": [mid]})

    def take_file(self, form: Form) -> dict[str, str]:
        """POST /me/message_attachments. Raises GraphError."""
        attachment = form.object("message").get("attachment")
        if not isinstance(attachment, dict) or "filedata" not in form.files:
            raise GraphError(100, "Param filedata or payload.url is required")
        content, content_type = form.files["filedata"]
        if len(content) > 25 * 1024 * 1024:
            raise GraphError(100, "Attachment size exceeds allowable limit", 400, error_subcode=2018109)
        return {"attachment_id": self.keep(content, content_type)}

    def conversations(self, form: Form) -> dict[str, Any]:
        """GET /me/conversations: the newest first."""
        with self.lock:
            lines = list(self.lines)
        found: dict[str, list[Line]] = {}
        for line in reversed(lines):
            found.setdefault(line.person.id, []).append(line)
        data = [
            {
                "id": f"t_{number}",
                "updated_time": iso(talk[0].at),
                "messages": {"data": [self._message(line) for line in talk[:25]]},
            }
            for number, talk in found.items()
        ]
        return page_of(data, form)

    def _message(self, line: Line) -> dict[str, Any]:
        us, them = {"id": self.own_id, "name": "Telvia"}, {"id": line.person.id, "name": line.person.name}
        author, reader = (us, them) if line.is_ours else (them, us)
        told = {"id": line.id, "created_time": iso(line.at), "message": line.text}
        return {**told, "from": author, "to": {"data": [reader]}}
