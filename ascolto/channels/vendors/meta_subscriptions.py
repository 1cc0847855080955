"""A page tells an app only of what it is subscribed to: one call for each page, beside the app's own hook address."""

from __future__ import annotations

from collections.abc import Iterable

from ascolto.channels.reading import objects_of, text_of
from ascolto.channels.vendors.meta_graph import Graph


def subscribe(graph: Graph, node: str, fields: Iterable[str]) -> str:
    """Add `fields` to those the page (or account) tells of already, since Meta takes only whole lists. Raises SendRefused."""
    known = subscribed(graph, node)
    wanted = [*known, *(name for name in fields if name not in known)]
    if len(wanted) > len(known):
        graph.settle("POST", node, "subscribed_apps", json={"subscribed_fields": ",".join(wanted)})
    return "Meta tells us now: " + ", ".join(fields) + "."


def subscribed(graph: Graph, node: str) -> list[str]:
    """What the page tells this app of. Raises SendRefused."""
    apps = objects_of(graph.get(node, "subscribed_apps").get("data"))
    given = [
        name
        for app in apps
        if isinstance(app.get("subscribed_fields"), list)
        for name in app["subscribed_fields"]
    ]
    return list(dict.fromkeys(name for field in given if (name := text_of(field, 60))))
