"""Reads of agents, teams, invitations and tokens."""

from __future__ import annotations

import hmac

from django.db.models import Q, QuerySet

from ascolto.accounts.models import Agent, ApiToken, Company, Invitation, Role, Team
from ascolto.accounts.scopes import is_granted
from ascolto.kit.clock import now
from ascolto.kit.ids import digest
from ascolto.ui.contrast import LIGHT, read_colour, tokens_of


def agent_of_token(clear_text: str) -> ApiToken | None:
    """The key behind its clear text, with its agent; None when unknown, revoked, or of a closed account."""
    if not clear_text.startswith("asc_") or len(clear_text) > 200:
        return None
    return (
        ApiToken.objects.select_related("agent")
        .filter(digest=digest(clear_text), revoked_at=None, agent__is_active=True)
        .first()
    )


def token_allows(token: ApiToken, scope: str) -> bool:
    """Whether a key may do what `scope` names ("conversations:read", …)."""
    return is_granted(scope, token.scopes, token.agent.granted)


def access_invitation(token: str) -> Invitation | None:
    """The open invitation behind a link; None when it was used, has expired, or never was."""
    return (
        Invitation.objects.select_related("agent")
        .filter(digest=digest(token[:200]), used_at=None, expires_at__gt=now(), agent__is_active=True)
        .first()
    )


def has_administrator() -> bool:
    """Whether anybody can change this installation."""
    return Agent.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists()


def is_setup_key(key: str) -> bool:
    """Whether `key` is the open one-time set-up link's; compared in constant time."""
    stored = Company.current().setup_digest
    return bool(stored) and hmac.compare_digest(stored, digest(key[:200]))


def all_agents() -> QuerySet[Agent]:
    """Every colleague with their teams; closed accounts last."""
    return (
        Agent.objects.select_related("custom_role")
        .prefetch_related("teams")
        .order_by("-is_active", "name", "id")
    )


def assignable_agents() -> QuerySet[Agent]:
    """Who can answer customers."""
    answers = Q(custom_role=None) | Q(permissions__contains=" conversations.reply ")
    return Agent.objects.filter(answers, is_active=True).exclude(role=Role.GUEST)


def all_teams() -> QuerySet[Team]:
    """Every team with its people."""
    return Team.objects.prefetch_related("members")


def live_tokens() -> QuerySet[ApiToken]:
    """Keys that work, the newest first."""
    return ApiToken.objects.select_related("agent").filter(revoked_at=None).order_by("-id")


def company_accent() -> str:
    """The company's colour as it can be read on light ground, for what is drawn on other people's pages; empty: ours."""
    accent = Company.current().look.partition("-")[0]
    return tokens_of(read_colour(accent), LIGHT)["carta"] if accent else ""
