"""What was written privately while hooks were lost, found by asking for the conversations that moved.

Each conversation becomes a delivery of the same shape as a hook's, so that one parser reads both, and the ids are the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.protocol import Polled
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors.meta_graph import Graph
from ascolto.kit.clock import now

OVERLAP = timedelta(minutes=10)  # what is written at the moment of asking may be told a little later
_PAGES = 5  # of 25 conversations
_MESSAGES = "messages.limit(25){id,created_time,from,to,message,attachments{mime_type,name,size,image_data,video_data,file_url}}"


def since(cursor: Mapping[str, Any]) -> datetime | None:
    """From when on we ask; None at the first time, when nothing was lost yet."""
    try:
        moment = datetime.fromisoformat(str(cursor.get("since", "")))
    except ValueError:
        return None
    return moment - OVERLAP if moment.tzinfo else None


def pages(
    graph: Graph,
    node: str,
    edge: str,
    fields: str,
    most: int = _PAGES,
    params: Mapping[str, str] | None = None,
) -> Iterator[Any]:
    """The objects of an edge, page by page. Raises SendRefused."""
    asked = {"fields": fields, "limit": "25", **(params or {})}
    for _ in range(most):
        page = graph.get(node, edge, params=asked)
        yield from objects_of(page.get("data"))
        paging = object_of(page.get("paging"))
        after = text_of(object_of(paging.get("cursors")).get("after"), 1000)
        if not after or "next" not in paging:
            return
        asked["after"] = after


def written_at(item: Mapping[str, Any], *names: str) -> datetime | None:
    """The time of an object of the Graph API; None when it tells none."""
    for name in names or ("created_time",):
        try:
            moment = datetime.fromisoformat(text_of(item.get(name), 40))
        except ValueError:
            continue
        return moment if moment.tzinfo else None
    return None


def sweep(
    graph: Graph, node: str, own_id: str, object_name: str, cursor: Mapping[str, Any], **params: str
) -> Iterator[Polled]:
    """Messages since the last sweep, oldest first, then the new cursor. Raises SendRefused."""
    started = now()
    yield from lost_messages(graph, node, own_id, object_name, cursor, **params)
    yield Polled(raw=None, cursor={"since": started.isoformat()})


def lost_messages(
    graph: Graph, node: str, own_id: str, object_name: str, cursor: Mapping[str, Any], **params: str
) -> Iterator[Polled]:
    """Messages since the last sweep, oldest first. Raises SendRefused."""
    begin = since(cursor)
    elements: list[tuple[datetime, dict[str, Any]]] = []
    if begin is not None:
        fields = f"updated_time,{_MESSAGES}"
        for conversation in pages(graph, node, "conversations", fields, params=params):
            moved = written_at(conversation, "updated_time")
            if moved is not None and moved < begin:
                break
            for message in objects_of(object_of(conversation.get("messages")).get("data")):
                at = written_at(message)
                if at is not None and at >= begin:
                    elements.append((at, _element(message, own_id)))
    for at, element in sorted(elements, key=lambda pair: pair[0]):
        entry = {"id": own_id, "time": int(at.timestamp() * 1000), "messaging": [element]}
        body = json.dumps({"object": object_name, "entry": [entry]}).encode()
        yield Polled(raw=body, cursor=dict(cursor))


def _element(message: Mapping[str, Any], own_id: str) -> dict[str, Any]:
    author = object_of(message.get("from"))
    receivers = objects_of(object_of(message.get("to")).get("data"))
    inner: dict[str, Any] = {
        "mid": text_of(message.get("id"), 255),
        "text": text_of(message.get("message"), 20_000),
    }
    if text_of(author.get("id"), 100) == own_id:
        inner["is_echo"] = True
    if files := [_file(item) for item in objects_of(object_of(message.get("attachments")).get("data"))]:
        inner["attachments"] = files
    stamp = text_of(message.get("created_time"), 40)
    return {
        "sender": _named(author),
        "recipient": _named(next(receivers, {})),
        "timestamp": stamp,
        "message": inner,
    }


def _named(person: Mapping[str, Any]) -> dict[str, str]:
    name = text_of(person.get("name"), 200) or text_of(person.get("username"), 200)
    return {"id": text_of(person.get("id"), 100), "name": name}


def _file(item: Mapping[str, Any]) -> dict[str, Any]:
    for kind, place in (("image", "image_data"), ("video", "video_data")):
        if url := text_of(object_of(item.get(place)).get("url"), 4000):
            return {"type": kind, "payload": {"url": url, "name": text_of(item.get("name"), 255)}}
    main = text_of(item.get("mime_type"), 100).split("/", 1)[0]
    kind = main if main in {"image", "video", "audio"} else "file"
    return {
        "type": kind,
        "payload": {"url": text_of(item.get("file_url"), 4000), "name": text_of(item.get("name"), 255)},
    }


def name_of(graph: Graph, person: str, fields: str) -> str:
    """The name of a person who wrote to us; empty when the network does not tell it. Raises SendRefused."""
    told = graph.get(person, params={"fields": fields})
    whole = text_of(told.get("name"), 200).strip()
    parts = (text_of(told.get("first_name"), 100).strip(), text_of(told.get("last_name"), 100).strip())
    return whole or " ".join(part for part in parts if part) or text_of(told.get("username"), 100).strip()
