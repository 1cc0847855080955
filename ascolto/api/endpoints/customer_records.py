"""What is known of customers besides who they are: notes, fields, labels, handles, and copies of all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import FileResponse, HttpResponseBase
from msgspec import UNSET, Meta, Struct, UnsetType

from ascolto.api import customer_documents as cd
from ascolto.api import documents as d
from ascolto.api.bodies import Id
from ascolto.api.endpoints.customers import read_id
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import BASE, Answer, Call
from ascolto.conversations.customer_labels import set_customer_labels
from ascolto.conversations.customers_seen import access_customer
from ascolto.customers import identities, notes
from ascolto.customers.copies import Copy, copier
from ascolto.customers.fields import active_fields, native, set_field_values
from ascolto.customers.models import Customer, CustomerFieldValue, CustomerNote, Identity

Reason = Annotated[str, Meta(max_length=500)]


class NewNote(Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1, max_length=5_000)]
    is_pinned: bool = False


class NoteChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays. `is_removed`: take it away, or bring it back."""

    text: Annotated[str, Meta(min_length=1, max_length=5_000)] | UnsetType = UNSET
    is_pinned: bool | UnsetType = UNSET
    is_removed: bool | UnsetType = UNSET


class FieldChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """`values` by the fields' keys; null forgets one. What is left out stays."""

    values: dict[Annotated[str, Meta(max_length=40)], Any]


class LabelChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """`labels`: all labels that the customer has from now on. They must be there, and be for customers."""

    labels: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=50)]


class NewHandle(Struct, frozen=True, forbid_unknown_fields=True):
    """`is_proven`: whoever writes with it is this customer from now on; for that a `reason` is needed."""

    namespace: Literal["email", "phone", "external"]
    value: Annotated[str, Meta(min_length=3, max_length=255)]
    is_proven: bool = False
    reason: Reason = ""


class HandleChange(Struct, frozen=True, forbid_unknown_fields=True):
    """`verb`: prove, doubt, remove, restore, move (`to`: the id of another customer). Most need a `reason`."""

    verb: Literal["prove", "doubt", "remove", "restore", "move"]
    reason: Reason = ""
    to: Id | None = None


def _customer(call: Call) -> Customer:
    return access_customer(call.agent, read_id(call))


