"""The city: one process in which stand-ins of all networks live, each below a path of its own (`/telegram/…`).

    with City() as city:
        telegram = city.add(TelegramNetwork())         # values for an inbox: telegram.settings
        telegram.hook_url = "http://…/hooks/telegram/…"
        giulia = telegram.add_person("Giulia Conti")
        telegram.write(giulia, "Buongiorno")
        …
        assert telegram.sent[-1].text == "Buongiorno Giulia"

Every network enforces what the real one enforces: tokens, windows, lengths, rates, whom one may write to. It signs its hooks, repeats
them until they are taken, and can repeat and mix them for the fun of it (`mailman.duplicates`, `disorder`). `suffer` lets it fail as
networks fail. `POST /city/…` does the same from another process; see `controls.py`.
"""

from __future__ import annotations

import itertools
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import parse_qs, urlsplit

from ascolto.kit.clock import now
from ascolto.testing.networks import LocalServer, break_off
from ascolto.testing.networks.chaos import Chaos, Speed, Troubles
from ascolto.testing.networks.mailman import Mailman

LONGEST_BODY = 120 * 1024 * 1024
_PAGE = b"<html><body>It works!</body></html>"


@dataclass(slots=True)
class Person:
    """Somebody on a network. `id` is the network's, `name` what people see, `handle` how they are addressed."""

    id: str
    name: str
    handle: str = ""
    last_wrote_at: datetime | None = None
    has_blocked_us: bool = False
    is_gone: bool = False
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class SentMessage:
    """What the network took from the company. `answers` is the id of what it answers, where the network says so."""

    id: str
    person: Person | None
    text: str
    public: bool = False
    answers: str = ""
    files: tuple[tuple[str, bytes], ...] = ()  # content type and content
    data: Mapping[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class Request:
    """What came to a network. `path` begins after its own name; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def asked(self, name: str, default: str = "") -> str:
        """A parameter of the query."""
        return self.query.get(name, [default])[0]

    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def form(self) -> dict[str, list[str]]:
        """The body as a form."""
        return parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    @property
    def parts(self) -> list[str]:
        """The path in its parts."""
        return [part for part in self.path.split("/") if part]

    @property
    def bearer(self) -> str:
        """The token in the Authorization header."""
        return self.headers.get("authorization", "").removeprefix("Bearer ").strip()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a network answers; `document` becomes JSON unless it is bytes."""

    document: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = ""

    def encoded(self) -> tuple[bytes, str]:
        """Body and content type."""
        if isinstance(self.document, bytes):
            return self.document, self.content_type or "application/octet-stream"
        body = b"" if self.document is None else json.dumps(self.document).encode()
        return body, self.content_type or "application/json"


class Network:
    """Base of every stand-in. A subclass names its `kind`, gives `settings`, lets people write, and answers requests."""

    kind: ClassVar[str]  # of the adapter that talks to it
    has_hooks: ClassVar[bool] = True
    people_have_numbers: ClassVar[bool] = False  # `add_person` takes a telephone `number`

    def __init__(self) -> None:
        self.city: City | None = None
        self.mailman = Mailman(self.sign)
        self.troubles, self.speed = Troubles(), Speed()
        self.people: list[Person] = []
        self.sent: list[SentMessage] = []
        self.media: dict[str, tuple[bytes, str]] = {}
        self.disorder = False  # tells statuses in the wrong order
        self.reads = True  # whether people read what they get at once, and the network says so
        self.requests: list[tuple[str, str]] = []
        self.on_sent: Callable[[SentMessage], object] | None = None
        self.lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._run = secrets.token_hex(4)

    # --- what a subclass tells ---

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an inbox that talks to this network."""
        raise NotImplementedError

    def add_person(self, name: str, **about: Any) -> Person:
        """Somebody who may write to us."""
        raise NotImplementedError

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        """What they write to the company, by hook or for the next poll; its id. `public` where the network has both sides."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        """Answer a request of the company."""
        raise NotImplementedError

    def sign(self, body: bytes) -> Mapping[str, str]:
        """The headers that a hook with this body carries."""
        return {}

    def too_fast(self) -> Reply:
        """How the network says that it gets too many requests."""
        return Reply({"error": "too many requests"}, 429, {"Retry-After": "2"})

    def broken(self) -> Reply:
        """How the network says that it is in trouble."""
        return Reply({"error": "internal error"}, 500)

    def connected(self) -> None:
        """Called when `hook_url` is known: shake hands, register the hook, where the network does."""

    # --- what every network has ---

    @property
    def url(self) -> str:
        """Its address: what an inbox takes as its API address."""
        if self.city is None:
            raise RuntimeError(f"The network {self.kind} lives in no city yet.")
        return f"{self.city.url}/{self.kind}"

    @property
    def hook_url(self) -> str:
        """Where hooks go."""
        return self.mailman.url

    @hook_url.setter
    def hook_url(self, url: str) -> None:
        self.mailman.url = url
        self.connected()

    def new_id(self, prefix: str = "") -> str:
        """An id that never was before."""
        return f"{prefix}{self._run}{next(self._numbers):06d}"

    def new_number(self) -> int:
        """A number that never was before in this network."""
        return next(self._numbers)

    def keep(self, content: bytes, content_type: str) -> str:
        """Store a file; its id."""
        with self.lock:
            media_id = f"media{next(self._numbers)}"
            self.media[media_id] = (content, content_type)
        return media_id

    def find_person(self, id: str) -> Person | None:
        """Whom an id or a handle names."""
        with self.lock:
            return next((person for person in self.people if id in {person.id, person.handle} and id), None)

    def took(self, message: SentMessage) -> SentMessage:
        """Keep what the company sent, and tell whoever listens."""
        with self.lock:
            self.sent.append(message)
        if self.on_sent is not None:
            self.on_sent(message)
        return message

    def suffer(self, chaos: Chaos | str, times: int = 1, on: str = "") -> None:
        """The next `times` requests whose path holds `on` go wrong."""
        self.troubles.add(chaos, times, on)


SomeNetwork = TypeVar("SomeNetwork", bound=Network)


class City(LocalServer):
    """All networks at one address. A context manager."""

    def __init__(self, *, port: int = 0, host: str = "127.0.0.1") -> None:
        super().__init__(_Street, port, host)
        self.networks: dict[str, Network] = {}
        self.controls: Callable[[City, Request], Reply] | None = None

    def add(self, network: SomeNetwork) -> SomeNetwork:
        """Let a network live here."""
        network.city = self
        self.networks[network.kind] = network
        if self._thread is not None:
            network.mailman.start()
        return network

    def start(self) -> Self:
        super().start()
        for network in self.networks.values():
            network.mailman.start()
        return self

    def stop(self) -> None:
        for network in self.networks.values():
            network.mailman.stop()
        super().stop()


class _Street(BaseHTTPRequestHandler):
    """One connection to the city."""

    server: City
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = (
        True  # head and body leave apart: the second must not wait 40 ms for the first to be seen
    )

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def _meet(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        if length > LONGEST_BODY:
            self.close_connection = True
            return self._say(Reply({"error": "too large"}, 413))
        body = (
            self._chunked() if self.headers.get("transfer-encoding") == "chunked" else self.rfile.read(length)
        )
        parts = urlsplit(self.path)
        name, _, path = parts.path.lstrip("/").partition("/")
        request = Request(
            self.command,
            "/" + path,
            parse_qs(parts.query, keep_blank_values=True),
            {key.lower(): value for key, value in self.headers.items()},
            body,
        )
        if name == "city" and self.server.controls is not None:
            return self._say(self.server.controls(self.server, request))
        network = self.server.networks.get(name)
        if network is None:
            return self._say(Reply({"error": f"no network {name!r} lives here"}, 404))
        return self._ask(network, request)

    def _ask(self, network: Network, request: Request) -> None:
        network.requests.append((request.method, request.path))
        chaos = network.troubles.next(request.path)
        if chaos is Chaos.HANG:
            self.server.stopping.wait(120)
        if chaos in {Chaos.HANG, Chaos.RESET}:
            return self._break_off()
        if chaos is Chaos.LIMIT:
            return self._say(network.too_fast())
        if chaos is Chaos.FAIL:
            return self._say(network.broken())
        reply = network.answer(request)
        if chaos is Chaos.LOST:
            return self._break_off()
        if chaos in {Chaos.GARBAGE, Chaos.GATEWAY}:
            return self._say(Reply(_PAGE, 200 if chaos is Chaos.GARBAGE else 504, content_type="text/html"))
        return self._say(reply, half=chaos is Chaos.HALF)

    def _chunked(self) -> bytes:
        body = b""
        while (size := int(self.rfile.readline().split(b";")[0].strip() or b"0", 16)) and len(
            body
        ) < LONGEST_BODY:
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _break_off(self) -> None:
        break_off(self.connection)
        self.close_connection = True

    def _say(self, reply: Reply, *, half: bool = False) -> None:
        body, content_type = reply.encoded()
        self.send_response(reply.status)
        headers = {"Content-Type": content_type, "Content-Length": str(len(body)), **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if half else body)
        if half:
            self.wfile.flush()
            self._break_off()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _meet  # noqa: N815
