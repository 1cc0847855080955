"""Signed and encrypted mails: what is signed is read, what is encrypted is kept as it came."""

from __future__ import annotations

import email
from email.message import Message as Part
from typing import Final

_DATA: Final = bytes.fromhex(
    "06092a864886f70d010701"
)  # OID 1.2.840.113549.1.7.1: the content of a signed message
_SIGNED: Final = bytes.fromhex("06092a864886f70d010702")  # 1.2.840.113549.1.7.2
MAX_SIZE: Final = 30 * 1024 * 1024
PGP_TEXT: Final = "-----BEGIN PGP MESSAGE-----"
PGP_SIGNED: Final = "-----BEGIN PGP SIGNED MESSAGE-----"


def signed_content(content: bytes) -> Part | None:
    """The mail inside an opaque S/MIME signature (RFC 8551, `smime-type=signed-data`); None when it is encrypted or broken."""
    if len(content) > MAX_SIZE or content[:80].find(_SIGNED) < 0:
        return None
    place = content.find(_DATA, 0, 4_000)
    if place < 0:
        return None
    try:
        data = _octets(content, place + len(_DATA))
    except (IndexError, ValueError):
        return None
    inside = email.message_from_bytes(data) if data else None
    return inside if inside is not None and inside.keys() else None


def _octets(content: bytes, place: int) -> bytes:
    """The octet string in the [0] that follows the OID, definite or in pieces (BER). Raises IndexError, ValueError."""
    if content[place] != 0xA0:
        raise ValueError("no content")
    place, _ = _length(content, place + 1)
    if content[place] == 0x04:
        place, size = _length(content, place + 1)
        return _taken(content, place, size)
    if content[place] != 0x24:
        raise ValueError("no octets")
    place, size = _length(content, place + 1)
    end = len(content) if size < 0 else place + size
    pieces = []
    while place < end and content[place] == 0x04:
        place, size = _length(content, place + 1)
        pieces.append(_taken(content, place, size))
        place += size
    return b"".join(pieces)


def _taken(content: bytes, place: int, size: int) -> bytes:
    if size < 0 or place + size > len(content):
        raise ValueError("cut off")
    return content[place : place + size]


def _length(content: bytes, place: int) -> tuple[int, int]:
    """Where the value begins and how long it is; -1 for one that ends by a mark."""
    first = content[place]
    if first < 0x80:
        return place + 1, first
    if first == 0x80:
        return place + 1, -1
    count = first & 0x7F
    if count > 4:
        raise ValueError("too long")
    return place + 1 + count, int.from_bytes(content[place + 1 : place + 1 + count], "big")
