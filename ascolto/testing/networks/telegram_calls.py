"""What the Bot API is asked, whichever way the parameters come, and how it says no."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from html.parser import HTMLParser
from typing import Any

from ascolto.testing.networks.city import Reply, Request

_TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "blockquote", "span"}


class BotError(Exception):
    """An answer of the Bot API that says no."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def reply(self) -> Reply:
        """As Telegram writes it."""
        told: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return Reply(told | ({"parameters": self.parameters} if self.parameters else {}), self.code)


@dataclass(frozen=True, slots=True)
class Call:
    """A method with its parameters, whichever way they came, and its uploads by field: name, content, type."""

    method: str
    params: Mapping[str, Any]
    uploads: Mapping[str, tuple[str, bytes, str]]

    def text(self, name: str) -> str:
        """A parameter as text."""
        value = self.params.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        """A parameter as a number. Raises BotError."""
        value = self.params.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise BotError(400, f"Bad Request: {name} must be a number") from error

    def json(self, name: str) -> Any:
        """A structured parameter; None when it is absent. Raises BotError."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise BotError(400, f"Bad Request: can't parse {name} JSON object") from error


def read_call(method: str, request: Request) -> Call:
    """The parameters of a request: query, form, multipart or JSON."""
    params: dict[str, Any] = {name: values[0] for name, values in request.query.items()}
    uploads: dict[str, tuple[str, bytes, str]] = {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        header = f"content-type: {kind}\r\n\r\n".encode()
        for part in BytesParser(policy=HTTP).parsebytes(header + request.body).iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            content = part.get_payload(decode=True)
            content = content if isinstance(content, bytes) else b""
            if (file_name := part.get_filename()) is not None:
                uploads[name] = (file_name, content, part.get_content_type())
            else:
                params[name] = content.decode("utf-8", "replace")
    elif kind.startswith("application/json"):
        document = request.json()
        params |= document if isinstance(document, dict) else {}
    else:
        params |= {name: values[0] for name, values in request.form().items()}
    return Call(method, params, uploads)


def visible_text(call: Call, name: str) -> str:
    """A text without its formatting. Raises BotError for what Telegram cannot read."""
    text = call.text(name)
    if call.text("parse_mode").upper() != "HTML":
        return text
    reader = _Tags()
    reader.feed(text)
    reader.close()
    if reader.open:
        raise BotError(
            400,
            f"Bad Request: can't parse entities: Can't find end tag corresponding to start tag {reader.open[-1]}",
        )
    return "".join(reader.text)


class _Tags(HTMLParser):
    """The few tags that Telegram knows, properly nested; anything else is an error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise BotError(
                400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}" at byte offset 0'
            )
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise BotError(400, "Bad Request: can't parse entities: Unexpected end tag at byte offset 0")

    def handle_data(self, data: str) -> None:
        self.text.append(data)
