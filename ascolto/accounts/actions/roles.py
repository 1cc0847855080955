"""Roles that the company makes itself. Nobody gives more than they have, and nobody rules over who has more."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ascolto.accounts.actions.checks import checked_name, checked_role
from ascolto.accounts.models import Agent, CustomRole, Role
from ascolto.accounts.permissions import PERMISSIONS, of_role, rank_of, written
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit, emit_all, make_event

CUSTOM = "custom:"  # how forms and files write a custom role: "custom:7"


def refuse_more_than_own(by: Agent | None, permissions: Collection[str], field: str = "role") -> None:
    """Nobody gives what they may not do themselves; the system (None) may. Raises ValidationError."""
    if by is not None and (
        more := [name for name in PERMISSIONS if name in permissions and not by.may(name)]
    ):
        what = "; ".join(str(PERMISSIONS[name].label) for name in more[:5])
        raise ValidationError(
            {field: _("You cannot give what you may not do yourself: %(what)s.") % {"what": what}}
        )


def refuse_above(by: Agent | None, agent: Agent, field: str = "role") -> None:
    """Nobody changes, invites again or closes somebody who may do more than they. Raises ValidationError."""
    if by is not None and by.pk != agent.pk and agent.granted - by.granted:
        raise ValidationError(
            {field: _("%(name)s may do more than you: ask an administrator.") % {"name": agent.name}}
        )


def found_role(wanted: str) -> tuple[str, CustomRole | None]:
    """The built-in role, and the custom one where "custom:7" names it. Raises ValidationError."""
    if not wanted.startswith(CUSTOM):
        return checked_role(wanted), None
    key = wanted.removeprefix(CUSTOM)
    role = (
        CustomRole.objects.filter(pk=int(key), is_archived=False).first()
        if key.isascii() and key.isdigit() and len(key) < 10
        else None
    )
    if role is None:
        raise ValidationError({"role": _("This role is not there any more.")})
    return rank_of(role.base, role.granted), role


def role_value(agent: Agent) -> str:
    """A person's role as forms write it."""
    return f"{CUSTOM}{agent.custom_role_id}" if agent.custom_role_id else agent.role


def give_role(agent: Agent, role: str, custom: CustomRole | None) -> None:
    """Set what follows from a role on the (unsaved) row of a person."""
    agent.role, agent.custom_role = role, custom
    agent.permissions = written(custom.granted) if custom else ""


@transaction.atomic
def create_role(
    *, by: Agent | None, name: str, base: str = Role.AGENT, permissions: Collection[str] | None = None
) -> CustomRole:
    """A role of the company's own; without `permissions` it begins with those of its base. Raises ValidationError."""
    checked_role(base)
    granted = _checked(permissions if permissions is not None else of_role(base))
    refuse_more_than_own(by, granted, "permissions")
    role = CustomRole(name=checked_name(name, limit=80), base=base, permissions=granted)
    _save(role)
    emit(
        "role.created",
        actor=actor_of(by),
        role=role.pk,
        name=role.name,
        changes=changes_between({}, {"base": base, "permissions": granted}),
    )
    return role


@transaction.atomic
def change_role(
    *,
    by: Agent | None,
    role: CustomRole,
    name: str | None = None,
    permissions: Collection[str] | None = None,
) -> CustomRole:
    """Another name, or other permissions: they hold at once for everybody who has the role. Raises ValidationError."""
    role = CustomRole.objects.select_for_update().get(pk=role.pk)
    before = {"name": role.name, "permissions": sorted(role.granted)}
    refuse_more_than_own(by, role.granted, "permissions")
    if name is not None:
        role.name = checked_name(name, limit=80)
    if permissions is not None:
        role.permissions = _checked(permissions)
        refuse_more_than_own(by, role.granted, "permissions")
    changes = changes_between(before, {"name": role.name, "permissions": sorted(role.granted)})
    if changes:
        _save(role)
        emit(
            "role.changed",
            actor=actor_of(by),
            role=role.pk,
            name=role.name,
            fields=sorted(changes),
            changes=changes,
        )
    if "permissions" in changes:
        _reach_everybody(role, by, changes["permissions"])
    return role


def _reach_everybody(role: CustomRole, by: Agent | None, told: object) -> None:
    """The rows of who has the role, and the news that makes open screens look again at what they may see."""
    rank = rank_of(role.base, role.granted)
    people = list(role.people.select_for_update().order_by("pk").values_list("pk", flat=True))
    role.people.update(role=rank, permissions=written(role.granted))
    changes = {"permissions": told}
    emit_all(
        make_event(
            "agent.changed", actor=actor_of(by), agent=pk, fields=["role"], previous={}, changes=changes
        )
        for pk in people
    )


@transaction.atomic
def archive_role(*, by: Agent | None, role: CustomRole, archived: bool = True) -> None:
    """Lay a role aside that nobody has any more, or take it out again. Raises ValidationError."""
    refuse_more_than_own(by, role.granted, "permissions")
    if archived and role.people.exists():
        raise ValidationError({"name": _("Somebody still has this role: give them another one first.")})
    if CustomRole.objects.filter(pk=role.pk).exclude(is_archived=archived).update(is_archived=archived):
        emit(
            "role.changed",
            actor=actor_of(by),
            role=role.pk,
            name=role.name,
            fields=["is_archived"],
            changes={"is_archived": [not archived, archived]},
        )


def _checked(permissions: Collection[str]) -> list[str]:
    if unknown := sorted(set(permissions) - PERMISSIONS.keys()):
        raise ValidationError(
            {
                "permissions": _("These permissions are not known: %(names)s.")
                % {"names": ", ".join(unknown)[:200]}
            }
        )
    return [name for name in PERMISSIONS if name in permissions]


def _save(role: CustomRole) -> None:
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError:
        raise ValidationError({"name": _("A role with this name exists already.")}) from None
