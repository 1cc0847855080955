"""Files of messages: stored once by their SHA-256 outside the web root."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from ascolto.channels.protocol import Media
from ascolto.conversations.models import Attachment, Message

# What the first bytes say; a browser is never told another type than this for an image it may show.
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"PK\x03\x04", "application/zip"),
)
SHOWN_INLINE = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "audio/ogg", "audio/mpeg", "video/mp4"}
)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")


class TooLarge(ValueError):
    """The file is larger than this installation accepts."""


def sniffed_type(head: bytes, claimed: str) -> str:
    """The type that the first bytes prove, else the claimed one when it is harmless, else unknown bytes."""
    for magic, content_type in _MAGIC:
        if head.startswith(magic):
            claimed_type = claimed.split(";")[0].strip().lower()
            office = content_type == "application/zip" and claimed_type.startswith("application/")
            return claimed_type if office and _TYPE.fullmatch(claimed_type) else content_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "audio/mp4" if claimed.startswith("audio/") else "video/mp4"
    claimed_type = claimed.split(";")[0].strip().lower()
    if not _TYPE.fullmatch(claimed_type) or claimed_type in SHOWN_INLINE:
        return "application/octet-stream"
    return claimed_type


def safe_name(name: str, fallback: str = "file") -> str:
    """A file name without path, control characters or tricks of writing direction, at most 200 characters."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    kept = kept.strip(" .")
    if len(kept) > 200:
        stem, dot, extension = kept.rpartition(".")
        kept = stem[: 199 - len(extension)] + dot + extension if dot and len(extension) < 12 else kept[:200]
    return kept or fallback


def path_of_digest(sha256: str) -> Path:
    """Where the content with this digest lies."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("not a SHA-256 digest")
    return Path(settings.FILES) / sha256[:2] / sha256


def path_of(attachment: Attachment) -> Path:
    """Where the attachment's content lies. Raises FileNotFoundError while it is not here."""
    if attachment.state != Attachment.State.READY or not attachment.sha256:
        raise FileNotFoundError(attachment.name)
    return path_of_digest(attachment.sha256)


def keep_content(content: bytes | Iterable[bytes], limit: int) -> tuple[str, int, bytes]:
    """Store content durably; returns digest, size and the first bytes. Raises TooLarge, leaving nothing behind."""
    root = Path(settings.FILES)
    root.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    descriptor, temporary = tempfile.mkstemp(dir=root, prefix=".incoming-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in (content,) if isinstance(content, bytes) else content:
                size += len(chunk)
                if size > limit:
                    raise TooLarge(f"larger than {limit // 1024 // 1024} MB")
                head = head or chunk[:64]
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        target = path_of_digest(digest.hexdigest())
        target.parent.mkdir(exist_ok=True)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size, head


def store_file(
    content: bytes | Iterable[bytes],
    *,
    name: str,
    content_type: str,
    uploader: Any = None,
    limit: int | None = None,
) -> Attachment:
    """A stored attachment that no message has yet. Raises TooLarge."""
    sha256, size, head = keep_content(content, limit or settings.MAX_UPLOAD_BYTES)
    return Attachment.objects.create(
        name=safe_name(name),
        content_type=sniffed_type(head, content_type),
        size=size,
        sha256=sha256,
        uploader=uploader,
    )


def make_attachments(pairs: Iterable[tuple[Message, Iterable[Media]]]) -> None:
    """Attachments of received messages: inline content is stored, the rest waits to be fetched."""
    rows = []
    for message, media in pairs:
        rows += [_attachment(message, item) for item in list(media)[:200]]
    Attachment.objects.bulk_create(rows)


def _attachment(message: Message, item: Media) -> Attachment:
    row = Attachment(
        message=message,
        name=safe_name(item.name),
        content_type=item.content_type[:127],
        content_id=item.content_id[:255],
        size=item.size or 0,
    )
    if item.stored:
        return _stored(row, item)
    if item.data is None:
        row.state, row.remote = Attachment.State.PENDING, dict(item.remote or {})
        return row
    try:
        row.sha256, row.size, head = keep_content(item.data, 4 * settings.MAX_UPLOAD_BYTES)
        row.content_type = sniffed_type(head, item.content_type)[:127]
    except TooLarge as error:
        row.state, row.error, row.size = Attachment.State.FAILED, str(error), len(item.data)
    return row


def _stored(row: Attachment, item: Media) -> Attachment:
    """A file that came through a door of our own: its content lies where it belongs."""
    try:
        path = path_of_digest(item.stored)
        with path.open("rb") as file:
            row.content_type = sniffed_type(file.read(64), item.content_type)[:127]
        row.sha256, row.size = item.stored, path.stat().st_size
    except (OSError, ValueError):
        row.state, row.error = Attachment.State.FAILED, "the file is gone"
    return row
