"""Bytes to text when the label may be missing, misspelt, wrong or hostile."""

from __future__ import annotations

import codecs
import re

from ascolto.channels.adapters.email.guessing import guess

# What senders write, and what they mean: the wider set that contains it.
_MEANT = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cn-gb": "gb18030",
    "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
}
# Codecs that are no character sets, or that a hostile text makes very slow.
_NOT_FOR_MAIL = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
_NAME = re.compile(r"[A-Za-z0-9_.:\-]{2,40}")
_JAPANESE_ESCAPE = re.compile(rb"\x1b[$(][@B(IJ]")


def decode(content: bytes, label: str = "") -> str:
    """The text in `content`. Never raises: what cannot be read becomes U+FFFD."""
    for codec in _candidates(content, label):
        try:
            return content.decode(codec)
        except (UnicodeError, LookupError):
            continue
    if find_codec(label) is None and (guessed := guess(content)):
        return content.decode(guessed, "replace")
    try:
        return content.decode("cp1252")
    except UnicodeError:
        return _leniently(content, label)


def _candidates(content: bytes, label: str) -> list[str]:
    found = []
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found.append("utf-16")
    if named := find_codec(label):
        found.append("utf-8-sig" if named == "utf-8" else named)
    if _JAPANESE_ESCAPE.search(content[:10_000]):
        found.insert(0, "iso2022_jp_ext")
    elif content[:10_000].find(b"\x1b$)C") >= 0:
        found.insert(0, "iso2022_kr")
    return [*found, "utf-8-sig"]


def _leniently(content: bytes, label: str) -> str:
    named = find_codec(label)
    if named in {None, "cp1252"}:
        return content.decode("latin-1")
    return content.decode(named or "utf-8", "replace")


def find_codec(label: str) -> str | None:
    """The codec that a label means, or None when there is no such character set."""
    name = _NAME.search(label.strip().strip("\"'"))
    if name is None:
        return None
    wanted = name.group().lower()
    wanted = _MEANT.get(wanted, wanted)
    try:
        info = codecs.lookup(wanted)
    except (LookupError, ValueError):
        return None
    if info.name in _NOT_FOR_MAIL or not info._is_text_encoding:
        return None
    return _MEANT.get(info.name, info.name)
