"""Two customers who may be one person: found by what they share, with reasons, never by comparing everybody with everybody.

Everything telling about a customer is a key (an address they wrote, a code they gave). Whoever has a key in common is a pair; a key that
many have (a firm's switchboard, "info") tells nothing and makes none. What a person decided stays decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from ascolto.customers.merging import merge, now_part_of
from ascolto.customers.models import Customer, CustomerMerge, DuplicateKey, DuplicateSuggestion, Identity
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit import bulk
from ascolto.kit.clock import now

# How much a shared thing says, of 100. Below SUGGESTED_FROM together nobody is asked.
WEIGHTS: Mapping[str, int] = {
    "email": 60,  # an address one of them wrote, proven as the other's, or both wrote it
    "phone": 60,
    "code": 60,  # a customer code or contract that both gave
    "named_place": 55,  # the same name at the same place
    "handle": 35,  # the same user name on two networks
    "name": 20,
}
SUGGESTED_FROM = 50
COMMON = 5  # a key that more customers have tells nothing
OF_HANDLES = {"email": "email", "phone": "phone"}  # kinds of key that are namespaces of handles


@dataclass(frozen=True, slots=True)
class Trace:
    """Something telling about a customer. `shown`: as a person reads it among the reasons."""

    customer: int
    kind: str
    key: str
    shown: str = ""


def note_traces(traces: Iterable[Trace]) -> int:
    """Keep what became known of customers, and suggest who may be one person. Returns how many pairs were found or grew.

    A constant number of statements however many traces.
    """
    fresh = {(t.kind, t.key[:120], t.customer): t for t in traces if t.kind in WEIGHTS and t.key}
    if not fresh:
        return 0
    with transaction.atomic():
        rows = [DuplicateKey(customer_id=who, kind=kind, key=key) for kind, key, who in sorted(fresh)]
        bulk.insert_missing(connection, rows)
        return _suggest(_pairs({(kind, key) for kind, key, _ in fresh}))


def _pairs(keys: set[tuple[str, str]]) -> dict[tuple[int, int], list[dict[str, str]]]:
    holders: dict[tuple[str, str], set[int]] = {key: set() for key in keys}
    wanted = Q()
    for kind in {kind for kind, _ in keys}:
        wanted |= Q(kind=kind, key__in=[key for of, key in keys if of == kind])
    for kind, key, customer in DuplicateKey.objects.filter(wanted).values_list("kind", "key", "customer_id")[
        :5000
    ]:
        holders[(kind, key)].add(customer)
    handles = {key for kind, key in keys if kind in OF_HANDLES}
    proven = Identity.objects.filter(
        namespace__in=OF_HANDLES.values(), value__in=handles, scope="", is_proven=True
    )
    for space, value, customer in proven.values_list("namespace", "value", "customer_id"):
        if (space, value) in holders:
            holders[(space, value)].add(customer)
    heirs = now_part_of({customer for found in holders.values() for customer in found})
    pairs: dict[tuple[int, int], list[dict[str, str]]] = {}
    for (kind, key), found in holders.items():
        people = sorted({heirs.get(pk, pk) for pk in found})
        if 2 <= len(people) <= COMMON:
            for place, one in enumerate(people):
                for other in people[place + 1 :]:
                    pairs.setdefault((one, other), []).append({"kind": kind, "value": key})
    return pairs


def _suggest(pairs: Mapping[tuple[int, int], Sequence[dict[str, str]]]) -> int:
    if not pairs:
        return 0
    people = {pk for pair in pairs for pk in pair}
    names = dict(Customer.objects.filter(pk__in=people, erased_at=None).values_list("pk", "name"))
    known = {
        (row.one_id, row.other_id): row
        for row in DuplicateSuggestion.objects.select_for_update(of=("self",)).filter(
            one__in={one for one, _ in pairs}, other__in={other for _, other in pairs}
        )
    }
    changed = 0
    for (one, other), reasons in pairs.items():
        if one in names and other in names:
            changed += _keep(one, other, reasons, known.get((one, other)), names)
    return changed


def _keep(
    one: int,
    other: int,
    reasons: Sequence[dict[str, str]],
    row: DuplicateSuggestion | None,
    names: Mapping[int, str],
) -> int:
    if row is not None and row.state == DuplicateSuggestion.State.DIFFERENT:
        return 0
    told = list(row.reasons) if row else []
    told += [reason for reason in reasons if reason not in told]
    if (name := _same_name(names[one], names[other])) and not any(
        r["kind"] in {"name", "named_place"} for r in told
    ):
        told.append({"kind": "name", "value": name})
    score = min(100, sum(WEIGHTS.get(kind, 0) for kind in {reason["kind"] for reason in told}))
    if row is None and score < SUGGESTED_FROM:
        return 0
    if row is not None and row.reasons == told and row.state != DuplicateSuggestion.State.SAME:
        return 0
    made, _ = DuplicateSuggestion.objects.update_or_create(
        one_id=one,
        other_id=other,
        defaults={"reasons": told[:12], "score": score, "state": DuplicateSuggestion.State.OPEN},
    )
    if row is None:
        emit("customer.duplicate_found", customer=one, suggestion=made.pk, other=other, score=score)
    return 1


def _same_name(one: str, other: str) -> str:
    mine, theirs = (" ".join(sorted(name.casefold().split())) for name in (one, other))
    return one if mine and mine == theirs and " " in mine else ""


def score_words(score: int) -> str:
    """How sure we are, as a name for words: certain, likely, possible."""
    return "certain" if score >= 90 else "likely" if score >= 60 else "possible"


@transaction.atomic
def judge_duplicate(
    *, by: Any, suggestion: DuplicateSuggestion, is_same: bool, override: str = ""
) -> CustomerMerge | None:
    """Yes: they are merged, the younger into the older. No: they stay apart and nobody asks again. Raises Refused."""
    if by is not None and not by.may("customers.merge"):
        raise Refused("not_allowed", "You may not merge customers.", fix="Ask a lead.")
    current = DuplicateSuggestion.objects.select_for_update(of=("self",)).get(pk=suggestion.pk)
    if is_same:
        rows = {row.pk: row for row in Customer.objects.filter(pk__in=[current.one_id, current.other_id])}
        made = merge(by=by, source=rows[current.other_id], target=rows[current.one_id], override=override)
    else:
        made = None
        current.state = DuplicateSuggestion.State.DIFFERENT
        current.decided_by, current.decided_at = by, now()
        current.save(update_fields=["state", "decided_by", "decided_at"])
    emit(
        "customer.duplicate_judged",
        actor=actor_of(by),
        customer=current.one_id,
        suggestion=current.pk,
        other=current.other_id,
        same=is_same,
    )
    return made


@transaction.atomic
def ask_again(*, by: Any, suggestion: DuplicateSuggestion) -> None:
    """Undo a no. Raises Refused."""
    if by is not None and not by.may("customers.merge"):
        raise Refused("not_allowed", "You may not merge customers.", fix="Ask a lead.")
    states = DuplicateSuggestion.State
    DuplicateSuggestion.objects.filter(pk=suggestion.pk, state=states.DIFFERENT).update(
        state=states.OPEN, decided_by=None, decided_at=None
    )


def suggestions_of(customer: Customer) -> list[DuplicateSuggestion]:
    """Who this customer may be as well, the likeliest first."""
    rows = DuplicateSuggestion.objects.filter(
        Q(one=customer) | Q(other=customer), state=DuplicateSuggestion.State.OPEN
    )
    rows = rows.filter(one__merged_into=None, other__merged_into=None)
    return list(rows.select_related("one", "other").order_by("-score", "-id")[:5])
