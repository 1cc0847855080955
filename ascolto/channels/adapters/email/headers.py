"""Headers as they come: folded, in several character sets, unquoted, doubled. Everything here takes any text and never raises."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import TypeVar

from ascolto.channels.adapters.email import charsets
from ascolto.kit.text import clean

MAX_HEADER = 20_000  # characters of one header that anybody looks at
MAX_ADDRESSES = 200

_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?(.*?)\?=", re.DOTALL)
_CUT_WORD = re.compile(r"(=\?[A-Za-z0-9-]{3,40}\?[bBqQ]\?[^?\s]{2,200})\??$")  # its end is missing
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,80}\?[bBqQ]\?)")
_FOLD = re.compile(r"\r?\n[ \t]?|\r")
_SPACES = re.compile(r"[\s\x00\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_ADDRESS = re.compile(r"(?:\"[^\"\s@]{1,60}\"|[^\s@<>()\[\]\\,;:\"]{1,64})@[^\s@<>()\\,;:\"]{1,190}")
_MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,400})\s*>")
T = TypeVar("T")

_ONLY_ASCII_NAME = re.compile(r"[\w .,'’&+()/\-]{1,80}")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address; the address in lower case, since people type it in every way."""

    name: str
    address: str


def guarded(call: Callable[[], T], fallback: T) -> T:
    """The result of a call into the standard library's header parsing, which trips over some hostile parameters."""
    try:
        return call()
    except Exception:  # whatever it trips over, the mail must not be lost
        return fallback


