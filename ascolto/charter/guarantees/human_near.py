"""Guarantee 4. A human one step away from any bot or telephone menu."""

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

_LEFT = Q(why="silent")  # the customer stopped answering: nobody knows why


class HumanNear(Guarantee):
    number = 4
    slug = "human-near"
    title = _("A person one step away")
    promise = _("From the bot and on the telephone, at any moment")
    definition = _(
        "Dialogues of the automatic assistant that ended with a person, or with the matter settled, of all that ended. Where a customer "
        "simply stopped answering, it counts as not kept: nobody knows whether they were looking for a way out."
    )
    enforced = (
        _("A flow goes live only when it is proved that a person can be reached from every step."),
        _(
            "Whoever writes “agent”, presses zero or is angry gets a person at once, in the middle of any question."
        ),
        _(
            "What the assistant does not understand twice in a row goes to a person, with everything that was said."
        ),
    )

    def measure(self, period: Period) -> Measure:
        """Dialogues that did not simply break off."""
        rows = _ended(period)
        asked = rows.filter(why="asked").count()
        return by_channel(rows, ~_LEFT, asked=asked)

    def words(self, measure: Measure) -> str:
        """So many that ended well, and how many asked for a person."""
        told = gettext("%(kept)s of %(total)s dialogues ended with a person or a solution") % {
            "kept": number(measure.kept),
            "total": number(measure.total),
        }
        asked = gettext("%(n)s asked for a person and got one") % {"n": number(measure.figure("asked"))}
        return f"{told}, {asked}"

    def breaches(
        self, period: Period, *, among: QuerySet[Conversation] | None, after: str = "", limit: int = 20
    ) -> Breaches:
        """Dialogues that broke off."""
        rows = seen_by(_ended(period).filter(_LEFT, conversation__isnull=False), among)
        if place := read_cursor(after):
            at, pk = place
            rows = rows.filter(Q(ended_at__lt=at) | Q(ended_at=at, pk__lt=pk))
        rows = rows.select_related("conversation__customer", "conversation__account", "account")
        found = list(rows.order_by("-ended_at", "-pk")[: limit + 1])
        more = len(found) > limit and found[limit - 1].ended_at is not None
        cursor = written(found[limit - 1].ended_at, found[limit - 1].pk) if more else ""  # type: ignore[arg-type]
        return Breaches([_breach(row) for row in found[:limit]], cursor)


def _ended(period: Period) -> QuerySet[Dialogue]:
    return Dialogue.objects.filter(ended_at__gte=period.begins, ended_at__lt=period.ends)


def _breach(row: Dialogue) -> Breach:
    return Breach(
        f"dialogue-{row.pk}",
        row.ended_at or row.started_at,
        gettext("The customer stopped answering the assistant"),
        row.conversation,
        row.account.kind,
        done=gettext("A person looks at it"),
    )
