"""What a file in a mail is called: the name it claims, made harmless, or one that says what it is."""

from __future__ import annotations

import mimetypes
import re
from email.message import Message as Part
from typing import Final
from urllib.parse import unquote

from ascolto.channels.adapters.email import charsets, headers

_TYPED: Final = {
    "message/rfc822": "message.eml",
    "message/global": "message.eml",
    "message/delivery-status": "delivery-status.txt",
    "message/global-delivery-status": "delivery-status.txt",
    "message/disposition-notification": "read-notice.txt",
    "message/feedback-report": "feedback-report.txt",
    "text/rfc822-headers": "headers.txt",
    "text/calendar": "calendar.ics",
    "text/vcard": "contact.vcf",
    "text/x-vcard": "contact.vcf",
    "text/plain": "document.txt",
    "text/html": "document.html",
    "application/pdf": "document.pdf",
    "application/rtf": "document.rtf",
    "image/jpeg": "image.jpg",
    "image/jpg": "image.jpg",
    "video/quicktime": "video.mov",
    "audio/mpeg": "audio.mp3",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "pgp-version.txt",
    "application/pgp-keys": "key.asc",
}
_HIDDEN_LETTERS = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f<>:\"|?*]")
_WITH_ENDING = re.compile(r"[^/@]{1,100}\.[A-Za-z0-9]{2,5}")
_ENCODED_TAIL = re.compile(r"^(?:utf-8|iso-8859-\d{1,2}|windows-\d{4})''(.+)$", re.IGNORECASE)


def claimed(part: Part) -> str:
    """The name a part claims, without folders and without letters that hide its ending; empty when it claims none."""
    _repair(part)
    raw = headers.guarded(part.get_filename, None) or headers.guarded(
        lambda: str(part.get_param("name") or ""), ""
    )
    name = headers.decode_text(str(raw))
    if quoted := _ENCODED_TAIL.match(name):  # RFC 2231 between quotation marks, as some programs write it
        name = unquote(quoted.group(1))
    return harmless(name)


def harmless(name: str) -> str:
    """A name that is only a name: no folders, nothing that hides its ending, of a length that disks take."""
    name = _HIDDEN_LETTERS.sub("", name).replace("\\", "/").rpartition("/")[2]
    return _shortened(_FORBIDDEN.sub("_", name).strip(" ."))


def _shortened(name: str) -> str:
    if len(name) <= 150:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:120]}.{ending[:20]}" if dot else name[:150]


def _repair(part: Part) -> None:
    """Give 8-bit parameters their letters; the standard library would replace each by a question mark."""
    for name, value in list(part.raw_items()):
        if name.lower() in {"content-type", "content-disposition"} and not str(value).isascii():
            part.replace_header(name, charsets.decode(headers.octets(str(value))))


def told(part: Part, kind: str, subject: str = "") -> str:
    """A name for a part that claims none: what other headers say of it, else what it is."""
    ending = _ending(kind)
    if subject:
        return harmless(subject.replace("/", "_").replace("\\", "_")[:100]) + ".eml"
    place = _text(part, "content-location").rpartition("/")[2]
    identity = _text(part, "content-id").strip(" <>")
    for candidate in (place, identity.partition("@")[0] if "@" in identity else ""):
        if _WITH_ENDING.fullmatch(candidate):
            return harmless(candidate)
    if described := harmless(_text(part, "content-description").replace("/", "_")[:100]):
        return described if _WITH_ENDING.fullmatch(described) else described + ending
    return by_type(kind)


def by_type(kind: str) -> str:
    """A name that says only what kind of file it is."""
    main = kind.partition("/")[0]
    stem = main if main in {"image", "audio", "video"} else "document" if main == "text" else "file"
    return _TYPED.get(kind) or stem + _ending(kind)


def _ending(kind: str) -> str:
    typed = _TYPED.get(kind, "")
    other = ".txt" if kind.startswith("text/") else ".bin"
    return "." + typed.rpartition(".")[2] if typed else mimetypes.guess_extension(kind) or other


def _text(part: Part, name: str) -> str:
    return headers.decode_text(str(headers.guarded(lambda: part.get(name, ""), "") or ""))


def unique(name: str, taken: set[str]) -> str:
    """The name, numbered when another file of the same mail has it."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if dot else (name, "")
    number, candidate = 0, name
    while candidate.lower() in taken:
        number += 1
        candidate = f"{stem}{number}{ending}"
    return candidate
