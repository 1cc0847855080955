"""Reading values out of somebody else's JSON: dotted paths, with alternatives."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from ascolto.kit.clock import from_epoch
from ascolto.kit.text import clean

_PATH = re.compile(r"[^\s.|]+(\.[^\s.|]+)*")
MAX_STEPS = 20


def split_paths(text: str) -> list[list[str]]:
    """`"a.b | c.0"` as [["a", "b"], ["c", "0"]]; a leading `$.` is allowed. Raises ValueError for what is no path."""
    paths = []
    for alternative in text.split("|"):
        path = alternative.strip().removeprefix("$.")
        if not _PATH.fullmatch(path) or path.count(".") >= MAX_STEPS:
            raise ValueError(
                f"{alternative.strip()!r} is not a path: write names with dots between them, such as data.text."
            )
        paths.append(path.split("."))
    return paths


def find(document: Any, paths: str) -> Any:
    """What the first of the paths that leads somewhere leads to; None when none does."""
    if not paths.strip():
        return None
    for steps in split_paths(paths):
        found = document
        for step in steps:
            found = _enter(found, step)
        if found is not None and found != "":
            return found
    return None


def _enter(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if (
        isinstance(value, list)
        and step.isascii()
        and step.isdigit()
        and len(step) < 6
        and int(step) < len(value)
    ):
        return value[int(step)]
    return None


def text_at(document: Any, paths: str, limit: int) -> str:
    """The text (or number, as text) at the first fitting path; empty when there is none."""
    for path in paths.split("|") if paths.strip() else ():
        found = find(document, path)
        if isinstance(found, int | float) and not isinstance(found, bool):
            found = str(found)
        if isinstance(found, str) and (text := clean(found, limit).strip()):
            return text
    return ""


def moment_at(document: Any, paths: str) -> datetime | None:
    """The time at the path: ISO 8601 (UTC when it names no zone) or seconds or milliseconds since 1970."""
    text = text_at(document, paths, 40)
    if not text:
        return None
    try:
        return from_epoch(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
