"""A stand-in for WhatsApp: customers who write by signed hooks, and the Graph API that takes the answers.

    with WhatsAppNetwork(hook_url=…) as network:                  # values for an inbox: network.settings
        giulia = network.add_customer("393471234567", "Giulia Conti")
        network.write(giulia, "Buongiorno")
        …
        assert network.sent[-1].text == "Buongiorno Giulia"       # and its statuses come back to the hook

It lives in a city like every network (`city.add(WhatsAppNetwork())`), or, used as a context manager, in one of its own.
It enforces what WhatsApp enforces: token, number, shape and length of a message, the 24 hours, templates and the count of
their parameters. `suffer` lets it fail as networks fail; `mailman.duplicates` and `disorder` make its hooks unruly.
Without a `hook_url` the deliveries wait: `network.mailman.take()`.
"""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, cast

from ascolto.kit.clock import now
from ascolto.testing.networks import city
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City, Person
from ascolto.testing.networks.whatsapp_graph import Template, WhatsAppGraph

__all__ = ["Chaos", "SentMessage", "Template", "WhatsAppCustomer", "WhatsAppNetwork"]
WINDOW = timedelta(hours=24)


@dataclass(slots=True)
class WhatsAppCustomer(Person):
    """Somebody with a telephone. `user_id` is what WhatsApp calls a business-scoped user id."""

    number: str = ""
    user_id: str = ""
    hides_number: bool = False

    def contact(self) -> dict[str, Any]:
        """How a delivery describes them."""
        shown = {} if self.hides_number else {"wa_id": self.number}
        return {"profile": {"name": self.name}, "user_id": self.user_id, **shown}

    def author(self) -> dict[str, str]:
        """How a message names them."""
        shown = {} if self.hides_number else {"from": self.number}
        return {**shown, "from_user_id": self.user_id}


class SentMessage(city.SentMessage):
    """A message that WhatsApp took from the company."""

    __slots__ = ()

    @property
    def customer(self) -> WhatsAppCustomer:
        """Whom it went to."""
        return cast(WhatsAppCustomer, self.person)

    @property
    def payload(self) -> Mapping[str, Any]:
        """The request as it came."""
        return self.data

    @property
    def tracker(self) -> str:
        """What the company wants back with the statuses."""
        return str(self.data.get("biz_opaque_callback_data", ""))


