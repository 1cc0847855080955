"""The operations of saved views, and of changes of many conversations."""

from __future__ import annotations

from ascolto.api import view_documents as d
from ascolto.api.endpoints import views as v
from ascolto.api.routing import Nothing, Route

READ, WRITE = "conversations:read", "conversations:write"

VIEWS = (
    Route(
        method="GET",
        path="/views",
        scope=READ,
        call=v.list_views,
        summary="List views",
        tag="Views",
        answer=d.ViewList,
    ),
    Route(
        method="POST",
        path="/views",
        scope=WRITE,
        call=v.create_view,
        summary="Save a view",
        tag="Views",
        body=v.ViewBody,
        answer=d.View,
        problems=("refused",),
    ),
    Route(
        method="GET",
        path="/views/{id}",
        scope=READ,
        call=v.get_view,
        summary="Get a view",
        tag="Views",
        answer=d.View,
        problems=("not-found",),
    ),
    Route(
        method="PATCH",
        path="/views/{id}",
        scope=WRITE,
        call=v.change_view,
        summary="Change a view",
        tag="Views",
        body=v.ViewChanges,
        answer=d.View,
        problems=("not-found", "refused"),
    ),
    Route(
        method="DELETE",
        path="/views/{id}",
        scope=WRITE,
        call=v.remove_view,
        summary="Remove a view",
        tag="Views",
        answer=d.RemovedView,
        problems=("not-found", "refused"),
    ),
    Route(
        method="POST",
        path="/views/{id}/restore",
        scope=WRITE,
        call=v.restore_view,
        summary="Bring a removed view back",
        tag="Views",
        body=Nothing,
        answer=d.View,
        problems=("not-found", "refused"),
    ),
    Route(
        method="GET",
        path="/view-fields",
        scope=READ,
        call=v.list_view_fields,
        summary="List what views can ask about",
        tag="Views",
        answer=d.ViewFieldList,
    ),
    Route(
        method="POST",
        path="/conversations/bulk",
        scope=WRITE,
        call=v.change_many,
        summary="Change many conversations",
        tag="Conversations",
        body=v.BulkBody,
        answer=d.BulkChange,
        problems=("refused",),
    ),
    Route(
        method="POST",
        path="/bulk-changes/{id}/undo",
        scope=WRITE,
        call=v.undo_many,
        summary="Take a change of many back",
        tag="Conversations",
        body=Nothing,
        answer=d.BulkChange,
        problems=("not-found", "refused"),
    ),
)
