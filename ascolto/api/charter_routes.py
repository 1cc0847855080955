"""The operations of the Charter."""

from __future__ import annotations

from ascolto.api import charter_documents as cd
from ascolto.api.endpoints import charter as gu
from ascolto.api.routing import Route

READ, TAG = "conversations:read", "Charter"

CHARTER = [
    Route(
        method="GET",
        path="/charter",
        scope=READ,
        call=gu.get_charter,
        summary="Read the Charter",
        tag=TAG,
        answer=cd.Charter,
        query=gu.CharterQuery,
    ),
    Route(
        method="GET",
        path="/charter/{slug}",
        scope=READ,
        call=gu.get_guarantee,
        summary="Read a guarantee",
        tag=TAG,
        answer=cd.Guarantee,
        query=gu.CharterQuery,
        problems=("not-found",),
    ),
    Route(
        method="GET",
        path="/charter/{slug}/breaches",
        scope=READ,
        call=gu.list_breaches,
        summary="List the breaches of a guarantee",
        tag=TAG,
        answer=cd.BreachList,
        query=gu.BreachQuery,
        problems=("not-found",),
    ),
    Route(
        method="POST",
        path="/may-contact",
        scope="customers:read",
        call=gu.ask_contact,
        summary="Ask whether a customer may be approached",
        tag=TAG,
        body=gu.ContactQuestion,
        answer=cd.ContactVerdict,
    ),
    Route(
        method="POST",
        path="/may-contact/batch",
        scope="customers:read",
        call=gu.ask_contacts,
        summary="Ask whether many customers may be approached",
        tag=TAG,
        body=gu.ContactQuestions,
        answer=cd.ContactVerdicts,
    ),
]
