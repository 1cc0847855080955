"""What people change about themselves."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ascolto.accounts.actions.checks import (
    checked_language,
    checked_name,
    checked_password,
    checked_time_zone,
)
from ascolto.accounts.actions.signing_in import confirm_password
from ascolto.accounts.models import Agent
from ascolto.events.log import actor_of, emit

THEMES = ("", "light", "dark")


@transaction.atomic
def change_preferences(
    *,
    agent: Agent,
    name: str | None = None,
    language: str | None = None,
    theme: str | None = None,
    time_zone: str | None = None,
    single_keys: bool | None = None,
    is_available: bool | None = None,
) -> None:
    """Change how the product looks for oneself; what is left out stays. Raises ValidationError."""
    wanted: dict[str, Any] = {}
    if name is not None:
        wanted["name"] = checked_name(name)
    if language is not None:
        wanted["language"] = checked_language(language, optional=True)
    if theme is not None:
        if theme not in THEMES:
            raise ValidationError({"theme": _("Choose light, dark or as the system.")})
        wanted["theme"] = theme
    if time_zone is not None:
        wanted["time_zone"] = checked_time_zone(time_zone, optional=True)
    if single_keys is not None:
        wanted["single_keys"] = single_keys
    if is_available is not None:
        wanted["is_available"] = is_available
    previous = {
        field: getattr(agent, field) for field, value in wanted.items() if getattr(agent, field) != value
    }
    if previous:
        for field in previous:
            setattr(agent, field, wanted[field])
        agent.save(update_fields=list(previous))
        emit(
            "agent.changed", actor=actor_of(agent), agent=agent.pk, fields=sorted(previous), previous=previous
        )


def change_password(*, request: HttpRequest, agent: Agent, current: str, password: str) -> None:
    """Choose another password; every other session ends. Raises ValidationError, TooManyAttempts."""
    confirm_password(request=request, agent=agent, password=current)
    agent.set_password(checked_password(password, agent))
    with transaction.atomic():
        agent.save(update_fields=["password"])
        emit("agent.password_changed", actor=actor_of(agent), agent=agent.pk)
    update_session_auth_hash(request, agent)


def end_other_sessions(*, request: HttpRequest, agent: Agent, current: str) -> None:
    """End every session but this one. Raises ValidationError, TooManyAttempts."""
    confirm_password(request=request, agent=agent, password=current)
    agent.set_password(current)  # a new salt: sessions carry a digest of the stored hash
    with transaction.atomic():
        agent.save(update_fields=["password"])
        emit("agent.changed", actor=actor_of(agent), agent=agent.pk, fields=["sessions"], previous={})
    update_session_auth_hash(request, agent)
