"""The operations of the language model."""

from __future__ import annotations

from ascolto.api.endpoints import generated as g
from ascolto.api.generated_documents import Generated
from ascolto.api.routing import Nothing, Route

TAG = "Language model"

GENERATED = [
    Route(
        method="POST",
        path="/conversations/{id}/suggestions",
        scope="generation:write",
        call=g.suggest,
        summary="Ask the language model",
        tag=TAG,
        body=g.NewSuggestion,
        answer=Generated,
        status=202,
        problems=("not-found", "refused"),
    ),
    Route(
        method="GET",
        path="/generated/{id}",
        scope="generation:read",
        call=g.get_generated,
        summary="Read a generated text",
        tag=TAG,
        answer=Generated,
        problems=("not-found",),
    ),
    Route(
        method="POST",
        path="/generated/{id}/cancel",
        scope="generation:write",
        call=g.cancel_generated,
        summary="Take a request to the language model back",
        tag=TAG,
        body=Nothing,
        answer=Generated,
        problems=("not-found",),
    ),
]