def read_number(call: Call, name: str) -> int:
    """A further id in the path. Raises the problem `not-found`."""
    text = call.path[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    return int(text)


def _reference(person: Any) -> d.Reference | None:
    return d.Reference(person.pk, person.name) if person is not None else None


def _note(note: CustomerNote) -> cd.CustomerNote:
    return cd.CustomerNote(
        note.pk, note.text, _reference(note.author), note.is_pinned, note.created_at, note.changed_at
    )


def list_customer_notes(call: Call) -> Answer:
    """Notes about a customer, the pinned first; in one page."""
    rows = CustomerNote.objects.filter(customer=_customer(call), removed_at=None).select_related("author")
    return Answer(cd.CustomerNoteList([_note(row) for row in rows[: notes.MOST]], d.Meta(None)))


def add_customer_note(call: Call) -> Answer:
    """Leave a note about a customer."""
    made = notes.add_customer_note(
        by=call.agent, customer=_customer(call), text=call.body.text, is_pinned=call.body.is_pinned
    )
    return Answer(_note(made))


def change_customer_note(call: Call) -> Answer:
    """Write a note anew, pin it, take it away or bring it back. Another person's note is changed by leads."""
    note = CustomerNote.objects.get(pk=read_number(call, "note"), customer=_customer(call))
    body: NoteChanges = call.body
    with transaction.atomic():
        if body.text is not UNSET:
            notes.change_customer_note(by=call.agent, note=note, text=str(body.text))
        if body.is_pinned is not UNSET:
            notes.pin_customer_note(by=call.agent, note=note, pinned=bool(body.is_pinned))
        if body.is_removed is not UNSET:
            notes.remove_customer_note(by=call.agent, note=note, removed=bool(body.is_removed))
    return Answer(_note(CustomerNote.objects.select_related("author").get(pk=note.pk)))


def list_customer_fields(call: Call) -> Answer:
    """The fields that the company defined, in their order; in one page."""
    data = [
        cd.CustomerField(
            one.key,
            one.name,
            one.about,
            one.kind,  # type: ignore[arg-type]
            one.choices,
            one.is_required,
            one.is_on_card,
            one.editor,  # type: ignore[arg-type]
        )
        for one in active_fields()
    ]
    return Answer(cd.CustomerFieldList(data, d.Meta(None)))


def get_field_values(call: Call) -> Answer:
    """What the company's fields hold for a customer."""
    return _values(_customer(call))


def change_field_values(call: Call) -> Answer:
    """Write the company's fields of a customer."""
    customer = _customer(call)
    set_field_values(by=call.agent, customer=customer, given=call.body.values, by_api=True)
    return _values(customer)


def _values(customer: Customer) -> Answer:
    rows = CustomerFieldValue.objects.filter(customer=customer)
    known = dict(rows.values_list("field_id", "value"))
    return Answer(
        cd.CustomerFieldValues({one.key: native(one, known.get(one.pk, "")) for one in active_fields()})
    )


def set_labels_of_customer(call: Call) -> Answer:
    """Say which labels a customer has."""
    customer = _customer(call)
    set_customer_labels(by=call.agent, customer=customer, names=call.body.labels)
    names = customer.labels.order_by("name").values_list("name", flat=True)  # type: ignore[attr-defined]
    return Answer(cd.CustomerLabels(list(names)))


def add_customer_handle(call: Call) -> Answer:
    """Write down a further handle of a customer."""
    body: NewHandle = call.body
    value = body.value.strip().lower() if body.namespace == "email" else body.value.strip()
    if body.namespace == "phone" and not (value.startswith("+") and value[1:].isdigit() and len(value) < 17):
        raise invalid("value", "Write the number as +393331234567.")
    made = identities.add_identity(
        by=call.agent,
        customer=_customer(call),
        namespace=body.namespace,
        value=value,
        is_proven=body.is_proven,
        reason=body.reason,
    )
    return Answer(_handle(made))


def change_customer_handle(call: Call) -> Answer:
    """Prove, doubt, remove, restore or move a handle."""
    handle = Identity.objects.get(pk=read_number(call, "identity"), customer=_customer(call))
    body: HandleChange = call.body
    if body.verb == "move":
        if body.to is None:
            raise invalid("to", "Say whose it is.")
        target = access_customer(call.agent, body.to)
        identities.move_identity(by=call.agent, identity=handle, to=target, reason=body.reason)
    elif body.verb == "restore":
        identities.restore_identity(by=call.agent, identity=handle)
    else:
        _PLAIN_VERBS[body.verb](by=call.agent, identity=handle, reason=body.reason)
    return Answer(_handle(Identity.objects.get(pk=handle.pk)))


_PLAIN_VERBS: dict[str, Callable[..., None]] = {
    "prove": identities.prove_identity,
    "doubt": identities.doubt_identity,
    "remove": identities.remove_identity,
}


def _handle(one: Identity) -> cd.HandleState:
    return cd.HandleState(
        one.pk,
        one.customer_id,
        one.namespace,
        one.value,
        one.is_proven,
        one.proof,
        one.is_retired,
        one.opted_out_at,
        one.blocked_at,
    )


def export_customer(call: Call) -> Answer:
    """Ask for a copy of everything about a customer. It is made in the background; read how far it is at `Location`."""
    customer = _customer(call)
    made = copier().ask(call.agent, customer)
    return Answer(_copy(made), {"Location": f"{BASE}/customers/{customer.pk}/exports/{made.id}"})


def get_customer_export(call: Call) -> Answer:
    """How far a copy is."""
    found = copier().find(call.agent, _customer(call), read_number(call, "export"))
    if found is None:
        raise Problem("not-found")
    return Answer(_copy(found))


def download_customer_export(call: Call) -> HttpResponseBase:
    """The copy as a ZIP file, for whoever asked for it, while it is kept."""
    customer = _customer(call)
    path = copier().open(call.agent, customer, read_number(call, "export"))
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"customer-{customer.number}.zip")


def _copy(made: Copy) -> cd.CustomerCopy:
    return cd.CustomerCopy(
        made.id,
        made.state,  # type: ignore[arg-type]
        made.done,
        made.total,
        made.withheld,
        made.size,
        made.asked_at,
        made.expires_at,
    )
