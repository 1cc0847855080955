"""Reading what is new: notifications forward from the last one, our own answers given elsewhere, and a slow second look.

A server tells of an edit only whom it concerns closely, and of a deletion only its live stream. What was written lately is
therefore read again from time to time: gone means taken back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.mastodon.instance import list_of, part
from ascolto.channels.protocol import Polled, SendRefused
from ascolto.channels.reading import iso_moment_of, object_of, text_of
from ascolto.channels.vendors.rest import Rest
from ascolto.kit.clock import now

_PAGE = 40
_MOST_PAGES = 50  # of one poll; the next one goes on
_TYPES = ("mention", "quote", "update", "moderation_warning", "severed_relationships")
_WATCHED_FOR = timedelta(days=1)
_LOOK_AGAIN_AFTER = timedelta(minutes=15)
_MOST_WATCHED = 200
_LOOKS = 5  # statuses read again in one poll: 300 requests in 5 minutes are all that a server allows


@dataclass(slots=True)
class Place:
    """How far an account was read. `watched`: status id → when it was first seen, last read, and last edited."""

    since: str = ""
    own: str = ""
    mine: str = ""
    watched: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Mapping[str, Any]) -> Place:
        """The place a cursor names; whatever is wrong with it is forgotten."""
        watched = {
            key: [text_of(moment, 60) for moment in value]
            for key, value in object_of(cursor.get("watched")).items()
            if isinstance(value, list) and len(value) == 3
        }
        since, own, mine = (text_of(cursor.get(name), 100) for name in ("since", "own", "mine"))
        return cls(since, own, mine, watched)

    def cursor(self) -> dict[str, Any]:
        """As it is stored."""
        return {"since": self.since, "own": self.own, "mine": self.mine, "watched": dict(self.watched)}

    def polled(self, document: Any) -> Polled:
        """Something found, and this place."""
        raw = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return Polled(raw.encode("utf-8", "replace"), self.cursor())


def read_new(rest: Rest, cursor: Mapping[str, Any], history: timedelta) -> Iterator[Polled]:
    """What is new since `cursor`, oldest first. Raises SendRefused."""
    place = Place.of(cursor)
    before = place.cursor()
    if not place.own:
        place.own = text_of(
            rest.json("GET", "api/v1/accounts/verify_credentials", repeatable=True).get("id"), 100
        )
    yield from _notifications(rest, place, history)
    yield from _own_answers(rest, place)
    yield from _second_look(rest, place)
    if place.cursor() != before:
        yield Polled(None, place.cursor())


def _order(external_id: str) -> tuple[int, str]:
    """Ids are numbers without leading zeros, or ULIDs of one length."""
    return (len(external_id), external_id)


def _id_of(element: Mapping[str, Any]) -> str:
    return text_of(element.get("id"), 100)


# --- notifications --------------------------------------------------------------------------------------------


def _notifications(rest: Rest, place: Place, history: timedelta) -> Iterator[Polled]:
    pages = _pages_after(rest, place.since) if place.since else _recent(rest, place, history)
    for page in pages:
        for notification in page:
            place.since = max(place.since, _id_of(notification), key=_order)
            _watch(place, notification)
            yield place.polled(notification)


def _ask_notifications(rest: Rest, *more: tuple[str, str]) -> list[dict[str, Any]]:
    """A page, oldest first. What the server's policy set aside is asked for, too: by default it hides private mentions
    of people whom we do not follow, which is nearly every customer."""
    common = [("include_filtered", "true"), ("limit", str(_PAGE)), *more]
    try:
        listed = _listed(rest, _TYPES, common)
    except SendRefused as refusal:
        if refusal.failure.code not in {"400", "422"}:
            raise
        listed = _listed(rest, _TYPES[:1], common)  # a server of another make, which does not know the others
    found = [item for item in listed if _id_of(item)]
    return sorted(found, key=lambda item: _order(_id_of(item)))


def _listed(rest: Rest, types: Iterable[str], more: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return list_of(rest, "api/v1/notifications", [*(("types[]", kind) for kind in types), *more])


def _pages_after(rest: Rest, since: str) -> Iterator[list[dict[str, Any]]]:
    for _ in range(_MOST_PAGES):
        page = [
            item
            for item in _ask_notifications(rest, ("min_id", since))
            if _order(_id_of(item)) > _order(since)
        ]
        if not page:
            return
        yield page
        since = _id_of(page[-1])


def _recent(rest: Rest, place: Place, history: timedelta) -> Iterator[list[dict[str, Any]]]:
    """The first time: what came lately, so that connecting an old account floods nobody."""
    moment, found = now(), []
    parameters: tuple[tuple[str, str], ...] = ()
    for _ in range(_MOST_PAGES):
        page = _ask_notifications(rest, *parameters)
        place.since = max([place.since or "0", *(_id_of(item) for item in page)], key=_order)
        fresh = [item for item in page if _written_at(item, moment) > moment - history]
        found.append(fresh)
        if not page or len(fresh) < len(page):
            break
        parameters = (("max_id", _id_of(page[0])),)
    yield [item for page in reversed(found) for item in page]


def _written_at(element: Mapping[str, Any], moment: datetime) -> datetime:
    return iso_moment_of(element.get("created_at"), moment)


# --- our own answers ------------------------------------------------------------------------------------------


def _own_answers(rest: Rest, place: Place) -> Iterator[Polled]:
    """What colleagues answered in Mastodon itself. The first time only the place is noted."""
    path = f"api/v1/accounts/{part(place.own)}/statuses"
    asked = [("limit", str(_PAGE)), ("min_id", place.mine)] if place.mine else [("limit", "1")]
    found = list_of(rest, path, [*asked, ("exclude_reblogs", "true")])
    known = place.mine
    for status in sorted(found, key=lambda item: _order(_id_of(item))):
        if not _id_of(status) or (known and _order(_id_of(status)) <= _order(known)):
            continue
        place.mine = _id_of(status)
        answered = text_of(status.get("in_reply_to_account_id"), 100)
        if known and answered and answered != place.own and text_of(status.get("in_reply_to_id")):
            yield place.polled({"echo": status})
    place.mine = place.mine or "0"


# --- a second look ----------------------------------------------------------------------------------------------


def _watch(place: Place, notification: Mapping[str, Any]) -> None:
    status = object_of(notification.get("status"))
    if notification.get("type") in {"mention", "quote"} and _id_of(status):
        moment = now().isoformat()
        place.watched[_id_of(status)] = [moment, moment, text_of(status.get("edited_at"), 60)]
        for oldest in list(place.watched)[:-_MOST_WATCHED]:
            del place.watched[oldest]


def _second_look(rest: Rest, place: Place) -> Iterator[Polled]:
    moment = now()
    for status_id, (first, _, _) in list(place.watched.items()):
        if iso_moment_of(first, moment) < moment - _WATCHED_FOR:
            del place.watched[status_id]
    due = [
        status_id
        for status_id, (_, last, _) in place.watched.items()
        if iso_moment_of(last, moment) <= moment - _LOOK_AGAIN_AFTER
    ]
    for status_id in due[:_LOOKS]:
        yield from _look_at(rest, place, status_id, moment)


def _look_at(rest: Rest, place: Place, status_id: str, moment: datetime) -> Iterator[Polled]:
    first, _, edited = place.watched[status_id]
    try:
        status = rest.json("GET", f"api/v1/statuses/{part(status_id)}", repeatable=True)
    except SendRefused as refusal:
        if refusal.failure.code not in {"404", "410"}:
            raise
        del place.watched[status_id]
        yield place.polled({"event": "delete", "payload": status_id})
        return
    now_edited = text_of(status.get("edited_at"), 60)
    place.watched[status_id] = [first, moment.isoformat(), now_edited]
    if now_edited and now_edited != edited:
        yield place.polled({"event": "status.update", "payload": status})
