"""Files that leave: handed over in pieces before the message that shows them. Nobody sees them until then."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from ascolto.channels.protocol import ErrorClass, Failure, File, SendRefused
from ascolto.channels.reading import object_of, text_of
from ascolto.channels.vendors.rest import Rest

MIB = 1024 * 1024
LIMITS = {
    "image/jpeg": 5 * MIB,
    "image/png": 5 * MIB,
    "image/webp": 5 * MIB,
    "image/gif": 15 * MIB,
    "video/mp4": 50 * MIB,
}
PIECE = 4 * MIB
_PATIENCE = 60.0  # seconds for X to look through a film
_ID = re.compile(r"[A-Za-z0-9_]{1,60}")


def check(files: Sequence[File], *, public: bool) -> None:
    """Raises SendRefused for files that X does not take, or not together."""
    for file in files:
        limit = LIMITS.get(_type(file), 0)
        if not limit:
            raise _refused(f"X takes no files of the type {_type(file)}.")
        if file.size > limit:
            raise _refused(f"{file.name} is larger than the {limit // MIB} MiB that X takes.")
    moving = [file for file in files if _type(file) in {"image/gif", "video/mp4"}]
    if public and (len(files) > 4 or (moving and len(files) > 1)):
        raise _refused("A post takes four pictures, or one film, or one GIF.")


def upload(rest: Rest, file: File, *, public: bool) -> str:
    """Hand a file over; the id by which a message shows it. Raises SendRefused."""
    content = file.read()
    asked = {
        "media_type": _type(file),
        "total_bytes": len(content),
        "media_category": _category(file, public),
    }
    media_id = _id(rest, rest.json("POST", "2/media/upload/initialize", repeatable=True, json=asked))
    for number, begin in enumerate(range(0, max(len(content), 1), PIECE)):
        piece = {"media": (file.name or "file", content[begin : begin + PIECE], "application/octet-stream")}
        path = f"2/media/upload/{quote(media_id, safe='')}/append"
        rest.ask("POST", path, repeatable=True, data={"segment_index": str(number)}, files=piece)
    done = rest.json("POST", f"2/media/upload/{quote(media_id, safe='')}/finalize", repeatable=True)
    _wait_for(rest, media_id, object_of(done.get("data")))
    return media_id


def _wait_for(rest: Rest, media_id: str, told: dict[str, Any]) -> None:
    """Until X has looked through it. Raises SendRefused."""
    left = _PATIENCE
    while "processing_info" in told:
        state = object_of(told["processing_info"])
        if state.get("state") == "failed":
            reason = text_of(object_of(state.get("error")).get("message"), 300)
            raise _refused(reason or "X cannot read this file.")
        if state.get("state") not in {"pending", "in_progress"}:
            return
        pause = state.get("check_after_secs")
        seconds = min(float(pause), 10.0) if isinstance(pause, int | float) and pause > 0 else 0.1
        if left < seconds:
            raise SendRefused(Failure(ErrorClass.RETRY, "X has not finished looking through the file."))
        left -= seconds
        threading.Event().wait(seconds)
        params = {"command": "STATUS", "media_id": media_id}
        document = rest.get("2/media/upload", params=params).json_object() or {}
        told = object_of(document.get("data"))


def _id(rest: Rest, document: dict[str, Any]) -> str:
    told = object_of(document.get("data"))
    media_id = text_of(told.get("id") or told.get("media_id"), 60)
    if not _ID.fullmatch(media_id):
        raise SendRefused(rest.nonsense(repeatable=True))
    return media_id


def _category(file: File, public: bool) -> str:
    kind = {"image/gif": "gif", "video/mp4": "video"}.get(_type(file), "image")
    return f"{'tweet' if public else 'dm'}_{kind}"


def _type(file: File) -> str:
    return file.content_type.split(";", 1)[0].strip().lower()


def _refused(reason: str) -> SendRefused:
    return SendRefused(Failure(ErrorClass.CONTENT, reason))
