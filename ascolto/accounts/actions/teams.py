"""Teams: people who answer together."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ascolto.accounts.actions.checks import checked_name
from ascolto.accounts.models import Agent, Team
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit


@transaction.atomic
def create_team(*, by: Agent | None = None, name: str, members: Iterable[Agent] = ()) -> Team:
    """A new team. Raises ValidationError."""
    team = Team(name=checked_name(name, limit=80))
    _save(team)
    team.members.set(members)
    emit("team.created", actor=actor_of(by), team=team.pk, name=team.name)
    return team


@transaction.atomic
def rename_team(*, by: Agent | None = None, team: Team, name: str) -> None:
    """Give a team another name. Raises ValidationError."""
    before = Team.objects.values_list("name", flat=True).get(pk=team.pk)
    team.name = checked_name(name, limit=80)
    _save(team)
    if changes := changes_between({"name": before}, {"name": team.name}):
        emit("team.changed", actor=actor_of(by), team=team.pk, fields=["name"], changes=changes)


@transaction.atomic
def set_team_members(*, by: Agent | None = None, team: Team, members: Iterable[Agent]) -> None:
    """Who answers together in this team."""
    before = {"members": sorted(team.members.values_list("name", flat=True))}
    team.members.set(members)
    if changes := changes_between(before, {"members": sorted(team.members.values_list("name", flat=True))}):
        emit("team.changed", actor=actor_of(by), team=team.pk, fields=["members"], changes=changes)


@transaction.atomic
def delete_team(*, by: Agent | None = None, team: Team) -> None:
    """Dissolve an empty team. Raises ValidationError while it has people.

    Screens call `channels.actions.dissolve_team`, which looks at the inboxes too.
    """
    if team.members.exists():
        raise ValidationError({"name": _("This team still has people: move them first.")})
    changes = changes_between({"name": team.name}, {})
    emit("team.changed", actor=actor_of(by), team=team.pk, fields=["deleted"], changes=changes)
    team.delete()


def _save(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise ValidationError({"name": _("A team with this name exists already.")}) from None
