"""Bytes that were meant to be a mail as something a parser reads: the header of broken programs put in order."""

from __future__ import annotations

import re
from typing import Final

MAX_HEADER_BYTES: Final = 256 * 1024  # what a header may have; the rest of a header bomb is not looked at
_MAX_LINES: Final = 3_000

_BLANK = re.compile(rb"\r?\n\r?\n|\r\r")
_MAILBOX_LINE = re.compile(rb">?From [ \t]{0,4}[^\s:]")
_FIELD = re.compile(rb"[!-9;-~]{1,100}:")
_SPACED_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]{1,4}:")
_KNOWN = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-type|content-transfer-encoding|received|return-path"
    rb"|reply-to|sender|delivered-to|in-reply-to|references)[ \t]{0,4}:",
    re.IGNORECASE,
)
_TELLING = re.compile(rb"^(?:from|subject|content-type|to|date)[ \t]{0,4}:", re.IGNORECASE | re.MULTILINE)


def tidy(content: bytes) -> bytes:
    """The mail without what stands before it, and with a header that goes on to its end."""
    content = content.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n \t")
    if _MAILBOX_LINE.match(content):  # the first line of a mailbox file
        content = content.partition(b"\n")[2]
    head, gap, rest = split(content)
    if not _TELLING.search(head[:MAX_HEADER_BYTES]) and _is_header(rest[:2_000]):
        more, gap, rest = split(rest.lstrip(b"\r\n"))  # a blank line in the middle of the header
        head = head + b"\r\n" + more
    head = _in_order(head)
    if len(head) > MAX_HEADER_BYTES:
        head = head[:MAX_HEADER_BYTES].rpartition(b"\n")[0]
    return head + gap + rest


def split(content: bytes) -> tuple[bytes, bytes, bytes]:
    """Header, the gap after it, and body."""
    found = _BLANK.search(content)
    if found is None:
        return content, b"", b""
    return content[: found.start()], found.group(), content[found.end() :]


def _is_header(text: bytes) -> bool:
    """Whether a block begins as a header does: at least two known fields in its first lines."""
    lines = text.lstrip(b"\r\n").splitlines()[:6]
    return (
        bool(lines) and bool(_FIELD.match(lines[0])) and sum(bool(_KNOWN.match(line)) for line in lines) >= 2
    )


def _in_order(head: bytes) -> bytes:
    """Lines that are no field would end the header for every parser: they join the field above while known fields follow.
    A field with a space before its colon loses it."""
    lines = head[: 2 * MAX_HEADER_BYTES].splitlines()
    if len(lines) > _MAX_LINES or all(_FIELD.match(line) or line[:1] in b" \t" for line in lines):
        return head
    last = max((place for place, line in enumerate(lines) if _KNOWN.match(line)), default=-1)
    kept: list[bytes] = []
    for place, line in enumerate(lines):
        if place < last + 1 and (spaced := _SPACED_FIELD.match(line)):
            line = spaced.group(1) + line[spaced.end() - 1 :]
        if place < last and not _FIELD.match(line) and line[:1] not in b" \t":
            if kept:
                kept.append(b" " + line)
            continue
        kept.append(line)
    return b"\r\n".join(kept)
