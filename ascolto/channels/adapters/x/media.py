"""Pictures and videos that come along, in the shapes in which X tells them, and the fetching of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ascolto.channels.protocol import ErrorClass, Failure, Media, SendRefused
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors.rest import Rest

_PUBLIC = (".twimg.com",)
_WITH_TOKEN = (".twitter.com", ".x.com")  # files of direct messages
_TYPES = {
    "photo": ("image/jpeg", ".jpg"),
    "video": ("video/mp4", ".mp4"),
    "animated_gif": ("video/mp4", ".mp4"),
}


def kind_of(files: tuple[Media, ...]) -> str:
    """How the desk may draw a message with these files."""
    return files[0].content_type.split("/", 1)[0] if files else "text"


def read_new(keys: Any, known: Any) -> tuple[Media, ...]:
    """The files named by their keys among `includes.media`."""
    wanted = {text_of(key, 60) for key in keys} if isinstance(keys, list) else set()
    found = (item for item in objects_of(known) if text_of(item.get("media_key"), 60) in wanted)
    return tuple(
        media for item in found if (media := _media(item, _best(item.get("variants"), item.get("url"))))
    )


def read_old(entities: Any) -> tuple[Media, ...]:
    """The files in `extended_entities`, or in the attachment of a direct message."""
    found = objects_of(object_of(entities).get("media"))
    return tuple(media for item in found if (media := read_one(item)))


def read_one(item: Mapping[str, Any]) -> Media | None:
    """One file as the old format tells it."""
    variants = object_of(item.get("video_info")).get("variants")
    return _media(item, _best(variants, item.get("media_url_https")))


def _best(variants: Any, otherwise: Any) -> str:
    """The address of the clearest film; without films, of the picture."""
    films = [film for film in objects_of(variants) if film.get("content_type") == "video/mp4"]
    films.sort(key=lambda film: _number(film.get("bit_rate", film.get("bitrate"))))
    return text_of(films[-1].get("url") if films else otherwise, 2000)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) < 10**12 else 0.0


def _media(item: Mapping[str, Any], url: str) -> Media | None:
    content_type, ending = _TYPES.get(text_of(item.get("type"), 30), _TYPES["photo"])
    if not url.startswith(("https://", "http://")):
        return None
    if ".mp4" not in url and content_type == "video/mp4":  # only the picture before the film is told
        content_type, ending = _TYPES["photo"]
    path = url.split("?", 1)[0].lower()
    if path.endswith(".png"):
        content_type, ending = "image/png", ".png"
    return Media(
        name=f"{content_type.split('/', 1)[0]}{ending}",
        content_type=content_type,
        remote={"url": url, "content_type": content_type},
    )


def fetch(rest: Rest, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
    """Content and type of a file. Our token goes only to X itself. Raises SendRefused."""
    url = text_of(remote.get("url"), 2000)
    headers = {} if rest.is_own(url) else dict(_headers_for(rest, url))
    content, told = rest.download(url, limit, headers=headers)
    return content, told or text_of(remote.get("content_type"), 127)


def _headers_for(rest: Rest, url: str) -> Iterator[tuple[str, str]]:
    """Whether an address is one of X's, and with which headers it is asked. Raises SendRefused."""
    try:
        parts = urlsplit(url)
        host = f".{parts.hostname or ''}".lower()
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme != "https" or not host.endswith((*_PUBLIC, *_WITH_TOKEN)):
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message names no file that could be fetched."))
    if host.endswith(_WITH_TOKEN):
        yield from rest.headers.items()
