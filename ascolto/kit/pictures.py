"""What a small picture file is, from its own bytes: nothing is believed that its name or sender says.

Only raster pictures that browsers draw and cannot run: PNG, JPEG, WebP. Nothing is decoded here; sizes stand in the first bytes.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # JPEG markers that begin a frame


@dataclass(frozen=True, slots=True)
class Picture:
    """Its media type and its size in pixels."""

    content_type: str
    width: int
    height: int


class NotAPicture(ValueError):
    """Neither PNG nor JPEG nor WebP, or broken."""


def picture_of(data: bytes) -> Picture:
    """What these bytes are. Raises NotAPicture."""
    try:
        if data.startswith(_PNG):
            return _png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        raise NotAPicture("broken") from None
    raise NotAPicture("unknown kind")


def _png(data: bytes) -> Picture:
    """Every chunk is walked: a file with something hidden behind its end, or a wrong sum, is refused."""
    place, size = len(_PNG), (0, 0)
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + length]
        (told,) = struct.unpack_from(">I", data, place + 8 + length)
        if len(body) != length or zlib.crc32(kind + body) != told:
            raise NotAPicture("broken")
        if kind == b"IHDR":
            size = struct.unpack_from(">II", body)
        place += 12 + length
        if kind == b"IEND":
            break
    else:
        raise NotAPicture("broken")
    if place != len(data):
        raise NotAPicture("something behind its end")
    return _checked("image/png", *size)


def _jpeg(data: bytes) -> Picture:
    if not data.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise NotAPicture("broken")
    place = 2
    while True:
        while data[place] == 0xFF and data[place + 1] == 0xFF:
            place += 1
        if data[place] != 0xFF:
            raise NotAPicture("broken")
        marker = data[place + 1]
        (length,) = struct.unpack_from(">H", data, place + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return _checked("image/jpeg", width, height)
        if marker == 0xDA or length < 2:
            raise NotAPicture("broken")
        place += 2 + length


def _webp(data: bytes) -> Picture:
    (length,) = struct.unpack_from("<I", data, 4)
    if length + 8 != len(data):
        raise NotAPicture("broken")
    kind = data[12:16]
    if kind == b"VP8X":
        return _checked(
            "image/webp",
            int.from_bytes(data[24:27], "little") + 1,
            int.from_bytes(data[27:30], "little") + 1,
        )
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return _checked("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return _checked("image/webp", width & 0x3FFF, height & 0x3FFF)
    raise NotAPicture("broken")


def _checked(content_type: str, width: int, height: int) -> Picture:
    if not width or not height:
        raise NotAPicture("empty")
    return Picture(content_type, width, height)
