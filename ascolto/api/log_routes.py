"""The operation of the log."""

from __future__ import annotations

from ascolto.api import log_documents as ld
from ascolto.api.endpoints import log
from ascolto.api.routing import Route

LOG = [
    Route(
        method="GET",
        path="/log",
        scope="log:read",
        call=log.list_log,
        summary="Read the log",
        tag="Log",
        answer=ld.LogEntryList,
        query=log.LogQuery,
        problems=("not-allowed",),
    ),
]
