"""Labels of customers: the same taxonomy as that of conversations, where a label's scope allows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from ascolto.conversations.models import Label
from ascolto.customers.models import Customer
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused

MOST = 50


def customer_labels() -> list[Label]:
    """Labels that may be put on customers."""
    return list(Label.objects.exclude(scope=Label.Scope.CONVERSATIONS).filter(archived_at=None)[:500])


@transaction.atomic
def set_customer_labels(*, by: Any, customer: Customer, names: Iterable[str]) -> list[str] | None:
    """Make these the labels of a customer. The names before, or None when nothing changed. Raises Refused for one of another scope."""
    if not by.may("customers.change"):
        raise Refused("not_allowed", "You may not change this.", fix="Ask a lead.")
    wanted = set(list(names)[: MOST + 1])
    Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    known = set(customer.labels.values_list("name", flat=True))
    if wanted == known:
        return None
    found = list(Label.objects.exclude(scope=Label.Scope.CONVERSATIONS).filter(name__in=wanted))
    if len(found) < len(wanted) or len(wanted) > MOST:
        raise Refused(
            "no_such_label", "This label is not for customers.", fix="Choose among the labels offered."
        )
    customer.labels.set(found)
    emit(
        "customer.labelled",
        actor=actor_of(by),
        customer=customer.pk,
        labels=sorted(wanted),
        previous=sorted(known),
    )
    return sorted(known)


@transaction.atomic
def add_customer_labels(*, by: Any, customer: int, names: Iterable[str]) -> list[int]:
    """Put these labels, too, on a customer; an unknown name becomes a label. The ids of those that are new there."""
    wanted = list(dict.fromkeys(names))[:MOST]
    Label.objects.bulk_create([Label(name=name) for name in wanted], ignore_conflicts=True)
    fitting = Label.objects.exclude(scope=Label.Scope.CONVERSATIONS).filter(name__in=wanted)
    fresh = list(fitting.exclude(customers=customer))
    for label in fresh:
        label.customers.add(customer)
    if fresh:
        emit("customer.changed", actor=actor_of(by), customer=customer, fields=["labels"])
    return [label.pk for label in fresh]


@transaction.atomic
def take_customer_labels(*, by: Any, customer: int, labels: Iterable[int]) -> bool:
    """Take these labels away from a customer again. Whether any was asked for."""
    taken = list(Label.objects.filter(pk__in=list(labels)))
    for label in taken:
        label.customers.remove(customer)
    if taken:
        emit("customer.changed", actor=actor_of(by), customer=customer, fields=["labels"])
    return bool(taken)
