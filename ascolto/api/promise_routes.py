"""The operations of promises."""

from __future__ import annotations

from ascolto.api import promise_documents as pd
from ascolto.api.endpoints import promises as p
from ascolto.api.routing import Nothing, Route

READ, WRITE, TAG = "conversations:read", "conversations:write", "Promises"

PROMISES = [
    Route(
        method="GET",
        path="/conversations/{id}/clocks",
        scope=READ,
        call=p.list_clocks,
        summary="List the promises to the customer of a conversation, and why they are due then",
        tag=TAG,
        answer=pd.ClockList,
        query=p.ClockQuery,
        problems=("not-found",),
    ),
    Route(
        method="GET",
        path="/conversations/{id}/complaint",
        scope=READ,
        call=p.get_complaint,
        summary="Read the complaint that a conversation is",
        tag=TAG,
        answer=pd.Complaint,
        problems=("not-found",),
    ),
    Route(
        method="POST",
        path="/conversations/{id}/complaint",
        scope=WRITE,
        call=p.register_complaint,
        summary="Register a complaint",
        tag=TAG,
        body=p.NewComplaint,
        answer=pd.Complaint,
        problems=("not-found", "refused", "not-allowed"),
    ),
    Route(
        method="POST",
        path="/conversations/{id}/complaint/withdraw",
        scope=WRITE,
        call=p.withdraw_complaint,
        summary="Withdraw a complaint",
        tag=TAG,
        body=p.Withdrawal,
        answer=pd.Complaint,
        problems=("not-found", "refused", "not-allowed"),
    ),
    Route(
        method="GET",
        path="/sla/policies",
        scope=READ,
        call=p.list_policies,
        summary="List what is promised to whom",
        tag=TAG,
        answer=pd.PolicyList,
        query=p.PolicyQuery,
    ),
    Route(
        method="GET",
        path="/sla/calendars",
        scope=READ,
        call=p.list_calendars,
        summary="List opening hours",
        tag=TAG,
        answer=pd.CalendarList,
        query=Nothing,
    ),
]
