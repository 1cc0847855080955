"""The operations of hand-offs."""

from __future__ import annotations

from msgspec import Struct

from ascolto.api import hand_off_documents as hd
from ascolto.api.endpoints import hand_offs as h
from ascolto.api.routing import Nothing, Operation, Route

READ, WRITE, TAG = "conversations:read", "conversations:write", "Hand-offs"


def _settle(verb: str, call: Operation, summary: str, body: type[Struct] = Nothing) -> Route:
    return Route(
        method="POST",
        path=f"/hand-offs/{{id}}/{verb}",
        scope=WRITE,
        call=call,
        summary=summary,
        tag=TAG,
        body=body,
        answer=hd.HandOff,
        problems=("not-found", "refused", "not-allowed"),
    )


HAND_OFFS = [
    Route(
        method="POST",
        path="/conversations/{id}/hand-offs",
        scope=WRITE,
        call=h.offer_conversation,
        summary="Hand a conversation over",
        tag=TAG,
        body=h.NewHandOff,
        answer=hd.HandOff,
        status=201,
        waits=True,  # what is kept for a lead stays although the answer is a refusal
        problems=("not-found", "refused", "not-allowed"),
    ),
    Route(
        method="GET",
        path="/conversations/{id}/told",
        scope=READ,
        call=h.list_told,
        summary="List what the customer already gave",
        tag=TAG,
        answer=hd.ToldList,
        problems=("not-found",),
    ),
    Route(
        method="GET",
        path="/hand-offs",
        scope=READ,
        call=h.list_hand_offs,
        summary="List hand-offs",
        tag=TAG,
        answer=hd.HandOffList,
        query=h.HandOffQuery,
    ),
    Route(
        method="GET",
        path="/hand-offs/{id}",
        scope=READ,
        call=h.get_hand_off,
        summary="Read a hand-off",
        tag=TAG,
        answer=hd.HandOff,
        problems=("not-found",),
    ),
    _settle("accept", h.accept_hand_off, "Accept a hand-off"),
    _settle("refuse", h.refuse_hand_off, "Refuse a hand-off", h.Refusal),
    _settle("withdraw", h.withdraw_hand_off, "Take a hand-off back"),
    _settle("allow", h.allow_hand_off, "Allow one hand-off more"),
]
