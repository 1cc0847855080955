"""Listening to feeds: RSS, RDF, Atom, JSON Feed, and any JSON by paths. See docs/channels/feed.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from ascolto.channels.adapters.feed import fetching
from ascolto.channels.adapters.feed.parsing import Paths, read_document
from ascolto.channels.adapters.feed.xmlfeeds import NotAFeed, is_markup, read_feed
from ascolto.channels.capabilities import Capabilities
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ConfigError,
    ErrorClass,
    Failure,
    Inbound,
    Outgoing,
    Polled,
    RawDelivery,
    SendRefused,
    Sent,
    Unsupported,
    setting,
)
from ascolto.channels.reading import object_of
from ascolto.channels.vendors import jsonpaths
from ascolto.channels.vendors.reviews import check_address, check_backfill
from ascolto.kit.jsontext import NotJson, read_json

_PATHS = "Names with dots between them, such as data.text; alternatives with | between them."
_EXAMPLE = "https://news.example.com/feed.xml"


@dataclass(frozen=True, slots=True)
class Config:
    """The address of the feed and, for JSON that is no feed, where the values stand in it."""

    url: str = setting(
        "Address", example=_EXAMPLE, help="Of an RSS or Atom feed, a JSON Feed, or any JSON with a list."
    )
    format: str = setting(
        "Format",
        default="auto",
        choices=("auto", "xml", "json"),
        also={"rss": "xml", "atom": "xml"},
        advanced=True,
        help="auto looks at what comes.",
    )
    access_token: str = setting(
        "Access token",
        secret=True,
        default="",
        advanced=True,
        help="Sent as Authorization: Bearer, for feeds that want one.",
    )
    items_path: str = setting(
        "List of entries", default="", advanced=True, help="For JSON: where the list is."
    )
    id_path: str = setting("Entry's id", default="id | guid | uuid | url | link", advanced=True, help=_PATHS)
    title_path: str = setting(
        "Title", default="title | headline | name | subject", advanced=True, help=_PATHS
    )
    text_path: str = setting(
        "Text",
        default="content_text | text | content | body | description | summary | message",
        advanced=True,
        help=_PATHS,
    )
    url_path: str = setting("Link", default="url | link | permalink | href", advanced=True, help=_PATHS)
    author_path: str = setting(
        "Author",
        default="author.name | author | user.name | username | source.name",
        advanced=True,
        help=_PATHS,
    )
    time_path: str = setting(
        "Time",
        default="published_at | date_published | publishedAt | published | created_at | createdAt | date | timestamp",
        advanced=True,
        help=_PATHS + " ISO 8601 or seconds since 1970.",
    )
    backfill_days: int = setting(
        "Days of history",
        default=7,
        help="How old an entry may be to be imported when the inbox is connected.",
    )

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        check_address("url", self.url.partition("?")[0], _EXAMPLE)
        if re.search(r"[\s#]", self.url):
            raise ConfigError("url", f"is not a web address; write for example {_EXAMPLE}")
        if self.access_token and not re.fullmatch(r"[\x21-\x7e]+", self.access_token):
            raise ConfigError("access_token", "holds a space or a letter that no token has: copy it again.")
        for item in fields(self):
            if item.name.endswith("_path") and getattr(self, item.name):
                try:
                    jsonpaths.split_paths(getattr(self, item.name))
                except ValueError as error:
                    raise ConfigError(item.name, str(error)) from error
        check_backfill(self.backfill_days)

    @property
    def paths(self) -> Paths:
        """Where the values stand."""
        return Paths(
            self.items_path,
            self.id_path,
            self.title_path,
            self.text_path,
            self.url_path,
            self.author_path,
            self.time_path,
        )


class Feed(Adapter):
    """One feed."""

    kind = "feed"
    label = "Feed"
    Config = Config
    capabilities = Capabilities(
        private=False, public=True, answers=False, audience="listening", edits=True, threads=True
    )
    polls_every = timedelta(minutes=10)
    icon = "i-ch-feed"
    guide = (
        "Copy the address of the feed: most news sites, blogs and forums have one, often /feed or /rss.",
        "For JSON that is no feed, write under Advanced where its list and its values stand.",
        "Press Test: it says how many entries it found. New ones are looked for every ten minutes.",
    )

    sentences = (
        "There is no feed at this address any more: it answers %(status)s.",
        "This is neither a feed nor JSON.",
        "This is a web page. Its feed is at %(where)s",
        "This is not a feed: write the address of an RSS or Atom feed, or of JSON.",
        "The feed cannot be read: %(what)s.",
        "The feed is empty.",
        "The feed has too many elements.",
        "The feed nests its elements too deeply.",
        "The feed declares entities of its own, which no feed needs.",
        "The feed answers.",
        "The feed answers. Entries: %(count)s.",
        "The feed %(title)s answers. Entries: %(count)s.",
    )

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            document = self._read(account, raw.body)
        except (NotAFeed, NotJson) as error:
            return [Unsupported(what=str(error))]
        return read_document(document, account.config.url, account.config.paths, raw.received_at)

    def _read(self, account: Account, body: bytes) -> Mapping[str, Any]:
        if is_markup(body):
            return read_feed(body, account.config.url)
        document = read_json(body)
        return {"mapped": document} if isinstance(document, list) else object_of(document)

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        return fetching.poll(account, cursor)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        raise SendRefused(Failure(ErrorClass.CONFIG, "A feed can only be read.", of_message=True))

    def test(self, account: Account) -> str:
        return fetching.test(account)


adapter = Feed()
