"""What a network tells later about a message: merged name by name, so that the order in which it comes does not matter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ascolto.channels.protocol import Amended, Media
from ascolto.conversations.files import make_attachments
from ascolto.conversations.models import Message
from ascolto.kit.text import clean


def amendment(item: Amended) -> dict[str, Any]:
    """An Amended as plain values, so that it can wait in the database. Files come by reference only."""
    files = [
        {
            "name": media.name,
            "content_type": media.content_type,
            "remote": dict(media.remote),
            "size": media.size,
        }
        for media in item.attachments[:20]
        if media.remote
    ]
    return {"extra": dict(item.extra), "text": clean(item.text, 100_000), "files": files}


def amend(message: Message, data: Mapping[str, Any], at: datetime) -> bool:
    """Merge what the network tells now; whether anything changed. The later time wins for each name, nested one deep."""
    before = (message.extra, message.text)
    times: dict[str, str] = dict(message.extra.get("amended", {}))
    merged = dict(message.extra)
    for path, value in _flat(data["extra"]):
        key = ".".join(path)
        if times.get(key, "") <= at.isoformat():
            times[key] = at.isoformat()
            _put(merged, path, value)
    if data["text"] and not message.text:
        message.text = data["text"]
    message.extra = {**merged, "amended": times} if times else merged
    grew = _add_files(message, data["files"])
    if (message.extra, message.text) != before:
        message.save(update_fields=["extra", "text"])
        return True
    return grew


def _flat(extra: Mapping[str, Any]) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = []
    for name, value in extra.items():
        if isinstance(value, dict):
            found += [((name, inner), item) for inner, item in value.items()]
        else:
            found.append(((name,), value))
    return found


def _put(extra: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    if len(path) == 1:
        extra[path[0]] = value
    else:
        inner = extra.get(path[0])
        extra[path[0]] = {**(inner if isinstance(inner, dict) else {}), path[1]: value}


def _add_files(message: Message, files: list[dict[str, Any]]) -> bool:
    """Files that are not there yet, known by where the network keeps them."""
    wanted = {_mark(file): file for file in files}
    known = set(message.attachments.filter(content_id__in=list(wanted)).values_list("content_id", flat=True))
    fresh = [Media(**file, content_id=mark) for mark, file in wanted.items() if mark not in known]
    if fresh:
        make_attachments([(message, fresh)])
    return bool(fresh)


def _mark(file: Mapping[str, Any]) -> str:
    told = json.dumps(file["remote"], sort_keys=True).encode()
    return f"amended:{hashlib.sha256(told).hexdigest()[:32]}"
