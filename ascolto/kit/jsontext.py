"""JSON that strangers wrote: everything the standard allows, quickly, and one error for everything else."""

from __future__ import annotations

import json
from typing import Any

import msgspec


class NotJson(ValueError):
    """The bytes are not a JSON text, or nested beyond all reason."""


def read_json(body: bytes) -> Any:
    """What the bytes say. Raises NotJson."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:  # msgspec refuses what JSON allows: half of an emoji, cut off by the sender
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise NotJson("not valid JSON") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
