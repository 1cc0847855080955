"""When the company works: calendars are made, changed from a moment on, and laid aside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ascolto.accounts.actions.checks import checked_name
from ascolto.accounts.models import Agent
from ascolto.events.changes import Changes, changes_between
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.sla.actions.stamping import change_stamp
from ascolto.sla.calendar import CalendarRefused, read_calendar
from ascolto.sla.models import BusinessCalendar, CalendarVersion, SlaPolicy

MOST_CALENDARS = 100


@transaction.atomic
def create_calendar(*, by: Agent | None, name: str, content: Mapping[str, Any]) -> BusinessCalendar:
    """A new calendar. Raises ValidationError."""
    if BusinessCalendar.objects.filter(is_archived=False).count() >= MOST_CALENDARS:
        raise ValidationError(_("There are %(limit)s calendars already.") % {"limit": MOST_CALENDARS})
    calendar = BusinessCalendar(name=checked_name(name, limit=80))
    checked = checked_content(content)
    _save(calendar)
    CalendarVersion.objects.create(calendar=calendar, valid_from=now(), content=checked, made_by=by)
    changes = changes_between({}, {"name": calendar.name, "content": checked})
    _tell(by, calendar, ["name", "content"], changes)
    return calendar


@transaction.atomic
def change_calendar(
    *,
    by: Agent | None,
    calendar: BusinessCalendar,
    name: str | None = None,
    content: Mapping[str, Any] | None = None,
) -> bool:
    """Another name, or other opening hours from now on; what was open yesterday stays so. Whether it changed. Raises ValidationError."""
    current = BusinessCalendar.objects.select_for_update().get(pk=calendar.pk)
    fields: list[str] = []
    changes: Changes = {}
    if name is not None and (wanted := checked_name(name, limit=80)) != current.name:
        changes |= changes_between({"name": current.name}, {"name": wanted})
        current.name = wanted
        _save(current)
        fields.append("name")
    if content is not None:
        checked = checked_content(content)
        newest = current.versions.last()
        if newest is None or newest.content != checked:
            CalendarVersion.objects.create(calendar=current, valid_from=now(), content=checked, made_by=by)
            fields.append("content")
            changes |= changes_between({"content": newest and newest.content}, {"content": checked})
    calendar.name = current.name
    if fields:
        _tell(by, current, fields, changes)
    return bool(fields)


@transaction.atomic
def archive_calendar(*, by: Agent | None, calendar: BusinessCalendar, archived: bool = True) -> bool:
    """Lay a calendar aside, or take it up again. Whether it changed. Raises ValidationError when a promise uses it."""
    if archived and SlaPolicy.objects.filter(calendar=calendar, valid_until=None).exists():
        raise ValidationError(_("A promise uses this calendar: give that promise another one first."))
    changed = BusinessCalendar.objects.filter(pk=calendar.pk, is_archived=not archived)
    if not changed.update(is_archived=archived):
        return False
    calendar.is_archived = archived
    _tell(by, calendar, ["is_archived"], {"is_archived": [not archived, archived]})
    return True


def checked_content(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content when it can be read. Raises ValidationError; its code is that of the refusal, its `params` name the place."""
    try:
        read_calendar(content)
    except CalendarRefused as refusal:
        raise ValidationError(
            {"content": ValidationError(refusal.message, code=refusal.code, params={"field": refusal.field})}
        ) from None
    return dict(content)


def _save(calendar: BusinessCalendar) -> None:
    try:
        with transaction.atomic():
            calendar.save()
    except IntegrityError:
        raise ValidationError({"name": _("There is a calendar of this name already.")}) from None


def _tell(by: Agent | None, calendar: BusinessCalendar, fields: list[str], changes: Changes) -> None:
    change_stamp()
    emit(
        "calendar.changed",
        actor=actor_of(by),
        calendar=calendar.pk,
        name=calendar.name,
        fields=sorted(fields),
        changes=changes,
    )