def octets(text: str) -> bytes:
    """The bytes behind a raw header or body, as the parser of the standard library keeps them."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def decode_text(raw: str) -> str:
    """A header as people read it: unfolded, encoded words decoded, 8-bit text in the character set it seems to be in."""
    text = _FOLD.sub(" ", raw[:MAX_HEADER])
    if "=?" in text:
        text = _CUT_WORD.sub(r"\1?=", text)
    text = _decode_words(_BETWEEN_WORDS.sub(r"\1", text)) if "=?" in text else _plain(text)
    return _SPACES.sub(" ", clean(text)).strip()


def _plain(text: str) -> str:
    """Text outside encoded words, where 8-bit letters have no business and often are."""
    return text if text.isascii() and "\x1b" not in text else charsets.decode(octets(text))


def with_letters(raw: str, label: str) -> str:
    """A raw header whose 8-bit letters are read in the character set that the mail declares for its text."""
    if (raw.isascii() and "\x1b" not in raw) or "=?" in raw:
        return raw
    content = octets(raw[: 2 * MAX_HEADER])
    try:
        return content.decode("utf-8") if "\x1b" not in raw else charsets.decode(content, label)
    except UnicodeError:  # text that happens to be UTF-8 hardly ever happens
        return charsets.decode(content, label)


def _decode_words(text: str) -> str:
    """Neighbouring words in one character set are joined first: senders cut letters in two."""
    parts: list[str] = []
    held, label, end = b"", "", 0
    for word in _WORD.finditer(text):
        if word.start() > end or word.group(1).lower() != label.lower():
            parts.append(charsets.decode(held, label) if held else "")
            parts.append(_plain(text[end : word.start()]))
            held = b""
        label, end = word.group(1), word.end()
        held += _decode_word(word.group(2), word.group(3))
    parts.append(charsets.decode(held, label) if held else "")
    parts.append(_plain(text[end:]))
    return "".join(parts)


def _decode_word(encoding: str, text: str) -> bytes:
    content = octets(text)
    if encoding in "bB":
        return unbase64(content)
    return binascii.a2b_qp(content.replace(b" ", b"_"), header=True)


_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def unbase64(content: bytes) -> bytes:
    """What is readable of base64, however damaged."""
    letters = _NOT_BASE64.sub(b"", content)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def read_mailboxes(values: Iterable[str]) -> list[Mailbox]:
    """Every address in these headers, without doubles, in their order."""
    found: dict[str, Mailbox] = {}
    for raw in values:
        for chunk in _split(_FOLD.sub(" ", raw[:MAX_HEADER])):
            box = _read_mailbox(chunk)
            if box is not None:
                found.setdefault(box.address, box)
            if len(found) >= MAX_ADDRESSES:
                return list(found.values())
    return list(found.values())


def _split(text: str) -> list[str]:
    """Cut at commas and semicolons that stand outside quotes, brackets and comments."""
    chunks, start, quoted, depth, angle = [], 0, False, 0, False
    for place, letter in enumerate(text):
        if letter == '"' and text[place - 1 : place] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "()":
            depth = max(0, depth + (1 if letter == "(" else -1))
        elif letter in "<>":
            angle = letter == "<"
        elif letter in ",;" and not depth and not angle:
            chunks.append(text[start:place])
            start = place + 1
    chunks.append(text[start:])
    if quoted:  # a quote that nobody closed: better cut too often than not at all
        return text.replace('"', "").split(",")
    return chunks


def _read_mailbox(chunk: str) -> Mailbox | None:
    name, opened, inside = chunk.rpartition("<")
    match = _ADDRESS.search(_SPACES.sub("", inside)) if opened else None
    if match is None:
        match = _ADDRESS.search(chunk) or _ADDRESS.search(decode_text(chunk))
        if match is None:
            return None
        name = chunk.replace(match.group(), " ")
    address = _lower(match.group().strip("'.`"))
    if "[" not in address:
        address = address.rstrip("]")
    if not _ADDRESS.fullmatch(address):
        return None
    return Mailbox(_clean_name(name, address), address)


def _lower(address: str) -> str:
    if not address.isascii():
        address = charsets.decode(octets(address))
    return clean(address, 260).strip().lower()


def _clean_name(raw: str, address: str) -> str:
    name = decode_text(raw.replace('\\"', '"').replace("\\\\", "\\")).strip()
    name = re.sub(r"\W{0,2}mailto:\W{0,2}$", "", name, flags=re.IGNORECASE).strip()
    if ":" in name and not name.startswith('"'):  # "Group: first@…"
        name = name.rpartition(":")[2].strip()
    if address in name.lower() and name.lower() != address:  # the address stood inside an encoded word
        name = re.sub(rf"<?{re.escape(address)}>?", "", name, flags=re.IGNORECASE)
    name = _unquoted(name.strip(" ,;[]"))
    name = name.strip(" <>") if name.startswith("<") or name.endswith("<") or "<" not in name else name
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1].strip()
    return "" if name.lower() == address else name[:200]


def _unquoted(name: str) -> str:
    """A name without the quotation marks around it; one that belongs to a part of it stays."""
    while len(name) > 1 and name[0] in "\"'" and name[-1] == name[0] and name.count(name[0]) % 2 == 0:
        if name[0] in name[1:-1]:
            break
        name = name[1:-1].strip()
    return name if name.count('"') % 2 == 0 and not name.endswith("'") else name.strip("\"'")


def lonely_name(values: Iterable[str]) -> str:
    """The name in a From that has no address at all."""
    for raw in values:
        name = _unquoted(decode_text(raw).partition("<")[0].strip())
        if name.startswith("(") and name.endswith(")"):
            name = name[1:-1].strip()
        if name and _ONLY_ASCII_NAME.fullmatch(name):
            return name
    return ""


def read_message_ids(values: Iterable[str], limit: int = 100) -> list[str]:
    """Message ids with their angle brackets, in their order, without doubles."""
    found: dict[str, None] = {}
    for raw in values:
        text = _FOLD.sub(" ", raw[:MAX_HEADER])
        for match in _MESSAGE_ID.finditer(text):
            found.setdefault(f"<{_printable(match.group(1))}>")
            if len(found) >= limit:
                return list(found)
        if not found and (bare := text.strip().strip("<>")) and " " not in bare and "@" in bare:
            found.setdefault(f"<{_printable(bare[:400])}>")
    return list(found)


def _printable(text: str) -> str:
    return clean(text, 400)


_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def read_date(values: Iterable[str], received_at: datetime) -> datetime:
    """When the mail was written; `received_at` where the header is nonsense, or lies in the future."""
    for raw in values:
        moment = _parse_date(decode_text(raw)[:100])
        if moment is not None and _EARLIEST <= moment <= received_at + timedelta(minutes=10):
            return min(moment, received_at)
    return received_at


def _parse_date(text: str) -> datetime | None:
    try:
        fields = parsedate_tz(text)
        if fields is None:
            return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
        shift = fields[9] or 0
        if abs(shift) >= 86_400:
            return None
        return datetime(*fields[:6], tzinfo=UTC) - timedelta(seconds=shift)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
