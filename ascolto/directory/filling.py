"""What a saved reply, a macro or a rule fills {field:…} in with: the company's own fields of the customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ascolto.conversations.models import Conversation
from ascolto.customers.fields import YES
from ascolto.customers.models import CustomerField, CustomerFieldValue


def fields_for(conversation: Conversation) -> Mapping[str, str]:
    """The fields in use by their keys, in the words of the language that is active: one query."""
    rows = CustomerFieldValue.objects.filter(
        customer=conversation.customer_id, field__archived_at=None
    ).values_list("field__key", "field__kind", "value")
    return {key: _told(kind, value) for key, kind, value in rows}


def _told(kind: str, value: str) -> str:
    """A value as one writes it in a letter: a day in full, yes or no as a word, several choices one after another."""
    if kind == CustomerField.Kind.YES_NO and value:
        return _("yes") if value == YES else _("no")
    if kind == CustomerField.Kind.DATE and value:
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    return value.replace("\n", ", ")
