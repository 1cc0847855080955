"""Files in both directions. Coming: an id, then an address that lives five minutes. Leaving: uploaded, then named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ascolto.channels.adapters.whatsapp.errors import CODES
from ascolto.channels.protocol import ErrorClass, Failure, File, SendRefused
from ascolto.channels.reading import text_of
from ascolto.channels.vendors.meta_graph import Graph
from ascolto.kit.text import clean

MIB = 1024 * 1024
IMAGES = ("image/jpeg", "image/png")
VIDEOS = ("video/mp4", "video/3gpp")
SOUNDS = ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")
LIMITS = {**dict.fromkeys(IMAGES, 5 * MIB), **dict.fromkeys((*VIDEOS, *SOUNDS), 16 * MIB), "*": 100 * MIB}
CAPTION = 1024
_ID = re.compile(r"[A-Za-z0-9_.=-]{1,100}")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')


def kind_of(content_type: str) -> str:
    """How WhatsApp shows a file: image, video, audio, or a document to be opened."""
    bare = content_type.split(";", 1)[0].strip().lower()
    for kind, types in (("image", IMAGES), ("video", VIDEOS), ("audio", SOUNDS)):
        if bare in types:
            return kind
    return "document"


def upload(graph: Graph, number_id: str, file: File) -> dict[str, Any]:
    """Hand a file over; the part of a message that names it. Nobody sees it yet. Raises SendRefused."""
    kind = kind_of(file.content_type)
    name = _UNSAFE.sub("_", clean(file.name, 240)).strip() or kind
    answer = graph.upload(
        number_id,
        "media",
        data={"messaging_product": "whatsapp", "type": file.content_type},
        files={"file": (name, file.read(), file.content_type)},
    )
    found = text_of(answer.get("id"), 100)
    if not found:
        raise SendRefused(graph.nonsense(repeatable=True))
    return {"id": found, **({"filename": name} if kind == "document" else {})}


def fetch(graph: Graph, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
    """Content and type of a file that came along. Raises SendRefused."""
    media_id = text_of(remote.get("id"), 100)
    if not _ID.fullmatch(media_id) or not media_id.strip("."):
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message names no file that could be fetched."))
    try:
        about = graph.get(media_id)
    except SendRefused as refusal:
        raise _gone(refusal) from refusal
    size, url = about.get("file_size"), text_of(about.get("url"), 4000)
    if isinstance(size, str) and size.isdigit() and len(size) < 16:
        size = int(size)
    if isinstance(size, int) and size > limit:
        raise SendRefused(
            Failure(ErrorClass.CONTENT, f"The file has {size} bytes; at most {limit} are taken.")
        )
    if not url:
        raise SendRefused(graph.nonsense(repeatable=True))
    try:
        answer = graph.download(url, limit, size if isinstance(size, int) else None)
    except SendRefused as refusal:
        raise _expired(refusal) from refusal
    content_type = text_of(about.get("mime_type"), 127) or answer.headers.get("content-type", "")
    return answer.body, content_type.split(";", 1)[0].strip()[:127]


def _gone(refusal: SendRefused) -> SendRefused:
    """WhatsApp keeps a file for a month; then its id is no object any more. That says nothing about the account."""
    failure = refusal.failure
    if failure.error is ErrorClass.CONFIG and failure.code in {"100", "404"}:
        return SendRefused(
            Failure(ErrorClass.CONTENT, "WhatsApp does not have this file any more.", code=failure.code)
        )
    return refusal


def _expired(refusal: SendRefused) -> SendRefused:
    """The address lives five minutes: refused, it is asked for anew at the next attempt."""
    failure = refusal.failure
    if failure.code in {"401", "403", "404", "410"} and int(failure.code) not in CODES:
        return SendRefused(Failure(ErrorClass.RETRY, failure.reason, code=failure.code))
    return refusal
