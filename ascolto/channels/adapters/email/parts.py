"""The body of a mail: what to read, what to show, and the files. Broken structure yields what can be saved of it."""

from __future__ import annotations

import binascii
import mimetypes
import re
from dataclasses import dataclass, field
from email.message import Message as Part

from ascolto.channels.adapters.email import charsets, headers, markup, naming, sealed, tnef, uuencode
from ascolto.channels.protocol import Media
from ascolto.kit.text import clean

MAX_DEPTH = 40
MAX_PARTS = 3_000
MAX_FILES = 200
MAX_BODY = 2_000_000  # bytes of one text part that anybody looks at

_SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")


@dataclass(slots=True)
class Body:
    """Everything in a mail that is not its header."""

    text: str = ""
    html: str = ""  # as it came; not cleaned yet
    files: list[Media] = field(default_factory=list)
    left_out: int = 0
    is_encrypted: bool = False
    signed: str = ""  # smime, pgp


@dataclass(slots=True)
class _Piece:
    """Text and HTML of one part; `own_*`: the sender wrote that kind himself."""

    text: str = ""
    html: str = ""
    own_text: bool = False
    own_html: bool = False


def read_body(message: Part) -> Body:
    """Text, HTML and files of a mail."""
    reader = _Reader()
    piece = reader.read(message, 0)
    body = reader.body
    body.text = piece.text if piece.own_text or piece.own_html else ""
    body.html = piece.html if piece.own_html else ""
    body.is_encrypted = body.is_encrypted or sealed.PGP_TEXT in body.text[:2_000]
    if sealed.PGP_SIGNED in body.text[:2_000]:
        body.signed = "pgp"
    if piece.own_text and "begin " in body.text:
        body.text, found = uuencode.split(body.text)
        for name, content in found:
            reader.keep_file(name, "", content)
    return body


def content_type(part: Part) -> str:
    """`text/plain` where nothing better is said."""
    stated = headers.guarded(part.get_content_type, "text/plain")
    return stated if _TYPE.fullmatch(stated) else "application/octet-stream"


def claimed_name(part: Part) -> str:
    """The name a part claims, in lower case."""
    return naming.claimed(part).lower()


def content_of(part: Part) -> bytes:
    """The bytes of a part, its transfer encoding undone."""
    payload = part._payload  # type: ignore[attr-defined]  # get_payload() loses 8-bit text that names no character set
    if not isinstance(payload, str):
        return b""
    raw = headers.octets(payload)
    stated = str(part.get("content-transfer-encoding", "")).strip().lower()
    encoding = re.split(r"[;\s(]", stated, maxsplit=1)[0]
    if encoding == "base64":
        return headers.unbase64(raw)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw)
    if encoding in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        return uuencode.undo(raw.decode("latin-1"))
    return raw


def declared_charset(message: Part) -> str:
    """The character set of the mail's text, where it is declared."""
    for part in (message, *_first_children(message)):
        label = headers.guarded(lambda part=part: str(part.get_param("charset") or ""), "")  # type: ignore[misc]
        if label:
            return label
    return ""


def _first_children(message: Part) -> list[Part]:
    """The part that stands first, then the first in it, a few levels down."""
    found: list[Part] = []
    children: object = message.get_payload()
    while len(found) < 5 and isinstance(children, list) and children and isinstance(children[0], Part):
        found.append(children[0])
        children = children[0].get_payload()
    return found


def text_of(part: Part) -> str:
    """The text of a part in its character set."""
    label = headers.guarded(lambda: str(part.get_param("charset") or ""), "")
    content = content_of(part)[:MAX_BODY]
    if content_type(part) == "text/html" and not label:
        found = re.search(rb"charset\s{0,3}=\s{0,3}[\"']?([\w.:-]{2,40})", content[:2000], re.IGNORECASE)
        label = found.group(1).decode("ascii", "replace") if found else ""
    return clean(charsets.decode(content, label), MAX_BODY)


