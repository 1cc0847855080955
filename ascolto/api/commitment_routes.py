"""The operations of dated promises."""

from __future__ import annotations

from ascolto.api.commitment_documents import Commitment, CommitmentList
from ascolto.api.endpoints import commitments as c
from ascolto.api.routing import Nothing, Operation, Route

READ, WRITE, TAG = "conversations:read", "conversations:write", "Dated promises"
_PROBLEMS = ("not-found", "refused", "not-allowed")


def _verb(name: str, call: Operation, summary: str, body: type = Nothing) -> Route:
    return Route(
        method="POST",
        path=f"/commitments/{{id}}/{name}",
        scope=WRITE,
        call=call,
        summary=summary,
        tag=TAG,
        body=body,
        answer=Commitment,
        problems=_PROBLEMS,
    )


COMMITMENTS = [
    Route(
        method="GET",
        path="/commitments",
        scope=READ,
        call=c.list_commitments,
        summary="List dated promises",
        tag=TAG,
        answer=CommitmentList,
        query=c.CommitmentQuery,
    ),
    Route(
        method="POST",
        path="/conversations/{id}/commitments",
        scope=WRITE,
        call=c.make_commitment,
        summary="Promise to write by a time",
        tag=TAG,
        body=c.NewCommitment,
        answer=Commitment,
        status=201,
        problems=_PROBLEMS,
    ),
    Route(
        method="PATCH",
        path="/commitments/{id}",
        scope=WRITE,
        call=c.change_commitment,
        summary="Move a dated promise",
        tag=TAG,
        body=c.NewDate,
        answer=Commitment,
        problems=_PROBLEMS,
    ),
    _verb("confirm", c.confirm_commitment, "Confirm that it is a promise"),
    _verb("decline", c.decline_commitment, "Say that it is no promise"),
    _verb("withdraw", c.withdraw_commitment, "Withdraw a dated promise", c.CommitmentReason),
]
