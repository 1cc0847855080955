"""People of the company: who they are and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ascolto.accounts.actions.checks import checked_email, checked_name, checked_password, checked_role
from ascolto.accounts.models import Agent, Role, Team
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
    """A new colleague; without a password they choose it by invitation. Raises ValidationError."""
    made = Agent(email=checked_email(email), name=checked_name(name), role=checked_role(role))
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
    """Change who a colleague is and what they may do; what is left out stays. Raises ValidationError."""
    wanted: dict[str, Any] = {}
    if name is not None:
        wanted["name"] = checked_name(name)
    if email is not None:
        wanted["email"] = checked_email(email)
        if Agent.objects.filter(email=wanted["email"]).exclude(pk=agent.pk).exists():
            raise ValidationError({"email": _("A colleague with this e-mail address exists already.")})
    if role is not None:
        wanted["role"] = checked_role(role)
        if role != Role.ADMINISTRATOR:
            _refuse_last_administrator(agent, "role")
    previous = {
        field: getattr(agent, field) for field, value in wanted.items() if getattr(agent, field) != value
    }
    for field in previous:
        setattr(agent, field, wanted[field])
    agent.save(update_fields=list(previous))
    if teams is not None:
        _set_teams(agent, list(teams), previous)
    if previous:
        emit("agent.changed", actor=actor_of(by), agent=agent.pk, fields=sorted(previous), previous=previous)
    return agent


def _set_teams(agent: Agent, teams: list[Team], previous: dict[str, Any]) -> None:
    before = sorted(agent.teams.values_list("pk", flat=True))
    if before != sorted(team.pk for team in teams):
        agent.teams.set(teams)
        previous["teams"] = before


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
    _refuse_last_administrator(agent, "is_active")
    agent.is_active = False
    agent.save(update_fields=["is_active"])
    agent.invitations.filter(used_at=None).delete()
    emit("agent.deactivated", actor=actor_of(by), agent=agent.pk)


@transaction.atomic
def reactivate_agent(*, by: Agent | None, agent: Agent) -> None:
    """Open a closed account again; its tokens work again too."""
    agent.is_active = True
    agent.save(update_fields=["is_active"])
    emit(
        "agent.changed",
        actor=actor_of(by),
        agent=agent.pk,
        fields=["is_active"],
        previous={"is_active": False},
    )


@transaction.atomic
def make_administrator(*, email: str, name: str, password: str) -> tuple[Agent, bool]:
    """For the person with the shell: an administrator with this password, made or restored. True when made."""
    found = Agent.objects.select_for_update().filter(email=checked_email(email)).first()
    if found is None:
        return create_agent(
            email=email, name=name, password=password, role=Role.ADMINISTRATOR, check_password=False
        ), True
    found.name, found.role, found.is_active = checked_name(name), Role.ADMINISTRATOR, True
    found.set_password(password)
    found.save(update_fields=["name", "role", "is_active", "password"])
    emit("agent.changed", agent=found.pk, fields=["is_active", "name", "password", "role"], previous={})
    return found, False
