"""What a feed tells as mentions: nobody wrote to us, nobody waits for an answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import nh3

from ascolto.channels.adapters.feed.moments import past
from ascolto.channels.protocol import AccountNews, Handle, Ignored, Inbound, Message, Sender, Unsupported
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors import hypertext, jsonpaths

LONGEST = 20_000
_JSON_FEED = "https://jsonfeed.org/version/"
_SPACES = re.compile(r"[ \t]{2,}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the values stand in JSON that is no JSON Feed (`vendors.jsonpaths`)."""

    items: str
    id: str
    title: str
    text: str
    url: str
    author: str
    time: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of any kind of feed."""

    id: str
    title: str
    text: str
    url: str
    author: str
    published: str
    updated: str
    language: str
    tags: tuple[str, ...] = ()
    author_url: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The feed that an entry stands in."""

    address: str
    title: str = ""
    language: str = ""


def read_document(
    document: Mapping[str, Any], address: str, paths: Paths, received_at: datetime
) -> list[Inbound]:
    """Everything a stored document tells: entries that the poll stored, or a whole JSON feed."""
    about = object_of(document.get("feed"))
    source = Source(
        address,
        text_of(about.get("title"), 300) or text_of(document.get("title"), 300),
        text_of(about.get("language"), 20) or text_of(document.get("language"), 20),
    )
    entries = list(entries_of(document, address, paths))
    if entries:
        return [_mention(entry, source, received_at) if entry else _NOTHING for entry in entries]
    if "error" in document or "errors" in document:
        return [AccountNews(title="The feed answered with an error.", level="error")]
    return [Ignored(what="a feed without entries") if _is_feed(document) else Unsupported(what="no entries")]


_NOTHING = Unsupported(what="an entry without a text")


def _is_feed(document: Mapping[str, Any]) -> bool:
    return any(isinstance(document.get(name), list) for name in ("entries", "items", "mapped"))


def entries_of(document: Any, address: str, paths: Paths) -> Iterable[Entry | None]:
    """The entries of a document; None for one that says nothing."""
    told = object_of(document)
    if isinstance(told.get("entries"), list):
        return [_of_xml(object_of(item), address) for item in told["entries"]]
    if text_of(told.get("version"), 60).startswith(_JSON_FEED):
        home = text_of(told.get("home_page_url"), 2000) or address
        return [_of_json_feed(object_of(item), told, home) for item in items_of(document, paths)]
    return [_of_json(item, paths, address) for item in items_of(document, paths)]


def items_of(document: Any, paths: Paths) -> list[Any]:
    """The elements of a JSON document that are its entries."""
    told = object_of(document)
    if text_of(told.get("version"), 60).startswith(_JSON_FEED):
        found = told.get("items")
    elif isinstance(told.get("mapped"), list):
        found = told["mapped"]
    else:
        found = jsonpaths.find(document, paths.items) if paths.items else document
    return found if isinstance(found, list) else []


# --- entries ----------------------------------------------------------------------------------------------------------


def _made(**values: Any) -> Entry | None:
    """An entry with an id, its own or one made of what it says; None for one that says nothing."""
    entry = Entry(**values)
    if not (entry.title or entry.text or entry.url):
        return None
    own = entry.id or entry.url
    if not own or len(own) > 200:
        said = own or "\0".join((entry.title, entry.text, entry.published))
        own = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
    return Entry(**{**values, "id": own})


def _of_xml(item: Mapping[str, Any], address: str) -> Entry | None:
    base = text_of(item.get("base"), 2000) or address
    tags = item.get("tags")
    return _made(
        id=text_of(item.get("id"), 2000).strip(),
        title=text_of(item.get("title"), 1000).strip(),
        text=as_text(item.get("html"), base),
        url=_address(item.get("url"), base),
        author=text_of(item.get("author"), 200).strip(),
        published=text_of(item.get("published") or item.get("updated"), 100),
        updated=text_of(item.get("updated"), 100),
        language=_language(item.get("language")),
        tags=tuple(text_of(tag, 100) for tag in tags[:20]) if isinstance(tags, list) else (),
    )


