"""Fetching a feed: only when it changed, never more than we can read, and each entry once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.feed.moments import past
from ascolto.channels.adapters.feed.parsing import Entry, Paths, entries_of, items_of, print_of
from ascolto.channels.adapters.feed.xmlfeeds import NotAFeed, announced, is_markup, read_feed
from ascolto.channels.protocol import Account, ErrorClass, Failure, Polled, SendRefused
from ascolto.channels.reading import object_of, text_of
from ascolto.channels.vendors.polling import Item, Page, Rules, look
from ascolto.channels.vendors.rest import Rest, failure_by_status
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.kit.jsontext import NotJson, read_json

LARGEST = 4 * 1024 * 1024  # bytes
MOST_ENTRIES = 2000
_UNCHANGED = "304"
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, */*;q=0.5"
)
# a feed has one page, in any order, and forgets what is old
_OVERLAP = timedelta(days=36_500)


def poll(account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """The new entries, oldest first. Raises SendRefused."""
    answer = _fetch(account, cursor)
    if answer is None:
        return
    rules = Rules(
        backfill=timedelta(days=account.config.backfill_days),
        overlap=_OVERLAP,
        tells_all=False,
        keeps=MOST_ENTRIES + 1000,
    )
    moment = now()
    items = list(_items(account, answer, moment))
    marks = {"etag": cursor.get("etag", ""), "modified": cursor.get("modified", "")}
    for polled in look([Page(tuple(items), is_last=True)], object_of(cursor.get("list")), rules, moment):
        if polled.raw is None:  # all are stored: only now it counts as read
            marks = {name: answer.headers.get(header, "")[:300] for name, header in _MARKS.items()}
        yield Polled(polled.raw, {"list": polled.cursor, **marks}, {})


_MARKS = {"etag": "etag", "modified": "last-modified"}


def _fetch(account: Account, cursor: Mapping[str, Any]) -> http.Answer | None:
    """The feed; None when it is what it was."""
    config = account.config
    headers = {"accept": _ACCEPT}
    if etag := text_of(cursor.get("etag"), 300):
        headers["if-none-match"] = etag
    if modified := text_of(cursor.get("modified"), 300):
        headers["if-modified-since"] = modified
    token = {"authorization": f"Bearer {config.access_token}"} if config.access_token else {}
    api = Rest(config.url, token, judge=_refused, secrets=(config.access_token,), trusted=account.trusted)
    try:
        return api.get(config.url, headers=headers, max_redirects=4, max_bytes=LARGEST)
    except SendRefused as refusal:
        if refusal.failure.code == _UNCHANGED:
            return None
        raise


def _refused(answer: http.Answer) -> Failure | None:
    if answer.is_success:
        return None
    failure = failure_by_status(answer)
    if answer.status == 304:
        return Failure(failure.error, code=_UNCHANGED)
    if answer.status in {400, 404, 410}:
        reason = f"There is no feed at this address any more: it answers {answer.status}."
        return Failure(ErrorClass.CONFIG, reason, code=failure.code)
    return failure


def read(account: Account, answer: http.Answer) -> dict[str, Any]:
    """What came, as the document that is stored entry by entry. Raises SendRefused."""
    config = account.config
    charset = answer.headers.get("content-type", "").partition("charset=")[2].strip(" \"'")[:40]
    try:
        if config.format == "xml" or (config.format == "auto" and is_markup(answer.body)):
            return read_feed(answer.body, config.url, charset)
        document = read_json(answer.body.removeprefix(b"\xef\xbb\xbf"))
    except (NotAFeed, NotJson) as error:
        told = str(error) if isinstance(error, NotAFeed) else "This is neither a feed nor JSON."
        if elsewhere := announced(answer.body, config.url):
            told = f"This is a web page. Its feed is at {elsewhere}"
        raise SendRefused(Failure(ErrorClass.CONFIG, told)) from error
    found = items_of(document, config.paths)
    if not found and not isinstance(document, list):
        known = object_of(document)
        if not isinstance(known.get("items"), list) and not config.items_path:
            raise SendRefused(
                Failure(ErrorClass.CONFIG, "The JSON has no list of entries: write where it stands.")
            )
    about = object_of(document)
    named: dict[str, Any] = {
        name: about[name]
        for name in ("title", "home_page_url", "language", "authors", "author")
        if name in about
    }
    version = text_of(about.get("version"), 60)
    if version.startswith("https://jsonfeed.org/version/"):
        return {"version": version, **named, "items": found[:MOST_ENTRIES]}
    return {"mapped": found[:MOST_ENTRIES]}


def _items(account: Account, answer: http.Answer, moment: datetime) -> Iterator[Item]:
    document = read(account, answer)
    listed = next(name for name in ("entries", "items", "mapped") if name in document)
    for part in document[listed]:
        content = {**document, listed: [part]}
        for entry in entries_of(content, account.config.url, account.config.paths):
            if entry is not None:
                yield Item(entry.id, _at(entry, moment), content, print_of(entry))


def _at(entry: Entry, moment: datetime) -> datetime:
    return past(entry.updated, moment) or past(entry.published, moment) or moment


def test(account: Account) -> str:
    """Fetch the feed and count. Raises SendRefused."""
    answer = _fetch(account, {})
    if answer is None:
        return "The feed answers."
    document = read(account, answer)
    paths: Paths = account.config.paths
    found = [entry for entry in entries_of(document, account.config.url, paths) if entry is not None]
    title = text_of(object_of(document.get("feed")).get("title") or document.get("title"), 100)
    named = f" {title}" if title else ""
    return f"The feed{named} answers. Entries: {len(found)}."
