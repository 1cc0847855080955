"""How things stand for a call: who calls, as far as the number proves it and nobody objected, and whether a person can be rung."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ascolto.bot.flow import Flow
from ascolto.bot.situations import situation_of
from ascolto.bot.state import Situation
from ascolto.channels.protocol import Account
from ascolto.channels.vendors.calls import CallHeard
from ascolto.conversations.models import Conversation
from ascolto.customers.models import Customer, Identity


def caller_of(heard: CallHeard) -> Customer | None:
    """Whose number this is. None for a withheld number, one that its carrier doubts or nobody proved, and for whoever wants nothing
    from us: they stopped messages, or we take nothing from them."""
    if not heard.number or not heard.is_proven:
        return None
    rows = Identity.objects.filter(
        namespace="phone", value=heard.number, scope="", is_proven=True, opted_out_at=None
    )
    found = rows.filter(blocked_at=None, refused_at=None).select_related("customer").first()
    return found.customer if found is not None else None


def situation_at(
    account: Account, heard: CallHeard, flow: Flow, language: str, conversation: Conversation | None
) -> Situation:
    """The situation of a call now. Who is not recognised is nobody: only the number that they show is known."""
    customer = caller_of(heard)
    here = conversation or _latest(customer) or Conversation(customer=Customer())
    told = situation_of(here, account.kind, flow, language)
    is_theirs = customer is not None and here.customer_id == customer.pk
    shown = {"phone": heard.number} if heard.number and heard.is_proven else {}
    return Situation(
        channel="phone",
        moment=told.moment,
        language=told.language,
        company=told.company,
        known=_Known(shown, told.known) if is_theirs else shown,
        is_identified=is_theirs and told.is_identified,
        has_problem=is_theirs and told.has_problem,
        holding=told.holding,
        holding_topic=told.holding_topic,
        is_open=_Staffed(told.is_open, heard.has_people),
        wait=told.wait if conversation is not None else "",
        opens=told.opens,
        promise=told.promise,
    )


def _latest(customer: Customer | None) -> Conversation | None:
    if customer is None:
        return None
    rows = Conversation.objects.filter(customer=customer, merged_into=None).select_related("customer")
    return rows.order_by("-pk").first()


class _Known(Mapping[str, str]):
    """What is known of the customer; of their numbers the one that they call from."""

    def __init__(self, shown: Mapping[str, str], told: Mapping[str, str]) -> None:
        self._shown, self._told = shown, told

    def __getitem__(self, name: str) -> str:
        return self._shown[name] if name in self._shown else self._told[name]

    def __iter__(self) -> Iterator[str]:
        yield from {**dict.fromkeys(self._told), **dict.fromkeys(self._shown)}

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Staffed(Mapping[str, bool]):
    """Whether people are there; the company's own hours count only while a person can be rung."""

    def __init__(self, told: Mapping[str, bool], has_people: bool) -> None:
        self._told, self._has_people = told, has_people

    def __getitem__(self, name: str) -> bool:
        return self._told[name] and (self._has_people or bool(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)
