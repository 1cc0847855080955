"""Templates of a channel: what a network has approved to be sent after the time to answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from ascolto.api import documents
from ascolto.api import template_documents as td
from ascolto.api.bodies import Cursor, Limit
from ascolto.api.endpoints.customers import read_id
from ascolto.api.problems import invalid
from ascolto.api.routing import Answer, Call
from ascolto.api.selectors import visible_channels
from ascolto.channels.models import ChannelTemplate
from ascolto.channels.selectors import health_of


class TemplateQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`language`: as the network writes it, `it` finds `it_IT` too. `status`: as the network writes it, for example `APPROVED`."""

    limit: Limit = 50
    cursor: Cursor = ""
    language: Annotated[str, Meta(max_length=20)] = ""
    status: Annotated[str, Meta(max_length=40)] = ""


def list_templates(call: Call) -> Answer:
    """The templates of a channel in the order of their ids."""
    account = visible_channels(call.agent).get(pk=read_id(call))
    query: TemplateQuery = call.query
    rows = ChannelTemplate.objects.filter(account=account, pk__gt=_after(query.cursor)).order_by("pk")
    if query.language:
        rows = rows.filter(language__istartswith=query.language)
    if query.status:
        rows = rows.filter(status=query.status)
    found = list(rows[: query.limit + 1])
    page = found[: query.limit]
    cursor = str(page[-1].pk) if len(found) > query.limit else None
    read_at = health_of(account).templates_at
    return Answer(td.TemplateList([_document(row) for row in page], documents.Meta(cursor), read_at))


def _after(cursor: str) -> int:
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 18):
        raise invalid("cursor", "this cursor was not made here: begin again without one.")
    return int(cursor or 0)


def _document(row: ChannelTemplate) -> td.Template:
    return td.Template(
        id=row.pk,
        name=row.name,
        language=row.language,
        category=row.category,
        status=row.status,
        header=row.header,
        body=row.body,
        footer=row.footer,
        buttons=[td.TemplateButton(one["kind"], one["text"], one["value"]) for one in row.buttons],
        variables=[
            td.TemplateVariable(one["place"], one["key"], one["kind"], one["example"])
            for one in row.variables
        ],
        told_at=row.told_at,
    )
