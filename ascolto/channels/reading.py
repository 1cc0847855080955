"""Reading what came from outside and may be anything: every reader gives something of its own type. Free of Django."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from ascolto.channels.protocol import Malformed
from ascolto.kit.clock import from_epoch
from ascolto.kit.jsontext import NotJson, read_json
from ascolto.kit.text import clean


def check_body(body: bytes) -> None:
    """Any JSON may come in: what nobody understands yet is kept. Raises Malformed for what is not JSON."""
    try:
        read_json(body)
    except NotJson as error:
        raise Malformed("The body is not valid JSON.") from error


def read_body(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; empty when it holds anything else. Raises Malformed."""
    try:
        return object_of(read_json(body))
    except NotJson as error:
        raise Malformed("The body is not valid JSON.") from error


class Unreadable(ValueError):
    """An element of a delivery that lacks what makes it what it says it is."""


def text_of(value: Any, limit: int = 300) -> str:
    """A text or number as clean text; anything else is empty."""
    if isinstance(value, str):
        return clean(value, limit)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    return ""


def needed(value: Any, what: str, limit: int = 255) -> str:
    """A text that must be there. Raises Unreadable."""
    text = text_of(value, limit).strip()
    if not text:
        raise Unreadable(f"{what} is missing")
    return text


def object_of(value: Any) -> dict[str, Any]:
    """A JSON object; empty when it is anything else."""
    return value if isinstance(value, dict) else {}


def objects_of(value: Any) -> Iterator[dict[str, Any]]:
    """The objects in a JSON list; nothing when it is no list."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def moment_of(value: Any, received_at: datetime) -> datetime:
    """A time in seconds since 1970; `received_at` when it is none, or lies in the future."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return received_at
    try:
        moment = from_epoch(value)
    except (ValueError, OverflowError):
        return received_at
    return moment if moment <= received_at + timedelta(days=1) else received_at


def plain(value: Any, depth: int = 5) -> Any:
    """A copy of JSON that every database stores: clean texts, bounded depth, length and width."""
    if isinstance(value, str):
        return clean(value, 2000)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)[:40]
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if depth == 0:
        return None
    if isinstance(value, dict):
        return {clean(key, 100): plain(item, depth - 1) for key, item in list(value.items())[:50]}
    return [plain(item, depth - 1) for item in value[:50]] if isinstance(value, list) else None


def iso_moment_of(value: Any, received_at: datetime) -> datetime:
    """A time as ISO 8601 writes it, UTC when it names no zone; `received_at` when it is none, or lies in the future."""
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) and len(value) < 60 else None
        if moment is not None:
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    return moment if moment is not None and moment <= received_at + timedelta(days=1) else received_at
