"""May a customer be approached? Asked by campaigns before they write, and answered by the same guarantees as a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ascolto.accounts.models import Agent
from ascolto.charter.problems import Problem, problems_of
from ascolto.charter.stops import note_refusals
from ascolto.customers.models import Customer, Identity
from ascolto.gates import Gate, Refused, refusals
from ascolto.kit.ids import reference_number

COMMERCIAL, SERVICE = "commercial", "service"
AT_ONCE = 500  # customers of one question


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """Somebody wants to write to a customer who did not ask: the guarantees at Gate.CONTACT look at it.

    `problems`: the customer's open ones, when the caller has read them; None: the guarantee asks.
    """

    customer: int
    text: str = ""
    purpose: str = COMMERCIAL
    problems: Sequence[Problem] | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not. `conversation`: the problem's, where there is one."""

    code: str
    message: str
    conversation: int | None = None
    guarantee: str = ""

    @property
    def number(self) -> str:
        return reference_number(self.conversation) if self.conversation else ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a customer may be approached. `note`: what the caller should know all the same."""

    customer: int | None
    allowed: bool
    reasons: Sequence[Reason] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One customer of a question: by number, or by the handle through which they would be approached."""

    customer: int | None
    namespace: str = ""
    value: str = ""


def may_contact(asked: Sequence[Asked], *, text: str, purpose: str, agent: Agent | None) -> list[Verdict]:
    """The answer for each, in their order, in a constant number of queries. What is refused is written down."""
    handles = _handles(asked)
    numbers = [_customer(one, handles) for one in asked]
    known = _known({pk for pk in numbers if pk is not None})
    problems = problems_of(known)
    verdicts, refused = [], []
    for one, pk in zip(asked, numbers, strict=True):
        if pk is None or pk not in known:
            verdicts.append(Verdict(pk, allowed=True, note="unknown_customer"))
            continue
        approach = Approach(customer=pk, text=text, purpose=purpose, problems=problems.get(pk, ()))
        said = refusals(Gate.CONTACT, approach)
        refused += [(refusal, refusal.place.get("id")) for refusal in said]
        reasons = [_reason(refusal) for refusal in said] + _unwanted(one, handles, known[pk], purpose)
        verdicts.append(Verdict(pk, allowed=not reasons, reasons=reasons))
    note_refusals(refused, agent=agent, gate=Gate.CONTACT, excerpt=text)
    return verdicts


def _reason(refused: Refused) -> Reason:
    return Reason(refused.code, refused.message, refused.place.get("id"), refused.guarantee)


def _handles(asked: Sequence[Asked]) -> dict[tuple[str, str], list[Identity]]:
    spaces = {one.namespace for one in asked if one.customer is None}
    values = {one.value for one in asked if one.customer is None}
    if not values:
        return {}
    found: dict[tuple[str, str], list[Identity]] = {}
    rows = Identity.objects.filter(namespace__in=spaces, value__in=values)
    for row in rows.exclude(scope__startswith=Identity.RETIRED).order_by("-is_proven", "pk"):
        found.setdefault((row.namespace, row.value), []).append(row)
    return found


def _customer(one: Asked, handles: Mapping[tuple[str, str], Sequence[Identity]]) -> int | None:
    if one.customer is not None:
        return one.customer
    rows = handles.get((one.namespace, one.value), ())
    return rows[0].customer_id if rows else None


def _known(customers: set[int]) -> dict[int, list[Identity]]:
    """The handles of each customer that exists."""
    found: dict[int, list[Identity]] = {
        pk: [] for pk in Customer.objects.filter(pk__in=customers).values_list("pk", flat=True)
    }
    for row in Identity.objects.filter(customer__in=customers).exclude(scope__startswith=Identity.RETIRED):
        found.setdefault(row.customer_id, []).append(row)
    return found


def _unwanted(
    one: Asked, handles: Mapping[tuple[str, str], Sequence[Identity]], own: Sequence[Identity], purpose: str
) -> list[Reason]:
    """The customer wants no messages there: asked by handle that handle counts, asked by number all of theirs."""
    rows = list(handles.get((one.namespace, one.value), ())) if one.customer is None else list(own)
    blocked = [row for row in rows if row.blocked_at]
    reasons = []
    if rows and len(blocked) == len(rows):
        reasons.append(Reason("blocked", "The customer takes no messages there."))
    if purpose == COMMERCIAL and any(row.opted_out_at for row in rows):
        reasons.append(Reason("opted_out", "The customer asked for no messages that nobody asked for."))
    return reasons


def visible_reason(reason: Reason, among: set[int]) -> Reason:
    """The same without the conversation, where the asker may not see it."""
    if reason.conversation is None or reason.conversation in among:
        return reason
    return Reason(reason.code, reason.message, None, reason.guarantee)
