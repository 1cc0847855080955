"""What a message on Messenger or Instagram carries: text, files, stickers, places, what was shared, stories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ascolto.channels.protocol import Media
from ascolto.channels.reading import object_of, objects_of, plain, text_of

LONGEST = 20_000
# Kinds of attachments, and how the desk calls a message that has nothing else.
_FILES = {"image": "image", "video": "video", "audio": "audio", "file": "document", "animated_image": "image"}
_SHARED = {"share", "ig_reel", "ig_post", "ig_story", "reel", "post", "story_mention", "story", "media_share"}
_TYPES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mp4"}
_ENDINGS = {"image": ".jpg", "video": ".mp4", "audio": ".m4a"}
_LIKES = {"369239263222822", "369239343222814", "369239383222810"}  # the blue thumb: small, medium, large
_PAGES = ("facebook.com", "instagram.com", "fb.watch", "fb.me", "m.me", "messenger.com")


@dataclass(slots=True)
class Content:
    """What a message holds, put together from its parts."""

    text: str = ""
    kind: str = "text"
    attachments: tuple[Media, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


def read_content(message: Mapping[str, Any]) -> Content:
    """The content of a message. What nobody can read is `unsupported`, so that somebody answers all the same."""
    content = Content(text_of(message.get("text"), LONGEST))
    for attachment in objects_of(message.get("attachments")):
        _add(content, attachment)
    _add_sticker(content, text_of(message.get("sticker_id"), 40))
    _add_story(content, object_of(object_of(message.get("reply_to")).get("story")))
    if not content.text and not content.attachments and content.kind == "text":
        content.kind = "unsupported"
    if message.get("is_unsupported") is True:
        content.kind = "unsupported"
        content.extra.setdefault("type", "unknown")
    return content


def _add(content: Content, attachment: Mapping[str, Any]) -> None:
    kind = text_of(attachment.get("type"), 40)
    payload = object_of(attachment.get("payload"))
    if sticker := text_of(payload.get("sticker_id"), 40):
        _add_sticker(content, sticker)
        if sticker in _LIKES:
            return  # a thumb needs no picture
    if kind in _FILES:
        _take_kind(content, _FILES[kind])
        _add_media(content, kind, payload)
    elif kind == "location":
        _add_place(content, attachment, payload)
    elif kind == "like_heart":
        _take_kind(content, "sticker")
        _add_line(content, "❤️")
    elif kind == "template" or "product" in payload:
        _add_template(content, attachment, payload)
    elif kind in _SHARED:
        _add_shared(content, kind, attachment, payload)
    elif kind == "fallback":
        _take_kind(content, "link")
        _add_link(content, attachment, payload)
    else:
        content.kind = "unsupported"
        content.extra["type"] = kind or "unknown"
        _add_media(content, kind, payload)


def _take_kind(content: Content, kind: str) -> None:
    """A text with one picture is a picture with a caption; the first part that is no text names the message."""
    if content.kind == "text":
        content.kind = kind


def _add_line(content: Content, line: str) -> None:
    if line and line not in content.text:
        content.text = f"{content.text}\n{line}".strip("\n")[:LONGEST]


def _add_media(content: Content, kind: str, payload: Mapping[str, Any], name: str = "") -> None:
    url = text_of(payload.get("url"), 4000).strip()
    known = {media.remote.get("url") for media in content.attachments if media.remote}
    if not url or url in known:  # since 2025 a shared post comes twice, as `share` and as `ig_post`
        return
    main = _FILES.get(kind, "")
    content_type = _TYPES.get(main, "application/octet-stream")
    named = text_of(payload.get("name"), 255) or _name_in(url) or (name or kind or "file")
    ending = "" if "." in named else _ENDINGS.get(main, "")
    media = Media(name=named + ending, content_type=content_type, remote={"url": url})
    content.attachments = (*content.attachments, media)


def _name_in(url: str) -> str:
    """The name of the file in an address, if it has one with an ending."""
    try:
        name = urlsplit(url).path.rpartition("/")[2]
    except ValueError:
        return ""
    stem, dot, ending = name.rpartition(".")
    return text_of(name, 255) if dot and stem and 1 < len(ending) < 6 else ""


def _add_place(content: Content, attachment: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
    coordinates = object_of(payload.get("coordinates"))
    latitude, longitude = _degrees(coordinates.get("lat")), _degrees(coordinates.get("long"))
    title = text_of(attachment.get("title"), 300)
    _take_kind(content, "location")
    _add_line(content, title)
    if latitude is not None and longitude is not None:
        _add_line(content, f"{latitude}, {longitude}")
    content.extra["location"] = {"latitude": latitude, "longitude": longitude, "name": title}


def _degrees(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if -180 <= number <= 180 else None


def _add_template(content: Content, attachment: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
    """A card with a title and a price: shown as its words."""
    _take_kind(content, "template")
    for line in (text_of(attachment.get("title"), 300), text_of(payload.get("text"), 2000)):
        _add_line(content, line)
    for line in _card_lines(payload):
        _add_line(content, line)
    content.extra["template"] = plain(payload)
    url = text_of(attachment.get("url"), 2000)
    _add_line(content, url if url.startswith("http") else "")


def _card_lines(payload: Mapping[str, Any]) -> Iterator[str]:
    places = (payload, object_of(payload.get("generic")), object_of(payload.get("product")))
    for place in places:
        for card in list(objects_of(place.get("elements")))[:20]:
            words = (text_of(card.get("title"), 300), text_of(card.get("subtitle"), 300))
            yield " — ".join(word for word in words if word)


def _add_link(content: Content, attachment: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
    title = text_of(attachment.get("title"), 300) or text_of(payload.get("title"), 300)
    url = text_of(attachment.get("url"), 2000) or text_of(payload.get("url"), 2000)
    if url and url not in content.text:
        _add_line(content, title)
        _add_line(content, url)
    content.extra["link"] = {"title": title, "url": url}


def _add_shared(
    content: Content, kind: str, attachment: Mapping[str, Any], payload: Mapping[str, Any]
) -> None:
    """A post, a reel, a story: its address is a page to look at, or a file that soon expires."""
    _take_kind(content, "story_mention" if kind == "story_mention" else "share")
    url = text_of(payload.get("url") or attachment.get("url"), 4000).strip()
    if _is_page(url):
        _add_link(content, attachment, payload)
        return
    _add_line(content, text_of(payload.get("title"), LONGEST))
    _add_media(content, kind, {"url": url}, name=kind)
    content.extra["shared"] = plain({name: value for name, value in payload.items() if name != "url"})


def _is_page(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return any(host == page or host.endswith(f".{page}") for page in _PAGES)


def _add_sticker(content: Content, sticker: str) -> None:
    if not sticker:
        return
    if content.kind in {"text", "image"}:
        content.kind = "sticker"
    content.extra["sticker"] = sticker
    if sticker in _LIKES:
        _add_line(content, "👍")


def _add_story(content: Content, story: Mapping[str, Any]) -> None:
    """What is answered is a story of ours: it is gone after a day, so that it is fetched with the answer."""
    story_id, url = text_of(story.get("id"), 100), text_of(story.get("url"), 4000)
    if not story_id and not url:
        return
    content.extra["story"] = {"id": story_id, "url": url}
    content.extra["context"] = "Story"
    if url and not _is_page(url):
        _add_media(content, "story", {"url": url}, name="story")
