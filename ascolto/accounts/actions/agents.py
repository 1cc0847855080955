"""People of the company: who they are and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ascolto.accounts.actions.checks import checked_email, checked_name, checked_password
from ascolto.accounts.actions.roles import (
    found_role,
    give_role,
    refuse_above,
    refuse_more_than_own,
    role_value,
)
from ascolto.accounts.models import Agent, Role, Team
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit


@transaction.atomic
def create_agent(
    *,
    email: str,
    name: str,
    password: str | None = None,
    role: str = Role.AGENT,
    teams: Iterable[Team] = (),
    by: Agent | None = None,
    check_password: bool = True,
) -> Agent:
    """A new colleague; without a password they choose it by invitation. Raises ValidationError.

    `role`: a built-in one, or "custom:7".
    """
    made = Agent(email=checked_email(email), name=checked_name(name))
    give_role(made, *found_role(role))
    refuse_more_than_own(by, made.granted)
    if password is not None and check_password:
        checked_password(password, made)
    made.set_password(password)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise ValidationError({"email": _("A colleague with this e-mail address exists already.")}) from None
    made.teams.set(teams)
    emit("agent.created", actor=actor_of(by), agent=made.pk, email=made.email, role=made.role)
    return made


@transaction.atomic
def change_agent(
    *,
    by: Agent | None,
    agent: Agent,
    name: str | None = None,
    email: str | None = None,
    role: str | None = None,
    teams: Iterable[Team] | None = None,
) -> Agent:
    """Change who a colleague is and what they may do; what is left out stays. Raises ValidationError.

    `role`: a built-in one, or "custom:7".
    """
    refuse_above(by, agent)
    before = _told(agent)
    if name is not None:
        agent.name = checked_name(name)
    if email is not None:
        agent.email = checked_email(email)
        if Agent.objects.filter(email=agent.email).exclude(pk=agent.pk).exists():
            raise ValidationError({"email": _("A colleague with this e-mail address exists already.")})
    if role is not None and role != role_value(agent):
        wanted = found_role(role)
        if wanted[0] != Role.ADMINISTRATOR:
            _refuse_last_administrator(agent, "role")
        give_role(agent, *wanted)
        refuse_more_than_own(by, agent.granted)
    agent.save(update_fields=["name", "email", "role", "custom_role", "permissions"])
    if teams is not None:
        agent.teams.set(teams)
    if changes := changes_between(before, _told(agent)):
        previous = {field: before[field] for field in changes}
        emit(
            "agent.changed",
            actor=actor_of(by),
            agent=agent.pk,
            fields=sorted(changes),
            previous=previous,
            changes=changes,
        )
    return agent


def _told(agent: Agent) -> dict[str, Any]:
    """What the log says about a person; roles and teams by name, since they may be gone when it is read."""
    return {
        "name": agent.name,
        "email": agent.email,
        "role": agent.custom_role.name if agent.custom_role else agent.role,
        "teams": sorted(agent.teams.values_list("name", flat=True)),
    }


def _refuse_last_administrator(agent: Agent, field: str) -> None:
    """An installation without an administrator could never be changed again."""
    if agent.role != Role.ADMINISTRATOR or not agent.is_active:
        return
    # locked, so that two administrators cannot take the role from each other in the same moment
    active = Agent.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True)
    if not [pk for pk in active.values_list("pk", flat=True) if pk != agent.pk]:
        raise ValidationError(
            {field: _("This is the last administrator: make a colleague administrator first.")}
        )


@transaction.atomic
def deactivate_agent(*, by: Agent | None, agent: Agent) -> None:
    """Close a colleague's account: sessions, tokens and open invitations end at once. Raises ValidationError."""
    if by is not None and by.pk == agent.pk:
        raise ValidationError(
            {"is_active": _("You cannot close your own account: ask another administrator.")}
        )
    refuse_above(by, agent, "is_active")
    _refuse_last_administrator(agent, "is_active")
    agent.is_active = False
    agent.save(update_fields=["is_active"])
    agent.invitations.filter(used_at=None).delete()
    emit("agent.deactivated", actor=actor_of(by), agent=agent.pk)


@transaction.atomic
def reactivate_agent(*, by: Agent | None, agent: Agent) -> None:
    """Open a closed account again; its tokens work again too. Raises ValidationError."""
    refuse_above(by, agent, "is_active")
    agent.is_active = True
    agent.save(update_fields=["is_active"])
    emit(
        "agent.changed",
        actor=actor_of(by),
        agent=agent.pk,
        fields=["is_active"],
        previous={"is_active": False},
        changes={"is_active": [False, True]},
    )


@transaction.atomic
def make_administrator(*, email: str, name: str, password: str) -> tuple[Agent, bool]:
    """For the person with the shell: an administrator with this password, made or restored. True when made."""
    found = Agent.objects.select_for_update().filter(email=checked_email(email)).first()
    if found is None:
        return create_agent(
            email=email, name=name, password=password, role=Role.ADMINISTRATOR, check_password=False
        ), True
    before = {**_told(found), "is_active": found.is_active, "password": found.password}
    found.name, found.is_active = checked_name(name), True
    give_role(found, Role.ADMINISTRATOR, None)
    found.set_password(password)
    found.save(update_fields=["name", "role", "custom_role", "permissions", "is_active", "password"])
    after = {**_told(found), "is_active": True, "password": found.password}
    changes = changes_between(before, after, secret={"password"})
    emit("agent.changed", agent=found.pk, fields=sorted(changes), previous={}, changes=changes)
    return found, False
