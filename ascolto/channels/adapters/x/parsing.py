"""Deliveries into events: the envelope of the X Activity API, the older one of the Account Activity API, and what was polled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.x import direct, posts
from ascolto.channels.adapters.x.people import (
    Element,
    People,
    needed_number,
    number_of,
    own_number,
    unwrapped,
)
from ascolto.channels.protocol import (
    AccountNews,
    ConsentChanged,
    ErrorClass,
    Ignored,
    Inbound,
    Removed,
    Unsupported,
)
from ascolto.channels.reading import (
    Unreadable,
    iso_moment_of,
    moment_of,
    object_of,
    plain,
    text_of,
)

REVOKED = "The permission was taken back on X: sign in again."
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
# From these nothing follows for who answers customers.
_NOISE = ("like.", "follow.", "mute.", "profile.", "news.", "spaces.", "broadcast.", "chat.", "dm.indicate")


@dataclass(slots=True)
class Delivery:
    """A delivery with what its elements need to know. `ours` is the number of the account that it is about."""

    document: Element
    people: People
    ours: str
    received_at: datetime
    what: str = ""

    @property
    def includes(self) -> Element:
        """What the delivery describes beside its elements."""
        return object_of(self.document.get("includes"))

    @property
    def is_of_blocked(self) -> bool:
        """Whether we have blocked the author."""
        return self.document.get("user_has_blocked") is True


Reader = Callable[[Delivery, Element], Iterator[Inbound]]


def read_delivery(document: Element, ours: str, received_at: datetime) -> list[Inbound]:
    """Everything a delivery tells, in its order; an element that cannot be read hurts nobody else."""
    data = object_of(document.get("data"))
    if "event_type" in data:
        about = number_of(object_of(data.get("filter")).get("user_id")) or ours
        return list(_activity(data, about, received_at))
    found = list(_account_activity(document, number_of(document.get("for_user_id")) or ours, received_at))
    return found or [Unsupported(what="nothing readable for X")]


def read_polled(document: Element, ours: str, received_at: datetime) -> list[Inbound]:
    """One post or direct message that was found by asking."""
    ours = number_of(document.get("for_user_id")) or ours
    people = People(object_of(document.get("includes")).get("users"))
    delivery = Delivery(document, people, ours, received_at)
    reader = {"post": _post, "dm": _direct}.get(text_of(document.get("polled"), 10))
    if reader is None:
        return [Unsupported(what="something else that was polled")]
    return list(_guarded(reader, delivery, document.get("data"), "polled"))


def _guarded(read: Reader, delivery: Delivery, element: Any, name: str) -> Iterator[Inbound]:
    if not isinstance(element, dict):
        yield Unsupported(what=f"{name}: no object")
        return
    try:
        found = list(read(delivery, element))
    except Unreadable as error:
        found = [Unsupported(what=f"{name}: {error}")]
    yield from found


# --- X Activity API ---------------------------------------------------------------------------------------------------


def _activity(data: Element, ours: str, received_at: datetime) -> Iterator[Inbound]:
    what = ".".join(_HUMPS.split(text_of(data.get("event_type"), 80))).lower().replace("..", ".")
    payload = unwrapped(data.get("payload"))
    if any(
        name in payload for name in _LISTS
    ):  # direct messages come in the old shape inside the new envelope
        inner = {**payload, "users": payload.get("users") or object_of(data.get("includes")).get("users")}
        yield from _account_activity(inner, ours, received_at)
        return
    reader = _EVENTS.get(what)
    if reader is None:
        noise = what.startswith(_NOISE)
        yield Ignored(what=what) if noise else Unsupported(what=what or "an event without a type")
        return
    people = People(object_of(data.get("includes")).get("users"))
    yield from _guarded(reader, Delivery(data, people, ours, received_at, what), payload, what)


def _post(delivery: Delivery, element: Element) -> Iterator[Inbound]:
    post = posts.read_new(element, delivery.includes, delivery.received_at)
    delivery.people.add_mentioned(element.get("entities"))
    yield posts.told(post, delivery.people, delivery.ours, delivery.what)


def _repost(delivery: Delivery, element: Element) -> Iterator[Inbound]:
    yield Ignored(what="a repost")


def _deleted(delivery: Delivery, element: Element) -> Iterator[Inbound]:
    number = needed_number(element.get("id"), "the post's id")
    yield Removed(external_id=posts.post_name(number), occurred_at=delivery.received_at)


def _direct(delivery: Delivery, element: Element) -> Iterator[Inbound]:
    return direct.read_new(element, delivery.includes, delivery.people, delivery.ours, delivery.received_at)


def _read_mark(delivery: Delivery, element: Element) -> Iterator[Inbound]:
    return direct.read_mark(element, delivery.people, delivery.ours, delivery.received_at)


def _encrypted(delivery: Delivery, element: Element) -> Iterator[Inbound]:
    return direct.read_encrypted(element, delivery.people, delivery.ours, delivery.received_at)


def _blocked(delivery: Delivery, element: Element) -> Iterator[Inbound]:
    """Blocking has two ends. That we blocked somebody is our own business; that we were blocked is the customer's will."""
    source, target = unwrapped(element.get("source")), unwrapped(element.get("target"))
    granted = "unblock" in (delivery.what or text_of(element.get("type"), 20))
    if own_number(target) != delivery.ours or not delivery.ours:
        yield Ignored(what="we blocked somebody, or no longer do")
        return
    number = needed_number(own_number(source), "the one who blocks")
    delivery.people.add([(number, source)])
    yield ConsentChanged(
        sender=delivery.people.sender(number),
        granted=granted,
        occurred_at=moment_of(element.get("created_timestamp"), delivery.received_at),
        scope="messages",
        why="blocked",
    )


