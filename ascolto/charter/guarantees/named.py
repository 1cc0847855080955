"""Guarantee 5. People with a name."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ascolto.channels.registry import all_adapters
from ascolto.charter.answers import answers_by_channel, answers_in
from ascolto.charter.guarantee import Breach, Breaches, Guarantee, Measure, Period, counted
from ascolto.charter.models import SignatureStyle
from ascolto.charter.paging import read_cursor, seen_by, written
from ascolto.charter.signatures import DEFAULTS, UNSIGNED, Style, person_signed, style_of
from ascolto.conversations.actions.reply import Attempt
from ascolto.conversations.models import Conversation, Message
from ascolto.gates import Gate, Refused
from ascolto.ui.jinja import number

SLUG = "named"


def at_send(attempt: Attempt) -> None:
    """Raises Refused where a person's words would leave without a name, or a machine's with one."""
    if attempt.agent is None:
        if person_signed(attempt.text):
            raise Refused(
                "machine_signs",
                "An automatic message must not end with the name of a person.",
                fix="Take the name out.",
                guarantee=SLUG,
            )
        return
    if attempt.template or not attempt.text or attempt.signature:
        return
    if style_of(attempt.reach.account.kind) not in UNSIGNED:
        raise Refused(
            "unsigned",
            "An answer without the name of whoever wrote it.",
            fix="Write your name in your profile.",
            guarantee=SLUG,
        )


class Named(Guarantee):
    number = 5
    slug = SLUG
    title = _("People with a name")
    promise = _("Whoever answers has a name, and signs with it")
    definition = _(
        "Answers of people that carry a signature, or left on a channel that shows the name by itself, of all answers of people. "
        "Templates of a network, which cannot be signed, are left out."
    )
    enforced = (
        _("The name is put below every answer of a person, in the manner of the channel."),
        _("An answer of a person without a name does not leave."),
        _("An automatic message that ends with a person's name does not leave."),
    )
    gates = {Gate.SEND: at_send}

    def measure(self, period: Period) -> Measure:
        """Signed answers of all answers of people."""
        answers = answers_by_channel(period, only=~_TEMPLATE)
        bare = answers_by_channel(period, only=~_TEMPLATE & _bare())
        rows = {kind: (total - bare.get(kind, 0), total) for kind, total in answers.items()}
        return counted(rows, outside=sum(answers_by_channel(period, only=_OUTSIDE).values()))

    def words(self, measure: Measure) -> str:
        """So many signed answers of so many."""
        told = gettext("%(kept)s of %(total)s answers signed") % {
            "kept": number(measure.kept),
            "total": number(measure.total),
        }
        if outside := measure.figure("outside"):
            told += ", " + gettext("%(n)s written outside of Ascolto") % {"n": number(outside)}
        return told

    def breaches(
        self, period: Period, *, among: QuerySet[Conversation] | None, after: str = "", limit: int = 20
    ) -> Breaches:
        """Answers without a name."""
        rows = seen_by(answers_in(period).filter(unsigned()), among)
        if place := read_cursor(after):
            at, pk = place
            rows = rows.filter(Q(occurred_at__lt=at) | Q(occurred_at=at, pk__lt=pk))
        rows = rows.select_related("agent", "account", "conversation__customer", "conversation__account")
        found = list(rows.order_by("-occurred_at", "-pk")[: limit + 1])
        more = written(found[limit - 1].occurred_at, found[limit - 1].pk) if len(found) > limit else ""
        return Breaches([_breach(row) for row in found[:limit]], more)

    def exceptions(self) -> Sequence[str]:
        """Channels on which the company signs nothing, with its reason."""
        names = {kind: gettext(adapter.label) for kind, adapter in all_adapters().items()}
        rows = SignatureStyle.objects.filter(style=Style.NONE).order_by("kind")
        told = gettext("%(channel)s: nobody signs. %(reason)s")
        return [told % {"channel": names.get(row.kind, row.kind), "reason": row.reason} for row in rows]


_TEMPLATE = Q(extra__has_key="template")
_OUTSIDE = Q(agent=None)


def _bare() -> Q:
    """No name: no signature, on a channel that does not show it."""
    chosen = dict(SignatureStyle.objects.values_list("kind", "style"))
    styles = {**{kind: str(style) for kind, style in DEFAULTS.items()}, **chosen}
    shown = [kind for kind, style in styles.items() if style == Style.SHOWN]
    return _OUTSIDE | (~Q(extra__has_key="signature") & ~Q(account__kind__in=shown))


def unsigned() -> Q:
    """Answers of which nobody knows who gave them."""
    return ~_TEMPLATE & _bare()


def _breach(row: Message) -> Breach:
    if row.agent is None:
        what, done = gettext("Written outside of Ascolto: nobody knows by whom"), ""
    else:
        what, done = gettext("An answer of %(name)s without a signature") % {"name": row.agent.name}, ""
    kind = row.account.kind if row.account else ""
    return Breach(f"message-{row.pk}", row.occurred_at, what, row.conversation, kind, done=done)
