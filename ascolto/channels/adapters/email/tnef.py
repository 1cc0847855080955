"""The winmail.dat that Outlook sends to people without Outlook."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from tnefparse import TNEF

MAX_SIZE = 20 * 1024 * 1024
MAX_FILES = 100

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
        package = TNEF(content, do_checksum=False)
        files = tuple((_name(item), bytes(item.data or b"")) for item in package.attachments[:MAX_FILES])
        return Unpacked(_text(package.body), _text(package.htmlbody), files)
    except Exception:  # a foreign parser of a foreign format: whatever it trips over, the file is kept
        return None


def _name(item: object) -> str:
    long_name = getattr(item, "long_filename", None)
    name = long_name() if callable(long_name) else getattr(item, "name", "")
    return _text(name) or "file"


def _text(value: object) -> str:
    if isinstance(value, bytes):
        from ascolto.channels.adapters.email import charsets

        return charsets.decode(value).strip("\0")
    return str(value or "").strip("\0")
