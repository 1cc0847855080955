"""Customers on every channel, as a browser test meets them: one writes, reads what was answered, and that is all they know."""

from __future__ import annotations

import http.cookiejar
import json
import re
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlencode

from ascolto.kit.clock import now
from ascolto.kit.signature import sign
from ascolto.testing.networks import LocalServer
from ascolto.testing.networks.city import City, Network
from ascolto.testing.networks.everyone import network_types
from ascolto.testing.networks.mail import MailNetwork, example_mail
from ascolto.testing.product import Product


class Correspondent:
    """Somebody on one channel. `best` is the best news of an answer that this channel tells soon."""

    kind = ""
    best = "sent"

    def connect(self, product: Product) -> None:
        """Connect an inbox for this channel, and begin to write."""
        raise NotImplementedError

    def says(self, text: str) -> None:
        """Write to the company."""
        raise NotImplementedError

    def has_got(self, text: str) -> bool:
        """Whether the company's words arrived."""
        raise NotImplementedError


class Citizen(Correspondent):
    """Somebody on a network of the city. Where the company has to ask, they write before it does so for the first time."""

    def __init__(self, city: City, kind: str) -> None:
        self.kind = kind
        self.network: Network = city.networks.get(kind) or city.add(network_types()[kind]())
        self.person = self.network.add_person("Giulia Conti")
        self.public = False

    def connect(self, product: Product) -> None:
        address = product.add_channel(self.kind, f"Telvia {self.kind}", **self.network.settings)
        if self.network.has_hooks:
            self.network.hook_url = address

    def says(self, text: str) -> None:
        self.network.write(self.person, text, public=self.public)

    def has_got(self, text: str) -> bool:
        return any(text in message.text and message.public == self.public for message in self.network.sent)


class Correspondence(Correspondent):
    """Somebody who writes letters."""

    kind, best = "email", "sent"

    def __init__(self, mail: MailNetwork) -> None:
        self.mail = mail

    def connect(self, product: Product) -> None:
        product.add_channel("email", "Telvia mail", **self.mail.settings())

    def says(self, text: str) -> None:
        self.mail.deliver(example_mail(text, sender="Giulia Conti <giulia@example.org>", to=self.mail.user))

    def has_got(self, text: str) -> bool:
        return any(text.encode() in mail.content for mail in list(self.mail.sent))


class Shopper(Correspondent):
    """Somebody in the company's own app, which talks to the generic webhook."""

    kind = "webhook"

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.app = LocalServer(_answers_into(self.heard))

    def connect(self, product: Product) -> None:
        settings = {"secret": "a-shared-secret", "reply_url": f"{self.app.url}/replies"}
        self.url = product.add_channel("webhook", "Telvia app", **settings)

    def says(self, text: str) -> None:
        said = {
            "id": f"app-{time.monotonic_ns()}",
            "text": text,
            "sender": {"id": "g", "name": "Giulia Conti"},
        }
        body = json.dumps(said).encode()
        headers = {"content-type": "application/json", **sign("a-shared-secret", said["id"], now(), body)}  # type: ignore[arg-type]
        _ask(self.url, body, headers)

    def has_got(self, text: str) -> bool:
        return any(text in each for each in self.heard)


class Visitor(Correspondent):
    """Somebody in the chat of the website."""

    kind, best = "chat", "delivered"

    def connect(self, product: Product) -> None:
        token = product.add_channel("chat", "Telvia chat").rsplit("/", 1)[-1]
        self.address = f"{product.base_url}/contact/chat/{_token(product, 'chat') or token}"
        self.headers = {"content-type": "application/json", "origin": "https://www.telvia.example"}
        session = json.loads(_ask(f"{self.address}/session", b"{}", self.headers))
        self.headers["authorization"] = f"Bearer {session['visitor']}"

    def says(self, text: str) -> None:
        said = {"id": f"visitor-{time.monotonic_ns()}", "text": text}
        _ask(f"{self.address}/messages", json.dumps(said).encode(), self.headers)

    def has_got(self, text: str) -> bool:
        found = json.loads(_ask(f"{self.address}/messages", None, self.headers))
        return any(text == message["text"] for message in found["messages"])


class Writer(Correspondent):
    """Somebody who fills in the form, and is answered by mail."""

    kind = "form"

    def __init__(self, mail: MailNetwork) -> None:
        self.mail = mail
        self.browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )

    def connect(self, product: Product) -> None:
        given = self.mail.settings()
        wanted = ("address", "smtp_host", "smtp_port", "smtp_security")
        product.add_channel("form", "Telvia form", **{name: given[name] for name in wanted})
        self.page = f"{product.base_url}/contact/form/{_token(product, 'form')}/"

    def says(self, text: str) -> None:
        """Fill in and send until the form believes that a person does it: it wants some seconds of attention."""
        page, deadline = self.browser.open(self.page, timeout=20).read().decode(), time.monotonic() + 30
        about = {
            "name": "Giulia Conti",
            "email": "giulia.form@example.org",
            "subject": "My line",
            "message": text,
        }
        while True:
            key = re.search(r'name="form_key" value="([^"]+)"', page)
            assert key is not None, page[:2000]
            form = urlencode({**about, "reference": "", "form_key": key[1]}).encode()
            try:
                answer = self.browser.open(self.page, form, timeout=20)
                if "sent=" in answer.url:
                    return
                page = answer.read().decode()
            except urllib.error.HTTPError as refusal:
                page = refusal.read().decode()
            assert time.monotonic() < deadline, page[:2000]

    def has_got(self, text: str) -> bool:
        return any(text.encode() in mail.content for mail in list(self.mail.sent))


def _token(product: Product, kind: str) -> str:
    return str(product.query(f"SELECT token FROM channels_channelaccount WHERE kind = '{kind}'")[0][0])


def _ask(url: str, body: bytes | None, headers: dict[str, str]) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as answer:
        return bytes(answer.read())


def _answers_into(heard: list[str]) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers.get("content-length") or 0)).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    return Answers
