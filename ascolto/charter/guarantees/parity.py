"""Guarantee 1. Every channel and every customer gets the same promise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ascolto.channels.registry import all_adapters
from ascolto.charter.choices import longer_than
from ascolto.charter.days import measure_of
from ascolto.charter.guarantee import Breach, Breaches, Guarantee, Measure, Period, without
from ascolto.charter.parity import CHANNEL, GROUP, Standing, gap, standings, treated_alike
from ascolto.charter.waits import step_of
from ascolto.charter.wording import long, span_of
from ascolto.conversations.models import Conversation
from ascolto.customers.models import CustomerGroup
from ascolto.kit.clock import now
from ascolto.routing.models import RoutingRules
from ascolto.sla.models import ClockKind, SlaClock, SlaPolicy

SLUG = "parity"
_NO_GROUP = "0"


class Parity(Guarantee):
    number = 1
    slug = SLUG
    title = _("Parity")
    promise = _("Every channel and every customer, the same promise")
    definition = _(
        "First answers on channels and to customer groups whose wait (p90) is not clearly longer than everybody's, of all that can be "
        "compared: from 20 first answers on. By the day on which the answer was due."
    )
    enforced = (
        _(
            "One promise holds for every channel and every customer; the queue follows the promise, never the channel."
        ),
        _("A promise that is worse for a channel or a group asks for a reason, which stands here."),
        _("The wait of every channel and group is compared; who falls behind is shown."),
    )

    def measure(self, period: Period) -> Measure:
        """The waits for first answers that were due in the period, by channel and by group; who still waits, waits until now."""
        rows = SlaClock.objects.filter(
            kind=ClockKind.FIRST_RESPONSE,
            state__in=[SlaClock.State.MET, SlaClock.State.BREACHED],
            due_at__gte=period.begins,
            due_at__lt=period.ends,
        ).values_list("channel", "conversation__customer__group_id", "waited", "started_at", "stopped_at")
        spread: dict[str, dict[str, int]] = {}
        figures: dict[str, int] = {}
        for channel, group, waited, started_at, stopped_at in rows.iterator(chunk_size=5_000):
            waited = waited if waited is not None else (stopped_at or now()) - started_at
            for name in (f"{CHANNEL}:{channel}", f"{GROUP}:{group or _NO_GROUP}"):
                figures[name] = figures.get(name, 0) + 1
                if stopped_at is not None:
                    steps = spread.setdefault(name, {})
                    step = step_of(max(waited, timedelta()))
                    steps[step] = steps.get(step, 0) + 1
        return self.settle(Measure(figures=figures, spread=spread))

    def settle(self, measure: Measure) -> Measure:
        """Days do not add up to parity: the waits do, and are compared again."""
        kept, total = treated_alike(measure, longer_than())
        return without(measure, kept=kept, total=total)

    def words(self, measure: Measure) -> str:
        """How far the fastest and the slowest channel are apart."""
        apart = gap(standings(measure, longer_than()))
        if apart is None:
            return gettext("Too few first answers to compare channels") if measure.figures else ""
        return gettext("Between the fastest and the slowest channel: %(wait)s") % {"wait": span_of(apart)}

    def breaches(
        self, period: Period, *, among: QuerySet[Conversation] | None, after: str = "", limit: int = 20
    ) -> Breaches:
        """Channels and groups that wait clearly longer than everybody."""
        behind = [row for row in standings(measure_of(self, period), longer_than()) if row.is_behind]
        names = group_names()
        return Breaches([_breach(row, names, period) for row in behind])

    def exceptions(self) -> Sequence[str]:
        """Promises that are worse for some, and groups that come earlier, each with its reason."""
        return [*_worse_promises(), *_earlier_groups()]


def group_names() -> dict[str, str]:
    """What customer groups are called, by their number as text; "0": customers of no group."""
    return {_NO_GROUP: gettext("no group")} | {
        str(pk): name for pk, name in CustomerGroup.objects.values_list("pk", "name")
    }


def _breach(row: Standing, groups: dict[str, str], period: Period) -> Breach:
    subject = channel_name(row.name) if row.side == CHANNEL else groups.get(row.name, row.name)
    what = gettext("Nine in ten waited up to %(wait)s for the first answer") % {"wait": span_of(row.p90)}
    return Breach(
        f"{row.side}-{row.name}", min(period.ends, now()), what, channel=row.name if row.side == CHANNEL else "", subject=subject,
        amount=gettext("%(n)s answers") % {"n": row.answered},
    )  # fmt: skip


def channel_name(kind: str) -> str:
    """What a kind of channel is called."""
    adapter = all_adapters().get(kind)
    return gettext(adapter.label) if adapter else kind


def _worse_promises() -> list[str]:
    rows = SlaPolicy.objects.filter(is_worse=True, valid_until=None).select_related("group")
    told = gettext("%(who)s: first answer within %(wait)s. %(reason)s")
    return [
        told
        % {
            "who": " · ".join(
                filter(None, (channel_name(row.channel) if row.channel else "", str(row.group or "")))
            ),
            "wait": long(row.first_response),
            "reason": row.reason,
        }
        for row in rows
    ]


def _earlier_groups() -> list[str]:
    rules = RoutingRules.objects.first()
    if rules is None or not rules.group_minutes:
        return []
    names = group_names()
    told = gettext("%(group)s: %(minutes)s minutes earlier in the queue. %(reason)s")
    return [
        told % {"group": names.get(str(group), str(group)), "minutes": minutes, "reason": rules.group_reason}
        for group, minutes in rules.group_minutes.items()
        if minutes
    ]
