"""The operations of answers that did not leave yet."""

from __future__ import annotations

from msgspec import Struct

from ascolto.api import outgoing_documents as od
from ascolto.api.endpoints import outgoing as o
from ascolto.api.routing import Nothing, Operation, Route

READ, WRITE, TAG = "conversations:read", "messages:write", "Answers that wait"
_PROBLEMS = ("not-found", "refused", "not-allowed")


def _route(
    method: str,
    path: str,
    call: Operation,
    summary: str,
    answer: type[Struct],
    *,
    body: type[Struct] | None = Nothing,
    query: type[Struct] = Nothing,
    status: int = 200,
) -> Route:
    is_read = method == "GET"
    return Route(
        method=method,
        path=path,
        scope=READ if is_read else WRITE,
        call=call,
        summary=summary,
        tag=TAG,
        answer=answer,
        query=query,
        status=status,
        problems=("not-found",) if is_read and "{" in path else () if is_read else _PROBLEMS,
        **({} if is_read else {"body": body}),  # type: ignore[arg-type]
    )


OUTGOING = [
    _route(
        "POST",
        "/conversations/{id}/messages/{message}/withdraw",
        o.withdraw_message,
        "Take an answer back before it leaves",
        od.Withdrawn,
    ),
    _route(
        "POST",
        "/conversations/{id}/planned-replies",
        o.plan_reply,
        "Let an answer leave later",
        od.PlannedReply,
        body=o.NewPlannedReply,
        status=201,
    ),
    _route(
        "GET",
        "/planned-replies",
        o.list_planned,
        "List planned answers",
        od.PlannedReplyList,
        query=o.PlannedQuery,
    ),
    _route("GET", "/planned-replies/{id}", o.get_planned, "Read a planned answer", od.PlannedReply),
    _route(
        "PATCH",
        "/planned-replies/{id}",
        o.change_planned,
        "Change a planned answer",
        od.PlannedReply,
        body=o.PlannedChanges,
    ),
    _route(
        "POST", "/planned-replies/{id}/send", o.send_planned, "Send a planned answer now", od.PlannedReply
    ),
    _route(
        "POST", "/planned-replies/{id}/cancel", o.cancel_planned, "Cancel a planned answer", od.PlannedReply
    ),
    _route(
        "POST",
        "/conversations/{id}/proposals",
        o.propose_reply,
        "Propose an answer",
        od.Proposal,
        body=o.NewProposal,
        status=201,
    ),
    _route("GET", "/proposals", o.list_proposals, "List proposals", od.ProposalList, query=o.ProposalQuery),
    _route("GET", "/proposals/{id}", o.get_proposal, "Read a proposal", od.Proposal),
    _route(
        "POST",
        "/proposals/{id}/approve",
        o.approve_proposal,
        "Approve a proposal",
        od.Proposal,
        body=o.Approval,
    ),
    _route(
        "POST", "/proposals/{id}/return", o.return_proposal, "Return a proposal", od.Proposal, body=o.Return
    ),
    _route("POST", "/proposals/{id}/withdraw", o.withdraw_proposal, "Take a proposal back", od.Proposal),
]
