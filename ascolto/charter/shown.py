"""What the page shows of the guarantees, in the words and with the drawings of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.models import Agent
from ascolto.channels.registry import all_adapters
from ascolto.charter.charts import bar, dot, letter, scale_from, spark
from ascolto.charter.choices import longer_than
from ascolto.charter.days import Span
from ascolto.charter.guarantee import Breach, State
from ascolto.charter.guarantees.parity import channel_name, group_names
from ascolto.charter.guarantees.promises_kept import PromisesKept
from ascolto.charter.parity import AT_LEAST, CHANNEL, standings
from ascolto.charter.standing import Charter, Standing
from ascolto.charter.wording import span_of
from ascolto.conversations.access import sees_every_account, sight_of, visible_conversations
from ascolto.conversations.models import Conversation
from ascolto.ui.jinja import number

STATE_WORDS = {
    State.KEPT: _("Kept"),
    State.AT_RISK: _("At risk"),
    State.BROKEN: _("Broken"),
    State.NOT_MEASURED: _("Not measured"),
}
TONES = {State.KEPT: "ok", State.AT_RISK: "warn", State.BROKEN: "bad", State.NOT_MEASURED: ""}
ICONS = {
    State.KEPT: "check",
    State.AT_RISK: "clock-alert",
    State.BROKEN: "x",
    State.NOT_MEASURED: "circle-question-mark",
}
SPAN_WORDS = {Span.TODAY: _("Today"), Span.MONTH: _("30 days"), Span.QUARTER: _("Quarter")}
LATEST = 5  # breaches beside a guarantee
ON_THE_PAGE = 30  # breaches of a page of their own


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A channel's share of a guarantee, and how many cases it stands for."""

    icon: str
    label: str
    share: float
    total: int
    tone: str
    drawn: Any


def row_of(one: Standing) -> dict[str, Any]:
    """A guarantee as a line of the list and as a bar of the wave."""
    return {
        "standing": one,
        "guarantee": one.guarantee,
        "share": one.share,
        "state": letter(one.state),
        "words": STATE_WORDS[one.state],
        "tone": TONES[one.state],
        "icon": ICONS[one.state],
        "bar": bar(one.state, one.share, one.threshold),
        "spark": spark(one.curve, one.threshold, one.state),
        "figures": one.words,
    }


def channel_lines(one: Standing) -> list[ChannelLine]:
    """Channel by channel, those with the most cases first."""
    rows = sorted(
        ((kind, kept, total) for kind, (kept, total) in one.measure.channels.items() if total),
        key=lambda row: -row[2],
    )
    begins = scale_from([100 * kept / total for _kind, kept, total in rows])
    return [_line(kind, 100 * kept / total, total, one.threshold, begins) for kind, kept, total in rows]


def _line(kind: str, share: float, total: int, threshold: float, begins: float) -> ChannelLine:
    adapter = all_adapters().get(kind)
    label = gettext(adapter.label) if adapter else kind or gettext("Other")
    said = gettext("%(share)s%% of %(total)s, threshold %(threshold)s%%") % {
        "share": f"{share:.1f}",
        "total": total,
        "threshold": f"{threshold:g}",
    }
    tone = "" if share >= threshold - 2 else "warn" if share >= threshold - 10 else "bad"
    icon = adapter.icon if adapter else "i-inbox"
    return ChannelLine(icon, label, share, total, tone, dot(share, threshold, said, begins))


def parity_lines(one: Standing) -> list[dict[str, Any]]:
    """Channels and groups with their waits, for the table of the first guarantee."""
    groups = group_names()
    return [
        {
            "name": channel_name(row.name) if row.side == CHANNEL else groups.get(row.name, row.name),
            "is_group": row.side != CHANNEL,
            "answered": row.answered,
            "p50": span_of(row.p50),
            "p90": span_of(row.p90),
            "rate": row.rate,
            "index": row.index,
            "is_behind": row.is_behind,
            "is_compared": row.is_compared,
        }
        for row in standings(one.measure, longer_than())
        if row.side == CHANNEL or len(groups) > 1
    ]


def heaviest(lines: Sequence[ChannelLine], one: Standing) -> str:
    """The channel behind most of what was missed, when one stands out."""
    missed = one.measure.total - one.measure.kept
    worst = max(lines, key=lambda line: line.total * (100 - line.share), default=None)
    if worst is None or missed < 5 or len(lines) < 2:
        return ""
    own = round(worst.total * (100 - worst.share) / 100)
    if own * 5 < missed * 3:  # fewer than three in five: nobody stands out
        return ""
    told = gettext("%(channel)s stands for %(own)s of the %(all)s that were missed.")
    return told % {"channel": worst.label, "own": number(own), "all": number(missed)}


def distance(one: Standing) -> str:
    """How far from the threshold: `−2.2 to the threshold`."""
    if one.share is None or one.share >= one.threshold:
        return ""
    return gettext("−%(points)s to the threshold") % {"points": f"{one.threshold - one.share:.1f}"}


def detail_of(one: Standing, charter: Charter, agent: Agent) -> dict[str, Any]:
    """Everything beside the list about one guarantee."""
    lines = channel_lines(one)
    period = charter.stretch.period
    told = (
        one.guarantee.breaches(period, among=readable(agent), limit=LATEST)
        if one.guarantee.is_measured
        else None
    )
    return {
        "row": row_of(one),
        "lines": lines,
        "parity": parity_lines(one) if one.guarantee.slug == "parity" else [],
        "parity_least": AT_LEAST,
        "heaviest": heaviest(lines, one),
        "distance": distance(one),
        "breaches": [shown(row) for row in told.rows] if told else [],
        "has_more": bool(told and told.cursor),
        "repaired": one.guarantee.repaired(period) if isinstance(one.guarantee, PromisesKept) else "",
        "exceptions": one.guarantee.exceptions(),
    }


def shown(row: Breach) -> dict[str, Any]:
    """A breach as a line: who it was about, where, by how much, and what was done since."""
    adapter = all_adapters().get(row.channel)
    who = row.conversation.customer.name if row.conversation else ""
    return {
        "breach": row,
        "channel": {"icon": adapter.icon, "label": gettext(adapter.label)} if adapter else None,
        "who": row.subject or who or (row.conversation.number if row.conversation else ""),
    }


def readable(agent: Agent) -> QuerySet[Conversation] | None:
    """What this person may see of single conversations; None: everything, so that nobody needs to look."""
    return None if sees_every_account(sight_of(agent)) else visible_conversations(agent)
