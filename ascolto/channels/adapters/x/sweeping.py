"""Asking X what came while its hooks were lost: mentions after the last one known, and direct messages. Each is charged: seldom."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ascolto.channels.adapters.x.people import Element, number_of
from ascolto.channels.protocol import Polled
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors.rest import Rest

_PAGES = 5  # of a hundred each
_OF_PEOPLE = {"user.fields": "id,name,username"}
_OF_FILES = {"media.fields": "media_key,type,url,preview_image_url,variants"}
_OF_POSTS = {
    "tweet.fields": "id,text,author_id,created_at,conversation_id,in_reply_to_user_id,referenced_tweets,entities,attachments,"
    "edit_history_tweet_ids,note_tweet",
    "expansions": "author_id,referenced_tweets.id,attachments.media_keys",
    "max_results": "100",
    **_OF_PEOPLE,
    **_OF_FILES,
}
_OF_DIRECT = {
    "dm_event.fields": "id,text,event_type,sender_id,dm_conversation_id,participant_ids,created_at,attachments",
    "expansions": "sender_id,participant_ids,attachments.media_keys",
    "event_types": "MessageCreate",
    "max_results": "100",
    **_OF_PEOPLE,
    **_OF_FILES,
}


def sweep(rest: Rest, ours: str, cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """What is new since the cursor, oldest first. The first time only remembers where we are. Raises SendRefused."""
    at = {name: number_of(cursor.get(name)) for name in ("post", "dm")}
    for name, path, params in (
        ("post", f"2/users/{ours}/mentions", _OF_POSTS),
        ("dm", "2/dm_events", _OF_DIRECT),
    ):
        began = at[name] != ""
        for element, includes in _newer(rest, path, params, at[name]):
            at[name] = number_of(element.get("id"))
            raw = _raw(name, ours, element, includes) if began else None
            yield Polled(raw=raw, cursor=dict(at))
        if not began and not at[name]:
            at[name] = "1"  # an account that nobody ever wrote to
            yield Polled(raw=None, cursor=dict(at))


def _newer(rest: Rest, path: str, params: Mapping[str, str], since: str) -> Iterator[tuple[Element, Element]]:
    """The elements after `since`, oldest first; without one, the newest only."""
    asked = dict(params)
    if since and path.endswith("mentions"):
        asked["since_id"] = since
    found: list[tuple[Element, Element]] = []
    for _ in range(_PAGES):
        document = rest.get(path, params=asked).json_object() or {}
        includes = object_of(document.get("includes"))
        page = [element for element in objects_of(document.get("data")) if number_of(element.get("id"))]
        fresh = [element for element in page if int(number_of(element["id"])) > int(since or 0)]
        found += [(element, includes) for element in fresh]
        following = text_of(object_of(document.get("meta")).get("next_token"), 200)
        if not since or not following or len(fresh) < len(page):
            break
        asked["pagination_token"] = following
    found.sort(key=lambda item: int(number_of(item[0].get("id"))))
    return iter(found if since else found[-1:])


def _raw(name: str, ours: str, element: Element, includes: Element) -> bytes:
    """One element with what the page describes of it, in the shape in which it is parsed."""
    told = {"for_user_id": ours, "polled": name, "data": element, "includes": _about(element, includes)}
    return json.dumps(told, separators=(",", ":"), sort_keys=True).encode()


def _about(element: Element, includes: Element) -> dict[str, Any]:
    """Of everything that a page describes, what this element names."""
    named = json.dumps(element)
    kept: dict[str, Any] = {}
    for name, key in (("users", "id"), ("tweets", "id"), ("media", "media_key")):
        items = [item for item in objects_of(includes.get(name)) if text_of(item.get(key), 60) in named]
        if items:
            kept[name] = items
    return kept
