"""A stored delivery as text that may be looked at: readable, not endless, and without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ascolto.kit.text import clean

SHOWN = 100_000  # characters; the rest of a long mail is seldom what made it fail
HIDDEN = "•••"
_SECRET_KEYS = (
    "token",
    "secret",
    "password",
    "passwd",
    "authorization",
    "signature",
    "api_key",
    "apikey",
    "cookie",
)
_SHORTEST_SECRET = 6  # shorter ones would black out half of the text


def is_secret_name(name: str) -> bool:
    """Whether a header or a field of this name should not be read by people."""
    folded = name.lower().replace("-", "_")
    return any(word in folded for word in _SECRET_KEYS)


def readable(body: bytes, secrets: Iterable[str] = ()) -> tuple[str, bool]:
    """The body as indented JSON or as text, and whether it was cut. `secrets` are blacked out wherever they stand."""
    text = body.decode("utf-8", "replace")
    if text.lstrip()[:1] in {"{", "["}:
        text = _indented(text)
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    return clean(text, SHOWN), len(text) > SHOWN


def _indented(text: str) -> str:
    try:
        return json.dumps(_hidden(json.loads(text)), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: HIDDEN if is_secret_name(str(key)) and isinstance(item, str) and item else _hidden(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    return value


def shown_headers(headers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The kept headers, the telling ones blacked out."""
    return [
        (str(name), HIDDEN if is_secret_name(str(name)) else clean(str(value), 500))
        for name, value in sorted(headers.items())
    ]
