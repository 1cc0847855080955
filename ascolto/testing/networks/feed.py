"""A stand-in for a site with feeds: RSS 2.0, RDF, Atom, JSON Feed and plain JSON, with ETag and Last-Modified."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any, ClassVar

from ascolto.testing.networks.city import Reply, Request
from ascolto.testing.networks.reviewing import ReviewSite, StoredReview

TITLE = "Notizie di Telvia"


class FeedNetwork(ReviewSite):
    """One site. `format` is the feed that the inbox reads: rss, rdf, atom, json, plain."""

    kind: ClassVar[str] = "feed"

    def __init__(self, format: str = "rss") -> None:
        super().__init__()
        self.format = format
        self.access_token = ""
        self.answered_unchanged = 0

    @property
    def settings(self) -> dict[str, str]:
        values = {"url": f"{self.url}/{self.format}"}
        if self.format == "plain":
            values |= {"items_path": "data.results", "text_path": "body", "time_path": "when"}
        return values | ({"access_token": self.access_token} if self.access_token else {})

    def broken(self) -> Reply:
        return Reply(b"<html>We are sorry</html>", 503, content_type="text/html")

    def answer(self, request: Request) -> Reply:
        if self.access_token and request.bearer != self.access_token:
            return Reply(b"no", 401, content_type="text/plain")
        if request.parts == ["moved"]:
            return Reply(None, 301, {"Location": f"{self.url}/{self.format}"})
        write = {"rss": _rss, "rdf": _rdf, "atom": _atom, "json": _json, "plain": _plain}
        name = request.parts[0] if request.parts else ""
        if name not in write:
            return Reply(b"<html><body>Not found</body></html>", 404, content_type="text/html")
        self.turn_page()
        entries = self.newest()
        reply = write[name](self.url, entries)
        body, content_type = reply.encoded()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            self.answered_unchanged += 1
            return Reply(None, 304, {"ETag": etag})
        modified = entries[0].updated_at if entries else self.moment()
        headers = {
            "ETag": etag,
            "Last-Modified": format_datetime(modified.replace(microsecond=0), usegmt=True),
        }
        return Reply(body, 200, headers, content_type)


def _xml(text: str, content_type: str) -> Reply:
    document = f'<?xml version="1.0" encoding="utf-8"?>\n{text}'
    return Reply(document.encode(), content_type=content_type)


def _title(entry: StoredReview) -> str:
    return escape(entry.title or "Senza titolo")


def _rss(url: str, entries: list[StoredReview]) -> Reply:
    items = "".join(
        f'<item><title>{_title(entry)}</title><guid isPermaLink="false">{entry.id}</guid>'
        f"<link>{url}/posts/{entry.id}</link><dc:creator>{escape(entry.person.name)}</dc:creator>"
        f"<pubDate>{format_datetime(entry.created_at)}</pubDate>"
        f"<description>{escape(f'<p>{escape(entry.text)}</p>')}</description></item>"
        for entry in entries
    )
    head = f"<title>{TITLE}</title><link>{url}/</link><language>it</language>"
    space = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return _xml(f'<rss version="2.0" {space}><channel>{head}{items}</channel></rss>', "application/rss+xml")


def _rdf(url: str, entries: list[StoredReview]) -> Reply:
    items = "".join(
        f'<item rdf:about="{entry.id}"><title>{_title(entry)}</title><link>{url}/posts/{entry.id}</link>'
        f"<dc:date>{entry.created_at.isoformat()}</dc:date><dc:creator>{escape(entry.person.name)}</dc:creator>"
        f"<description>{escape(entry.text)}</description></item>"
        for entry in entries
    )
    spaces = 'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    spaces += ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    head = f'<channel rdf:about="{url}"><title>{TITLE}</title><link>{url}/</link></channel>'
    return _xml(f"<rdf:RDF {spaces}>{head}{items}</rdf:RDF>", "application/rdf+xml")


def _atom(url: str, entries: list[StoredReview]) -> Reply:
    items = "".join(
        f"<entry><id>{entry.id}</id><title>{_title(entry)}</title>"
        f'<link rel="alternate" href="/posts/{entry.id}"/><author><name>{escape(entry.person.name)}</name></author>'
        f"<published>{entry.created_at.isoformat()}</published><updated>{entry.updated_at.isoformat()}</updated>"
        f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(entry.text)}</p></div>'
        "</content></entry>"
        for entry in entries
    )
    head = f'<title>{TITLE}</title><link rel="self" href="{url}/atom"/><id>{url}</id>'
    space = f'xmlns="http://www.w3.org/2005/Atom" xml:lang="it" xml:base="{url}/"'
    return _xml(f"<feed {space}>{head}{items}</feed>", "application/atom+xml")


def _json(url: str, entries: list[StoredReview]) -> Reply:
    items = [
        {
            "id": entry.id,
            "url": f"{url}/posts/{entry.id}",
            "title": entry.title,
            "content_html": f"<p>{escape(entry.text)}</p>",
            "date_published": entry.created_at.isoformat(),
            "date_modified": entry.updated_at.isoformat(),
            "authors": [{"name": entry.person.name}],
        }
        for entry in entries
    ]
    feed: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": TITLE, "language": "it"}
    return Reply({**feed, "home_page_url": url, "items": items}, content_type="application/feed+json")


def _plain(url: str, entries: list[StoredReview]) -> Reply:
    results = [
        {
            "id": entry.id,
            "headline": entry.title,
            "body": entry.text,
            "link": f"{url}/posts/{entry.id}",
            "user": {"name": entry.person.name},
            "when": _seconds(entry.created_at),
        }
        for entry in entries
    ]
    return Reply({"data": {"results": results}})


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
