"""The operations that make one of two, two of one, and order what there is."""

from __future__ import annotations

from typing import Any

from ascolto.api import documents as d
from ascolto.api import organising_documents as od
from ascolto.api.endpoints import organising as o
from ascolto.api.routing import Nothing, Operation, Route

READ, WRITE = "conversations:read", "conversations:write"
_REFUSES = ("not-found", "refused", "not-allowed")


def _route(method: str, path: str, call: Operation, summary: str, answer: Any, **more: Any) -> Route:
    more.setdefault("scope", WRITE)
    if method != "GET":
        more.setdefault("problems", _REFUSES)
    return Route(method=method, path=path, call=call, summary=summary, answer=answer, **more)


def _conversation(
    verb: str, call: Operation, summary: str, answer: Any = d.Conversation, **more: Any
) -> Route:
    path = f"/conversations/{{id}}/{verb}"
    return _route("POST", path, call, summary, answer, tag="Conversations", **more)


ORGANISING = [
    _conversation("merge", o.merge_conversation, "Merge into another conversation", body=o.MergeBody),
    _conversation("unmerge", o.unmerge_conversation, "Take a merge back", body=Nothing),
    _conversation("split", o.split_conversation, "Split messages off", body=o.SplitBody, status=201),
    _conversation("link", o.link_conversation, "Link to another one", od.LinkedList, body=o.LinkBody),
    _conversation("unlink", o.unlink_conversation, "Take a link away", od.LinkedList, body=o.LinkBody),
    _route(
        "GET",
        "/conversations/{id}/links",
        o.list_links,
        "List linked conversations",
        od.LinkedList,
        tag="Conversations",
        scope=READ,
        problems=("not-found",),
    ),
    _route("GET", "/labels", o.list_labels, "List labels", od.LabelList, tag="Labels", scope=READ, query=o.LabelQuery),
    _route(
        "POST", "/labels", o.create_label, "Make a label", od.Label, tag="Labels", body=o.NewLabel, status=201,
        problems=("refused", "not-allowed"),
    ),
    _route("PATCH", "/labels/{id}", o.change_label, "Change a label", od.Label, tag="Labels", body=o.LabelChanges),
    _route(
        "POST", "/labels/{id}/merge", o.merge_label, "Merge a label into another", od.Label, tag="Labels",
        body=o.MergeLabelBody,
    ),
]  # fmt: skip
