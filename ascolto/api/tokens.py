"""Who asks: the token of a request, and the agent it acts for. Looked up at every request: a revoked key ends at once.

The look-up is one indexed query in plain SQL. The objects made from what it says are kept for as long as it says the same,
since making them anew cost a quarter of a whole request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest

from ascolto.accounts.actions import note_token_used
from ascolto.accounts.models import Agent, ApiToken
from ascolto.accounts.scopes import is_granted
from ascolto.accounts.selectors import agent_of_token
from ascolto.api.problems import Problem
from ascolto.kit.ids import digest

REALM = 'Bearer realm="ascolto"'


@dataclass(frozen=True, slots=True)
class Credential:
    """A valid token: the agent it acts for and what it may be used for."""

    token: ApiToken
    agent: Agent

    def allows(self, scope: str) -> bool:
        """Whether the token may be used for what `scope` names; the empty scope is granted to every token."""
        return not scope or is_granted(scope, self.token.scopes, self.agent.granted)

    def require(self, scope: str) -> None:
        """Raise the problem `missing-scope` unless the token has the scope."""
        if not self.allows(scope):
            raise Problem(
                "missing-scope",
                f"This needs a token with the scope {scope}.",
                headers={"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{scope}"'},
            )


class Credentials:
    """Credentials by the digest of their token, each with the row it was made from."""

    QUERY = (
        "SELECT token.scopes, token.name, token.revoked_at,"
        " agent.role, agent.permissions, agent.is_active, agent.name, agent.email"
        " FROM accounts_apitoken token JOIN accounts_agent agent ON agent.id = token.agent_id"
        " WHERE token.digest = %s"
    )

    def __init__(self, size: int = 2000) -> None:
        self._size = size
        self._known: dict[str, tuple[Any, Credential]] = {}

    def find(self, secret: str) -> Credential | None:
        """The credential behind the clear text; None when it is unknown, revoked, or of a closed account."""
        if not secret.startswith("asc_") or len(secret) > 200:
            return None
        key = digest(secret)
        with connection.cursor() as cursor:
            cursor.execute(self.QUERY, [key])
            row = cursor.fetchone()
        kept = self._known.get(key)
        if row is not None and kept is not None and kept[0] == row:
            return kept[1]
        token = agent_of_token(secret) if row is not None else None
        if token is None:
            self._known.pop(key, None)
            return None
        if len(self._known) >= self._size:
            self._known.clear()
        credential = Credential(token, token.agent)
        self._known[key] = (row, credential)
        return credential


credentials = Credentials()


def secret_of(request: HttpRequest) -> str:
    """What a request brings as its key; empty when it brings none."""
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme:
        return value.strip() if scheme.lower() == "bearer" else ""
    return request.META.get("HTTP_API_ACCESS_TOKEN", "").strip()


def authenticate(request: HttpRequest) -> Credential:
    """The credential of a request. Raises the problem `unauthorized`."""
    secret = secret_of(request)
    if not secret:
        raise Problem(
            "unauthorized",
            "Send the header Authorization: Bearer <token> (or api_access_token: <token>).",
            headers={"WWW-Authenticate": REALM},
        )
    credential = credentials.find(secret)
    if credential is None:
        raise Problem(
            "unauthorized",
            "This token is unknown, was revoked, or belongs to somebody who left.",
            headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'},
        )
    return credential


def note_use(credential: Credential) -> None:
    """Remember when the token was used, at most once a minute; a busy database must not fail a read for it."""
    try:
        note_token_used(credential.token)
    except DatabaseError:
        return
