"""What the company promises: one promise for everybody, and exceptions for a channel or a group of customers.

A policy is never changed: the next one follows it, so that a clock keeps the promise under which it began.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.actions.checks import checked_name
from ascolto.accounts.models import Agent, Company
from ascolto.channels.registry import all_adapters
from ascolto.customers.models import CustomerGroup
from ascolto.events.changes import Changes, changes_between
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.sla.actions.stamping import change_stamp
from ascolto.sla.at_hand import promise_of, timetable_of
from ascolto.sla.facts import Promise
from ascolto.sla.models import BusinessCalendar, CalendarVersion, SlaPolicy
from ascolto.sla.policy import worse_than

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # the first promise covers whatever was written before it
DEFAULT = timedelta(minutes=15)
LONGEST = timedelta(days=365)
REASON_AT_LEAST = 8  # characters of a reason for promising less


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is promised: open time by which a person answers first, answers again, and has resolved the matter (None: not promised)."""

    first_response: timedelta
    next_response: timedelta
    resolution: timedelta | None
    calendar: BusinessCalendar


@transaction.atomic
def ensure_everybodys() -> SlaPolicy:
    """The promise for everybody; where there is none yet: fifteen minutes, day and night, in the company's time zone."""
    found = _everybodys()
    if found is not None:
        return found
    zone = Company.current().time_zone
    name = "Always open"
    calendar, made = BusinessCalendar.objects.get_or_create(name=name)
    if made or not calendar.versions.exists():
        content = {"time_zone": zone, "always": True}
        CalendarVersion.objects.create(calendar=calendar, valid_from=BEGINNING, content=content)
    policy, made = SlaPolicy.objects.get_or_create(
        channel="",
        group=None,
        valid_until=None,
        defaults={
            "name": "Everybody",
            "first_response": DEFAULT,
            "next_response": DEFAULT,
            "calendar": calendar,
            "valid_from": BEGINNING,
        },
    )
    if made:
        change_stamp()
    return policy


@transaction.atomic
def set_policy(
    *,
    by: Agent | None,
    terms: Terms,
    channel: str = "",
    group: CustomerGroup | None = None,
    name: str = "",
    reason: str = "",
) -> SlaPolicy:
    """Promise this from now on: to everybody, or to those on a channel (a kind) or in a group. The same again changes nothing.

    What is worse than everybody's promise needs a `reason`, which the Charter shows; so does a better promise for everybody that
    leaves an exception behind. Raises ValidationError.
    """
    ensure_everybodys()
    _check_terms(terms)
    policy = SlaPolicy(
        name=checked_name(name or _name_of(channel, group), limit=80),
        channel=_checked_channel(channel),
        group=group,
        first_response=terms.first_response,
        next_response=terms.next_response,
        resolution=terms.resolution,
        calendar=terms.calendar,
        reason=clean(" ".join(reason.split()), 500),
        valid_from=now(),
        made_by=by,
    )
    live = _live(policy.channel, group)
    if live is not None and _says_the_same(live, policy):
        return live
    is_everybodys = not policy.channel and group is None
    left_behind = _left_behind(policy) if is_everybodys else []
    policy.is_worse = not is_everybodys and _is_worse(policy, _needed_everybodys())
    _check_reason(policy, left_behind)
    if is_everybodys:
        policy.reason = ""
    _follow(live, policy, by)
    for row in left_behind:
        _follow(row, _marked_worse(row, reason, by), by)
    return policy


@transaction.atomic
def end_policy(*, by: Agent | None, policy: SlaPolicy) -> bool:
    """End an exception: from now on everybody's promise holds there too. Whether it was alive. Raises ValidationError."""
    if not policy.channel and policy.group_id is None:
        raise ValidationError(_("The promise for everybody stays: change it instead."))
    ended = SlaPolicy.objects.filter(pk=policy.pk, valid_until=None).update(valid_until=now())
    if ended:
        _tell(by, policy, ["valid_until"], changes_between(_told(policy), {}))
    return bool(ended)


def _everybodys() -> SlaPolicy | None:
    return _live("", None)


def _needed_everybodys() -> SlaPolicy:
    found = _everybodys()
    assert found is not None
    return found


def _live(channel: str, group: CustomerGroup | None) -> SlaPolicy | None:
    rows = SlaPolicy.objects.select_for_update(of=("self",)).select_related("calendar")
    return rows.filter(channel=channel, group=group, valid_until=None).first()


