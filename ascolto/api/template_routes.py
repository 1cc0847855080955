"""The operations of a channel's templates."""

from __future__ import annotations

from ascolto.api.endpoints import templates as t
from ascolto.api.routing import Route
from ascolto.api.template_documents import TemplateList

TEMPLATES = [
    Route(
        method="GET",
        path="/channels/{id}/templates",
        scope="channels:read",
        call=t.list_templates,
        summary="List the templates of a channel",
        tag="Channels",
        answer=TemplateList,
        query=t.TemplateQuery,
        problems=("not-found",),
    ),
]
