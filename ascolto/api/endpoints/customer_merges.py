"""One person under two customers: merge, take it back, and what the house suggests."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from ascolto.api import customer_documents as cd
from ascolto.api import documents as d
from ascolto.api.bodies import Cursor, Id, Limit
from ascolto.api.endpoints.customer_records import read_number
from ascolto.api.endpoints.customers import read_id
from ascolto.api.problems import Problem
from ascolto.api.routing import Answer, Call
from ascolto.conversations.customers_seen import access_customer, visible_customers
from ascolto.conversations.selectors import BadCursor
from ascolto.customers.duplicates import judge_duplicate
from ascolto.customers.merging import UNDONE_WITHIN, merge, unmerge
from ascolto.customers.models import Customer, CustomerMerge, DuplicateSuggestion

Reason = Annotated[str, Meta(max_length=500)]


class MergeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """`source`: the customer who becomes part of this one. `override`: how you know that two proven handles of one network belong to one
    person; without it such a merge is refused with the code `two_proven`."""

    source: Id
    why: Reason = ""
    override: Reason = ""


class DuplicateQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`customer`: only suggestions about this one."""

    state: Literal["open", "same", "different"] = "open"
    customer: Id | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class Judgement(Struct, frozen=True, forbid_unknown_fields=True):
    """`same`: one person (they are merged) or two (nobody asks again). `override` as in a merge."""

    same: bool
    override: Reason = ""


def merge_customer(call: Call) -> Answer:
    """Let another customer be part of this one: handles, conversations and notes go over. It can be undone for thirty days."""
    target = access_customer(call.agent, read_id(call))
    source = visible_customers(call.agent).get(pk=call.body.source)
    made = merge(by=call.agent, source=source, target=target, why=call.body.why, override=call.body.override)
    return Answer(_merge(_read(made.pk)))


def list_customer_merges(call: Call) -> Answer:
    """Who became part of this customer, the latest first; in one page."""
    customer = access_customer(call.agent, read_id(call))
    rows = CustomerMerge.objects.filter(target=customer).select_related("source", "target", "by")
    return Answer(
        cd.CustomerMergeList([_merge(row) for row in rows.order_by("-at", "-pk")[:200]], d.Meta(None))
    )


def unmerge_customer(call: Call) -> Answer:
    """Make two customers of one again. What arrived since follows the handle it came by."""
    customer = access_customer(call.agent, read_id(call))
    made = CustomerMerge.objects.get(pk=read_number(call, "merge"))
    if access_customer(call.agent, made.target_id).pk != customer.pk:
        raise Problem("not-found")
    unmerge(by=call.agent, merge=made)
    return Answer(_merge(_read(made.pk)))


def _read(pk: int) -> CustomerMerge:
    return CustomerMerge.objects.select_related("source", "target", "by").get(pk=pk)


def _merge(row: CustomerMerge) -> cd.CustomerMerge:
    return cd.CustomerMerge(
        row.pk,
        d.Reference(row.source.pk, row.source.name),
        d.Reference(row.target.pk, row.target.name),
        d.Reference(row.by.pk, row.by.name) if row.by else None,
        row.at,
        row.why,
        {name: len(ids) for name, ids in row.moved.items()},
        row.at + UNDONE_WITHIN,
        row.undone_at,
    )


def list_duplicates(call: Call) -> Answer:
    """Customers who may be one person and whom you may both see, the newest suggestion first."""
    query: DuplicateQuery = call.query
    seen = visible_customers(call.agent).values("pk")
    rows = DuplicateSuggestion.objects.filter(state=query.state, one__in=seen, other__in=seen)
    if query.customer is not None:
        rows = rows.filter(one=query.customer) | rows.filter(other=query.customer)
    if query.cursor:
        rows = rows.filter(pk__lt=_after(query.cursor))
    found = list(rows.select_related("one", "other").order_by("-pk")[: query.limit + 1])
    more = str(found[query.limit - 1].pk) if len(found) > query.limit else None
    return Answer(cd.DuplicateList([_duplicate(row) for row in found[: query.limit]], d.Meta(more)))


def _after(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadCursor("This cursor was not made here: begin again without one.")
    return int(cursor)


def judge_duplicates(call: Call) -> Answer:
    """Say whether two customers are one person."""
    row = DuplicateSuggestion.objects.get(pk=read_id(call))
    people = {row.one_id, row.other_id}
    if visible_customers(call.agent).filter(pk__in=people).count() < len(people):
        raise Customer.DoesNotExist
    judge_duplicate(by=call.agent, suggestion=row, is_same=call.body.same, override=call.body.override)
    return Answer(_duplicate(DuplicateSuggestion.objects.select_related("one", "other").get(pk=row.pk)))


def _duplicate(row: DuplicateSuggestion) -> cd.Duplicate:
    return cd.Duplicate(
        row.pk,
        d.Reference(row.one.pk, row.one.name),
        d.Reference(row.other.pk, row.other.name),
        row.score,
        [cd.DuplicateReason(str(one.get("kind")), str(one.get("value"))) for one in row.reasons],
        row.state,  # type: ignore[arg-type]
        row.found_at,
    )
