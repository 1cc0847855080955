"""A link by which a colleague chooses a password. The link is shown once; only its digest is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.actions.agents import create_agent
from ascolto.accounts.actions.checks import checked_name, checked_password
from ascolto.accounts.actions.roles import refuse_above
from ascolto.accounts.models import Agent, Invitation, Role, Team
from ascolto.accounts.selectors import access_invitation
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.kit.ids import digest, new_token

VALID_FOR = timedelta(days=7)


@transaction.atomic
def invite_agent(
    *, by: Agent | None, email: str, name: str = "", role: str = Role.AGENT, teams: Iterable[Team] = ()
) -> tuple[Agent, str]:
    """A new colleague and the token of their invitation link. Raises ValidationError."""
    made = create_agent(email=email, name=name.strip() or name_from(email), role=role, teams=teams, by=by)
    return made, invite_again(by=by, agent=made)


@transaction.atomic
def invite_again(*, by: Agent | None, agent: Agent) -> str:
    """A new link for a colleague, also for a forgotten password; earlier ones stop working. Raises ValidationError."""
    refuse_above(by, agent, "agent")  # the link lets whoever has it sign in as them
    if not agent.is_active:
        raise ValidationError({"agent": _("This account is closed: open it again first.")})
    agent.invitations.filter(used_at=None).delete()
    token = new_token()
    Invitation.objects.create(agent=agent, digest=digest(token), expires_at=now() + VALID_FOR)
    emit("agent.invited", actor=actor_of(by), agent=agent.pk)
    return token


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str) -> Agent:
    """Choose name and password by the link; it works once and ends older sessions. Raises ValidationError."""
    invitation = access_invitation(token)
    # claimed by UPDATE: of two people who open the same link in the same moment, one is told that it was used
    if invitation is None or not Invitation.objects.filter(pk=invitation.pk, used_at=None).update(
        used_at=now()
    ):
        raise ValidationError({"token": _("This link was used already or has expired. Ask for a new one.")})
    agent = invitation.agent
    agent.name = checked_name(name)
    agent.set_password(checked_password(password, agent))
    agent.save(update_fields=["name", "password"])
    emit("agent.password_changed", actor=actor_of(agent), agent=agent.pk)
    return agent


def name_from(email: str) -> str:
    """A first guess of a name: "marco.rossi@…" becomes "Marco Rossi"."""
    words = email.split("@", 1)[0].replace(".", " ").replace("_", " ").replace("-", " ").split()
    return " ".join(word.capitalize() for word in words)[:120] or email[:120]
