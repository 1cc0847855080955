"""Roles as people read them: a matrix of who may do what, and what a change would give and take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise

from ascolto.accounts.actions.roles import CUSTOM
from ascolto.accounts.models import Agent, CustomRole, Role
from ascolto.accounts.permissions import GROUPS, PERMISSIONS, Permission, of_role, sentence
from ascolto.workspace.people_forms import ROLES

NAMED_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """One role of the matrix."""

    value: str  # as forms write it: "lead", "custom:7"
    pk: int | None
    name: str
    granted: frozenset[str]
    people: int
    is_archived: bool = False

    @property
    def sentence(self) -> str:
        return sentence(self.granted)


@dataclass(frozen=True, slots=True)
class Group:
    """Permissions about one thing."""

    label: str | Promise
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change of a role gives and takes, and from whom."""

    gained: tuple[str | Promise, ...]
    lost: tuple[str | Promise, ...]
    people: tuple[str, ...]
    more: int  # people beyond those named

    @property
    def count(self) -> int:
        return len(self.people) + self.more


def groups() -> list[Group]:
    """Every permission, by what it is about."""
    found: dict[str, list[Permission]] = {}
    for permission in PERMISSIONS.values():
        found.setdefault(permission.about, []).append(permission)
    return [Group(GROUPS.get(about, about), tuple(those)) for about, those in found.items()]


def shown_roles() -> list[Shown]:
    """The built-in roles, then the company's own; two queries."""
    counted: Counter[str] = Counter()
    rows = Agent.objects.filter(is_active=True, custom_role=None).order_by()
    for row in rows.values("role").annotate(times=Count("pk")):
        counted[row["role"]] = row["times"]
    built_in = [
        Shown(str(value), None, str(label).partition(":")[0], of_role(value), counted[value])
        for value, label in reversed(ROLES[:3])
    ] + [
        Shown(
            str(Role.GUEST),
            None,
            str(ROLES[3][1]).partition(":")[0],
            of_role(Role.GUEST),
            counted[Role.GUEST],
        )
    ]
    own = CustomRole.objects.annotate(times=Count("people")).order_by("is_archived", "name")
    return built_in + [
        Shown(f"{CUSTOM}{role.pk}", role.pk, role.name, role.granted, role.times, role.is_archived)  # type: ignore[attr-defined]
        for role in own
    ]


def difference(role: CustomRole, wanted: Collection[str]) -> Difference:
    """What its people would gain and lose."""
    names = list(role.people.order_by("name").values_list("name", flat=True))
    before, after = role.granted, frozenset(wanted) & PERMISSIONS.keys()
    return Difference(
        tuple(p.label for p in PERMISSIONS.values() if p.name in after - before),
        tuple(p.label for p in PERMISSIONS.values() if p.name in before - after),
        tuple(names[:NAMED_AT_MOST]),
        max(0, len(names) - NAMED_AT_MOST),
    )
