"""The operations on what is known of customers."""

from __future__ import annotations

from typing import Any

from ascolto.api import customer_documents as cd
from ascolto.api.endpoints import customer_merges as cm
from ascolto.api.endpoints import customer_records as cr
from ascolto.api.routing import Operation, Route

READ, WRITE, TAG = "customers:read", "customers:write", "Customers"
_REFUSES = ("not-found", "refused", "not-allowed")


def _read(path: str, call: Operation, summary: str, answer: Any, **more: Any) -> Route:
    problems = ("not-found",) if "{" in path else ()
    return Route(
        method="GET",
        path=path,
        scope=READ,
        call=call,
        summary=summary,
        tag=TAG,
        answer=answer,
        **{"problems": problems, **more},
    )


def _write(path: str, call: Operation, summary: str, answer: Any, method: str = "POST", **more: Any) -> Route:
    return Route(
        method=method,
        path=path,
        scope=WRITE,
        call=call,
        summary=summary,
        tag=TAG,
        answer=answer,
        problems=_REFUSES,
        **more,
    )


CUSTOMERS = [
    _write(
        "/customers/{id}/merge", cm.merge_customer, "Merge customers", cd.CustomerMerge, body=cm.MergeBody
    ),
    _read(
        "/customers/{id}/merges", cm.list_customer_merges, "List merges of a customer", cd.CustomerMergeList
    ),
    _write("/customers/{id}/merges/{merge}/undo", cm.unmerge_customer, "Undo a merge", cd.CustomerMerge),
    _read(
        "/customer-duplicates",
        cm.list_duplicates,
        "List customers who may be one person",
        cd.DuplicateList,
        query=cm.DuplicateQuery,
    ),
    _write(
        "/customer-duplicates/{id}/judge",
        cm.judge_duplicates,
        "Say whether two customers are one person",
        cd.Duplicate,
        body=cm.Judgement,
    ),
    _read(
        "/customers/{id}/notes", cr.list_customer_notes, "List notes about a customer", cd.CustomerNoteList
    ),
    _write(
        "/customers/{id}/notes",
        cr.add_customer_note,
        "Leave a note about a customer",
        cd.CustomerNote,
        body=cr.NewNote,
        status=201,
    ),
    _write(
        "/customers/{id}/notes/{note}",
        cr.change_customer_note,
        "Change a note about a customer",
        cd.CustomerNote,
        "PATCH",
        body=cr.NoteChanges,
    ),
    _read("/customer-fields", cr.list_customer_fields, "List fields of customers", cd.CustomerFieldList),
    _read("/customers/{id}/fields", cr.get_field_values, "Read a customer's fields", cd.CustomerFieldValues),
    _write(
        "/customers/{id}/fields",
        cr.change_field_values,
        "Write a customer's fields",
        cd.CustomerFieldValues,
        "PATCH",
        body=cr.FieldChanges,
    ),
    _write(
        "/customers/{id}/labels",
        cr.set_labels_of_customer,
        "Label a customer",
        cd.CustomerLabels,
        body=cr.LabelChanges,
    ),
    _write(
        "/customers/{id}/identities",
        cr.add_customer_handle,
        "Write down a handle",
        cd.HandleState,
        body=cr.NewHandle,
        status=201,
    ),
    _write(
        "/customers/{id}/identities/{identity}",
        cr.change_customer_handle,
        "Change a handle",
        cd.HandleState,
        body=cr.HandleChange,
    ),
    _write(
        "/customers/{id}/exports",
        cr.export_customer,
        "Ask for a copy of a customer's data",
        cd.CustomerCopy,
        status=202,
    ),
    _read(
        "/customers/{id}/exports/{export}", cr.get_customer_export, "Read how far a copy is", cd.CustomerCopy
    ),
    _read(
        "/customers/{id}/exports/{export}/content",
        cr.download_customer_export,
        "Download a copy",
        None,
        problems=_REFUSES,
    ),
]
