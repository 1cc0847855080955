"""The compressed RTF in which Outlook hides the text of a mail (MS-OXRTFCP), and the text or HTML that it stands for (MS-OXRTFEX)."""

from __future__ import annotations

import codecs
import re
import struct
from dataclasses import dataclass, field
from typing import Final

MAX_RAW: Final = 2_000_000  # bytes of RTF that anybody looks at
MAX_DEPTH: Final = 200
_PREFIX: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArial"
    rb"Times New RomanCourier{\colortbl\red0\green0\blue0"
    + b"\r\n"
    + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL
)
_SKIPPED: Final = {
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "header",
    "footer",
    "object",
    "generator",
    "themedata",
}
_LETTERS: Final = {
    "par": "\n", "line": "\n", "row": "\n", "cell": "\t", "tab": "\t", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•",
}  # fmt: skip


def decompress(content: bytes) -> bytes:
    """The RTF in a compressed property; empty when it is none."""
    if len(content) < 16:
        return b""
    size, raw_size, magic, _ = struct.unpack_from("<IIII", content)
    body = content[16 : size + 4]
    if magic == 0x414C454D:  # stored as it is
        return body[: min(raw_size, MAX_RAW)]
    if magic != 0x75465A4C:
        return b""
    return _unpack(body, min(raw_size, MAX_RAW))


def _unpack(body: bytes, wanted: int) -> bytes:
    """LZFu: eight flags, then for each a letter or a place and length in a ring of 4096."""
    ring = bytearray(_PREFIX + b"\0" * (4096 - len(_PREFIX)))
    write, place, out = len(_PREFIX), 0, bytearray()
    while place < len(body) and len(out) < wanted:
        flags = body[place]
        place += 1
        for bit in range(8):
            if flags >> bit & 1:
                if place + 1 >= len(body):
                    return bytes(out)
                pair = body[place] << 8 | body[place + 1]
                place += 2
                offset, length = pair >> 4, (pair & 15) + 2
                if offset == write:
                    return bytes(out)
                piece = bytes(_read(ring, offset, length, write, out))
                write = (write + len(piece)) % 4096
            elif place < len(body):
                ring[write] = body[place]
                out.append(body[place])
                write, place = (write + 1) % 4096, place + 1
    return bytes(out[:wanted])


def _read(ring: bytearray, offset: int, length: int, write: int, out: bytearray) -> bytearray:
    """Copy from the ring, which grows while it is read."""
    piece = bytearray()
    for step in range(length):
        letter = ring[(offset + step) % 4096]
        ring[(write + step) % 4096] = letter
        piece.append(letter)
    out += piece
    return piece


@dataclass(slots=True)
class _State:
    is_skipped: bool = False
    is_tag: bool = False  # inside {\*\htmltag …}: HTML as it is
    is_rtf_only: bool = False  # between \htmlrtf and \htmlrtf0: what the HTML says otherwise
    fallback: int = 1  # letters after \u that stand for it elsewhere


@dataclass(slots=True)
class _Reading:
    codec: str = "cp1252"
    is_html: bool = False
    pieces: list[str] = field(default_factory=list)
    held: bytearray = field(default_factory=bytearray)

    def say(self, text: str) -> None:
        if self.held:
            self.pieces.append(bytes(self.held).decode(self.codec, "replace"))
            self.held.clear()
        if text:
            self.pieces.append(text)


def read(content: bytes) -> tuple[str, str]:
    """The text of an RTF and the HTML that it was made of: one of the two is empty."""
    reading, state, skip = _Reading(), _State(), 0
    stack: list[_State] = []
    reading.is_html = b"\\fromhtml" in content[:2_000]
    for match in _TOKEN.finditer(content[:MAX_RAW]):
        hexed, word, number, symbol, brace, plain = match.groups()
        if brace == b"{":
            if len(stack) >= MAX_DEPTH:
                break
            stack.append(state)
            state = _State(state.is_skipped, state.is_tag, state.is_rtf_only, state.fallback)
            skip = 0
        elif brace == b"}":
            reading.say("")
            state = stack.pop() if stack else _State()
        elif word is not None:
            skip = _control(word.decode(), number, state, reading)
        elif symbol == b"*":
            state.is_skipped = not _opens_tag(content, match.end())
        elif skip > 0:
            plain_rest = (plain or b"x")[skip:] if plain else b""
            skip -= min(skip, len(plain or b"x"))
            _letters(plain_rest, state, reading)
        elif hexed is not None:
            _letters(bytes.fromhex(hexed.decode()), state, reading)
        elif symbol is not None:
            _letters({b"~": b"\xa0", b"_": b"-", b"-": b""}.get(symbol, symbol), state, reading)
        elif plain is not None:
            _letters(plain, state, reading)
    reading.say("")
    whole = "".join(reading.pieces)
    return ("", whole) if reading.is_html else (whole, "")


def _opens_tag(content: bytes, place: int) -> bool:
    return content.startswith(b"\\htmltag", place)


def _is_shown(state: _State, reading: _Reading) -> bool:
    return not state.is_skipped and not (reading.is_html and state.is_rtf_only and not state.is_tag)


def _letters(content: bytes, state: _State, reading: _Reading) -> None:
    if content and _is_shown(state, reading):
        reading.held += content


def _control(word: str, number: bytes | None, state: _State, reading: _Reading) -> int:
    """Obey a control word; how many letters after it are to be left out."""
    value = int(number) if number else None
    if word in _SKIPPED:
        state.is_skipped = True
    elif word == "htmltag":
        state.is_skipped, state.is_tag = False, True
    elif word == "htmlrtf":
        state.is_rtf_only = value != 0
    elif word == "ansicpg" and value:
        reading.codec = _codec(value)
    elif word == "uc":
        state.fallback = min(max(value or 0, 0), 10)
    elif word == "u" and value is not None:
        if _is_shown(state, reading):
            reading.say(chr(value % 65_536) if not 0xD800 <= value % 65_536 <= 0xDFFF else "\ufffd")
        return state.fallback
    elif word in _LETTERS and _is_shown(state, reading):
        reading.say(_LETTERS[word])
    return 0


def _codec(page: int) -> str:
    try:
        return codecs.lookup("utf-8" if page == 65001 else f"cp{page}").name
    except LookupError:
        return "cp1252"