def _of_json_feed(item: Mapping[str, Any], feed: Mapping[str, Any], home: str) -> Entry | None:
    """https://www.jsonfeed.org/version/1.1/ (and 1.0, which has one author)."""
    named = [*objects_of(item.get("authors")), object_of(item.get("author"))]
    named += [*objects_of(feed.get("authors")), object_of(feed.get("author"))]
    author = next((who for who in named if text_of(who.get("name"), 200)), {})
    html = text_of(item.get("content_html"), LONGEST * 3)
    tags = item.get("tags")
    return _made(
        id=text_of(item.get("id"), 2000).strip(),
        title=as_text(item.get("title"), home)[:1000],
        text=as_text(html, home) if html else _words(item.get("content_text")) or _words(item.get("summary")),
        url=_address(item.get("url") or item.get("external_url"), home),
        author=text_of(author.get("name"), 200).strip(),
        author_url=_address(author.get("url"), home),
        published=text_of(item.get("date_published") or item.get("date_modified"), 100),
        updated=text_of(item.get("date_modified"), 100),
        language=_language(item.get("language") or feed.get("language")),
        tags=tuple(text_of(tag, 100) for tag in tags[:20]) if isinstance(tags, list) else (),
    )


def _of_json(item: Any, paths: Paths, address: str) -> Entry | None:
    return _made(
        id=jsonpaths.text_at(item, paths.id, 2000),
        title=jsonpaths.text_at(item, paths.title, 1000),
        text=as_text(jsonpaths.text_at(item, paths.text, LONGEST * 3), address),
        url=_address(jsonpaths.text_at(item, paths.url, 2000), address),
        author=jsonpaths.text_at(item, paths.author, 200),
        published=jsonpaths.text_at(item, paths.time, 100),
        updated="",
        language="",
    )


def _words(value: Any) -> str:
    return text_of(value, LONGEST).strip()


def _language(value: Any) -> str:
    text = text_of(value, 20).strip()
    return text if _LANGUAGE.fullmatch(text) else ""


def _address(value: Any, base: str) -> str:
    """A whole web address; empty for anything else."""
    text = text_of(value, 2000).strip()
    try:
        whole = urljoin(base, text) if text else ""
        return whole if urlsplit(whole).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def as_text(value: Any, base: str) -> str:
    """HTML as a reader sees it, with whole addresses."""
    text = text_of(value, LONGEST * 3)
    if "<" in text or "&" in text:
        text = hypertext.to_text(_with_whole_links(text, base), LONGEST)
    lines = text.replace("\xa0", " ").split("\n")
    return "\n".join(_SPACES.sub(" ", line) for line in lines).strip()[:LONGEST]


def _with_whole_links(html: str, base: str) -> str:
    """HTML whose links say where they lead, for readers who are elsewhere."""
    if "href" not in html or html.count("<") > hypertext.MOST_TAGS:
        return html
    return nh3.clean(
        html, attributes={"a": {"href"}}, url_relative=lambda link: _address(link, base), link_rel=None
    )


# --- mentions ---------------------------------------------------------------------------------------------------------


def _mention(entry: Entry, source: Source, received_at: datetime) -> Message:
    published = past(entry.published, received_at)
    updated = past(entry.updated, received_at)
    at = published or updated or received_at
    extra = {"title": entry.title, "url": entry.url, "context": source.title, "tags": list(entry.tags)}
    return Message(
        external_id=entry.id,
        sender=_author(entry, source),
        occurred_at=at,
        text=entry.text or entry.title,
        visibility="public",
        kind="mention",
        automatic=True,
        thread=entry.id,
        revised_at=max(at, updated) if updated else None,
        extra={name: value for name, value in extra.items() if value},
    )


def _author(entry: Entry, source: Source) -> Sender:
    """Who wrote is whoever the feed names: it vouches for nobody."""
    try:
        host = urlsplit(entry.author_url or entry.url or source.address).hostname or "feed"
    except ValueError:
        host = "feed"
    value = f"{host}/{entry.author}" if entry.author else host
    name = entry.author or source.title or host
    language = entry.language or _language(source.language)
    return Sender((Handle("feed", value[:250], proven=False, shown=name),), name=name, language=language)


def print_of(entry: Entry) -> str:
    """What of an entry matters: when it changes, it is told again."""
    return json.dumps([entry.title, entry.text, entry.url, entry.updated])
