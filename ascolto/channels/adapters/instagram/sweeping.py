"""What was written on Instagram while hooks were lost, as deliveries of a hook's shape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ascolto.channels.protocol import Polled
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors.meta_conversations import lost_messages, pages, since, written_at
from ascolto.channels.vendors.meta_graph import Graph
from ascolto.kit.clock import now
from ascolto.kit.text import excerpt

_COMMENT = "id,text,username,from,timestamp,parent_id"
_FIELDS = f"id,caption,permalink,username,comments.limit(50){{{_COMMENT},replies.limit(20){{{_COMMENT}}}}}"
_PAGES = 2  # of 25 posts

Found = tuple[datetime, dict[str, Any]]


def sweep(graph: Graph, own_id: str, cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """Comments and messages since the last sweep, then the new cursor. Raises SendRefused."""
    started, begin = now(), since(cursor)
    found: list[Found] = []
    if begin is not None:
        for media in pages(graph, own_id, "media", _FIELDS, _PAGES):
            found += [item for item in _comments(media) if item[0] >= begin]
    for at, value in sorted(found, key=lambda item: item[0]):
        change = {"field": "comments", "value": value}
        entry = {"id": own_id, "time": int(at.timestamp()), "changes": [change]}
        body = json.dumps({"object": "instagram", "entry": [entry]}).encode()
        yield Polled(raw=body, cursor=dict(cursor))
    yield from lost_messages(graph, "me", own_id, "instagram", cursor, platform="instagram")
    yield Polled(raw=None, cursor={"since": started.isoformat()})


def _comments(media: Mapping[str, Any]) -> Iterator[Found]:
    about = {name: media[name] for name in ("id", "caption", "username") if media.get(name)}
    told = {"media": about, "permalink": media.get("permalink")}
    told["context"] = excerpt(text_of(media.get("caption"), 1000), 140)
    for comment in objects_of(object_of(media.get("comments")).get("data")):
        yield from _one(comment, told)
        for reply in objects_of(object_of(comment.get("replies")).get("data")):
            yield from _one({"parent_id": comment.get("id"), **reply}, told)


def _one(comment: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Found]:
    at = written_at(comment, "timestamp")
    if at is not None:
        author = object_of(comment.get("from")) or {"username": comment.get("username")}
        names = ("id", "text", "timestamp", "parent_id")
        known = {name: comment[name] for name in names if comment.get(name)}
        yield at, {**known, "from": author, **told}
