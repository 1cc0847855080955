"""The parts of a status: who wrote it, what it says, its files, and who may read it."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from ascolto.channels.above import post_above
from ascolto.channels.protocol import Handle, Media, Sender
from ascolto.channels.reading import Unreadable, object_of, objects_of, text_of
from ascolto.channels.vendors.hypertext import sanitise, to_text
from ascolto.kit.text import clean, excerpt

NAMESPACE = "mastodon"
PUBLIC = (
    "public",
    "unlisted",
)  # who can find the status can read it; followers-only and direct have chosen readers
MOST_FILES = 16  # Mastodon takes 4; other servers of the same network more
_ACCT = re.compile(r"[^\s@/]{1,100}(@[^\s@/]{1,200})?")
_TYPES = {"image": "image/jpeg", "gifv": "video/mp4", "video": "video/mp4", "audio": "audio/mpeg"}


@dataclass(frozen=True, slots=True)
class Content:
    """What a status says."""

    text: str
    html: str
    kind: str
    attachments: tuple[Media, ...]


def visibility_of(status: Mapping[str, Any]) -> Literal["private", "public"]:
    """Who reads it; what is not said to be public is private."""
    return "public" if status.get("visibility") in PUBLIC else "private"


def acct_of(account: Mapping[str, Any]) -> str:
    """How an account is addressed on this server: `giulia`, or `giulia@elsewhere.example`; empty when it is none."""
    acct = text_of(account.get("acct"), 302).strip()
    return acct if _ACCT.fullmatch(acct) else ""


def sender_of(account: Mapping[str, Any], host: str, language: str = "") -> Sender:
    """Who an account is. Its id means something on its server only. Raises Unreadable for nobody."""
    account_id = text_of(account.get("id"), 100).strip()
    if not account_id:
        raise Unreadable("the author of a status is missing")
    acct = acct_of(account)
    shown = f"@{acct}" if "@" in acct else f"@{acct}@{host}" if acct else ""
    name = text_of(account.get("display_name"), 200).strip() or acct
    handle = Handle(NAMESPACE, clean(f"{account_id}@{host}", 255), shown=shown[:255])
    return Sender((handle,), name=name, language=language.strip())


def read_content(status: Mapping[str, Any]) -> Content:
    """Text, files and kind of a status."""
    content = status.get("content")
    html = content if isinstance(content, str) else ""
    text = to_text(html)
    options = [
        text_of(item.get("title"), 200) for item in objects_of(object_of(status.get("poll")).get("options"))
    ]
    if options:
        text += "\n\n" + "\n".join(f"○ {option}" for option in options[:20])
    files = tuple(
        media
        for item in list(objects_of(status.get("media_attachments")))[:MOST_FILES]
        if (media := _media(item)) is not None
    )
    kind = files[0].content_type.split("/", 1)[0] if files else "text"
    return Content(
        text=text.strip(),
        html=sanitise(html),
        kind=kind if kind in {"image", "video", "audio"} else "document" if files else "text",
        attachments=files,
    )


def without_address(text: str, customer: Mapping[str, Any]) -> str:
    """An answer of ours as it was written: without the name that was put before it, and with names as they were.

    So it can be recognised where the server took an answer and never told its id.
    """
    name = acct_of(customer).partition("@")[0]
    bare = text.replace("@\u200b", "@")
    return re.sub(rf"\A@{re.escape(name)}(?:@[\w.-]+)?\s+", "", bare, flags=re.IGNORECASE) if name else bare


def _media(item: Mapping[str, Any]) -> Media | None:
    address = next(
        (text for name in ("url", "remote_url") if _is_address(text := text_of(item.get(name), 2000))), ""
    )
    if not address:
        return None
    tail = unquote(urlsplit(address).path.rpartition("/")[2])
    kind = text_of(item.get("type"), 20)
    guessed = mimetypes.guess_type(tail)[0] or _TYPES.get(kind, "application/octet-stream")
    remote = {"url": address}
    if described := text_of(item.get("description"), 1500):
        remote["description"] = described
    return Media(name=clean(tail, 200) or kind or "file", content_type=guessed, remote=remote)


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in {"http", "https"} and bool(urlsplit(text).netloc)
    except ValueError:
        return False


def extra_of(status: Mapping[str, Any], author: Mapping[str, Any]) -> dict[str, Any]:
    """What the desk shows beside a status, and what answering it needs."""
    extra: dict[str, Any] = {"visibility": text_of(status.get("visibility"), 20)}
    for name in ("url", "uri"):
        if _is_address(address := text_of(status.get(name), 1000)):
            extra[name] = address
    if acct := acct_of(author):
        extra["acct"] = acct
    if warning := text_of(status.get("spoiler_text"), 500).strip():
        extra["title"] = warning
    return extra


def quoted_in(status: Mapping[str, Any]) -> dict[str, Any]:
    """The status of ours that a status quotes, for its `extra`: one line, and what to show above."""
    quoted = object_of(object_of(status.get("quote")).get("quoted_status"))
    content = quoted.get("content")
    words = to_text(content) if isinstance(content, str) else ""
    if not (line := excerpt(words, 200)):
        return {}
    author = object_of(quoted.get("account"))
    name = text_of(author.get("display_name"), 80).strip() or acct_of(author)
    return {"context": line, **post_above(words, author=name, url=quoted.get("url"))}
