"""Keys for machines. The clear text is shown once; only its digest is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from ascolto.accounts.actions.checks import checked_name
from ascolto.accounts.models import Agent, ApiToken
from ascolto.accounts.scopes import SCOPES, may_have
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.kit.ids import digest, new_token

_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    *, agent: Agent, scopes: Iterable[str], name: str = "", by: Agent | None = None
) -> tuple[ApiToken, str]:
    """A key that acts as `agent` within `scopes`, and its clear text. Raises ValidationError."""
    wanted = sorted(set(scopes))
    if not wanted:
        raise ValidationError({"scopes": _("Choose at least one scope.")})
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        message = _("%(unknown)s is not a scope. Known: %(known)s.")
        raise ValidationError(
            {"scopes": message % {"unknown": ", ".join(unknown), "known": ", ".join(SCOPES)}}
        )
    if refused := [scope for scope in wanted if not may_have(scope, agent.granted)]:
        message = _("%(refused)s: the person behind the token may not do this.")
        raise ValidationError({"scopes": message % {"refused": ", ".join(refused)}})
    if not agent.is_active:
        raise ValidationError({"agent": _("This account is closed: open it again first.")})
    clear_text = "asc_" + new_token(32)
    token = ApiToken.objects.create(
        agent=agent,
        name=checked_name(name, limit=80) if name.strip() else "",
        digest=digest(clear_text),
        scopes=wanted,
    )
    emit("token.created", actor=actor_of(by or agent), token=token.pk, agent=agent.pk, scopes=wanted)
    return token, clear_text


@transaction.atomic
def revoke_token(*, token: ApiToken, by: Agent | None = None) -> None:
    """End a key; at once and for ever."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now()):
        token.refresh_from_db()
        emit("token.revoked", actor=actor_of(by), token=token.pk)


def note_token_used(token: ApiToken) -> None:
    """Remember when a key was used, at most once a minute."""
    moment = now()
    if token.last_used_at is None or token.last_used_at < moment - _NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=moment - _NOTED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=moment)
        token.last_used_at = moment
