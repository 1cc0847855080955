"""How one inbox does, for its page: state in words, what to do, the last days, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from ascolto.channels.ailments import ailments_of
from ascolto.channels.hours import hours_since
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.watching import LOOKED_BACK, company_zone, judge_account
from ascolto.delivery.models import Dispatch
from ascolto.kit.clock import now
from ascolto.ui.jinja import moment
from ascolto.workspace.repairs import Repair, repair_of
from ascolto.workspace.week import Week, week_of


@dataclass(frozen=True, slots=True)
class Time:
    """A moment as people say it, and in full."""

    ago: str
    full: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What the page of an inbox says about its health."""

    repairs: tuple[Repair, ...]
    last_in: Time | None
    last_out: Time | None
    waits_since: Time | None
    ends: str
    week: Week


def panel_of(account: ChannelAccount, health: ChannelHealth) -> Panel:
    """Read what the panel shows: two queries."""
    hours = hours_since(now() - LOOKED_BACK, [account.pk])[account.pk]
    judged = judge_account(account, hours, company_zone()) if health.silent_since else None
    oldest = Dispatch.objects.filter(account=account, finished_at__isnull=True).aggregate(
        at=Min("created_at")
    )
    return Panel(
        repairs=tuple(repair_of(ailment, account, judged) for ailment in ailments_of(account, health)),
        last_in=_time(health.last_in_at),
        last_out=_time(health.last_out_at),
        waits_since=_time(oldest["at"]),
        ends=moment(health.token_expires_at) if health.token_expires_at else "",
        week=week_of(hours, now()),
    )


def _time(at: datetime | None) -> Time | None:
    return Time(ago(at), moment(at)) if at else None


def ago(at: datetime) -> str:
    """`3 hours ago`; the last minute is just now."""
    if (now() - at).total_seconds() < 60:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(at, now(), depth=1).replace("\xa0", " ")}
