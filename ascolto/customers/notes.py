"""Notes about a customer: what colleagues should know whatever the matter."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from ascolto.customers.models import Customer, CustomerNote, CustomerNoteRevision
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

LONGEST = 5_000  # characters of a note
MOST = 500  # notes of one customer


@transaction.atomic
def add_customer_note(*, by: Any, customer: Customer, text: str, is_pinned: bool = False) -> CustomerNote:
    """Leave a note. Raises Refused when it is empty or too long, or when the customer is part of another one."""
    _check_may(by)
    if customer.merged_into_id:
        raise Refused(
            "already_merged",
            "One of them is part of another customer already.",
            fix="Open that customer, then decide.",
        )
    if CustomerNote.objects.filter(customer=customer, removed_at=None).count() >= MOST:
        raise Refused("too_many_notes", "This customer has very many notes.", fix="Remove old ones first.")
    note = CustomerNote.objects.create(customer=customer, author=by, text=_text(text), is_pinned=is_pinned)
    _tell(by, note, "added")
    return note


@transaction.atomic
def change_customer_note(*, by: Any, note: CustomerNote, text: str) -> bool:
    """Write a note anew; what it said is kept. Whether it changed. Raises Refused."""
    current = _locked(by, note)
    wanted = _text(text)
    if current.text == wanted:
        return False
    CustomerNoteRevision.objects.create(note=current, text=current.text, by=by)
    current.text, current.changed_at = wanted, now()
    current.save(update_fields=["text", "changed_at"])
    _tell(by, current, "changed")
    return True


@transaction.atomic
def pin_customer_note(*, by: Any, note: CustomerNote, pinned: bool) -> bool:
    """Keep a note above the others, or not. Whether it changed."""
    _check_may(by)
    changed = CustomerNote.objects.filter(pk=note.pk, is_pinned=not pinned).update(is_pinned=pinned)
    if changed:
        _tell(by, note, "pinned" if pinned else "unpinned")
    return bool(changed)


@transaction.atomic
def remove_customer_note(*, by: Any, note: CustomerNote, removed: bool = True) -> bool:
    """Take a note away, or bring it back. Whether it changed. Raises Refused for another person's note, but for leads."""
    current = _locked(by, note)
    if (current.removed_at is not None) == removed:
        return False
    current.removed_at = now() if removed else None
    current.save(update_fields=["removed_at"])
    _tell(by, current, "removed" if removed else "restored")
    return True


def _locked(by: Any, note: CustomerNote) -> CustomerNote:
    _check_may(by)
    current = CustomerNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if by is not None and current.author_id not in {None, by.pk} and not by.is_lead:
        raise Refused("not_yours", "Somebody else wrote this note.", fix="Write a note of your own.")
    return current


def _check_may(by: Any) -> None:
    if by is not None and not by.may("customers.change"):
        raise Refused("not_allowed", "You may not change this.", fix="Ask a lead.")


def _text(text: str) -> str:
    told = clean(text).strip()
    if not told:
        raise Refused("empty", "The note is empty.", fix="Write something.")
    if len(told) > LONGEST:
        raise Refused("too_long", "The note is too long.", fix="Shorten it.")
    return told


def _tell(by: Any, note: CustomerNote, verb: str) -> None:
    emit("customer.noted", actor=actor_of(by), customer=note.customer_id, note=note.pk, verb=verb)
