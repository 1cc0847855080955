"""What comes through the doors is put into the journal, durably, before anybody says yes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.utils.translation import gettext as _

from ascolto.channels.choosing import is_id
from ascolto.channels.models import ChannelAccount
from ascolto.contact.bodies import Unacceptable
from ascolto.contact.visitors import Visitor
from ascolto.conversations.files import TooLarge, keep_content, safe_name, sniffed_type
from ascolto.intake.journal import store_now
from ascolto.kit.text import clean

MAX_FILES = 10
KEPT_FOR = timedelta(hours=24)
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that lies in the store and belongs to no message yet."""

    sha256: str
    name: str
    type: str
    size: int


def keep_file(content: bytes | Iterable[bytes], *, name: str, content_type: str) -> KeptFile:
    """Store a file until its message comes. Raises Unacceptable."""
    try:
        sha256, size, head = keep_content(content, settings.MAX_UPLOAD_BYTES)
    except TooLarge:
        limit = settings.MAX_UPLOAD_BYTES // 1024 // 1024
        raise Unacceptable(
            413, "too_large", _("The file is larger than %(limit)s MB.") % {"limit": limit}
        ) from None
    if not size:
        raise Unacceptable(400, "empty_file", _("The file is empty."))
    return KeptFile(sha256, safe_name(name[:1000]), sniffed_type(head, content_type[:127]), size)


def _claims(owner: str) -> TimestampSigner:
    return TimestampSigner(salt=f"kept-file:{owner}")


def claim_of(file: KeptFile, *, owner: str) -> str:
    """A text with which only `owner` can attach the file."""
    return _claims(owner).sign_object(asdict(file))


def files_of(claims: Sequence[Any], *, owner: str) -> list[KeptFile]:
    """The files behind claims. Raises Unacceptable."""
    if len(claims) > MAX_FILES:
        raise Unacceptable(400, "too_many_files", _("At most %(limit)s files.") % {"limit": MAX_FILES})
    try:
        return [KeptFile(**_claims(owner).unsign_object(str(c)[:4000], max_age=KEPT_FOR)) for c in claims]
    except (BadSignature, ValueError, TypeError, UnicodeError):
        raise Unacceptable(
            400, "file_gone", _("A file is not available any more: attach it again.")
        ) from None


def write_message(
    *, account: ChannelAccount, visitor: Visitor, owner: str, said: dict[str, Any], language: str
) -> bool:
    """A visitor's message into the journal; the browser's id makes a repeated one harmless. Whether it was new.

    Raises Unacceptable.
    """
    client_id, given, files = said.get("id"), said.get("text", ""), said.get("files", [])
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise Unacceptable(400, "bad_id", "id must be 8 to 64 letters, digits, - or _.")
    if not isinstance(given, str) or not isinstance(files, list):
        raise Unacceptable(400, "bad_message", "text must be a text and files a list.")
    limit = account.adapter.capabilities.max_length
    text = clean(given, limit + 1).strip()
    if len(text) > limit:
        raise Unacceptable(400, "too_long", _("At most %(limit)s characters.") % {"limit": limit})
    kept = files_of(files, owner=owner)
    if not text and not kept:
        raise Unacceptable(400, "empty", _("The message is empty."))
    pressed = _pressed(said.get("payload"))
    page = said.get("page")
    return _put(
        account,
        "chat",
        {
            "type": "message",
            "id": client_id,
            "visitor": {
                "handle": visitor.handle,
                "email": visitor.email,
                "name": visitor.name,
                "language": language,
            },
            "text": text,
            "files": [asdict(file) for file in kept],
            "page": clean(page, 500) if isinstance(page, str) else "",
            **pressed,
        },
    )


def _pressed(payload: Any) -> dict[str, str]:
    """The id of the button that was pressed, if one was. Raises Unacceptable."""
    if payload is None:
        return {}
    if not isinstance(payload, str) or not is_id(payload):
        raise Unacceptable(400, "bad_payload", "payload must be the id of a choice.")
    return {"payload": payload}


def note_read(*, account: ChannelAccount, external_ids: Sequence[str]) -> None:
    """The visitor has seen these answers."""
    if external_ids:
        _put(account, "chat", {"type": "read", "messages": sorted(external_ids)})


def submit_form(*, account: ChannelAccount, submission: dict[str, Any]) -> bool:
    """A form that somebody filled in, into the journal. Whether it was new."""
    return _put(account, "form", {"type": "submission", **submission})


def _put(account: ChannelAccount, source: str, said: dict[str, Any]) -> bool:
    body = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "replace"
    )
    return store_now(account=account, body=body, headers={}, source=source)
