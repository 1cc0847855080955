"""The operations of who is there, who has what and why."""

from __future__ import annotations

from ascolto.api import assignment_documents as d
from ascolto.api.endpoints import routing as r
from ascolto.api.routing import Nothing, Route

READ, WRITE = "conversations:read", "conversations:write"

ASSIGNMENTS = (
    Route(
        method="GET",
        path="/presence",
        scope=READ,
        call=r.get_presence,
        summary="How do I stand?",
        tag="Routing",
        answer=d.Presence,
    ),
    Route(
        method="PUT",
        path="/presence",
        scope=WRITE,
        call=r.put_presence,
        summary="Say how you stand",
        tag="Routing",
        body=r.PresenceBody,
        answer=d.Presence,
        problems=("refused",),
    ),
    Route(
        method="GET",
        path="/routing/agents",
        scope=READ,
        call=r.list_routed_agents,
        summary="List who is there",
        tag="Routing",
        answer=d.RoutedAgentList,
        problems=("not-allowed",),
    ),
    Route(
        method="POST",
        path="/next",
        scope=WRITE,
        call=r.take_next_one,
        summary="Take the next conversation",
        tag="Routing",
        body=Nothing,
        answer=d.Taken,
        problems=("refused",),
    ),
    Route(
        method="GET",
        path="/conversations/{id}/assignments",
        scope=READ,
        call=r.list_assignments,
        summary="List who had a conversation, and why",
        tag="Routing",
        answer=d.AssignmentList,
        problems=("not-found",),
    ),
)