def _name_of(channel: str, group: CustomerGroup | None) -> str:
    return " · ".join(part for part in (group.name if group else "", channel) if part) or "Everybody"


def _checked_channel(channel: str) -> str:
    if channel and channel not in all_adapters():
        raise ValidationError({"channel": _("There is no such channel.")})
    return channel


def _check_terms(terms: Terms) -> None:
    for field in ("first_response", "next_response", "resolution"):
        amount = getattr(terms, field)
        if amount is not None and not timedelta(minutes=1) <= amount <= LONGEST:
            raise ValidationError({field: _("Choose between one minute and a year.")})
    if terms.calendar.is_archived:
        raise ValidationError({"calendar": _("This calendar was laid aside: choose another one.")})


def _says_the_same(one: SlaPolicy, other: SlaPolicy) -> bool:
    fields = ("name", "first_response", "next_response", "resolution", "calendar_id")
    same = all(getattr(one, field) == getattr(other, field) for field in fields)
    return same and (one.reason == other.reason or not one.is_worse)


def _pure(row: SlaPolicy) -> Promise:
    return promise_of(row, timetable_of(row.calendar.versions.order_by("valid_from", "id")))


def _is_worse(row: SlaPolicy, everybodys: SlaPolicy) -> bool:
    return worse_than(_pure(row), _pure(everybodys), at=now()) is not None


def _left_behind(everybodys: SlaPolicy) -> list[SlaPolicy]:
    """Live exceptions that would promise less than the new promise for everybody, and did not before."""
    rows = SlaPolicy.objects.select_related("calendar", "group").filter(valid_until=None, is_worse=False)
    exceptions = [row for row in rows if row.group is not None or (row.channel and row.group_id is None)]
    return [row for row in exceptions if _is_worse(row, everybodys)]


def _check_reason(policy: SlaPolicy, left_behind: Sequence[SlaPolicy]) -> None:
    if len(policy.reason) >= REASON_AT_LEAST or not (policy.is_worse or left_behind):
        return
    names = ", ".join(row.name for row in left_behind)
    text = (
        _(
            "Then %(names)s would promise less than everybody gets: better them first, or say why. The Charter shows the reason."
        )
        % {"names": names}
        if left_behind
        else _("This promises less than everybody gets: say why. The Charter shows the reason.")
    )
    raise ValidationError({"reason": ValidationError(text, code="worse")})


def _marked_worse(row: SlaPolicy, reason: str, by: Agent | None) -> SlaPolicy:
    return SlaPolicy(
        name=row.name,
        channel=row.channel,
        group=row.group,
        first_response=row.first_response,
        next_response=row.next_response,
        resolution=row.resolution,
        calendar=row.calendar,
        reason=clean(" ".join(reason.split()), 500),
        is_worse=True,
        valid_from=now(),
        made_by=by,
    )


def _follow(live: SlaPolicy | None, policy: SlaPolicy, by: Agent | None) -> None:
    """Let a policy follow the one that was alive until now."""
    if live is not None:
        SlaPolicy.objects.filter(pk=live.pk).update(valid_until=policy.valid_from)
    policy.save()
    compared = ("name", "first_response", "next_response", "resolution", "calendar_id", "is_worse", "reason")
    fields = [f for f in compared if live is None or getattr(live, f) != getattr(policy, f)]
    changes = changes_between(_told(live) if live else {}, _told(policy))
    _tell(by, policy, [field.removesuffix("_id") for field in fields], changes)


def _told(policy: SlaPolicy) -> dict[str, Any]:
    """What the log says about a promise; times in minutes."""
    minutes = {
        name: time and round(time.total_seconds() / 60)
        for name in ("first_response", "next_response", "resolution")
        for time in (getattr(policy, name),)
    }
    calendar = policy.calendar.name if policy.calendar else None
    return {
        "name": policy.name,
        **minutes,
        "calendar": calendar,
        "is_worse": policy.is_worse,
        "reason": policy.reason,
    }


def _tell(by: Agent | None, policy: SlaPolicy, fields: list[str], changes: Changes) -> None:
    change_stamp()
    emit(
        "policy.changed",
        actor=actor_of(by),
        policy=policy.pk,
        name=policy.name,
        fields=fields,
        reason=policy.reason,
        changes=changes,
    )
