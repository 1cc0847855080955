"""Whose conversation it is: the customer's group and labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import OuterRef, Q
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.models import Agent
from ascolto.conversations.fields import Asker, Choice, Field, Referred, Words
from ascolto.conversations.models import Label
from ascolto.customers.models import CustomerGroup
from ascolto.views.fields.state import MOST_OFFERED, label_names, labelled, labels_offered, negated

GROUP: Words = _("Customer")


def _group(operator: str, value: tuple[int | str, ...], asker: Asker) -> Q:
    found = Q(customer__group_id__in=[one for one in value if isinstance(one, int)])
    if "none" in value:
        found |= Q(customer__group__isnull=True)
    return negated(found, operator)


def _groups_offered(agent: Agent | None) -> Iterable[Choice]:
    yield Choice("none", _("No group"))
    if agent is not None:
        for pk, name in CustomerGroup.objects.values_list("pk", "name")[:MOST_OFFERED]:
            yield Choice(pk, name)


def _group_names(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(CustomerGroup.objects.filter(pk__in=ids).values_list("pk", "name"))


def _labels(operator: str, value: tuple[int, ...] | None, asker: Asker) -> Q:
    links = Label.customers.through.objects.filter(customer_id=OuterRef("customer_id"))
    return labelled(links, operator, value)


FIELDS = (
    Field(
        "customer_group",
        _("Customer's group"),
        Referred(("none",)),
        {
            "is": _("come from customers of the group %(values)s"),
            "is_not": _("do not come from customers of the group %(values)s"),
        },
        _group,
        GROUP,
        _groups_offered,
        _group_names,
        {
            ("is", "none"): _("come from customers without a group"),
            ("is_not", "none"): _("come from customers with a group"),
        },
    ),
    Field(
        "customer_label",
        _("Customer's label"),
        Referred(),
        {
            "any_of": _("come from customers labelled %(values)s"),
            "all_of": _("come from customers with all these labels: %(values)s"),
            "none_of": _("come from customers not labelled %(values)s"),
            "missing": _("come from customers without labels"),
        },
        _labels,
        GROUP,
        lambda agent: labels_offered(Label.Scope.CUSTOMERS),
        label_names,
    ),
)