def _revoked(delivery: Delivery, element: Element) -> Iterator[Inbound]:
    """Somebody took our permission back; another account of the same app is none of our business."""
    revoke = object_of(element.get("revoke")) or element
    who = own_number(object_of(revoke.get("source")), "user_id") or number_of(revoke.get("user_id"))
    if delivery.ours and who and who != delivery.ours:
        yield Ignored(what="another account took its permission back")
        return
    at = iso_moment_of(revoke.get("date_time"), delivery.received_at).isoformat()
    detail = {**object_of(plain(dict(revoke))), "at": at}
    yield AccountNews(title=REVOKED, level="error", detail=detail, error=ErrorClass.REAUTH)


_EVENTS: Mapping[str, Reader] = {
    "post.create": _post,
    "post.mention.create": _post,
    "post.reply.create": _post,
    "post.quote.create": _post,
    "post.repost.create": _repost,
    "post.delete": _deleted,
    "dm.received": _direct,
    "dm.sent": _direct,
    "dm.read": _read_mark,
    "chat.received": _encrypted,
    "block.block": _blocked,
    "block.unblock": _blocked,
    "oauth.revoke": _revoked,
}


# --- Account Activity API ---------------------------------------------------------------------------------------------


def _account_activity(document: Element, ours: str, received_at: datetime) -> Iterator[Inbound]:
    delivery = Delivery(document, People(document.get("users")), ours, received_at)
    for name, value in document.items():
        if name == "user_event":
            yield from _guarded(_revoked, delivery, value, name)
        elif reader := _LISTS.get(name):
            for element in value if isinstance(value, list) else [value]:
                yield from _guarded(reader, delivery, element, name)
        elif name.endswith("_events"):
            yield Unsupported(what=text_of(name, 60))


def _old_post(delivery: Delivery, element: Element) -> Iterator[Inbound]:
    post = posts.read_old(element, delivery.received_at)
    delivery.people.add([(post.author, object_of(element.get("user")))])
    delivery.people.add_mentioned(element.get("entities"))
    yield posts.told(post, delivery.people, delivery.ours, blocked=delivery.is_of_blocked)


def _old_deleted(delivery: Delivery, element: Element) -> Iterator[Inbound]:
    number = needed_number(own_number(object_of(element.get("status"))), "the post's id")
    at = moment_of(element.get("timestamp_ms"), delivery.received_at)
    yield Removed(external_id=posts.post_name(number), occurred_at=at)


def _old_direct(delivery: Delivery, element: Element) -> Iterator[Inbound]:
    return direct.read_old(element, delivery.people, delivery.ours, delivery.received_at)


def _nothing(what: str) -> Reader:
    def read(delivery: Delivery, element: Element) -> Iterator[Inbound]:
        yield Ignored(what=what)

    return read


_LISTS: Mapping[str, Reader] = {
    "tweet_create_events": _old_post,
    "tweet_delete_events": _old_deleted,
    "direct_message_events": _old_direct,
    "direct_message_mark_read_events": _read_mark,
    "direct_message_indicate_typing_events": _nothing("somebody types"),
    "favorite_events": _nothing("a like"),
    "follow_events": _nothing("a follow"),
    "mute_events": _nothing("a mute"),
    "block_events": _blocked,
}
