"""The operations of expected waits."""

from __future__ import annotations

from ascolto.api import wait_documents as wd
from ascolto.api.endpoints import waits as w
from ascolto.api.routing import Route

WAITS = [
    Route(
        method="GET",
        path="/conversations/{id}/wait",
        scope="conversations:read",
        call=w.get_wait,
        summary="Read how long the customer of a conversation will wait",
        tag="Promises",
        answer=wd.Wait,
        problems=("not-found",),
    )
]
