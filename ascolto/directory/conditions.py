"""What views and rules can ask about the company's own fields of customers."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from ascolto.conversations.fields import Asker, Field, Written, register_field
from ascolto.customers.models import CustomerFieldValue
from ascolto.kit.text import clean

GROUP = _("Customer")


def _known(operator: str, value: str, asker: Asker) -> Q:
    """`value`: what a field holds, or the field's name or key, a colon, and what it holds ("Plan: Fibre")."""
    rows = CustomerFieldValue.objects.filter(customer=OuterRef("customer"), field__archived_at=None)
    name, colon, wanted = value.partition(":")
    of_field = Q(field__name__iexact=name.strip()) | Q(field__key__iexact=name.strip())
    anywhere = Q(value__icontains=value)
    rows = rows.filter(
        anywhere | (of_field & Q(value__icontains=clean(wanted).strip())) if colon else anywhere
    )
    found = Q(Exists(rows))
    return found if operator == "contains" else ~found


def register() -> None:
    """Called at the start."""
    register_field(
        Field(
            "customer_field",
            _("Customer field"),
            Written(),
            {
                "contains": _("come from customers of whom we know “%(text)s”"),
                "not_contains": _("come from customers of whom we do not know “%(text)s”"),
            },
            _known,
            GROUP,
        )
    )
