"""Reading what is new: notifications newest first until what is known, our own answers, the chat's log, and a second look.

Nothing is marked as seen: that mark belongs to the people who use the same account in an app. Posts cannot be edited;
that one was deleted is told only to whoever reads everything, so what was written lately is looked at again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.bluesky.posts import POST
from ascolto.channels.adapters.bluesky.xrpc import Xrpc
from ascolto.channels.protocol import Polled
from ascolto.channels.reading import iso_moment_of, object_of, objects_of, text_of
from ascolto.kit.clock import now
from ascolto.kit.text import excerpt

_PAGE = "100"
_MOST_PAGES = 50
_AT_ONCE = 25  # posts that the network shows in one request
_OVERLAP = timedelta(
    minutes=2
)  # the network sorts by a clock of its own: what comes a little late is still found
_WATCHED_FOR = timedelta(days=1)
_LOOK_AGAIN_AFTER = timedelta(minutes=15)
_MOST_WATCHED = 200
_MOST_SEEN = 2000
_REASONS = ("mention", "reply", "quote")
Found = dict[str, Any]


@dataclass(slots=True)
class Place:
    """How far an account was read.

    `seen`: fingerprints of what was found within the overlap, with their second; `mine`: our own newest answer; `rev`: of the chat;
    `watched`: post → when it was first seen and last looked at.
    """

    since: str = ""
    mine: str = ""
    rev: str = ""
    seen: dict[str, int] = field(default_factory=dict)
    watched: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Mapping[str, Any]) -> Place:
        """The place a cursor names; whatever is wrong with it is forgotten."""
        since, mine, rev = (text_of(cursor.get(name), 200) for name in ("since", "mine", "rev"))
        seen = {key: at for key, at in object_of(cursor.get("seen")).items() if type(at) is int}
        watched = {
            uri: [text_of(moment, 60) for moment in value]
            for uri, value in object_of(cursor.get("watched")).items()
            if isinstance(value, list) and len(value) == 2
        }
        return cls(since, mine, rev, seen, watched)

    def cursor(self) -> Found:
        """As it is stored."""
        names = ("since", "mine", "rev")
        return {
            **{name: getattr(self, name) for name in names},
            "seen": dict(self.seen),
            "watched": dict(self.watched),
        }

    def polled(self, document: Any) -> Polled:
        """Something found, and this place."""
        raw = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return Polled(raw.encode("utf-8", "replace"), self.cursor())


class Reader:
    """One poll of one account. `members` remembers who takes part in conversations."""

    def __init__(
        self, xrpc: Xrpc, members: dict[str, list[Found]], history: timedelta, *, chat: bool
    ) -> None:
        self._xrpc, self._members, self._history, self._chat = xrpc, members, history, chat

    def read_new(self, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        """What is new since `cursor`, oldest first. Raises SendRefused."""
        place = Place.of(cursor)
        before = place.cursor()
        yield from self._notifications(place)
        yield from self._own_answers(place)
        if self._chat:
            yield from self._log(place)
        yield from self._second_look(place)
        if place.cursor() != before:
            yield Polled(None, place.cursor())

    # --- posts ---

    def _notifications(self, place: Place) -> Iterator[Polled]:
        moment = now()
        start = _moment(place.since) - _OVERLAP if place.since else moment - self._history
        newest = [item for item in self._newest_first(start) if _fingerprint(item) not in place.seen]
        found = newest[::-1]  # what came within one millisecond keeps its order
        about = self._subjects([text_of(item.get("reasonSubject"), 700) for item in found])
        for item in sorted(found, key=_indexed_at):
            uri, indexed = text_of(item.get("uri"), 700), text_of(item.get("indexedAt"), 60)
            place.since = max(place.since, indexed)
            place.seen[_fingerprint(item)] = int(_indexed_at(item).timestamp())
            place.watched[uri] = [moment.isoformat(), moment.isoformat()]
            _shorten(place.watched, _MOST_WATCHED)
            if subject := about.get(text_of(item.get("reasonSubject"), 700)):
                item = {**item, "about": subject}
            yield place.polled(item)
        place.since = place.since or moment.isoformat()
        horizon = (_moment(place.since) - _OVERLAP * 2).timestamp()
        place.seen = {key: at for key, at in place.seen.items() if at >= horizon}
        _shorten(place.seen, _MOST_SEEN)

    def _newest_first(self, start: datetime) -> Iterator[Found]:
        parameters = [("reasons", reason) for reason in _REASONS] + [("limit", _PAGE)]
        more: list[tuple[str, str]] = []
        for _ in range(_MOST_PAGES):
            page = self._xrpc.query("app.bsky.notification.listNotifications", [*parameters, *more])
            for item in objects_of(page.get("notifications")):
                if _indexed_at(item) < start:
                    return
                if item.get("reason") in _REASONS:
                    yield item
            cursor = text_of(page.get("cursor"), 500)
            if not cursor:
                return
            more = [("cursor", cursor)]

    def _subjects(self, uris: list[str]) -> dict[str, Found]:
        """One line of each post of ours that was answered or quoted, and whose it is."""
        wanted = list(dict.fromkeys(uri for uri in uris if uri))[-200:]
        subjects: dict[str, Found] = {}
        for uri, post in self._posts(wanted):
            author = object_of(post.get("author"))
            name = text_of(author.get("displayName"), 80).strip() or text_of(author.get("handle"), 80)
            if text := text_of(object_of(post.get("record")).get("text"), 3000):
                subjects[uri] = {"text": excerpt(text, 200), "uri": uri, "author": name}
        return subjects

    def _posts(self, uris: list[str]) -> Iterator[tuple[str, Found]]:
        """The posts at these addresses that are there."""
        for start in range(0, len(uris), _AT_ONCE):
            parameters = [("uris", uri) for uri in uris[start : start + _AT_ONCE]]
            for post in objects_of(self._xrpc.query("app.bsky.feed.getPosts", parameters).get("posts")):
                yield text_of(post.get("uri"), 700), post

    def _own_answers(self, place: Place) -> Iterator[Polled]:
        """What colleagues answered in an app. The first time only the place is noted."""
        parameters = [("actor", self._xrpc.did), ("filter", "posts_with_replies"), ("limit", "50")]
        feed = self._xrpc.query("app.bsky.feed.getAuthorFeed", parameters)
        known = place.mine
        entries = [(object_of(entry.get("post")), entry) for entry in objects_of(feed.get("feed"))]
        entries.reverse()
        for post, entry in sorted(entries, key=lambda pair: _indexed_at(pair[0])):
            indexed = text_of(post.get("indexedAt"), 60)
            if object_of(post.get("author")).get("did") != self._xrpc.did or indexed <= known:
                continue
            place.mine = max(place.mine, indexed)
            parent = object_of(object_of(entry.get("reply")).get("parent"))
            answers = object_of(object_of(post.get("record")).get("reply"))
            to_ourselves = object_of(parent.get("author")).get("did") == self._xrpc.did
            if known and answers and not to_ourselves:
                yield place.polled({"echo": {"post": post, "reply": {"parent": parent}}})
        place.mine = place.mine or now().isoformat()

    def _second_look(self, place: Place) -> Iterator[Polled]:
        moment = now()
        for uri, (first, _) in list(place.watched.items()):
            if iso_moment_of(first, moment) < moment - _WATCHED_FOR:
                del place.watched[uri]
        due = [
            uri
            for uri, (_, last) in place.watched.items()
            if iso_moment_of(last, moment) <= moment - _LOOK_AGAIN_AFTER and f"/{POST}/" in uri
        ][:_AT_ONCE]
        if not due:
            return
        there = {uri for uri, _ in self._posts(due)}
        for uri in due:
            if uri in there:
                place.watched[uri][1] = moment.isoformat()
            else:
                del place.watched[uri]
                yield place.polled({"removed": uri})

    # --- direct messages ---

    def _log(self, place: Place) -> Iterator[Polled]:
        if not place.rev:
            yield from self._first_look(place)
            return
        for _ in range(_MOST_PAGES):
            asked = place.rev
            page = self._xrpc.query("chat.bsky.convo.getLog", [("cursor", asked)], chat=True)
            logs = list(objects_of(page.get("logs")))
            for log in sorted(logs, key=lambda entry: text_of(entry.get("rev"), 100)):
                place.rev = max(place.rev, text_of(log.get("rev"), 100))
                yield place.polled(self._wrapped(log))
            place.rev = max(place.rev, text_of(page.get("cursor"), 200))
            if not logs or place.rev == asked:
                return

    def _first_look(self, place: Place) -> Iterator[Polled]:
        """The first time: from here on, and the last word of every conversation that was said lately."""
        rev = text_of(self._xrpc.query("chat.bsky.convo.getLog", chat=True).get("cursor"), 200)
        moment = now()
        convos = self._xrpc.query("chat.bsky.convo.listConvos", [("limit", _PAGE)], chat=True)
        for convo in objects_of(convos.get("convos")):
            last = object_of(convo.get("lastMessage"))
            ours = object_of(last.get("sender")).get("did") == self._xrpc.did
            if last and not ours and iso_moment_of(last.get("sentAt"), moment) > moment - self._history:
                log = {
                    "$type": "chat.bsky.convo.defs#logCreateMessage",
                    "convoId": text_of(convo.get("id"), 100),
                    "message": last,
                }
                yield place.polled(self._wrapped(log))
        place.rev = rev or "0"

    def _wrapped(self, log: Found) -> Found:
        """What happened, with who we are and who takes part."""
        convo = text_of(log.get("convoId"), 100)
        if convo not in self._members or "Member" in text_of(log.get("$type"), 100):
            found = self._xrpc.query("chat.bsky.convo.getConvo", [("convoId", convo)], chat=True)
            members = list(objects_of(object_of(found.get("convo")).get("members")))
            names = ("did", "handle", "displayName")
            self._members[convo] = [{name: member.get(name) for name in names} for member in members[:50]]
            _shorten(self._members, _MOST_SEEN)
        return {"log": log, "us": self._xrpc.did, "members": self._members[convo]}


def _shorten(known: dict[str, Any], most: int) -> None:
    for oldest in list(known)[:-most]:
        del known[oldest]


def _fingerprint(item: Mapping[str, Any]) -> str:
    """A notification in a few letters: the cursor is written with every one of them."""
    return hashlib.sha256(text_of(item.get("uri"), 700).encode("utf-8", "replace")).hexdigest()[:12]


def _moment(text: str) -> datetime:
    return iso_moment_of(text, now())


def _indexed_at(item: Mapping[str, Any]) -> datetime:
    return iso_moment_of(item.get("indexedAt"), now())
