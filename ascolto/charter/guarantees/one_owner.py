"""Guarantee 8. One owner a public conversation."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ascolto.charter.guarantee import Breaches, Guarantee, Measure, Period, counted
from ascolto.charter.hands import check_silent_change, check_voice
from ascolto.charter.overridden import stops_in
from ascolto.charter.voices import second_voices, spoken_in, two_voices_in
from ascolto.conversations.models import Conversation
from ascolto.gates import Gate
from ascolto.ui.jinja import number

SLUG = "one-owner"


def at_send(attempt: Any) -> None:
    """Raises Refused."""
    check_voice(attempt)


def at_assign(attempt: Any) -> None:
    """Raises Refused."""
    check_silent_change(attempt)


class OneOwner(Guarantee):
    number = 8
    slug = SLUG
    title = _("One owner")
    promise = _("Marketing and care speak with one voice in a public conversation")
    definition = _(
        "Public conversations in which nobody answered beside their owner, of all that were answered in public. What was written outside "
        "of Ascolto counts as another voice."
    )
    enforced = (
        _("A public conversation has one owner; others do not answer in it before it is handed to them."),
        _("Who writes after somebody else answered is told so first."),
        _("Answers from the network's own pages are seen, and count."),
    )
    gates = {Gate.SEND: at_send, Gate.ASSIGN: at_assign}

    def measure(self, period: Period) -> Measure:
        """Public conversations of the period with one voice, of all that were answered."""
        spoken = spoken_in(period)
        double = second_voices(period)
        twice: dict[str, int] = {}
        for voice in double.values():
            twice[voice.channel] = twice.get(voice.channel, 0) + 1
        rows = {kind: (max(0, total - twice.get(kind, 0)), total) for kind, total in spoken.items()}
        return counted(rows, stopped=stops_in(SLUG, period))

    def words(self, measure: Measure) -> str:
        """So many public conversations, so many with two voices."""
        twice = measure.total - measure.kept
        told = ngettext("%(n)s public conversation", "%(n)s public conversations", measure.total) % {
            "n": number(measure.total)
        }
        return f"{told}, " + gettext("%(n)s with two voices") % {"n": number(twice)}

    def breaches(
        self, period: Period, *, among: QuerySet[Conversation] | None, after: str = "", limit: int = 20
    ) -> Breaches:
        """Public conversations in which somebody answered beside the owner."""
        return two_voices_in(period, among=among, after=after, limit=limit)
