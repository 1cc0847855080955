"""Which customers a person may see: those of the conversations that they may see, and no others."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from ascolto.accounts.models import Agent
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Conversation
from ascolto.customers.merging import now_part_of
from ascolto.customers.models import Customer


def visible_customers(agent: Agent, *, among: QuerySet[Conversation] | None = None) -> QuerySet[Customer]:
    """The customers of the conversations that the agent may see; also those without any for who may see every conversation.

    `among`: visible_conversations(agent), when the caller has it already.
    """
    if agent.may("conversations.see_all"):
        return Customer.objects.all()
    mine = visible_conversations(agent) if among is None else among
    return Customer.objects.filter(Exists(mine.filter(customer=OuterRef("pk"))))


def access_customer(agent: Agent, pk: int, *, among: QuerySet[Conversation] | None = None) -> Customer:
    """The customer, or who they turned out to be. Raises Customer.DoesNotExist when there is none or they are not visible."""
    found = (
        visible_customers(agent, among=among)
        .select_related("group")
        .filter(pk=now_part_of([pk]).get(pk, pk))
        .first()
    )
    if found is None:
        raise Customer.DoesNotExist
    return found
