"""The parts of a post: who wrote it, what it says, its files, what it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ascolto.channels.above import post_above
from ascolto.channels.adapters.bluesky.richtext import whole_text
from ascolto.channels.protocol import Handle, Media, Sender
from ascolto.channels.reading import Unreadable, needed, object_of, objects_of, text_of

NAMESPACE = "bluesky"
POST = "app.bsky.feed.post"
DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,240}")
CID = re.compile(r"[A-Za-z0-9]{10,128}")
_URI = re.compile(
    r"at://(did:[a-z]+:[A-Za-z0-9._:%-]{1,240})/([a-zA-Z0-9.-]{1,200})/([A-Za-z0-9._:~-]{1,200})"
)


@dataclass(frozen=True, slots=True)
class Content:
    """What a post says."""

    text: str
    kind: str
    attachments: tuple[Media, ...]


def uri_of(element: Mapping[str, Any]) -> str:
    """The address of a record. Raises Unreadable for what is none."""
    uri = needed(element.get("uri"), "the address of a post")
    if not _URI.fullmatch(uri):
        raise Unreadable("the address of a post is none")
    return uri


def permalink(uri: str) -> str:
    """Where people see a post; empty for another record."""
    found = _URI.fullmatch(uri)
    if not found or found.group(2) != POST:
        return ""
    return f"https://bsky.app/profile/{found.group(1)}/post/{found.group(3)}"


def sender_of(author: Mapping[str, Any], language: str = "") -> Sender:
    """Who somebody is: the DID stays when the handle changes. Raises Unreadable for nobody."""
    did = text_of(author.get("did"), 255)
    if not DID.fullmatch(did):
        raise Unreadable("the author is missing")
    handle = text_of(author.get("handle"), 253).strip()
    known = handle if handle != "handle.invalid" else ""
    name = text_of(author.get("displayName"), 200).strip() or known
    return Sender((Handle(NAMESPACE, did, shown=f"@{known}" if known else ""),), name=name, language=language)


def language_of(record: Mapping[str, Any]) -> str:
    """The language that the author's client names first."""
    told = record.get("langs")
    return text_of(told[0], 35) if isinstance(told, list) and told else ""


def read_content(record: Mapping[str, Any], author: str) -> Content:
    """Text, files and kind of a post's record."""
    text = whole_text(record)
    embed = object_of(record.get("embed"))
    media = object_of(embed.get("media")) or embed
    files = _images(media, author)
    if address := text_of(object_of(media.get("external")).get("uri"), 1000):
        text = text if address in text else f"{text}\n{address}".strip()
    is_video = text_of(media.get("$type"), 60).startswith("app.bsky.embed.video")
    return Content(text, "video" if is_video else "image" if files else "text", files)


def _images(embed: Mapping[str, Any], author: str) -> tuple[Media, ...]:
    found = []
    for number, item in enumerate(list(objects_of(embed.get("images")))[:10], 1):
        blob = object_of(item.get("image"))
        cid = text_of(object_of(blob.get("ref")).get("$link") or blob.get("cid"), 128)
        if not CID.fullmatch(cid) or not DID.fullmatch(author):
            continue
        remote = {"did": author, "cid": cid}
        if described := text_of(item.get("alt"), 1500):
            remote["description"] = described
        # what is fetched is a JPEG, whatever was put in
        found.append(Media(name=f"image-{number}.jpg", content_type="image/jpeg", remote=remote))
    return tuple(found)


def reference(value: Any) -> dict[str, str]:
    """A strong reference: an address and the fingerprint of what stood there; empty when it is none."""
    told = object_of(value)
    uri, cid = text_of(told.get("uri"), 700), text_of(told.get("cid"), 128)
    return {"uri": uri, "cid": cid} if _URI.fullmatch(uri) and CID.fullmatch(cid) else {}


def answered(record: Mapping[str, Any]) -> tuple[str, ...]:
    """What a post answers, nearest first."""
    reply = object_of(record.get("reply"))
    found = [reference(reply.get(name)).get("uri", "") for name in ("parent", "root")]
    return tuple(dict.fromkeys(uri for uri in found if uri))


def about_of(told: Any) -> dict[str, Any]:
    """The post of ours that was answered or quoted, for a message's `extra`; polling puts it beside the notification."""
    about = object_of(told) or {"text": told}
    line = text_of(about.get("text"), 300)
    url = permalink(text_of(about.get("uri"), 700))
    return {"context": line, **post_above(line, author=about.get("author"), url=url)} if line else {}


def extra_of(uri: str, cid: Any, record: Mapping[str, Any]) -> dict[str, Any]:
    """What the desk shows beside a post, and what answering it needs."""
    extra: dict[str, Any] = {"uri": uri}
    if link := permalink(uri):
        extra["url"] = link
    if CID.fullmatch(known := text_of(cid, 128)):
        extra["cid"] = known
    if root := reference(object_of(record.get("reply")).get("root")):
        extra["root"] = root
    return extra