class WhatsAppNetwork(WhatsAppGraph):
    """See the module's text."""

    kind = "whatsapp"

    def __init__(
        self, *, hook_url: str = "", port: int = 0, host: str = "127.0.0.1", **settings: str
    ) -> None:
        super().__init__(**settings)
        self._where = (port, host)
        self.mailman.url = hook_url
        self.statuses: dict[str, float] = {"sent": 0.0, "delivered": 0.0, "read": 0.0}  # seconds until each
        self._failures: list[tuple[int, str]] = []

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an inbox that talks to this network."""
        return {**super().settings, "phone_number_id": self.phone_number_id, "waba_id": self.waba_id}

    # --- alone, without a city of others ---

    def _home(self) -> City:
        if self.city is None:
            port, host = self._where
            City(port=port, host=host).add(self)
        return cast(City, self.city)

    @property
    def url(self) -> str:
        return f"{self._home().url}/{self.kind}"

    @property
    def stopping(self) -> threading.Event:
        """Set it, and whoever hangs is let go."""
        return self._home().stopping

    def start(self) -> Self:
        """Answer from now on."""
        self._home().start()
        return self

    def stop(self) -> None:
        """Close the door and let go of whoever hangs."""
        self._home().stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- customers ---

    def add_person(self, name: str, **about: Any) -> WhatsAppCustomer:
        number = str(about.get("number") or about.get("id") or f"39347{self.new_number():07d}")
        return self.add_customer(number, name, str(about.get("user_id", "")))

    def add_customer(
        self, number: str, name: str, user_id: str = "", *, hides_number: bool = False
    ) -> WhatsAppCustomer:
        """Somebody who may write to us."""
        digits = number.lstrip("+")
        user = user_id or f"IT.{digits[::-1]}"
        customer = WhatsAppCustomer(
            digits, name, f"+{digits}", number=digits, user_id=user, hides_number=hides_number
        )
        with self.lock:
            self.people.append(customer)
        return customer

    @property
    def customers(self) -> list[WhatsAppCustomer]:
        """Everybody with a telephone."""
        return cast(list[WhatsAppCustomer], self.people)

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        """A text from a customer; its id."""
        return self.say(person, "text", {"body": text}, **more)

    def say(self, person: Person, kind: str, part: Any, **more: Any) -> str:
        """A message of any kind from a customer; its id."""
        customer = cast(WhatsAppCustomer, person)
        message_id = self.new_id()
        stamp = {"id": message_id, "timestamp": _stamp(), "type": kind}
        with self.lock:
            customer.last_wrote_at = now()
        self.tell(
            contacts=[customer.contact()], messages=[{**customer.author(), **stamp, kind: part, **more}]
        )
        return message_id

    def send_file(
        self, customer: WhatsAppCustomer, kind: str, content: bytes, content_type: str, **more: Any
    ) -> str:
        """A file from a customer (`caption`, `filename`, `voice` as WhatsApp names them); the message's id."""
        about = {"id": self.keep(content, content_type), "mime_type": content_type}
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        return self.say(customer, kind, {**about, "sha256": digest, **more})

    def react(self, customer: WhatsAppCustomer, message_id: str, emoji: str = "") -> str:
        """A reaction, or with no emoji its end."""
        return self.say(
            customer, "reaction", {"message_id": message_id, **({"emoji": emoji} if emoji else {})}
        )

    def press(self, customer: WhatsAppCustomer, sent: SentMessage, choice_id: str) -> str:
        """The customer presses a button, or a row of the list, below a message of ours; the id of what that says.

        Raises KeyError for one that is not there.
        """
        interactive = sent.payload["interactive"]
        if interactive["type"] == "button":
            drawn = {item["reply"]["id"]: item["reply"] for item in interactive["action"]["buttons"]}
        else:
            drawn = {row["id"]: row for part in interactive["action"]["sections"] for row in part["rows"]}
        kind = f"{interactive['type']}_reply"
        about = {"context": {"from": self.display_number, "id": sent.id}}
        return self.say(customer, "interactive", {"type": kind, kind: drawn[choice_id]}, **about)

    def edit(self, customer: WhatsAppCustomer, message_id: str, text: str) -> str:
        """The customer changes a text."""
        message = {"type": "text", "text": {"body": text}}
        return self.say(customer, "edit", {"original_message_id": message_id, "message": message})

    def revoke(self, customer: WhatsAppCustomer, message_id: str) -> str:
        """The customer takes a message back."""
        return self.say(customer, "revoke", {"original_message_id": message_id})

    def change_number(self, customer: WhatsAppCustomer, number: str, user_id: str) -> None:
        """The customer changes the number; WhatsApp gives a new user id with it."""
        stamp = {"id": self.new_id(), "timestamp": _stamp(), "type": "system"}
        system = {"type": "user_changed_number", "wa_id": number, "user_id": user_id, "body": "changed"}
        self.tell(messages=[{**customer.author(), **stamp, "system": system}])
        customer.number, customer.user_id = number, user_id
        customer.id, customer.handle = number, f"+{number}"

    def prefer_no_marketing(self, customer: WhatsAppCustomer, *, stop: bool = True) -> None:
        """The customer wants no advertisements, or wants them again."""
        wish: dict[str, Any] = {"wa_id": customer.number, "user_id": customer.user_id}
        wish |= {"category": "marketing_messages", "value": "stop" if stop else "resume"}
        wish["timestamp"] = int(time.time())
        self.tell("user_preferences", contacts=[customer.contact()], user_preferences=[wish])

    # --- what the company sends ---

    def take(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        customer = self.find_customer(payload)
        self.check_content(payload)
        self.check_window(payload, customer, WINDOW)
        message = self.accept(customer, payload)
        contact = {"input": payload.get("to") or payload.get("recipient"), "wa_id": customer.number}
        contacts = [{**contact, "user_id": customer.user_id}]
        return {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": message.id}]}

    def accept(self, customer: WhatsAppCustomer, payload: Mapping[str, Any]) -> SentMessage:
        """Take a message of the company and tell what becomes of it."""
        part = payload.get(str(payload.get("type")), {})
        file = self.media.get(str(part.get("id", "")))
        message = SentMessage(
            id=self.new_id(),
            person=customer,
            text=_text_of(part),
            answers=str(payload.get("context", {}).get("message_id", "")),
            files=((file[1], file[0]),) if file else (),
            data=payload,
        )
        with self.lock:
            failure = self._failures.pop(0) if self._failures else None
        self._tell_fate(message, failure)
        self.took(message)
        return message

    def _tell_fate(self, message: SentMessage, failure: tuple[int, str] | None) -> None:
        if failure:
            error = {"code": failure[0], "title": failure[1], "error_data": {"details": failure[1]}}
            self.tell_status(message, "failed", errors=[error])
            return
        told = [(status, after) for status, after in self.statuses.items() if status != "read" or self.reads]
        for status, after in reversed(told) if self.disorder else told:
            self.tell_status(message, status, after=after)

    def tell_status(self, message: SentMessage, status: str, after: float = 0.0, **more: Any) -> None:
        """Deliver what became of a message."""
        person = message.customer
        told = {"id": message.id, "status": status, "timestamp": _stamp(), **more}
        told |= {"recipient_id": person.number, "recipient_user_id": person.user_id}
        if message.tracker:
            told["biz_opaque_callback_data"] = message.tracker
        self.tell(after=after, contacts=[person.contact()], statuses=[told])

    def fail_next(self, code: int, title: str) -> None:
        """Take the next message, and report later that it could not be delivered."""
        self._failures.append((code, title))

    @property
    def on_message(self) -> Callable[[Any], object] | None:
        """Called with everything the company sends."""
        return self.on_sent

    @on_message.setter
    def on_message(self, listener: Callable[[Any], object] | None) -> None:
        self.on_sent = listener

    # --- what goes wrong ---

    def suffer(self, chaos: Chaos | str, times: int = 1, on: str = "messages") -> None:
        """The next `times` requests that touch `on` (messages, media, files, templates, objects; empty: any) go wrong."""
        super().suffer(chaos, times, on)

    @property
    def per_second(self) -> int | None:
        """How many messages a second are taken; None: all."""
        return self.speed.most

    @per_second.setter
    def per_second(self, most: int | None) -> None:
        self.speed.most = most


def _text_of(part: Mapping[str, Any]) -> str:
    body = part.get("body") or part.get("caption") or ""
    return str(body.get("text", "") if isinstance(body, dict) else body)


def _stamp(moment: datetime | None = None) -> str:
    return str(int((moment or now()).timestamp()))
