"""Whose answers are approved by somebody else first, inbox by inbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent, Role
from ascolto.channels.models import ChannelAccount
from ascolto.composing.models import ApprovalRule
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused

NEW_AT_MOST = timedelta(days=366)
FIELDS = ("is_on", "role", "private", "public", "new_for")


@transaction.atomic
def change_rule(*, by: Agent, account: ChannelAccount, **wanted: Any) -> bool:
    """Say whose answers from an inbox are approved; `wanted` are fields of ApprovalRule. Whether it changed. Raises Refused."""
    _check(wanted)
    row = ApprovalRule.objects.select_for_update().filter(account=account).first()
    if row is None:
        if not wanted.get("is_on"):
            return False
        row = ApprovalRule(account=account, is_on=False)
    before = {name: getattr(row, name) for name in FIELDS}
    changed = [name for name in FIELDS if name in wanted and getattr(row, name) != wanted[name]]
    for name in changed:
        setattr(row, name, wanted[name])
    if not changed:
        return False
    row.save()
    emit(
        "approval_rule.changed",
        actor=actor_of(by),
        account=account.pk,
        rule=row.pk,
        inbox=account.name,
        fields=changed,
        changes=changes_between(before, {name: getattr(row, name) for name in FIELDS}),
    )
    return True


def _check(wanted: dict[str, Any]) -> None:
    if wanted.get("role") and wanted["role"] not in Role.values:
        raise Refused("unknown_role", gettext_noop("There is no such role."))
    new_for = wanted.get("new_for")
    if new_for is not None and not timedelta(days=1) <= new_for <= NEW_AT_MOST:
        raise Refused("days_refused", gettext_noop("Choose between 1 and 366 days."))
    if wanted.get("is_on") and not (wanted.get("private", True) or wanted.get("public", True)):
        raise Refused("nothing_covered", gettext_noop("Choose private answers, public ones, or both."))
