"""The only writers of customers and identities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ascolto.customers.merging import now_part_of
from ascolto.customers.models import Customer, CustomerGroup, Identity
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.kit import bulk
from ascolto.kit.clock import now
from ascolto.kit.text import clean

Key = tuple[str, str, str]  # namespace, value, scope


@dataclass(frozen=True, slots=True)
class Claim:
    """A handle somebody wrote with: proven, or claimed on one account only (`scope`). `shown`: how people write it."""

    namespace: str
    value: str
    scope: str = ""
    shown: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        return (self.namespace, self.value[:255], self.scope)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to recognise: their claims, the most stable first, and what the network tells about them."""

    claims: tuple[Claim, ...]
    name: str = ""
    language: str = ""

    @property
    def telling_claims(self) -> tuple[Claim, ...]:
        """The claims that decide who it is: the proven ones, or all when there is none."""
        return tuple(claim for claim in self.claims if not claim.scope) or self.claims


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
    Beside a proven claim an unproven one counts for nothing: whoever only says the same must not be led to this person.
    """
    told = [person.telling_claims for person in people]
    known = _find({claim.key for claims in told for claim in claims})
    owners: list[Customer | int] = []
    fresh: list[Customer] = []
    missing: dict[Key, Customer | int] = {}
    beside: dict[Key, int] = {}
    shown = {claim.key: claim.shown for claims in told for claim in claims if claim.shown}
    for person, claims in zip(people, told, strict=True):
        owner = next((found for claim in claims if (found := _owner(claim.key, known, missing))), None)
        if owner is None:
            owner = Customer(name=clean(person.name, 200), language=person.language[:8], created_at=now())
            fresh.append(owner)
        owners.append(owner)
        anchor = next((known[claim.key][0] for claim in claims if claim.key in known), None)
        for claim in claims:
            if claim.key not in known and missing.setdefault(claim.key, owner) is owner and anchor:
                beside.setdefault(claim.key, anchor)
    _leave_out_retired(missing)
    bulk.insert(connection, fresh)
    known |= _add_identities(missing, shown, beside)
    new = {customer.pk for customer in fresh}
    expected = {key: _pk(owner) for key, owner in missing.items()}
    return [
        _recognised(claims, _pk(owner), known, expected, new)
        for claims, owner in zip(told, owners, strict=True)
    ]


def _owner(
    key: Key, known: dict[Key, tuple[int, int]], missing: dict[Key, Customer | int]
) -> Customer | int | None:
    return known[key][1] if key in known else missing.get(key)


def _pk(owner: Customer | int) -> int:
    return owner if isinstance(owner, int) else owner.pk


def _recognised(
    claims: tuple[Claim, ...],
    owner: int,
    known: dict[Key, tuple[int, int]],
    expected: dict[Key, int],
    new: set[int],
) -> Recognised:
    for claim in claims:
        if claim.key not in known:  # a handle that this person has given up
            continue
        identity, customer = known[claim.key]
        was_faster = customer != expected.get(claim.key, customer)  # another process made it meanwhile
        if customer == owner or was_faster:
            return Recognised(customer, identity, customer in new)
    raise AssertionError("a person has at least one claim of their own")


def _leave_out_retired(missing: dict[Key, Customer | int]) -> None:
    """A message that comes late may still name a handle that its author has given up: it does not come back by that."""
    known = {key: owner for key, owner in missing.items() if isinstance(owner, int)}
    if not known:
        return
    rows = Identity.objects.filter(
        scope__startswith=Identity.RETIRED,
        customer_id__in=set(known.values()),
        value__in=[value for _, value, _ in known],
    )
    for namespace, value, customer in rows.values_list("namespace", "value", "customer_id"):
        if known.get((namespace, value, "")) == customer:
            missing.pop((namespace, value, ""), None)


def _find(keys: Iterable[Key]) -> dict[Key, tuple[int, int]]:
    by_space: dict[tuple[str, str], list[str]] = {}
    for namespace, value, scope in keys:
        by_space.setdefault((namespace, scope), []).append(value)
    condition = Q()
    for (namespace, scope), values in by_space.items():
        condition |= Q(namespace=namespace, scope=scope, value__in=values)
    if not by_space:
        return {}
    rows = Identity.objects.filter(condition).values_list(
        "namespace", "value", "scope", "id", "customer_id", "customer__merged_into_id"
    )
    found = {(n, v, s): (pk, customer, into) for n, v, s, pk, customer, into in rows}
    ends = now_part_of({customer for _, customer, into in found.values() if into is not None})
    return {key: (pk, ends.get(customer, customer)) for key, (pk, customer, _) in found.items()}


def _add_identities(
    missing: dict[Key, Customer | int], shown: dict[Key, str], beside: Mapping[Key, int] | None = None
) -> dict[Key, tuple[int, int]]:
    if not missing:
        return {}
    bulk.insert_missing(
        connection,
        [
            Identity(
                namespace=namespace,
                value=value,
                scope=scope,
                shown=clean(shown.get((namespace, value, scope), ""), 120),
                is_proven=not scope,
                customer_id=_pk(owner),
                beside_id=beside.get((namespace, value, scope)) if beside else None,
            )
            for (namespace, value, scope), owner in missing.items()
        ],
    )
    return _find(missing)


@transaction.atomic
def change_handle(*, old: Claim, new: Claim) -> bool:
    """A network says that a handle became another one. Returns whether anything changed.

    The old one stops naming this person: a number that somebody else gets one day must not open their history.
    When the new one belongs to somebody already, it stays there.
    """
    identity = Identity.objects.filter(namespace=old.namespace, value=old.value, scope=old.scope).first()
    if identity is None or old.key == new.key:
        return False
    if Identity.objects.filter(namespace=new.namespace, value=new.value[:255], scope=new.scope).exists():
        identity.scope, identity.is_proven = f"{Identity.RETIRED}{identity.pk}", False
    else:
        identity.namespace, identity.value, identity.scope = new.key
        identity.is_proven = not new.scope
        Identity.objects.get_or_create(
            namespace=old.namespace,
            value=old.value[:255],
            scope=f"{Identity.RETIRED}{identity.pk}",
            defaults={"customer_id": identity.customer_id, "is_proven": False},
        )
    identity.save(update_fields=["namespace", "value", "scope", "is_proven"])
    emit("customer.handle_changed", customer=identity.customer_id, namespace=new.namespace)
    return True


def change_consent(*, claims: Sequence[Claim], granted: bool, scope: str, at: datetime) -> None:
    """A person refuses, or allows again, messages nobody asked for. What is older than what we know changes nothing."""
    known, moment = _find(claim.key for claim in claims), min(at, now())
    rows = Identity.objects.filter(pk__in=[pk for pk, _ in known.values()])
    changed = rows.filter(Q(consent_at__isnull=True) | Q(consent_at__lte=moment))
    told = list(changed.values_list("customer_id", flat=True).distinct())
    changed.update(opted_out_at=None if granted else moment, consent_at=moment)
    for customer in told:
        emit("customer.consent_changed", customer=customer, granted=granted, scope=scope)


def change_reachability(*, claims: Sequence[Claim], reachable: bool, why: str, at: datetime) -> None:
    """A person does not want (or cannot get) any message on a channel, or does again. `why`: stop, blocked, gone.

    News may come in any order: the latest counts, and a STOP is only taken back by a START.
    """
    known, moment = _find(claim.key for claim in claims), min(at, now())
    rows = Identity.objects.filter(pk__in=[pk for pk, _ in known.values()])
    before = rows.filter(blocked_at__isnull=not reachable)
    changed = before.filter(blocked_at__lte=moment) if reachable else before.exclude(reached_at__gt=moment)
    told = list(changed.values_list("customer_id", flat=True).distinct())
    if reachable:
        changed.update(blocked_at=None, blocked_why="")
        rows.exclude(reached_at__gte=moment).update(reached_at=moment)
    else:
        same = rows.filter(blocked_at__lt=moment)
        (same if why == "stop" else same.exclude(blocked_why="stop")).update(
            blocked_at=moment, blocked_why=why
        )
        changed.update(blocked_at=moment, blocked_why=why)
    for customer in told:
        emit("customer.consent_changed", customer=customer, granted=reachable, scope="messages")


def note_written_again(written: Mapping[int, datetime]) -> None:
    """Whoever writes has not blocked us any more; a STOP is lifted by a START only. `written`: identities and when they wrote."""
    back = Identity.objects.filter(pk__in=list(written), blocked_why__in=["blocked", "gone"])
    for identity in back:
        at = written[identity.pk]
        if identity.blocked_at is not None and at > identity.blocked_at:
            identity.blocked_at, identity.blocked_why, identity.reached_at = None, "", at
            identity.save(update_fields=["blocked_at", "blocked_why", "reached_at"])


def note_unreachable(*, identity: int, why: str) -> None:
    """A network refused a message because of this person. What a STOP said before stays."""
    changed = Identity.objects.filter(pk=identity, blocked_at__isnull=True)
    changed.update(blocked_at=now(), blocked_why=why)


def name_customer(*, customer: int, name: str) -> bool:
    """A network told the name of a customer who had none. Returns whether it was needed."""
    told = " ".join(clean(name, 200).split())
    if not told or not Customer.objects.filter(pk=customer, name="").update(name=told):
        return False
    emit("customer.changed", customer=customer, fields=["name"])
    return True


def learn_handles(*, customer: int, claims: Sequence[Claim]) -> None:
    """Further handles of a customer that a network told us; one that belongs to somebody else stays there."""
    known = _find(claim.key for claim in claims)
    fresh = {claim.key: customer for claim in claims if claim.key not in known}
    _add_identities(dict(fresh), {claim.key: claim.shown for claim in claims if claim.shown})


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


GROUP_KEEPS = 5_000  # members that are remembered when a group is dissolved, so that it can be undone


@transaction.atomic
def make_group(*, by: Any, name: str) -> CustomerGroup:
    """A new group of customers. Raises ValidationError when the name is empty or taken."""
    made = CustomerGroup.objects.create(name=_group_name(name))
    emit(
        "customer_group.changed",
        actor=actor_of(by),
        group=made.pk,
        name=made.name,
        fields=["made"],
        changes={"name": [None, made.name]},
    )
    return made


@transaction.atomic
def rename_group(*, by: Any, group: CustomerGroup, name: str) -> bool:
    """Call a group otherwise. Whether it changed. Raises ValidationError."""
    wanted = _group_name(name, but=group)
    if wanted == group.name:
        return False
    changes = changes_between({"name": group.name}, {"name": wanted})
    group.name = wanted
    group.save(update_fields=["name"])
    emit(
        "customer_group.changed",
        actor=actor_of(by),
        group=group.pk,
        name=wanted,
        fields=["name"],
        changes=changes,
    )
    return True


@transaction.atomic
def delete_group(*, by: Any, group: CustomerGroup) -> dict[str, Any]:
    """Dissolve a group; its customers are in none then. Returns what restore_group takes. Raises ValidationError for a large one."""
    members = list(group.customers.order_by("pk").values_list("pk", flat=True)[: GROUP_KEEPS + 1])
    if len(members) > GROUP_KEEPS:
        raise ValidationError(
            _("More than %(limit)s customers are in it: this could not be undone.") % {"limit": GROUP_KEEPS}
        )
    kept = {"pk": group.pk, "name": group.name, "members": members}
    group.delete()
    emit(
        "customer_group.changed",
        actor=actor_of(by),
        group=kept["pk"],
        name=kept["name"],
        fields=["dissolved"],
        changes={"name": [kept["name"], None]},
    )
    return kept


@transaction.atomic
def restore_group(*, by: Any, kept: Mapping[str, Any]) -> CustomerGroup:
    """Undo delete_group, for the customers who are in no other group since. Raises ValidationError when the name was taken."""
    group = CustomerGroup(pk=kept["pk"], name=_group_name(kept["name"]))
    group.save(force_insert=not CustomerGroup.objects.filter(pk=group.pk).exists())
    Customer.objects.filter(pk__in=kept["members"], group__isnull=True).update(group=group)
    emit(
        "customer_group.changed",
        actor=actor_of(by),
        group=group.pk,
        name=group.name,
        fields=["restored"],
        changes={"name": [None, group.name]},
    )
    return group


@transaction.atomic
def put_in_group(*, by: Any, customer: Customer, group: CustomerGroup | None) -> bool:
    """Let a customer belong to a group (None: to none). Whether it changed."""
    current = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    wanted = group.pk if group else None
    if current.group_id == wanted:
        return False
    Customer.objects.filter(pk=current.pk).update(group=wanted)
    customer.group = group
    emit("customer.changed", actor=actor_of(by), customer=current.pk, fields=["group"])
    return True


def _group_name(name: str, but: CustomerGroup | None = None) -> str:
    wanted = " ".join(clean(name, 200).split())
    if not wanted or len(wanted) > 60:
        raise ValidationError({"name": _("Write a name of at most %(limit)s characters.") % {"limit": 60}})
    if CustomerGroup.objects.filter(name__iexact=wanted).exclude(pk=but.pk if but else 0).exists():
        raise ValidationError({"name": _("There is a group of this name already.")})
    return wanted
