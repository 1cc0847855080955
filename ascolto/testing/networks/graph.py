"""The Graph API as a stand-in: tokens, errors, versions in the path, forms, files, signed hooks. Meta's four networks build on it."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, ClassVar
from urllib.parse import urlencode

from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.networks.chaos import Chaos, Troubles
from ascolto.testing.networks.city import Network, Reply, Request

_VERSION = re.compile(r"v\d+\.\d+")


class GraphError(Exception):
    """An answer of the Graph API that says no."""

    def __init__(
        self, code: int, title: str, status: int = 400, retry_after: int | None = None, **more: Any
    ) -> None:
        super().__init__(title)
        self.code, self.title, self.status, self.retry_after = code, title, status, retry_after
        self.more = more

    def reply(self, details: Mapping[str, Any] | None = None) -> Reply:
        """As Graph writes it."""
        error = {"message": f"(#{self.code}) {self.title}", "type": "OAuthException", "code": self.code}
        told: dict[str, Any] = {"error_data": {**details, "details": self.title}} if details else {}
        wait = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return Reply({"error": {**error, **told, "fbtrace_id": "A-stand-in", **self.more}}, self.status, wait)


def no_object() -> GraphError:
    """What is asked about does not exist, or is not ours."""
    title = "Unsupported request. Object does not exist or permissions are missing"
    return GraphError(100, title, 400, error_subcode=33)


@dataclass(frozen=True, slots=True)
class Form:
    """What a request carries, however it is written: JSON, a form, a form with files, or its query."""

    fields: Mapping[str, Any]
    files: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field as text."""
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else json.dumps(value) if value is not None else ""

    def object(self, name: str) -> dict[str, Any]:
        """A field that is JSON, or JSON in a text. Raises GraphError for anything else."""
        value = self.fields.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                value = None
        if not isinstance(value, dict):
            raise GraphError(100, f"The parameter {name} is required")
        return value


def form_of(request: Request) -> Form:
    """The form of a request. Raises GraphError for JSON that is none."""
    asked = {name: values[-1] for name, values in request.query.items()}
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return _multipart(request, kind, asked)
    if kind.startswith("application/x-www-form-urlencoded"):
        return Form({**asked, **{name: values[-1] for name, values in request.form().items()}})
    if not request.body:
        return Form(asked)
    document = request.json()
    if not isinstance(document, dict):
        raise GraphError(100, "Invalid parameter")
    return Form({**asked, **document})


def _multipart(request: Request, kind: str, asked: Mapping[str, str]) -> Form:
    message = BytesParser(policy=HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + request.body)
    fields: dict[str, Any] = dict(asked)
    files: dict[str, tuple[bytes, str]] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        raw = content if isinstance(content, bytes) else b""
        if part.get_filename() is None:
            fields[name] = raw.decode("utf-8", "replace").rstrip("\r\n")
        else:
            files[name] = (raw, part.get_content_type())
    return Form(fields, files)


class GraphTroubles(Troubles):
    """Troubles that may be aimed at `objects`: requests whose path names one thing alone."""

    def next(self, path: str) -> Chaos | None:
        parts = [part for part in path.split("/") if part and not _VERSION.fullmatch(part)]
        return super().next(f"{path} objects" if len(parts) == 1 else path)


class GraphNetwork(Network):
    """Base of Meta's networks. A subclass answers `route`."""

    object_name: ClassVar[str]
    public_files: ClassVar[bool] = True  # Meta's files need no token, WhatsApp's do
    limit_error: ClassVar[tuple[int, str]] = (4, "Application request limit reached")
    error_details: ClassVar[Mapping[str, Any] | None] = None

    def __init__(self, **settings: str) -> None:
        super().__init__()
        self.troubles: Troubles = GraphTroubles()
        self.app_secret = settings.get("app_secret", "stand-in-app-secret")
        self.access_token = settings.get("access_token", "EAAstandin")
        self.verify_token = settings.get("verify_token", "stand-in-verifies")
        self.subscribed_fields: list[str] = []
        self.is_connected = False

    @property
    def settings(self) -> dict[str, str]:
        return {
            "app_secret": self.app_secret,
            "verify_token": self.verify_token,
            "access_token": self.access_token,
            "api_base": self.url,
        }

    # --- hooks ---

    def sign(self, body: bytes) -> dict[str, str]:
        seal = hmac.digest(self.app_secret.encode(), body, "sha256").hex()
        return {"x-hub-signature-256": f"sha256={seal}"}

    def connected(self) -> None:
        self.is_connected = self.shake_hands()

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

    def tell_entry(self, entry_id: str, after: float = 0.0, **content: Any) -> None:
        """Deliver one entry: `changes`, `messaging` or `standby`."""
        entry = {"id": entry_id, "time": int(now().timestamp() * 1000), **content}
        body = json.dumps({"object": self.object_name, "entry": [entry]}).encode()
        self.mailman.post(body, after)

    # --- requests ---

    def answer(self, request: Request) -> Reply:
        parts = request.parts
        if parts and _VERSION.fullmatch(parts[0]):
            parts = parts[1:]
        try:
            found = self._answered(request, parts)
        except GraphError as error:
            return error.reply(self.error_details)
        return found if isinstance(found, Reply) else Reply(found)

    def _answered(self, request: Request, parts: list[str]) -> Any:
        if parts[:1] == ["files"] and self.public_files:
            return self.file(parts)
        form = form_of(request)
        if (request.bearer or form.text("access_token")) != self.access_token:
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", 401)
        if parts[:1] == ["files"]:
            return self.file(parts)
        if request.method == "POST" and self.speed.is_too_fast():
            raise GraphError(*self.limit_error, 429, retry_after=1)
        return self.route(request, parts, form)

    def route(self, request: Request, parts: list[str], form: Form) -> Any:
        """Answer a request whose token is good. Raises GraphError."""
        raise no_object()

    def too_fast(self) -> Reply:
        return GraphError(*self.limit_error, 429, retry_after=2).reply(self.error_details)

    def broken(self) -> Reply:
        return GraphError(2, "Service temporarily unavailable", 500, is_transient=True).reply()

    def file(self, parts: list[str]) -> Reply:
        """A stored file. Raises GraphError."""
        if len(parts) != 2 or parts[1] not in self.media:
            raise no_object()
        content, content_type = self.media[parts[1]]
        return Reply(content, content_type=content_type)

    def file_url(self, content: bytes, content_type: str) -> str:
        """Store a file; its address."""
        return f"{self.url}/files/{self.keep(content, content_type)}"

    def subscriptions(self, request: Request, form: Form) -> dict[str, Any]:
        """`subscribed_apps`: what the page tells the app of."""
        if request.method == "POST":
            self.subscribed_fields = [name for name in form.text("subscribed_fields").split(",") if name]
            return {"success": True}
        app = {"name": "Ascolto", "id": "1517776481860111", "subscribed_fields": self.subscribed_fields}
        return {"data": [app] if self.subscribed_fields else []}


def page_of(items: list[dict[str, Any]], form: Form, size: int = 25) -> dict[str, Any]:
    """One page of an edge, as the query asks: `limit` and `after`."""
    limit = min(int(form.text("limit") or size), size)
    after = int(form.text("after") or 0)
    paging: dict[str, Any] = {"cursors": {"before": str(after), "after": str(after + limit)}}
    if after + limit < len(items):
        paging["next"] = "…"
    return {"data": items[after : after + limit], "paging": paging}


def iso(moment: Any) -> str:
    """A time as the Graph API writes it."""
    return str(moment.strftime("%Y-%m-%dT%H:%M:%S+0000"))
