"""Many people at once, all or none; and taking them back while nobody of them has come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.deletion import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from ascolto.accounts.actions.checks import checked_email, checked_name
from ascolto.accounts.actions.invitations import VALID_FOR
from ascolto.accounts.actions.roles import found_role, give_role, refuse_more_than_own
from ascolto.accounts.models import Agent, Invitation, PeopleImport, Team
from ascolto.events.log import actor_of, emit, emit_all, make_event
from ascolto.kit.clock import now
from ascolto.kit.ids import digest, new_token

MOST, UNDO_FOR = 5_000, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """One line, checked: `role` as forms write it, teams by name."""

    email: str
    name: str
    role: str
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What was made: the import, the people by e-mail, and the tokens of their invitations (shown once)."""

    row: PeopleImport
    people: dict[str, Agent]
    tokens: dict[str, str]


@transaction.atomic
def import_people(*, by: Agent | None, people: Sequence[NewPerson], invites: bool = False) -> Imported:
    """Make all of these, and the teams that are missing. A constant number of queries. Raises ValidationError."""
    if len(people) > MOST:
        raise ValidationError(_("At most %(limit)s at once.") % {"limit": MOST})
    made = _made(by, people)
    teams, new_teams = _teams(people)
    Agent.teams.through.objects.bulk_create(
        Agent.teams.through(agent_id=made[person.email.lower()].pk, team_id=teams[name.casefold()].pk)
        for person in people
        for name in {name.casefold(): name for name in person.teams}.values()
    )
    row = PeopleImport.objects.create(by=by, people=[agent.pk for agent in made.values()], teams=new_teams)
    actor = actor_of(by)
    emit_all(
        make_event("agent.created", actor=actor, agent=agent.pk, email=agent.email, role=agent.role)
        for agent in made.values()
    )
    emit("people.imported", actor=actor, count=len(made), **{"import": row.pk})
    return Imported(row, made, _invited(by, made) if invites else {})


def _made(by: Agent | None, people: Sequence[NewPerson]) -> dict[str, Agent]:
    roles = {value: found_role(value) for value in {person.role for person in people}}
    made: dict[str, Agent] = {}
    for person in people:
        agent = Agent(email=checked_email(person.email), name=checked_name(person.name))
        give_role(agent, *roles[person.role])
        agent.set_unusable_password()
        made[agent.email] = agent
    for value in roles:
        some = next(
            agent for agent, person in zip(made.values(), people, strict=False) if person.role == value
        )
        refuse_more_than_own(by, some.granted)
    if len(made) != len(people):
        raise ValidationError(_("An e-mail address is there twice."))
    try:
        with transaction.atomic():
            Agent.objects.bulk_create(made.values(), batch_size=500)
    except IntegrityError:
        raise ValidationError(_("A colleague with this e-mail address exists already.")) from None
    return made


def _teams(people: Sequence[NewPerson]) -> tuple[dict[str, Team], list[int]]:
    """Every team named, by its name without case; and those that had to be made."""
    known = {team.name.casefold(): team for team in Team.objects.all()}
    wanted = {name.casefold(): name for person in people for name in person.teams}
    missing = [Team(name=checked_name(name, limit=80)) for key, name in wanted.items() if key not in known]
    Team.objects.bulk_create(missing)
    emit_all(make_event("team.created", team=team.pk, name=team.name) for team in missing)
    return known | {team.name.casefold(): team for team in missing}, [team.pk for team in missing]


def _invited(by: Agent | None, made: dict[str, Agent]) -> dict[str, str]:
    tokens = {email: new_token() for email in made}
    until = now() + VALID_FOR
    Invitation.objects.bulk_create(
        (
            Invitation(agent=agent, digest=digest(tokens[email]), expires_at=until)
            for email, agent in made.items()
        ),
        batch_size=500,
    )
    emit_all(make_event("agent.invited", actor=actor_of(by), agent=agent.pk) for agent in made.values())
    return tokens


def can_undo(row: PeopleImport) -> bool:
    """Whether the import can still be taken back: an hour long, and while nobody of it came in."""
    fresh = row.undone_at is None and row.at > now() - UNDO_FOR
    return fresh and not Agent.objects.filter(pk__in=row.people, last_login__isnull=False).exists()


@transaction.atomic
def undo_import(*, by: Agent | None, row: PeopleImport) -> int:
    """Take the people of an import away again, and the teams made for them that nobody else is in. How many. Raises ValidationError."""
    row = PeopleImport.objects.select_for_update().get(pk=row.pk)
    people = list(Agent.objects.select_for_update().filter(pk__in=row.people))
    if not can_undo(row):
        raise ValidationError(_("It is too late: an hour has passed, or somebody has signed in already."))
    try:
        with transaction.atomic():
            Agent.objects.filter(pk__in=[agent.pk for agent in people]).delete()
    except (ProtectedError, RestrictedError):
        raise ValidationError(_("Somebody of them has work already: close the accounts instead.")) from None
    for team in Team.objects.filter(pk__in=row.teams, members=None):
        try:
            with transaction.atomic():
                team.delete()
        except (ProtectedError, RestrictedError):
            continue  # an inbox or a rule took it up meanwhile
    row.undone_at = now()
    row.save(update_fields=["undone_at"])
    emit("people.import_undone", actor=actor_of(by), count=len(people), **{"import": row.pk})
    return len(people)
