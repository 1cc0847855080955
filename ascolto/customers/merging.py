"""One person under two customers: put them together, and take that back within thirty days.

The source keeps everything that it says of itself (name, fields, labels) and lends it to the target where that has nothing; handles, notes
and what rooms above register (conversations) go over. Taking it back returns what went over and still is where it went; what arrived since
follows the handle by which it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from ascolto.customers.models import (
    Customer,
    CustomerFieldValue,
    CustomerMerge,
    CustomerNote,
    DuplicateSuggestion,
    Identity,
)
from ascolto.events.log import actor_of, emit
from ascolto.gates import REASON_AT_LEAST, Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

UNDONE_WITHIN = timedelta(days=30)
LENT = ("name", "language", "about", "group_id")  # taken over where the target has nothing


@dataclass(frozen=True, slots=True)
class Parting:
    """What a mover needs to give back: all in `moved` that `holder` still has goes to `source`, and what came since `since` by one of the
    handles `identities` (which are the holder's until every mover is done)."""

    source: int
    target: int  # what they were merged into
    holder: int  # who that is by now
    moved: list[int]
    identities: frozenset[int]
    since: datetime


@dataclass(frozen=True, slots=True)
class Mover:
    """What a room above keeps about customers: `move(source, target)` hands it over and returns the ids of what went."""

    move: Callable[[int, int], list[int]]
    move_back: Callable[[Parting], None]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both are proven on the same network: one person with two handles, or two people."""

    namespace: str
    mine: str
    theirs: str


_movers: dict[str, Mover] = {}


def register_mover(
    name: str, move: Callable[[int, int], list[int]], move_back: Callable[[Parting], None]
) -> None:
    """A room above keeps something about customers that has to follow them. Called at the start."""
    _movers[name] = Mover(move, move_back)


def conflicts_of(source: Customer, target: Customer) -> list[Conflict]:
    """Proven handles of one network that the two have apart: a sign that they are two people."""
    rows = Identity.objects.filter(customer__in=[source.pk, target.pk], is_proven=True, scope="")
    found: dict[int, dict[str, str]] = {source.pk: {}, target.pk: {}}
    for customer, space, shown, value in rows.values_list("customer_id", "namespace", "shown", "value"):
        found[customer].setdefault(space, shown or value)
    mine, theirs = found[source.pk], found[target.pk]
    return [Conflict(space, mine[space], theirs[space]) for space in sorted(mine.keys() & theirs.keys())]


def now_part_of(customers: Iterable[int]) -> dict[int, int]:
    """Who each of these turned out to be, for those who turned out to be somebody else."""
    found: dict[int, int] = {}
    asked = set(customers)
    while asked:
        rows = Customer.objects.filter(pk__in=asked, merged_into__isnull=False)
        step = {pk: into for pk, into in rows.values_list("pk", "merged_into_id") if into is not None}
        found |= step
        asked = set(step.values()) - found.keys()
    return {pk: _end(pk, found) for pk in found}


def _end(pk: int, steps: Mapping[int, int]) -> int:
    while pk in steps:
        pk = steps[pk]
    return pk


@transaction.atomic
def merge(
    *,
    by: Any,
    source: Customer,
    target: Customer,
    why: str = "",
    override: str = "",
) -> CustomerMerge:
    """Let `source` be part of `target` from now on.

    `by` is None where the house does it, which it may only do without conflicts. `override`: why two proven handles of one
    network belong to one person all the same. Raises Refused when it may not be done or makes no sense.
    """
    _check_may(by)
    source, target = _locked(source.pk, target.pk)
    _check_pair(source, target)
    reason = " ".join(clean(override, 500).split())
    if conflicts := conflicts_of(source, target):
        _check_override(by, conflicts, reason)
    made = CustomerMerge(
        source=source, target=target, by=by, why=(" ".join(clean(why, 500).split()) or reason)[:500]
    )
    made.moved = _hand_over(source.pk, target.pk)
    made.before = _lend(source, target)
    made.save()
    Customer.objects.filter(pk=source.pk).update(merged_into=target)
    pair = sorted([source.pk, target.pk])
    DuplicateSuggestion.objects.filter(one=pair[0], other=pair[1]).update(
        state=DuplicateSuggestion.State.SAME, decided_by=by, decided_at=now()
    )
    _tell("customer.merged", by, made, source.group_id != target.group_id, overridden=bool(conflicts))
    return made


def _check_may(by: Any) -> None:
    if by is not None and not by.may("customers.merge"):
        raise Refused("not_allowed", "You may not merge customers.", fix="Ask a lead.")


def _locked(source: int, target: int) -> tuple[Customer, Customer]:
    rows = Customer.objects.select_for_update(of=("self",)).filter(pk__in=[source, target]).order_by("pk")
    found = {row.pk: row for row in rows}
    return found[source], found[target]


def _check_pair(source: Customer, target: Customer) -> None:
    if source.pk == target.pk:
        raise Refused("same_customer", "This is the same customer.", fix="Choose another one.")
    if source.merged_into_id or target.merged_into_id:
        raise Refused(
            "already_merged",
            "One of them is part of another customer already.",
            fix="Open that customer, then decide.",
        )
    if source.erased_at or target.erased_at:
        raise Refused("erased", "The data of one of them was erased.", fix="Leave them apart.")


def _check_override(by: Any, conflicts: list[Conflict], reason: str) -> None:
    if by is not None and len(reason) >= REASON_AT_LEAST:
        return
    raise Refused(
        "two_proven",
        "Both have a proven handle on the same network. One person may have two, but they may be two people.",
        fix="Say how you know that it is one person.",
        may_override=by is not None,
        place={"namespaces": [conflict.namespace for conflict in conflicts]},
    )


def _hand_over(source: int, target: int) -> dict[str, list[int]]:
    """Everything that moves as it is; the ids of it by mover."""
    moved = {
        "identities": _move_rows(Identity.objects.filter(customer=source), target),
        "notes": _move_rows(CustomerNote.objects.filter(customer=source), target),
    }
    return moved | {name: mover.move(source, target) for name, mover in _movers.items()}


def _move_rows(rows: QuerySet[Any], target: int) -> list[int]:
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=ids).update(customer=target)
    return ids


def _lend(source: Customer, target: Customer) -> dict[str, Any]:
    """Copy what only the source knows; returns what was copied, so that it can be taken away again."""
    lent = {
        name: getattr(source, name) for name in LENT if getattr(source, name) and not getattr(target, name)
    }
    if lent:
        Customer.objects.filter(pk=target.pk).update(**lent)
        for name, value in lent.items():
            setattr(target, name, value)
    known = set(CustomerFieldValue.objects.filter(customer=target).values_list("field_id", flat=True))
    copies = [
        CustomerFieldValue(customer=target, field_id=row.field_id, value=row.value, number=row.number)
        for row in CustomerFieldValue.objects.filter(customer=source).exclude(field__in=known)
    ]
    CustomerFieldValue.objects.bulk_create(copies)
    return {"fields": {str(row.field_id): row.value for row in copies}, "lent": lent}


@transaction.atomic
def unmerge(*, by: Any, merge: CustomerMerge) -> None:
    """Make two customers of one again. Raises Refused when it was done already or thirty days are over."""
    _check_may(by)
    made = CustomerMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if made.undone_at is not None:
        raise Refused("undone_already", "This was taken back already.")
    if made.at + UNDONE_WITHIN < now():
        raise Refused("too_late", "Thirty days are over: this cannot be taken back any more.")
    holder = now_part_of([made.target_id]).get(made.target_id, made.target_id)
    source, target = _locked(made.source_id, holder)
    if source.erased_at or target.erased_at:
        raise Refused("erased", "The data of one of them was erased.", fix="Leave them as they are.")
    before = target.group_id
    identities = _identities_back(made, holder)
    for name, mover in _movers.items():
        mover.move_back(
            Parting(
                made.source_id,
                made.target_id,
                holder,
                made.moved.get(name, []),
                frozenset(identities),
                made.at,
            )
        )
    Identity.objects.filter(pk__in=identities).update(customer=made.source_id)
    notes = CustomerNote.objects.filter(pk__in=made.moved.get("notes", []), customer=holder)
    notes.update(customer=made.source_id)
    _take_back_lent(made)
    made.undone_at, made.undone_by = now(), by
    made.save(update_fields=["undone_at", "undone_by"])
    Customer.objects.filter(pk=made.source_id).update(merged_into=None)
    pair = sorted([made.source_id, made.target_id])
    DuplicateSuggestion.objects.filter(one=pair[0], other=pair[1]).update(
        state=DuplicateSuggestion.State.DIFFERENT, decided_by=by, decided_at=now()
    )
    _tell("customer.unmerged", by, made, source.group_id != before)


def _identities_back(made: CustomerMerge, holder: int) -> set[int]:
    """The handles that went over, and those that became known beside one of them since."""
    rows = list(
        Identity.objects.filter(customer=holder).order_by("pk").values_list("pk", "beside_id", "created_at")
    )
    moved = set(made.moved.get("identities", []))
    back = {pk for pk, _beside, _at in rows if pk in moved}
    for pk, beside, at in rows:  # a handle is younger than the one beside which it came
        if beside in back and at >= made.at:
            back.add(pk)
    return back


def _take_back_lent(made: CustomerMerge) -> None:
    """What the target was lent and nobody changed since; who became the target's heir meanwhile gives back what was lent on."""
    for name, value in made.before.get("lent", {}).items():
        empty = None if name == "group_id" else ""
        heirs = _heirs(made, "lent", name, value)
        Customer.objects.filter(pk__in=heirs, **{name: value}).update(**{name: empty})
    for field, value in made.before.get("fields", {}).items():
        heirs = _heirs(made, "fields", field, value)
        CustomerFieldValue.objects.filter(customer__in=heirs, field=int(field), value=value).delete()


def _heirs(made: CustomerMerge, kind: str, name: str, value: Any) -> list[int]:
    heirs = [made.target_id]
    while True:
        onward = CustomerMerge.objects.filter(source=heirs[-1], undone_at=None).first()
        if onward is None or onward.before.get(kind, {}).get(name) != value:
            return heirs
        heirs.append(onward.target_id)


def _tell(name: str, by: Any, made: CustomerMerge, about_group: bool, **data: Any) -> None:
    told = {"merge": made.pk, "source": made.source_id, "target": made.target_id, **data}
    for customer in (made.source_id, made.target_id):
        emit(name, actor=actor_of(by), customer=customer, **told)
    if about_group:  # promises depend on it: their clocks look again
        for customer in (made.source_id, made.target_id):
            emit("customer.changed", actor=actor_of(by), customer=customer, fields=["group"])


@transaction.atomic
def adopt_stragglers(customers: Iterable[int]) -> int:
    """What was being received for these while they were merged, and came to who they were, goes to who they are. Returns how much."""
    total = 0
    for source, target in now_part_of(customers).items():
        merge = (
            CustomerMerge.objects.select_for_update(of=("self",))
            .filter(source=source, undone_at=None)
            .first()
        )
        if merge is None:
            continue
        moved = _hand_over(source, target)
        if found := sum(map(len, moved.values())):
            merge.moved = {name: [*merge.moved.get(name, []), *ids] for name, ids in moved.items()}
            merge.save(update_fields=["moved"])
            total += found
    return total


def open_merges(customer: Customer) -> list[CustomerMerge]:
    """Who became part of this customer and can still be taken out, the latest first."""
    rows = CustomerMerge.objects.filter(target=customer, undone_at=None, at__gte=now() - UNDONE_WITHIN)
    return list(rows.select_related("source", "by").order_by("-at", "-pk")[:50])