class _Reader:
    def __init__(self) -> None:
        self.body = Body()
        self._parts = 0
        self._names: set[str] = set()

    def read(self, part: Part, depth: int) -> _Piece:
        """Text and HTML of a part and of those in it; files are kept aside."""
        self._parts += 1
        kind = content_type(part)
        if self._parts > MAX_PARTS or depth > MAX_DEPTH:
            self.body.left_out += 1
            return _Piece()
        if kind == "multipart/encrypted":
            self.body.is_encrypted = True
        if kind == "multipart/signed":
            self.body.signed = "pgp" if "pgp" in str(part.get("content-type", "")).lower() else "smime"
        if kind in _SMIME:
            return self._read_smime(part, kind, depth)
        if kind.startswith("message/"):
            self._keep_mail(part, kind)
            return _Piece()
        if part.is_multipart():
            return self._read_container(part, kind, depth)
        if kind.startswith("multipart/"):
            return self._read_broken(part)
        return self._read_leaf(part, kind)

    def _read_container(self, part: Part, kind: str, depth: int) -> _Piece:
        children = [child for child in part.get_payload() if isinstance(child, Part)]
        pieces = [
            self._keep_leaf(child, "text/html")
            if kind == "multipart/mixed" and place and _is_page_file(child)
            else self.read(child, depth + 1)
            for place, child in enumerate(children)
        ]
        if kind == "multipart/alternative":
            return _choose(pieces)
        return _concatenate(pieces)

    def _read_broken(self, part: Part) -> _Piece:
        """A container whose boundary never appears: its content is read as text."""
        lines = [line for line in text_of(part).split("\n") if not re.match(r"--\S{4,}$", line)]
        text = "\n".join(lines).strip()
        return _Piece(text=text, own_text=bool(text))

    def _read_leaf(self, part: Part, kind: str) -> _Piece:
        disposition = str(part.get("content-disposition", "")).strip().lower()
        if kind in {"text/plain", "text/html"} and not disposition.startswith("attachment"):
            named = bool(naming.claimed(part))
            if not named or disposition.startswith("inline") or not disposition:
                text = text_of(part)
                if kind == "text/html":
                    return _Piece(text=markup.to_text(text), html=text, own_html=True)
                if not named:
                    text = unflow(text) if _is_flowed(part) else text
                    return _Piece(text=text, html=markup.from_text(text), own_text=bool(text.strip()))
        return self._keep_leaf(part, kind)

    def _keep_leaf(self, part: Part, kind: str) -> _Piece:
        content, name = content_of(part), naming.claimed(part)
        if kind in _TNEF or name.lower() == "winmail.dat":
            inside = tnef.unpack(content)
            if inside is not None and (inside.files or inside.text or inside.html):
                return self._keep_tnef(inside)
        if content or name:
            content_id = headers.decode_text(str(part.get("content-id", ""))).strip(" <>")[:200]
            self.keep_file(name or naming.told(part, kind), kind, content, content_id)
        return _Piece()

    def _read_smime(self, part: Part, kind: str, depth: int) -> _Piece:
        """A signed mail is read from inside its signature; an encrypted one is a file. The file is kept either way."""
        content = content_of(part)
        self.keep_file(naming.claimed(part) or naming.told(part, kind), kind, content)
        inside = sealed.signed_content(content)
        if inside is None:
            self.body.is_encrypted = True
            return _Piece()
        self.body.signed = "smime"
        return self.read(inside, depth + 1)

    def _keep_tnef(self, inside: tnef.Unpacked) -> _Piece:
        for name, content in inside.files:
            self.keep_file(clean(name, 150).rpartition("/")[2], "", content)
        text = inside.text or (markup.to_text(inside.html) if inside.html else "")
        return _Piece(
            text=clean(text), html=inside.html, own_text=bool(text.strip()), own_html=bool(inside.html)
        )

    def _keep_mail(self, part: Part, kind: str) -> None:
        """A mail (or a report) attached to this one, as a file."""
        inner = part.get_payload()
        children = [child for child in inner if isinstance(child, Part)] if isinstance(inner, list) else []
        content = (
            b"\n".join(_flatten(child) for child in children[:MAX_FILES]) if children else content_of(part)
        )
        name, subject = naming.claimed(part), ""
        if children and kind == "message/rfc822":
            subject = headers.decode_text(str(headers.guarded(lambda: children[0].get("subject", ""), "")))
        self.keep_file(name or naming.told(part, kind, subject), kind, content)

    def keep_file(self, name: str, kind: str, content: bytes, content_id: str = "") -> None:
        """Remember a file, up to the number a desk can show."""
        if len(self.body.files) >= MAX_FILES:
            self.body.left_out += 1
            return
        kind = kind or mimetypes.guess_type(name)[0] or "application/octet-stream"
        name = naming.unique(name or naming.by_type(kind), self._names)
        self._names.add(name.lower())
        media = Media(name=name, content_type=kind, data=content, content_id=content_id, size=len(content))
        self.body.files.append(media)


def _is_page_file(part: Part) -> bool:
    """A web page with a name of its own that is no body: Outlook and Apple Mail call pieces of the body ATT00001.htm."""
    name = naming.claimed(part)
    return bool(name) and content_type(part) == "text/html" and not re.fullmatch(r"(?i)ATT\d+\.html?", name)


def _flatten(part: Part) -> bytes:
    """The bytes of a parsed mail again."""
    return headers.guarded(part.as_bytes, b"") or headers.octets(headers.guarded(part.as_string, ""))


def _choose(pieces: list[_Piece]) -> _Piece:
    """Of alternatives: the text the sender wrote as text, and the last HTML (the richest)."""
    texts = [piece for piece in pieces if piece.own_text and piece.text.strip()]
    pages = [piece for piece in pieces if piece.own_html and piece.html.strip()]
    text = texts[0].text if texts else (pages[-1].text if pages else "")
    if texts and pages and _is_excuse(text, pages[-1].text):
        text = pages[-1].text
    html = pages[-1].html if pages else (texts[0].html if texts else "")
    return _Piece(text=text, html=html, own_text=bool(texts), own_html=bool(pages))


def _is_excuse(text: str, page_text: str) -> bool:
    """ "Your program cannot show HTML" in place of the text."""
    return len(text) < 400 and "html" in text.lower() and len(page_text) > 2 * len(text)


def _concatenate(pieces: list[_Piece]) -> _Piece:
    telling = [piece for piece in pieces if piece.own_text or piece.own_html]
    if len(telling) == 1:
        return telling[0]
    return _Piece(
        text="\n\n".join(piece.text.strip("\n") for piece in telling if piece.text.strip()),
        html="\n".join(piece.html for piece in telling if piece.html.strip()),
        own_text=any(piece.own_text for piece in telling),
        own_html=any(piece.own_html for piece in telling),
    )


def _is_flowed(part: Part) -> bool:
    return headers.guarded(lambda: str(part.get_param("format") or ""), "").lower() == "flowed"


def unflow(text: str) -> str:
    """Put together the paragraphs that a mail program cut into short lines (RFC 3676)."""
    lines: list[str] = []
    open_depth = -1
    for raw in text.split("\n"):
        depth = len(raw) - len(raw.lstrip(">"))
        line = raw[depth:].removeprefix(" ")
        if open_depth == depth and line != "-- ":
            lines[-1] += line
        else:
            lines.append(">" * depth + (" " if depth else "") + line)
        flows = line.endswith(" ") and line != "-- " and len(lines[-1]) < 20_000
        open_depth = depth if flows else -1
    return "\n".join(lines)
