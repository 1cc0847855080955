"""What people change about themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.accounts.actions.checks import (
    checked_language,
    checked_name,
    checked_password,
    checked_time_zone,
)
from ascolto.accounts.actions.signing_in import confirm_password
from ascolto.accounts.models import Agent
from ascolto.events.changes import SECRET, changes_between
from ascolto.events.log import actor_of, emit
from ascolto.ui.keys import KeyRefused, checked_keys
from ascolto.ui.navigation import ITEMS

THEMES = ("", "light", "dark")
DENSITIES = ("", "compact")
UNDO_SECONDS = (0, 5, 10, 20, 30)
_PLAIN = ("single_keys", "is_available", "has_sound")  # nothing to check about a switch


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
    public_name: str | None = None,
    undo_seconds: int | None = None,
    keys: Mapping[str, str] | None = None,
    density: str | None = None,
    has_sound: bool | None = None,
    start_page: str | None = None,
) -> None:
    """Change how the product looks for oneself; what is left out stays. Raises ValidationError."""
    given = {
        "name": name,
        "public_name": public_name,
        "language": language,
        "theme": theme,
        "time_zone": time_zone,
        "single_keys": single_keys,
        "is_available": is_available,
        "undo_seconds": undo_seconds,
        "keys": keys,
        "density": density,
        "has_sound": has_sound,
        "start_page": start_page,
    }
    wanted = {field: _CHECKS[field](value) for field, value in given.items() if value is not None}
    previous = {
        field: getattr(agent, field) for field, value in wanted.items() if getattr(agent, field) != value
    }
    if previous:
        for field in previous:
            setattr(agent, field, wanted[field])
        agent.save(update_fields=list(previous))
        _tell_changed(agent, previous, wanted)


def _tell_changed(agent: Agent, previous: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    changes = changes_between(previous, {field: wanted[field] for field in previous})
    told = {"fields": sorted(previous), "previous": previous, "changes": changes}
    emit("agent.changed", actor=actor_of(agent), agent=agent.pk, **told)


def preferences_of(agent: Agent) -> dict[str, Any]:
    """Everything that change_preferences takes, as it is now."""
    return {field: getattr(agent, field) for field in _CHECKS}


def _one_of(field: str, allowed: Collection[Any], message: Any) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value not in allowed:
            raise ValidationError({field: message})
        return value

    return check


def _checked_public_name(value: str) -> str:
    return checked_name(value, field="public_name", limit=60) if value.strip() else ""


def _checked_start_page(value: str) -> str:
    if value and value not in {item.key for item in ITEMS}:
        raise ValidationError({"start_page": _("Choose one of the places in the list.")})
    return value


def _checked_keys(value: Mapping[str, str]) -> dict[str, str]:
    try:
        return checked_keys(value)
    except KeyRefused as refused:
        if refused.taken_by is not None:
            text = _("%(key)s is already the key for: %(command)s.")
            told = text % {"key": refused.wanted, "command": refused.taken_by.label}
        else:
            told = _("Choose one letter, digit or sign; g is kept for going to places.")
        raise ValidationError({f"key_{refused.key}": told}) from None


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": checked_name,
    "public_name": _checked_public_name,
    "language": lambda value: checked_language(value, optional=True),
    "theme": _one_of("theme", THEMES, gettext_lazy("Choose light, dark or as the system.")),
    "time_zone": lambda value: checked_time_zone(value, optional=True),
    "undo_seconds": _one_of(
        "undo_seconds", UNDO_SECONDS, gettext_lazy("Choose one of the times in the list.")
    ),
    "keys": _checked_keys,
    "density": _one_of("density", DENSITIES, gettext_lazy("Choose roomy or compact.")),
    "start_page": _checked_start_page,
    **dict.fromkeys(_PLAIN, bool),
}


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
        emit(
            "agent.changed",
            actor=actor_of(agent),
            agent=agent.pk,
            fields=["sessions"],
            previous={},
            changes={"sessions": SECRET},
        )
    update_session_auth_hash(request, agent)
