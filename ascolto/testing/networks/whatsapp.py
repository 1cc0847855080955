"""A stand-in for WhatsApp: customers who write by signed hooks, and the Graph API that takes the answers.

    with WhatsAppNetwork(hook_url=…) as network:                  # values for an inbox: network.settings
        giulia = network.add_customer("393471234567", "Giulia Conti")
        network.write(giulia, "Buongiorno")
        …
        assert network.sent[-1].text == "Buongiorno Giulia"       # and its statuses come back to the hook

It enforces what WhatsApp enforces: token, number, shape and length of a message, the 24 hours, templates and the count of
their parameters. `suffer` lets it fail as networks fail; `mailman.duplicates` and `disorder` make its hooks unruly.
Without a `hook_url` the deliveries wait: `network.mailman.take()`.
"""

from __future__ import annotations

import hmac
import itertools
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.networks import LocalServer
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.mailman import Mailman
from ascolto.testing.networks.whatsapp_graph import GraphAnswers

WINDOW = timedelta(hours=24)


@dataclass(slots=True)
class WhatsAppCustomer:
    """Somebody with a telephone. `user_id` is what WhatsApp calls a business-scoped user id."""

    number: str
    name: str
    user_id: str
    hides_number: bool = False
    last_wrote_at: datetime | None = None
    has_blocked_us: bool = False

    def contact(self) -> dict[str, Any]:
        """How a delivery describes them."""
        shown = {} if self.hides_number else {"wa_id": self.number}
        return {"profile": {"name": self.name}, "user_id": self.user_id, **shown}

    def author(self) -> dict[str, str]:
        """How a message names them."""
        shown = {} if self.hides_number else {"from": self.number}
        return {**shown, "from_user_id": self.user_id}


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that WhatsApp took from the company."""

    id: str
    customer: WhatsAppCustomer
    payload: Mapping[str, Any]
    at: datetime = field(default_factory=now)

    @property
    def text(self) -> str:
        """Its text or caption."""
        part = self.payload.get(str(self.payload.get("type")), {})
        return str(part.get("body") or part.get("caption") or "")

    @property
    def tracker(self) -> str:
        """What the company wants back with the statuses."""
        return str(self.payload.get("biz_opaque_callback_data", ""))


@dataclass(frozen=True, slots=True)
class Template:
    """A template that WhatsApp has reviewed. `parameters`: how many its text wants."""

    name: str
    language: str
    text: str
    parameters: int = 0
    category: str = "UTILITY"
    status: str = "APPROVED"


class WhatsAppNetwork(LocalServer):
    """See the module's text."""

    def __init__(
        self, *, hook_url: str = "", port: int = 0, host: str = "127.0.0.1", **settings: str
    ) -> None:
        super().__init__(GraphAnswers, port, host)
        self.app_secret = settings.get("app_secret", "stand-in-app-secret")
        self.access_token = settings.get("access_token", "EAAstandin")
        self.verify_token = settings.get("verify_token", "stand-in-verifies")
        self.phone_number_id = settings.get("phone_number_id", "106540352242922")
        self.waba_id = settings.get("waba_id", "102290129340398")
        self.display_number = settings.get("display_number", "390212345678")
        self.mailman = Mailman(self._sign, hook_url)
        self.customers: list[WhatsAppCustomer] = []
        self.sent: list[SentMessage] = []
        self.templates: list[Template] = []
        self.media: dict[str, tuple[bytes, str]] = {}
        self.statuses: dict[str, float] = {"sent": 0.0, "delivered": 0.0, "read": 0.0}  # seconds until each
        self.disorder = False
        self.tells_sizes = True  # of files, before they are fetched
        self.files_at = ""  # an address for files that is not ours
        self.on_message: Callable[[SentMessage], object] | None = None
        self.lock = threading.RLock()
        self.per_second: int | None = None
        self._recent: deque[float] = deque()
        self._chaos: list[tuple[Chaos, str]] = []
        self._failures: list[tuple[int, str]] = []
        self._numbers = itertools.count(1)
        self._run = secrets.token_hex(4)

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an inbox that talks to this network."""
        return {
            "app_secret": self.app_secret,
            "verify_token": self.verify_token,
            "access_token": self.access_token,
            "phone_number_id": self.phone_number_id,
            "waba_id": self.waba_id,
            "api_base": self.url,
        }

    def start(self) -> Self:
        super().start()
        self.mailman.start()
        return self

    def stop(self) -> None:
        self.mailman.stop()
        super().stop()

    def new_id(self, prefix: str = "wamid") -> str:
        """An id as WhatsApp gives them: never the same twice."""
        return f"{prefix}.{self._run}{next(self._numbers):06d}"

    # --- hooks ---

    def _sign(self, body: bytes) -> dict[str, str]:
        seal = hmac.digest(self.app_secret.encode(), body, "sha256").hex()
        return {"x-hub-signature-256": f"sha256={seal}"}

    def shake_hands(self) -> bool:
        """What Meta does when somebody writes the hook address into its dashboard; whether the address passed."""
        challenge = secrets.token_hex(8)
        query = {"hub.mode": "subscribe", "hub.verify_token": self.verify_token, "hub.challenge": challenge}
        url = self.mailman.url
        try:
            answer = http.request("GET", f"{url}?{urlencode(query)}", trusted_origins=[url])
        except http.RequestFailed:
            return False
        return answer.status == 200 and answer.body == challenge.encode()

    def tell(self, field_name: str = "messages", after: float = 0.0, **value: Any) -> None:
        """Deliver one change."""
        about = {"display_phone_number": self.display_number, "phone_number_id": self.phone_number_id}
        change = {"field": field_name, "value": {"messaging_product": "whatsapp", "metadata": about, **value}}
        entry = {"id": self.waba_id, "changes": [change]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        self.mailman.post(body, after)

    # --- customers ---

    def add_customer(
        self, number: str, name: str, user_id: str = "", *, hides_number: bool = False
    ) -> WhatsAppCustomer:
        """Somebody who may write to us."""
        digits = number.lstrip("+")
        customer = WhatsAppCustomer(digits, name, user_id or f"IT.{digits[::-1]}", hides_number)
        with self.lock:
            self.customers.append(customer)
        return customer

    def write(self, customer: WhatsAppCustomer, text: str, **more: Any) -> str:
        """A text from a customer; its id."""
        return self.say(customer, "text", {"body": text}, **more)

    def say(self, customer: WhatsAppCustomer, kind: str, part: Any, **more: Any) -> str:
        """A message of any kind from a customer; its id."""
        message_id = self.new_id()
        stamp = {"id": message_id, "timestamp": str(int(now().timestamp())), "type": kind}
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
        media_id = self.keep(content, content_type)
        return self.say(customer, kind, {"id": media_id, "mime_type": content_type, **more})

    def keep(self, content: bytes, content_type: str) -> str:
        """Store a file; its id."""
        with self.lock:
            media_id = str(4711_000_000 + next(self._numbers))
            self.media[media_id] = (content, content_type)
        return media_id

    def react(self, customer: WhatsAppCustomer, message_id: str, emoji: str = "") -> str:
        """A reaction, or with no emoji its end."""
        return self.say(
            customer, "reaction", {"message_id": message_id, **({"emoji": emoji} if emoji else {})}
        )

    def edit(self, customer: WhatsAppCustomer, message_id: str, text: str) -> str:
        """The customer changes a text."""
        message = {"type": "text", "text": {"body": text}}
        return self.say(customer, "edit", {"original_message_id": message_id, "message": message})

    def revoke(self, customer: WhatsAppCustomer, message_id: str) -> str:
        """The customer takes a message back."""
        return self.say(customer, "revoke", {"original_message_id": message_id})

    def change_number(self, customer: WhatsAppCustomer, number: str, user_id: str) -> None:
        """The customer changes the number; WhatsApp gives a new user id with it."""
        stamp = {"id": self.new_id(), "timestamp": str(int(now().timestamp())), "type": "system"}
        system = {"type": "user_changed_number", "wa_id": number, "user_id": user_id, "body": "changed"}
        self.tell(messages=[{**customer.author(), **stamp, "system": system}])
        customer.number, customer.user_id = number, user_id

    def prefer_no_marketing(self, customer: WhatsAppCustomer, *, stop: bool = True) -> None:
        """The customer wants no advertisements, or wants them again."""
        wish: dict[str, Any] = {
            "wa_id": customer.number,
            "user_id": customer.user_id,
            "category": "marketing_messages",
        }
        wish |= {"value": "stop" if stop else "resume", "timestamp": int(time.time())}
        self.tell("user_preferences", contacts=[customer.contact()], user_preferences=[wish])

    # --- what the company sends ---

    def accept(self, customer: WhatsAppCustomer, payload: Mapping[str, Any]) -> SentMessage:
        """Take a message of the company and tell what becomes of it."""
        message = SentMessage(self.new_id(), customer, payload)
        with self.lock:
            self.sent.append(message)
            failure = self._failures.pop(0) if self._failures else None
        if failure:
            error = {"code": failure[0], "title": failure[1], "error_data": {"details": failure[1]}}
            self.tell_status(message, "failed", errors=[error])
        else:
            told = list(self.statuses.items())
            for status, after in reversed(told) if self.disorder else told:
                self.tell_status(message, status, after=after)
        if self.on_message is not None:
            self.on_message(message)
        return message

    def tell_status(self, message: SentMessage, status: str, after: float = 0.0, **more: Any) -> None:
        """Deliver what became of a message."""
        person = message.customer
        told = {"id": message.id, "status": status, "timestamp": str(int(now().timestamp())), **more}
        told |= {"recipient_id": person.number, "recipient_user_id": person.user_id}
        if message.tracker:
            told["biz_opaque_callback_data"] = message.tracker
        self.tell(after=after, contacts=[person.contact()], statuses=[told])

    def fail_next(self, code: int, title: str) -> None:
        """Take the next message, and report later that it could not be delivered."""
        self._failures.append((code, title))

    # --- what goes wrong ---

    def suffer(self, chaos: Chaos, times: int = 1, on: str = "messages") -> None:
        """The next `times` requests that touch `on` (messages, media, files, templates; empty: any) go wrong."""
        with self.lock:
            self._chaos += [(Chaos(chaos), on)] * times

    def next_chaos(self, touched: str) -> Chaos | None:
        """What goes wrong with a request, used up by asking."""
        with self.lock:
            for place, (chaos, on) in enumerate(self._chaos):
                if on in ("", touched):
                    del self._chaos[place]
                    return chaos
        return None

    def is_too_fast(self) -> bool:
        """Whether this message comes too soon after the others (`per_second`)."""
        if self.per_second is None:
            return False
        moment = time.monotonic()
        with self.lock:
            while self._recent and self._recent[0] < moment - 1:
                self._recent.popleft()
            self._recent.append(moment)
            return len(self._recent) > self.per_second

    def find_customer(self, payload: Mapping[str, Any]) -> WhatsAppCustomer | None:
        """Whom a message is for: `to` a number goes before a `recipient`."""
        number, user_id = str(payload.get("to", "")).lstrip("+"), payload.get("recipient")
        with self.lock:
            for customer in self.customers:
                if (number and customer.number == number) or (not number and customer.user_id == user_id):
                    return customer
        return None
