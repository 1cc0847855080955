"""What an event of a room says: one reader for each type of message."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ascolto.channels.protocol import Media
from ascolto.channels.reading import object_of, text_of
from ascolto.channels.vendors.hypertext import sanitise
from ascolto.kit.text import clean

LONGEST = 60_000  # characters: an event has at most 64 KiB
MXC = re.compile(r"mxc://([A-Za-z0-9.:\[\]-]{1,255})/([A-Za-z0-9_=-]{1,255})")
_QUOTED = re.compile(r"\A(?:> ?[^\n]*\n)+\n?")  # older clients repeat what they answer, marked as a quotation
_MOST_ANSWERS = 20


@dataclass(slots=True)
class Content:
    """The part of a message that depends on its type."""

    kind: str
    text: str = ""
    html: str = ""
    attachments: tuple[Media, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


def read_content(content: Mapping[str, Any]) -> Content:
    """The content of `m.room.message`. What nobody knows is shown by its text, which every client must send."""
    msgtype = text_of(content.get("msgtype"), 60)
    return _READERS.get(msgtype, _unsupported)(content)


def body_of(content: Mapping[str, Any]) -> str:
    """The text without what older clients repeat of the message answered."""
    body = text_of(content.get("body"), LONGEST)
    answers = object_of(object_of(content.get("m.relates_to")).get("m.in_reply_to"))
    return _QUOTED.sub("", body, count=1) if answers and body.startswith(">") else body


def _text(content: Mapping[str, Any]) -> Content:
    html = content.get("formatted_body")
    formatted = isinstance(html, str) and content.get("format") == "org.matrix.custom.html"
    return Content("text", body_of(content), sanitise(html) if formatted and isinstance(html, str) else "")


def _emote(content: Mapping[str, Any]) -> Content:
    return Content("text", f"* {body_of(content)}")


def _unsupported(content: Mapping[str, Any]) -> Content:
    return Content("unsupported", body_of(content), extra={"type": text_of(content.get("msgtype"), 60)})


def _location(content: Mapping[str, Any]) -> Content:
    place = text_of(content.get("geo_uri"), 200)
    found = re.match(r"geo:(-?\d{1,3}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)", place)
    if not found:
        return Content("location", body_of(content))
    latitude, longitude = float(found.group(1)), float(found.group(2))
    lines = [body_of(content), f"{latitude}, {longitude}"]
    location = {"latitude": latitude, "longitude": longitude}
    return Content("location", "\n".join(line for line in lines if line), extra={"location": location})


def _file(kind: str) -> Callable[[Mapping[str, Any]], Content]:
    """A file; `body` is its name, or what is said of it when `filename` is told."""

    def read(content: Mapping[str, Any]) -> Content:
        address = text_of(content.get("url"), 600)
        name, body = text_of(content.get("filename"), 200), body_of(content)
        caption = body if name and name != body else ""
        if not MXC.fullmatch(address):
            told = {"warnings": ["encrypted"]} if isinstance(content.get("file"), dict) else {}
            return Content("unsupported", caption or body, extra={"type": kind, **told})
        about = object_of(content.get("info"))
        content_type = text_of(about.get("mimetype"), 127).partition(";")[0].strip().lower()
        size = about.get("size")
        media = Media(
            name=clean(name or body or kind, 200),
            content_type=content_type or "application/octet-stream",
            remote={"mxc": address},
            size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**40 else None,
        )
        return Content(kind, caption, attachments=(media,))

    return read


def read_sticker(content: Mapping[str, Any]) -> Content:
    """A sticker: a picture whose `body` says what it shows."""
    found = _file("sticker")({**content, "filename": None})
    return found if found.attachments else Content("unsupported", body_of(content), extra={"type": "sticker"})


def read_poll(content: Mapping[str, Any]) -> Content:
    """A poll's question and what can be answered, one a line."""
    poll = object_of(content.get("m.poll") or content.get("org.matrix.msc3381.poll.start"))
    answers = poll.get("answers")
    options = [_words(object_of(answer)) for answer in (answers if isinstance(answers, list) else [])]
    lines = [
        _words(object_of(poll.get("question"))),
        *(f"○ {words}" for words in options[:_MOST_ANSWERS] if words),
    ]
    return Content("poll", "\n".join(line for line in lines if line))


def _words(part: Mapping[str, Any]) -> str:
    told = part.get("m.text")
    first = told[0] if isinstance(told, list) and told else {}
    return text_of(object_of(first).get("body"), 500) or text_of(
        part.get("org.matrix.msc1767.text") or part.get("body") or told, 500
    )


_READERS: dict[str, Callable[[Mapping[str, Any]], Content]] = {
    "m.text": _text,
    "m.emote": _emote,
    "m.image": _file("image"),
    "m.video": _file("video"),
    "m.audio": _file("audio"),
    "m.file": _file("document"),
    "m.location": _location,
}
