"""Files that old programs write into the text itself: `begin 644 name`, lines of letters, `end`."""

from __future__ import annotations

import binascii
import re
from typing import Final

from ascolto.channels.adapters.email import naming

MAX_FILES: Final = 200
_UU_BEGIN = re.compile(r"^begin [0-7]{3,4} (.{1,200})$", re.MULTILINE)
_UU_LINE = re.compile(r"[\x20-\x60]{1,62}")


def split(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Take uuencoded files out of a text."""
    found: list[tuple[str, bytes]] = []
    kept, place = [], 0
    for begin in _UU_BEGIN.finditer(text):
        if begin.start() < place or len(found) >= MAX_FILES:
            continue
        end = text.find("\nend", begin.end())
        if end < 0:
            break
        lines = text[begin.end() + 1 : end].split("\n")
        if not all(_UU_LINE.fullmatch(line.rstrip("\r")) for line in lines if line.strip()):
            continue
        kept.append(text[place : begin.start()])
        found.append((naming.harmless(begin.group(1).strip()), undo("\n".join(lines))))
        place = end + len("\nend")
    return "".join([*kept, text[place:]]), found


def undo(text: str) -> bytes:
    """The bytes that uuencoded lines stand for; damaged lines are left out."""
    content = bytearray()
    for line in text.split("\n"):
        if line.startswith(("begin ", "end")) or not line.strip():
            continue
        try:
            content += binascii.a2b_uu(line.rstrip("\r"))
        except (binascii.Error, ValueError):
            continue
    return bytes(content)
