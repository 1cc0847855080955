"""The winmail.dat that Outlook sends to people without Outlook (MS-OXTNEF)."""

from __future__ import annotations

import logging
import struct
from dataclasses import dataclass
from typing import Final

from tnefparse import TNEF

from ascolto.channels.adapters.email import charsets, rtf

MAX_SIZE: Final = 20 * 1024 * 1024
MAX_FILES: Final = 100
_MAX_OBJECTS: Final = 2_000
_MAX_WORK: Final = 2_000_000_000  # bytes: the parser copies the rest of the package for every object in it
_NEEDED: Final = {TNEF.ATTBODY, TNEF.ATTMAPIPROPS, TNEF.ATTTNEFVERSION, TNEF.ATTOEMCODEPAGE}

logging.getLogger("tnef-decode").setLevel(logging.CRITICAL)  # it tells the log about every oddity
logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was inside: the body where there is one, and files by name."""

    text: str
    html: str
    files: tuple[tuple[str, bytes], ...]


def unpack(content: bytes) -> Unpacked | None:
    """What is in a winmail.dat; None when it cannot be read (it is then kept as a file)."""
    if len(content) > MAX_SIZE:
        return None
    try:
        package = TNEF(_needed(content), do_checksum=False)
        files = tuple((_name(item), bytes(item.data or b"")) for item in package.attachments[:MAX_FILES])
        text, html = _text(package.body), _text(package.htmlbody)
        if not text.strip() and not html.strip() and package._rtfbody:
            text, html = rtf.read(rtf.decompress(bytes(package._rtfbody)))
        return Unpacked(text, html, files)
    except Exception:  # a foreign parser of a foreign format: whatever it trips over, the file is kept
        return None


def _needed(content: bytes) -> bytes:
    """The package without what nobody reads here (recipients, dates). Raises ValueError for one made to keep us busy."""
    kept, place, count = [content[:6]], 6, 0
    while place + 11 <= len(content):
        level, name, _, size = struct.unpack_from("<BHHI", content, place)
        end = place + 9 + size + 2
        if level == TNEF.LVL_ATTACHMENT or name in _NEEDED:
            kept.append(content[place:end])
            count += 1
        place = end
        if count > _MAX_OBJECTS or count * len(content) > _MAX_WORK:
            raise ValueError("too many objects")
    return b"".join(kept)


def _name(item: object) -> str:
    long_name = getattr(item, "long_filename", None)
    name = long_name() if callable(long_name) else getattr(item, "name", "")
    return _text(name) or "file"


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return charsets.decode(value).strip("\0")
    return str(value or "").strip("\0")
