"""What comes through the doors, read with a limit before anything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.http import HttpRequest

from ascolto.conversations.files import TooLarge

MAX_JSON = 64 * 1024
_CHUNK = 64 * 1024


class Unacceptable(Exception):
    """A request that is not accepted. `status` and `code` are for scripts, the text is for people."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after


def declared_length(request: HttpRequest) -> int:
    """The length a request declares; 0 when it declares none."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else 0


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body. Raises Unacceptable."""
    if declared_length(request) > MAX_JSON:
        raise Unacceptable(413, "too_large", "The request is larger than this chat accepts.")
    body = request.read(MAX_JSON + 1)
    if len(body) > MAX_JSON:
        raise Unacceptable(413, "too_large", "The request is larger than this chat accepts.")
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Unacceptable(400, "not_json", "The body must be a JSON object.")
    return document


def chunks_of(request: HttpRequest, limit: int) -> Iterator[bytes]:
    """The body in pieces. Raises TooLarge."""
    if declared_length(request) > limit:
        raise TooLarge(f"larger than {limit // 1024 // 1024} MB")
    while chunk := request.read(_CHUNK):
        yield chunk
