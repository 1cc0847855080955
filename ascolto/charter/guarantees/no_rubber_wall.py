"""Guarantee 2. Bounded hand-offs, and nothing is asked twice."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ascolto.charter.asking_again import check_asking
from ascolto.charter.guarantee import Breaches, Guarantee, Measure, Period, counted
from ascolto.charter.handed import bounced_in, channels_of, hand_off_limit, hand_offs_of, resolved_in
from ascolto.charter.hands import check_handing
from ascolto.charter.overridden import overrides_in, stops_in
from ascolto.conversations.models import Conversation
from ascolto.gates import Gate
from ascolto.ui.jinja import number

SLUG = "no-rubber-wall"


def at_send(attempt: Any) -> None:
    """Raises Refused."""
    check_asking(attempt)


def at_assign(attempt: Any) -> None:
    """Raises Refused."""
    check_handing(attempt)


class NoRubberWall(Guarantee):
    number = 2
    slug = SLUG
    title = _("No rubber wall")
    promise = _("Few hand-offs, and never the same question twice")
    definition = _(
        "Conversations that changed hands no more often than the limit allows, of all that were resolved. By the day on which they were "
        "resolved; spam left out."
    )
    enforced = (
        _("Whoever has a conversation keeps it until the receiver accepts it."),
        _("Over the limit of hand-offs only a lead decides."),
        _("An answer that asks again for what the customer already said does not leave."),
    )
    gates = {Gate.SEND: at_send, Gate.ASSIGN: at_assign}

    def measure(self, period: Period) -> Measure:
        """Resolved conversations within the limit of hand-offs."""
        limit, resolved = hand_off_limit(), resolved_in(period)
        totals = {
            row["account__kind"]: row["n"] for row in resolved.values("account__kind").annotate(n=Count("pk"))
        }
        counts = hand_offs_of(resolved)
        too_often = [pk for pk, count in counts.items() if count > limit]
        over = channels_of(too_often)
        hand_offs = sum(counts.values())
        rows = {kind: (total - over.get(kind, 0), total) for kind, total in totals.items()}
        return counted(rows, hand_offs=hand_offs, asked_again=stops_in(SLUG, period))

    def words(self, measure: Measure) -> str:
        """Hand-offs on average, and how often something was stopped."""
        if not measure.total:
            return ""
        told = gettext("%(n)s hand-offs on average") % {
            "n": number(measure.figure("hand_offs") / measure.total, 1)
        }
        stopped = measure.figure("asked_again")
        return f"{told}, " + ngettext(
            "%(n)s repeated question or hand-off stopped",
            "%(n)s repeated questions or hand-offs stopped",
            stopped,
        ) % {"n": number(stopped)}

    def breaches(
        self, period: Period, *, among: QuerySet[Conversation] | None, after: str = "", limit: int = 20
    ) -> Breaches:
        """Conversations over the limit; when they are told, each time somebody set it aside."""
        side, _, place = after.partition(":")
        if side != "aside":
            bounced = bounced_in(period, among=among, after=place, limit=limit)
            if bounced.cursor:
                return Breaches(bounced.rows, f"over:{bounced.cursor}")
            if len(bounced.rows) == limit:
                return Breaches(bounced.rows, "aside:")
            first, place, limit = list(bounced.rows), "", limit - len(bounced.rows)
        else:
            first = []
        aside = overrides_in(SLUG, period, among=among, after=place, limit=limit)
        return Breaches([*first, *aside.rows], f"aside:{aside.cursor}" if aside.cursor else "")
