"""The form of requests and answers: chat completions as OpenAI defined them and many others speak them. Pure.

What servers differ in is read leniently: content as a text or in parts, thoughts between tags, names of limits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

LONGEST_ANSWER = 256 * 1024  # bytes of a whole answer
LONGEST_REQUEST = 96 * 1024
LONGEST_TEXT = 40_000  # characters of the model's text that are looked at
_VERSION = re.compile(r"v\d+[a-z0-9]*")
_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")
_OURS = frozenset(
    [
        "host",
        "content-length",
        "content-type",
        "transfer-encoding",
        "connection",
        "accept-encoding",
        "cookie",
        "te",
        "trailer",
        "upgrade",
    ]
)


class WrongAddress(ValueError):
    """The text is no address of a server; the message says why."""


class WrongHeader(ValueError):
    """A line is no header that may be sent; the message says which."""


def endpoint(base_url: str) -> str:
    """Where completions are asked for, from what people copy: with or without `/v1`, with the end of the path or without.

    Raises WrongAddress.
    """
    text = base_url.strip().rstrip("/").removesuffix("/chat/completions").rstrip("/")
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise WrongAddress("no_address") from error
    if parts.scheme not in {"http", "https"} or not host or any(c.isspace() for c in text):
        raise WrongAddress("no_address")
    if parts.query or parts.fragment or parts.username is not None or parts.password is not None:
        raise WrongAddress("extras")
    has_version = any(_VERSION.fullmatch(step) for step in parts.path.split("/"))
    return f"{text}{'' if has_version else '/v1'}/chat/completions"


def host_of(base_url: str) -> str:
    """The name of the server, with its port when it is written down."""
    try:
        return urlsplit(base_url.strip()).netloc.rpartition("@")[2][:255]
    except ValueError:
        return ""


def read_headers(text: str) -> dict[str, str]:
    """Headers from lines `Name: value`. Raises WrongHeader with the name of the first that may not be sent."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        fits = colon and _HEADER_NAME.fullmatch(name) and value and len(value) <= 2000
        if not fits or not value.isascii() or not value.isprintable() or name.lower() in _OURS:
            raise WrongHeader(name[:80])
        found[name] = value
    if len(found) > 10:
        raise WrongHeader("")
    return found


def headers_for(api_key: str, further: Mapping[str, str]) -> dict[str, str]:
    """The headers of a request; further ones may replace how the key is shown."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    if api_key:
        headers["authorization"] = f"Bearer {api_key}"
    for name, value in further.items():
        headers[name.lower()] = value
    return headers


def request_body(
    model: str, messages: Sequence[Mapping[str, str]], *, tokens: int, dialect: Mapping[str, Any]
) -> bytes:
    """The body of a request. `dialect`: `limit` (the name of the limit this server wants), `temperature` (False: takes none)."""
    document: dict[str, Any] = {"model": model, "messages": list(messages), "stream": False}
    document[str(dialect.get("limit") or "max_tokens")] = tokens
    if dialect.get("temperature", True):
        document["temperature"] = 0.2
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Completion:
    """What a server said. `is_cut`: its limit ended the text; `is_declined`: it did not want to, or was not allowed to."""

    text: str
    is_cut: bool = False
    is_declined: bool = False
    tokens_in: int | None = None
    tokens_out: int | None = None


def read_completion(document: Mapping[str, Any] | None) -> Completion | None:
    """The first choice of an answer; None when it is not in the agreed form."""
    choices = document.get("choices") if document is not None else None
    first = choices[0] if isinstance(choices, list) and choices else None
    said = first.get("message") if isinstance(first, dict) else None
    if document is None or not isinstance(first, dict) or not isinstance(said, dict):
        return None
    content = _text(said.get("content"))
    if content is None:
        return None
    usage = document.get("usage")
    told = usage if isinstance(usage, dict) else {}
    reason = first.get("finish_reason")
    return Completion(
        text=_THOUGHTS.sub("", content[:LONGEST_TEXT]).strip(),
        is_cut=reason == "length" or len(content) > LONGEST_TEXT,
        is_declined=reason == "content_filter" or bool(said.get("refusal")),
        tokens_in=_count(told.get("prompt_tokens")),
        tokens_out=_count(told.get("completion_tokens")),
    )


def _text(content: Any) -> str | None:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
    return "".join(part for part in parts if isinstance(part, str))


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def error_text(document: Mapping[str, Any] | None) -> str:
    """What the server says went wrong, as far as it says so in a form that is known."""
    error = document.get("error") if document is not None else None
    said = error.get("message") if isinstance(error, dict) else error
    said = said if isinstance(said, str) else document.get("message") if document is not None else ""
    return said if isinstance(said, str) else ""


def other_dialect(document: Mapping[str, Any] | None, dialect: Mapping[str, Any]) -> dict[str, Any] | None:
    """How to ask a server that does not know one of our parameters; None when that is not what it complains about."""
    error = document.get("error") if document is not None else None
    about = str(error.get("param") or "") if isinstance(error, dict) else ""
    said = f"{about} {error_text(document)}"
    changed = dict(dialect)
    if "max_tokens" in said and not dialect.get("limit"):
        changed["limit"] = "max_completion_tokens"
    if "temperature" in said and dialect.get("temperature", True):
        changed["temperature"] = False
    return changed if changed != dict(dialect) else None
