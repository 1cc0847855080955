"""Who asks: the token of a request, and the agent it acts for. Looked up at every request: a revoked key ends at once."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import DatabaseError
from django.http import HttpRequest

from ascolto.accounts.actions import note_token_used
from ascolto.accounts.models import Agent, ApiToken
from ascolto.accounts.scopes import is_granted
from ascolto.accounts.selectors import agent_of_token
from ascolto.api.problems import Problem

REALM = 'Bearer realm="ascolto"'


@dataclass(frozen=True, slots=True)
class Credential:
    """A valid token: the agent it acts for and what it may be used for."""

    token: ApiToken
    agent: Agent

    def allows(self, scope: str) -> bool:
        """Whether the token may be used for what `scope` names; the empty scope is granted to every token."""
        return not scope or is_granted(scope, self.token.scopes, to_administrator=self.agent.is_administrator)

    def require(self, scope: str) -> None:
        """Raise the problem `missing-scope` unless the token has the scope."""
        if not self.allows(scope):
            raise Problem(
                "missing-scope",
                f"This needs a token with the scope {scope}.",
                headers={"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{scope}"'},
            )


def _secret(request: HttpRequest) -> str:
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme:
        return value.strip() if scheme.lower() == "bearer" else ""
    return request.META.get("HTTP_API_ACCESS_TOKEN", "").strip()


def authenticate(request: HttpRequest) -> Credential:
    """The credential of a request. Raises the problem `unauthorized`."""
    secret = _secret(request)
    if not secret:
        raise Problem(
            "unauthorized",
            "Send the header Authorization: Bearer <token> (or api_access_token: <token>).",
            headers={"WWW-Authenticate": REALM},
        )
    token = agent_of_token(secret)
    if token is None:
        raise Problem(
            "unauthorized",
            "This token is unknown, was revoked, or belongs to somebody who left.",
            headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'},
        )
    return Credential(token, token.agent)


def note_use(credential: Credential) -> None:
    """Remember when the token was used, at most once a minute; a busy database must not fail a read for it."""
    try:
        note_token_used(credential.token)
    except DatabaseError:
        return
