"""Guarantee 6. Honest AI: disclosed, explained, correctable, audited for bias."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ascolto.bot.models import Dialogue
from ascolto.charter.guarantee import Breach, Breaches, Guarantee, Measure, Period
from ascolto.charter.paging import read_cursor, seen_by, written
from ascolto.charter.talks import by_channel
from ascolto.conversations.models import Conversation
from ascolto.ui.jinja import number

_TOLD = Q(state__has_key="disclosed")  # only what is true is kept


class HonestAI(Guarantee):
    number = 6
    slug = "honest-ai"
    title = _("Honest AI")
    promise = _("Disclosed, explained, and checked for how it treats different people")
    definition = _(
        "Dialogues in which the assistant said first that it is a machine, of all in which it spoke. How people of different groups are "
        "treated stands in the settings; it is not a share of conversations."
    )
    enforced = (
        _("The first words of the assistant say that it is one, and how to reach a person."),
        _(
            "Whatever the assistant writes is marked as automatic, with the flow and the sources that it comes from."
        ),
        _("A language model drafts, and a person reads, changes and signs."),
        _(
            "Only where an administrator switched it on may a model put a published answer into other words for the assistant; what that "
            "answer does not say is not sent."
        ),
        _("What was understood of a message is explained beside it, and people correct it."),
        _("How well messages are understood, and for whom less well, stands in the settings."),
    )

    def measure(self, period: Period) -> Measure:
        """Dialogues that began with the truth."""
        return by_channel(_spoken(period), _TOLD)

    def words(self, measure: Measure) -> str:
        """So many of so many."""
        return gettext("%(kept)s of %(total)s dialogues began by saying that a machine speaks") % {
            "kept": number(measure.kept),
            "total": number(measure.total),
        }

    def breaches(
        self, period: Period, *, among: QuerySet[Conversation] | None, after: str = "", limit: int = 20
    ) -> Breaches:
        """Dialogues that did not."""
        rows = seen_by(_spoken(period).exclude(_TOLD).filter(conversation__isnull=False), among)
        if place := read_cursor(after):
            at, pk = place
            rows = rows.filter(Q(started_at__lt=at) | Q(started_at=at, pk__lt=pk))
        rows = rows.select_related("conversation__customer", "conversation__account", "account")
        found = list(rows.order_by("-started_at", "-pk")[: limit + 1])
        cursor = written(found[limit - 1].started_at, found[limit - 1].pk) if len(found) > limit else ""
        return Breaches([_breach(row) for row in found[:limit]], cursor)


def _spoken(period: Period) -> QuerySet[Dialogue]:
    """Dialogues of the period in which something was said: what a person was handed at once needs no word."""
    rows = Dialogue.objects.filter(started_at__gte=period.begins, started_at__lt=period.ends)
    return rows.filter(state__has_key="trail")


def _breach(row: Dialogue) -> Breach:
    what = gettext("The assistant did not say that it is one")
    return Breach(f"dialogue-{row.pk}", row.started_at, what, row.conversation, row.account.kind)
