"""What a person, a password or a setting must look like. Each check returns the value to store or says what to write."""

from __future__ import annotations

import zoneinfo

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent, Role
from ascolto.kit.text import clean

PASSWORD_LIMIT = 512  # hashing is expensive on purpose: a megabyte of password would be an attack


def checked_email(email: str) -> str:
    """The address in lower case. Raises ValidationError."""
    email = clean(email, 300).strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise ValidationError(
            {"email": _("Write an e-mail address, for example marco@example.com.")}
        ) from None
    if len(email) > 254:
        raise ValidationError({"email": _("This e-mail address is too long.")})
    return email


def checked_name(name: str, *, field: str = "name", limit: int = 120) -> str:
    """The name on one line. Raises ValidationError."""
    name = " ".join(clean(name, 1000).split())
    if not name:
        raise ValidationError({field: _("Write a name.")})
    if len(name) > limit:
        raise ValidationError({field: _("Write at most %(limit)s characters.") % {"limit": limit}})
    return name


def checked_role(role: str) -> str:
    """A known role. Raises ValidationError."""
    if role not in Role.values:
        raise ValidationError(
            {"role": _("Choose one of the roles: %(roles)s.") % {"roles": ", ".join(Role.values)}}
        )
    return role


def checked_password(password: str, agent: Agent | None = None) -> str:
    """A password that is not easily guessed. Raises ValidationError."""
    if len(password) > PASSWORD_LIMIT:
        raise ValidationError(
            {"password": _("Write at most %(limit)s characters.") % {"limit": PASSWORD_LIMIT}}
        )
    try:
        validate_password(password, agent)
    except ValidationError as error:
        raise ValidationError({"password": list(error.messages)}) from None
    return password


def checked_language(language: str, *, optional: bool = False) -> str:
    """A language that the interface speaks. Raises ValidationError."""
    if (optional and not language) or language in dict(settings.LANGUAGES):
        return language
    raise ValidationError({"language": _("Choose one of the languages in the list.")})


def checked_time_zone(name: str, *, optional: bool = False) -> str:
    """A time zone that this machine knows. Raises ValidationError."""
    if (optional and not name) or name in zoneinfo.available_timezones():
        return name
    raise ValidationError({"time_zone": _("Write a time zone such as Europe/Rome.")})


def checked_number(value: int | str, *, field: str, low: int, high: int) -> int:
    """A whole number between two others. Raises ValidationError."""
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise ValidationError(
            {field: _("Write a number from %(low)s to %(high)s.") % {"low": low, "high": high}}
        )
    return int(text)
