"""The company's colour and logo. Both are looked at before they are kept: the logo comes from outside and everybody loads it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent, Appearance, Company
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.kit.ids import digest
from ascolto.kit.pictures import NotAPicture, picture_of
from ascolto.ui.contrast import NotAColour, read_colour

LOGO_BYTES, LOGO_SIDE, LOGO_SIDE_AT_LEAST = 200_000, 1_500, 32


def current_appearance() -> Appearance:
    """The one row, or an empty one that is not stored."""
    return Appearance.objects.first() or Appearance(pk=1)


@transaction.atomic
def change_appearance(
    *, by: Agent | None, accent: str | None = None, logo: bytes | None = None, removes_logo: bool = False
) -> Appearance:
    """Another colour (empty: ours) or logo; what is left out stays. Raises ValidationError."""
    row = Appearance.objects.select_for_update().first() or Appearance(pk=1)
    before = _told(row)
    if accent is not None:
        row.accent = checked_accent(accent)
    if logo:
        row.logo, row.logo_type = logo, checked_logo(logo)
    elif removes_logo:
        row.logo, row.logo_type = b"", ""
    changes = changes_between(before, _told(row))
    if changes:
        row.changed_at = now()
        row.save()
        Company.objects.filter(pk=Company.current().pk).update(look=look_of(row))
        emit("appearance.changed", actor=actor_of(by), fields=sorted(changes), changes=changes)
    return row


def look_of(row: Appearance) -> str:
    """What pages carry of it: "rrggbb-digest", either half may be empty; nothing at all where it is ours."""
    drawn = digest(bytes(row.logo).hex())[:8] if row.logo else ""
    return f"{row.accent.removeprefix('#')}-{drawn}" if row.accent or drawn else ""


def checked_accent(accent: str) -> str:
    """A colour as #rrggbb, or nothing. Raises ValidationError."""
    if not accent.strip():
        return ""
    try:
        return read_colour(accent)
    except NotAColour:
        raise ValidationError({"accent": _("Write a colour such as #2d6696.")}) from None


def checked_logo(logo: bytes) -> str:
    """The media type of a picture that can be a logo. Raises ValidationError."""
    if len(logo) > LOGO_BYTES:
        raise ValidationError(
            {"logo": _("The file may have at most %(limit)s kB.") % {"limit": LOGO_BYTES // 1000}}
        )
    try:
        picture = picture_of(logo)
    except NotAPicture:
        raise ValidationError({"logo": _("Choose a PNG, JPEG or WebP picture.")}) from None
    if (
        not LOGO_SIDE_AT_LEAST
        <= min(picture.width, picture.height)
        <= max(picture.width, picture.height)
        <= LOGO_SIDE
    ):
        raise ValidationError(
            {
                "logo": _("Each side has between %(low)s and %(high)s pixels.")
                % {"low": LOGO_SIDE_AT_LEAST, "high": LOGO_SIDE}
            }
        )
    return picture.content_type


def _told(row: Appearance) -> dict[str, Any]:
    logo = bytes(row.logo)
    return {"accent": row.accent, "logo": f"{row.logo_type} {digest(logo.hex())[:8]}" if logo else ""}
