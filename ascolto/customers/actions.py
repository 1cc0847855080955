"""The only writers of customers and identities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from ascolto.customers.models import Customer, Identity
from ascolto.events.log import actor_of, emit
from ascolto.kit import bulk
from ascolto.kit.clock import now
from ascolto.kit.text import clean

Key = tuple[str, str, str]  # namespace, value, scope


@dataclass(frozen=True, slots=True)
class Claim:
    """A handle somebody wrote with: proven, or claimed on one account only (`scope`)."""

    namespace: str
    value: str
    scope: str = ""

    @property
    def key(self) -> Key:
        return (self.namespace, self.value[:255], self.scope)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to recognise: their claims, the most stable first, and what the network tells about them."""

    claims: tuple[Claim, ...]
    name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Recognised:
    """The customer and the identity they wrote with."""

    customer_id: int
    identity_id: int
    is_new: bool


def recognise(people: Sequence[Person]) -> list[Recognised]:
    """The customer of each person, in the same order; new customers and identities are made in bulk.

    A person is the customer of the first claim that is known. Further claims are added when nobody has them;
    one that belongs to somebody else stays there: two proven people are never merged silently.
    """
    keys = {claim.key for person in people for claim in person.claims}
    known = _find(keys)
    fresh: list[tuple[Person, Customer]] = []
    missing: dict[Key, Customer | int] = {}
    for person in people:
        owner: Customer | int | None = next((known[c.key][1] for c in person.claims if c.key in known), None)
        owner = owner or next((missing[c.key] for c in person.claims if c.key in missing), None)
        if owner is None:
            owner = Customer(name=clean(person.name, 200), language=person.language[:8], created_at=now())
            fresh.append((person, owner))
        for claim in person.claims:
            if claim.key not in known:
                missing.setdefault(claim.key, owner)
    bulk.insert(connection, [customer for _, customer in fresh])
    known |= _add_identities(missing)
    new = {customer.pk for _, customer in fresh}
    return [_recognised(person, known, new) for person in people]


def _recognised(person: Person, known: dict[Key, tuple[int, int]], new: set[Any]) -> Recognised:
    identity, customer = known[person.claims[0].key]
    for claim in person.claims:  # the first claim of the oldest owner decides, as in recognise()
        candidate_identity, candidate = known[claim.key]
        if candidate not in new:
            return Recognised(candidate, candidate_identity, False)
    return Recognised(customer, identity, customer in new)


def _find(keys: Iterable[Key]) -> dict[Key, tuple[int, int]]:
    by_space: dict[tuple[str, str], list[str]] = {}
    for namespace, value, scope in keys:
        by_space.setdefault((namespace, scope), []).append(value)
    condition = Q()
    for (namespace, scope), values in by_space.items():
        condition |= Q(namespace=namespace, scope=scope, value__in=values)
    if not by_space:
        return {}
    rows = Identity.objects.filter(condition).values_list("namespace", "value", "scope", "id", "customer_id")
    return {(n, v, s): (pk, customer) for n, v, s, pk, customer in rows}


def _add_identities(missing: dict[Key, Customer | int]) -> dict[Key, tuple[int, int]]:
    if not missing:
        return {}
    bulk.insert_missing(
        connection,
        [
            Identity(
                namespace=namespace,
                value=value,
                scope=scope,
                is_proven=not scope,
                customer_id=owner if isinstance(owner, int) else owner.pk,
            )
            for (namespace, value, scope), owner in missing.items()
        ],
    )
    return _find(missing)


@transaction.atomic
def change_handle(*, old: Claim, new: Claim) -> bool:
    """A network says that a handle became another one. Returns whether anything changed.

    When the new handle already belongs to somebody, both stay as they are.
    """
    identity = Identity.objects.filter(namespace=old.namespace, value=old.value, scope=old.scope).first()
    if (
        identity is None
        or Identity.objects.filter(namespace=new.namespace, value=new.value, scope=new.scope).exists()
    ):
        return False
    Identity.objects.create(
        customer_id=identity.customer_id,
        namespace=new.namespace,
        value=new.value[:255],
        scope=new.scope,
        is_proven=not new.scope,
    )
    emit("customer.handle_changed", customer=identity.customer_id, namespace=new.namespace)
    return True


def change_consent(*, claims: Sequence[Claim], granted: bool, scope: str) -> None:
    """A person refuses, or allows again, messages nobody asked for."""
    known = _find(claim.key for claim in claims)
    Identity.objects.filter(pk__in=[pk for pk, _ in known.values()]).update(
        opted_out_at=None if granted else now()
    )
    for customer in {customer for _, customer in known.values()}:
        emit("customer.consent_changed", customer=customer, granted=granted, scope=scope)


@transaction.atomic
def change_customer(*, agent: Any, customer: Customer, **fields: str) -> Customer:
    """Change name, language or about. Raises ValueError for another field."""
    if unknown := fields.keys() - {"name", "language", "about"}:
        raise ValueError(f"not a field of a customer that can be changed: {', '.join(sorted(unknown))}")
    changed = {name: clean(value, 500) for name, value in fields.items() if getattr(customer, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(customer, name, value[: Customer._meta.get_field(name).max_length])  # type: ignore[union-attr]
        customer.save(update_fields=list(changed))
        emit("customer.changed", actor=actor_of(agent), customer=customer.pk, fields=sorted(changed))
    return customer
