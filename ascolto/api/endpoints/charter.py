"""The Charter, its breaches, and whether a customer may be approached."""

from __future__ import annotations

from typing import Annotated, Literal

from django.db.models import QuerySet
from msgspec import Meta, Struct

from ascolto.api import charter_documents as d
from ascolto.api.bodies import Cursor, Id
from ascolto.api.documents import Meta as PageMeta
from ascolto.api.documents import Reference
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import Answer, Call
from ascolto.charter.contact import AT_ONCE, Asked, Verdict, may_contact, visible_reason
from ascolto.charter.days import Span, stretch_of
from ascolto.charter.guarantee import Breach
from ascolto.charter.guarantees import guarantee_of
from ascolto.charter.shown import readable
from ascolto.charter.standing import Standing, charter_of
from ascolto.conversations.models import Conversation

Text = Annotated[str, Meta(max_length=20_000)]


class CharterQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`period`: today, the last 30 days, or the last 90."""

    period: Literal["today", "30d", "quarter"] = "30d"


class BreachQuery(Struct, frozen=True, forbid_unknown_fields=True):
    period: Literal["today", "30d", "quarter"] = "30d"
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    cursor: Cursor = ""


class ContactHandle(Struct, frozen=True, forbid_unknown_fields=True):
    """How the customer would be reached: `email`, `phone`, …, and the address or number there."""

    namespace: Annotated[str, Meta(min_length=1, max_length=30)]
    value: Annotated[str, Meta(min_length=1, max_length=255)]


class Contact(Struct, frozen=True, forbid_unknown_fields=True):
    """A customer by number, or by the handle through which they would be approached."""

    customer: Id | None = None
    handle: ContactHandle | None = None


class ContactQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """`text`: what would be sent; it is judged even where the purpose is said to be `service`."""

    customer: Id | None = None
    handle: ContactHandle | None = None
    text: Text = ""
    purpose: Literal["commercial", "service"] = "commercial"


class ContactQuestions(Struct, frozen=True, forbid_unknown_fields=True):
    """The same question about up to 500 customers."""

    contacts: Annotated[list[Contact], Meta(min_length=1, max_length=AT_ONCE)]
    text: Text = ""
    purpose: Literal["commercial", "service"] = "commercial"


def get_charter(call: Call) -> Answer:
    """How the ten guarantees stand."""
    found = charter_of(Span(call.query.period))
    stretch = found.stretch
    return Answer(
        d.Charter(
            call.query.period,
            stretch.first,
            stretch.last,
            found.share,
            [_guarantee(one) for one in found.standings],
        )
    )


def get_guarantee(call: Call) -> Answer:
    """How one guarantee stands."""
    one = charter_of(Span(call.query.period)).of(call.path["slug"])
    if one is None:
        raise Problem("not-found")
    return Answer(_guarantee(one))


def list_breaches(call: Call) -> Answer:
    """Where a guarantee did not hold, the newest first; only conversations that the token's agent may see."""
    guarantee = guarantee_of(call.path["slug"])
    if guarantee is None or not guarantee.is_measured:
        raise Problem("not-found")
    query: BreachQuery = call.query
    found = guarantee.breaches(
        stretch_of(Span(query.period)).period,
        among=readable(call.agent),
        after=query.cursor,
        limit=query.limit,
    )
    return Answer(d.BreachList([_breach(row) for row in found.rows], PageMeta(found.cursor or None)))


def ask_contact(call: Call) -> Answer:
    """May this customer be approached now? A refusal is written down in the Charter."""
    body: ContactQuestion = call.body
    asked = _asked(Contact(body.customer, body.handle), "customer")
    (verdict,) = may_contact([asked], text=body.text, purpose=body.purpose, agent=call.agent)
    return Answer(_verdicts(call, [verdict])[0])


def ask_contacts(call: Call) -> Answer:
    """May these customers be approached now? The answers are in the order of the question."""
    body: ContactQuestions = call.body
    asked = [_asked(one, f"contacts.{place}") for place, one in enumerate(body.contacts)]
    found = may_contact(asked, text=body.text, purpose=body.purpose, agent=call.agent)
    return Answer(d.ContactVerdicts(_verdicts(call, found)))


def _asked(one: Contact, field: str) -> Asked:
    if (one.customer is None) == (one.handle is None):
        raise invalid(field, "name the customer either by number or by handle.")
    if one.handle is not None:
        return Asked(None, one.handle.namespace, one.handle.value)
    return Asked(one.customer)


def _verdicts(call: Call, found: list[Verdict]) -> list[d.ContactVerdict]:
    named = {reason.conversation for one in found for reason in one.reasons if reason.conversation}
    seen = _seen(readable(call.agent), named) if named else set()
    return [
        d.ContactVerdict(
            one.allowed,
            one.customer if one.note != "unknown_customer" else None,
            [
                d.ContactReason(shown.code, shown.message, shown.guarantee, shown.conversation, shown.number)
                for shown in (visible_reason(reason, seen) for reason in one.reasons)
            ],
            one.note,
        )
        for one in found
    ]


def _seen(among: QuerySet[Conversation] | None, wanted: set[int]) -> set[int]:
    if among is None:
        return wanted
    return set(among.filter(pk__in=wanted).values_list("pk", flat=True))


def _guarantee(one: Standing) -> d.Guarantee:
    guarantee, measure = one.guarantee, one.measure
    return d.Guarantee(
        number=guarantee.number,
        slug=guarantee.slug,
        title=str(guarantee.title),
        promise=str(guarantee.promise),
        definition=str(guarantee.definition),
        enforced=[str(line) for line in guarantee.enforced],
        state=str(one.state),  # type: ignore[arg-type]
        share=one.share,
        threshold=one.threshold,
        kept=measure.kept,
        total=measure.total,
        words=one.words,
        channels=[d.GuaranteeChannel(kind, kept, total) for kind, (kept, total) in measure.channels.items()],
        curve=list(one.curve),
        exceptions=list(guarantee.exceptions()),
        why_not_measured=str(guarantee.not_yet),
    )


def _breach(row: Breach) -> d.Breach:
    conversation = row.conversation
    customer = conversation.customer if conversation else None
    return d.Breach(
        at=row.at,
        what=str(row.what),
        amount=row.amount,
        done=str(row.done),
        is_repaired=row.is_repaired,
        channel=row.channel,
        subject=row.subject,
        conversation_id=conversation.pk if conversation else None,
        number=conversation.number if conversation else "",
        customer=Reference(customer.pk, customer.name) if customer else None,
    )
