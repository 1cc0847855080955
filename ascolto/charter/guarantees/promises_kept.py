"""Guarantee 7. Promises kept: reply times and dated follow-ups."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ascolto.charter.guarantee import Breaches, Guarantee, Measure, Period, counted
from ascolto.charter.late import (
    broken_commitments,
    commitments_by_channel,
    late_answers,
    promises_by_channel,
    repaired_in,
)
from ascolto.conversations.models import Conversation
from ascolto.ui.jinja import number


class PromisesKept(Guarantee):
    number = 7
    slug = "promises-kept"
    title = _("Promises kept")
    promise = _("An answer when it was promised, or “we don't know yet” with a date")
    definition = _(
        "Promised answers, dated promises of people and answers to complaints that came in time, of all that were due. By the day on "
        "which they were due; calendars and pauses as the promise says."
    )
    enforced = (
        _("The queue is in the order in which promises are due."),
        _(
            "Before a promise is due, and when it is late, people are told as the escalation in the settings says."
        ),
        _("A date written to a customer becomes a promise that somebody owns."),
    )

    def measure(self, period: Period) -> Measure:
        """Promises that were due in the period and kept, by the channel on which the customer waited."""
        rows = promises_by_channel(period)
        dated = commitments_by_channel(period)
        for kind, (kept, total) in dated.items():
            before = rows.get(kind, (0, 0))
            rows[kind] = (before[0] + kept, before[1] + total)
        return counted(rows, dated=sum(total for _kept, total in dated.values()))

    def words(self, measure: Measure) -> str:
        """So many promises, so many late."""
        late = measure.total - measure.kept
        told = ngettext("%(n)s promise", "%(n)s promises", measure.total) % {"n": number(measure.total)}
        return f"{told}, " + ngettext("%(n)s late", "%(n)s late", late) % {"n": number(late)}

    def repaired(self, period: Period) -> str:
        """How many of the late ones were answered since."""
        answered, late = repaired_in(period)
        return (
            gettext("%(n)s of %(total)s late ones answered since")
            % {"n": number(answered), "total": number(late)}
            if late
            else ""
        )

    def breaches(
        self, period: Period, *, among: QuerySet[Conversation] | None, after: str = "", limit: int = 20
    ) -> Breaches:
        """Late answers; when they are told, dated promises that were broken."""
        side, _sep, place = after.partition(":")
        if side != "dated":
            late = late_answers(period, among=among, after=place, limit=limit)
            if late.cursor:
                return Breaches(late.rows, f"late:{late.cursor}")
            if len(late.rows) == limit:
                return Breaches(late.rows, "dated:")
            first, place, limit = list(late.rows), "", limit - len(late.rows)
        else:
            first = []
        broken = broken_commitments(period, among=among, after=place, limit=limit)
        return Breaches([*first, *broken.rows], f"dated:{broken.cursor}" if broken.cursor else "")
