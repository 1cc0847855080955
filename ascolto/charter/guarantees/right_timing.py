"""Guarantee 3. No offer while a problem is open."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ascolto.bot.house_phrases import without_house_phrases
from ascolto.bot.selling import sells
from ascolto.charter.answers import answers_by_channel
from ascolto.charter.contact import COMMERCIAL, Approach
from ascolto.charter.guarantee import Breaches, Guarantee, Measure, Period, counted, without
from ascolto.charter.offers import Offer, offer_in
from ascolto.charter.overridden import overrides_by_channel, overrides_in, stops_in
from ascolto.charter.problems import Problem, first_of, open_problems
from ascolto.conversations.actions.reply import Attempt
from ascolto.conversations.models import Conversation
from ascolto.gates import Gate, Refused

SLUG, CODE = "right-timing", "offer_while_problem"


def at_send(attempt: Attempt) -> None:
    """Raises Refused where the text or the template sells and the customer has an open problem on any channel."""
    offer = _offer_of(attempt)
    if offer is None:
        return
    problems = open_problems(attempt.conversation.customer_id)
    if problems:
        raise _refused(offer, first_of(problems, here=attempt.conversation.pk))


def _offer_of(attempt: Attempt) -> Offer | None:
    """What a flow says was proved before it was published, by the measure that is used here again: short questions of a machine look like
    offers to a model that learnt from whole messages. What the flow found elsewhere is judged as everybody's words are."""
    if attempt.agent is not None:
        return offer_in(attempt.text, attempt.template)
    text = without_house_phrases(attempt.text)
    is_flows = bool(attempt.provenance) and all(
        each.get("source") == "flow" and not each.get("sources") for each in attempt.provenance
    )
    if is_flows and not sells(text):
        return None
    return offer_in(text, attempt.template)


def at_contact(approach: Approach) -> None:
    """Raises Refused where a customer with an open problem would be sold something, or whatever it is calls itself commercial."""
    offer = offer_in(approach.text)
    if offer is None and approach.purpose != COMMERCIAL:
        return
    problems: Sequence[Problem] = (
        open_problems(approach.customer) if approach.problems is None else approach.problems
    )
    if problems:
        raise _refused(offer or Offer(""), first_of(problems))


def _refused(offer: Offer, problem: Problem) -> Refused:
    return Refused(
        CODE,
        f"An offer while a problem is open: conversation {problem.number} is not solved.",
        fix="Remove the offer, or solve the problem first.",
        guarantee=SLUG,
        may_override=True,
        place={
            "start": offer.start,
            "end": offer.end,
            "sentence": offer.sentence[:300],
            "conversation": problem.number,
            "id": problem.conversation,
            "why": str(problem.why),
        },
    )


class RightTiming(Guarantee):
    number = 3
    slug = SLUG
    title = _("The problem first")
    promise = _("No offer while a problem is open")
    definition = _(
        "Answers that were sent without setting this guarantee aside, of all answers. What sells is recognised in the words; a "
        "problem is open while a conversation on any channel is a complaint, urgent, unhappy, late or not understood yet."
    )
    enforced = (
        _(
            "An answer, a saved reply or a template that sells does not leave while the customer has an open problem on any channel."
        ),
        _("Campaigns can ask before they write (may-contact): with an open problem the answer is no."),
        _("Whoever sends it all the same gives a reason, which is written down here."),
    )
    gates = {Gate.SEND: at_send, Gate.CONTACT: at_contact}

    def measure(self, period: Period) -> Measure:
        """Answers of the period without those for which it was set aside."""
        answers, aside = answers_by_channel(period), overrides_by_channel(SLUG, period)
        rows = {kind: (max(0, total - aside.get(kind, 0)), total) for kind, total in answers.items()}
        overridden = sum(aside.values())
        measure = counted(rows, stopped=stops_in(SLUG, period), overridden=overridden)
        return without(measure, kept=max(0, measure.total - overridden), total=measure.total)

    def words(self, measure: Measure) -> str:
        """How many offers were stopped, and how many left with a reason."""
        stopped, aside = measure.figure("stopped"), measure.figure("overridden")
        told = ngettext(
            "%(n)s offer stopped before it left", "%(n)s offers stopped before they left", stopped
        ) % {"n": stopped}
        if aside:
            told += ", " + gettext("%(n)s sent with a reason") % {"n": aside}
        return told

    def breaches(
        self, period: Period, *, among: QuerySet[Conversation] | None, after: str = "", limit: int = 20
    ) -> Breaches:
        """Each time a person set it aside, with the reason."""
        return overrides_in(SLUG, period, among=among, after=after, limit=limit)
