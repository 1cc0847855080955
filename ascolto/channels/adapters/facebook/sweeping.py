"""What was written on the page while hooks were lost: the newest posts with their comments, as deliveries of a hook's shape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ascolto.channels.protocol import Polled
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors.meta_conversations import pages, since, written_at
from ascolto.channels.vendors.meta_graph import Graph
from ascolto.kit.clock import now
from ascolto.kit.text import excerpt

_COMMENT = "id,message,from,created_time,permalink_url,parent{id},attachment{media,type}"
_FIELDS = (
    "id,message,story,from,created_time,permalink_url,full_picture,"
    f"comments.filter(stream).order(reverse_chronological).limit(50){{{_COMMENT}}}"
)
_PAGES = 2  # of 25 posts

Found = tuple[datetime, dict[str, Any]]


def sweep(graph: Graph, page_id: str, cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """Posts of visitors and comments since the last sweep, oldest first, then the new cursor. Raises SendRefused."""
    started, begin = now(), since(cursor)
    found: list[Found] = []
    if begin is not None:
        for post in pages(graph, page_id, "feed", _FIELDS, _PAGES):
            found += [item for item in _things(post, page_id) if item[0] >= begin]
    for at, value in sorted(found, key=lambda item: item[0]):
        change = {"field": "feed", "value": value}
        entry = {"id": page_id, "time": int(at.timestamp()), "changes": [change]}
        body = json.dumps({"object": "page", "entry": [entry]}).encode()
        yield Polled(raw=body, cursor=dict(cursor))
    yield Polled(raw=None, cursor={"since": started.isoformat()})


def _things(post: Mapping[str, Any], page_id: str) -> Iterator[Found]:
    post_id, at = text_of(post.get("id"), 255), written_at(post)
    author = object_of(post.get("from"))
    if at is not None and author and text_of(author.get("id"), 100) != page_id:
        value = {**_told(post), "item": "post", "verb": "add", "post_id": post_id}
        yield at, {**value, "photo": post.get("full_picture")}
    context = excerpt(text_of(post.get("message"), 1000) or text_of(post.get("story"), 300), 140)
    above = {name: post[name] for name in ("message", "story", "from", "permalink_url") if post.get(name)}
    for comment in objects_of(object_of(post.get("comments")).get("data")):
        written = written_at(comment)
        if written is not None:
            parent = text_of(object_of(comment.get("parent")).get("id"), 255) or post_id
            value = {**_told(comment), "item": "comment", "verb": "add", "comment_id": comment.get("id")}
            place = {"post_id": post_id, "parent_id": parent, "context": context, "post": above}
            yield written, {**value, **place, **_file(comment)}


def _told(thing: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: thing[name] for name in ("message", "from", "created_time", "permalink_url") if name in thing
    }


def _file(comment: Mapping[str, Any]) -> dict[str, Any]:
    attachment = object_of(comment.get("attachment"))
    media = object_of(attachment.get("media"))
    if "video" in text_of(attachment.get("type"), 40):
        return {"video": media.get("source")}
    return {"photo": object_of(media.get("image")).get("src")}
