"""What the company chose about its promises besides the policies: notices, the told wait, the regulation pack, days for complaints."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.sla.actions.stamping import change_stamp
from ascolto.sla.models import PromiseSettings
from ascolto.sla.packs import PACKS

LONGEST = 365  # days for a complaint


@transaction.atomic
def change_settings(
    *,
    by: Agent | None,
    delay_notice: bool | None = None,
    tell_wait: bool | None = None,
    pack: str | None = None,
    complaint_days: int | None = None,
    complaint_days_are_working: bool | None = None,
) -> PromiseSettings:
    """Change what is given. Choosing a pack takes its days for complaints; fewer may be set, more may not. Raises ValidationError."""
    settings = PromiseSettings.objects.select_for_update().get(pk=PromiseSettings.current().pk)
    wanted: dict[str, Any] = {"delay_notice": delay_notice, "tell_wait": tell_wait, "pack": pack}
    if pack:
        if pack not in PACKS:
            raise ValidationError({"pack": _("There is no such regulation.")})
        wanted["complaint_days"] = PACKS[pack].complaint_days
        wanted["complaint_days_are_working"] = PACKS[pack].complaint_days_are_working
    if complaint_days is not None:
        in_force = settings.pack if pack is None else pack
        wanted["complaint_days"] = _checked_days(complaint_days, in_force, complaint_days_are_working)
    if complaint_days_are_working is not None:
        wanted["complaint_days_are_working"] = complaint_days_are_working
    fields = [k for k, value in wanted.items() if value is not None and getattr(settings, k) != value]
    before = {field: getattr(settings, field) for field in fields}
    for field in fields:
        setattr(settings, field, wanted[field])
    if fields:
        settings.save(update_fields=fields)
        change_stamp()
        changes = changes_between(before, {field: wanted[field] for field in fields})
        emit("policy.changed", actor=actor_of(by), name="settings", fields=sorted(fields), changes=changes)
    return settings


def _checked_days(days: int, pack: str, are_working: bool | None) -> int:
    if not 1 <= days <= LONGEST:
        raise ValidationError({"complaint_days": _("Choose between 1 and 365 days.")})
    law = PACKS.get(pack)
    if law is not None:
        working = law.complaint_days_are_working if are_working is None else are_working
        is_longer = days > law.complaint_days or (working and not law.complaint_days_are_working)
        if is_longer:
            raise ValidationError(
                {
                    "complaint_days": _("%(pack)s allows at most %(days)s days.")
                    % {"pack": law.name, "days": law.complaint_days}
                }
            )
    return days
