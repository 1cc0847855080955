"""Customers: who writes to the company."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from ascolto.api import answers, documents
from ascolto.api.bodies import Cursor, Id, Limit, ShortText
from ascolto.api.problems import Problem, invalid
from ascolto.api.routing import Answer, Call
from ascolto.api.selectors import customers_page, visible_customers
from ascolto.customers.actions import change_customer as change
from ascolto.customers.actions import put_in_group
from ascolto.customers.models import Customer, CustomerGroup


class CustomerQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`q`: words of the name, or the beginning of a handle."""

    q: ShortText = ""
    limit: Limit = 50
    cursor: Cursor = ""


class CustomerChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays. `group`: the id of a group of customers, or null for none."""

    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    language: Annotated[str, Meta(pattern="^([a-z]{2,3}(-[A-Za-z]{2,4})?)?$")] | UnsetType = UNSET
    about: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    group: Id | UnsetType | None = UNSET


def list_customers(call: Call) -> Answer:
    """Customers of the conversations that the token's agent may see, the newest first."""
    found, cursor = customers_page(call.agent, call.query.q, call.query.cursor, call.query.limit)
    data = [answers.customer(customer) for customer in found]
    return Answer(documents.CustomerList(data, documents.Meta(cursor or None)))


def _visible(call: Call) -> Customer:
    return visible_customers(call.agent).get(pk=read_id(call))


def read_id(call: Call) -> int:
    """The id in the path. Raises the problem `not-found`."""
    text = call.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem("not-found")
    return int(text)


def get_customer(call: Call) -> Answer:
    """One customer with every handle."""
    return Answer(answers.customer(_visible(call)))


def _group(pk: int | None) -> CustomerGroup | None:
    found = CustomerGroup.objects.filter(pk=pk).first() if pk is not None else None
    if pk is not None and found is None:
        raise invalid("group", "There is no such group of customers.")
    return found


def change_customer(call: Call) -> Answer:
    """Change the name, the language, the group or what is written about a customer."""
    if call.agent.is_guest:
        raise Problem("not-allowed", "Guests may read and leave notes.")
    given = {name: value for name, value in structs.asdict(call.body).items() if value is not UNSET}
    with transaction.atomic():
        customer = _visible(call)
        if "group" in given:
            put_in_group(by=call.agent, customer=customer, group=_group(given.pop("group")))
        change(agent=call.agent, customer=customer, **given)
    return Answer(answers.customer(customer))
