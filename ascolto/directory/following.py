"""Follow the log: who may be one person, and what was being received for somebody while they were merged."""

from __future__ import annotations

from collections.abc import Sequence

from ascolto.conversations.models import Author, Direction, Message, Visibility
from ascolto.customers.duplicates import Trace, note_traces
from ascolto.customers.merging import adopt_stragglers
from ascolto.customers.models import Identity
from ascolto.directory.traces import traces_in, traces_of_handle
from ascolto.events.models import Event
from ascolto.understanding.written import own_words

NAME = "customers"
LOOKED_AT = 8_000  # characters of a message
_NEW_HANDLES = {"conversation.created", "customer.identity_changed", "customer.handle_changed"}


def follow(events: Sequence[Event]) -> None:
    """Reader of the log: a constant number of queries a batch. Seeing an event again changes nothing."""
    began = {e.customer_id for e in events if e.type == "conversation.created" and e.customer_id}
    if began:
        adopt_stragglers(began)
    people = {e.customer_id for e in events if e.type in _NEW_HANDLES and e.customer_id}
    messages = [e.data["message"] for e in events if e.type == "message.received" and not e.data.get("echo")]
    note_traces([*_of_handles(people), *_of_messages(messages)])


def _of_handles(customers: set[int]) -> list[Trace]:
    if not customers:
        return []
    rows = Identity.objects.filter(customer__in=customers).exclude(scope__startswith=Identity.RETIRED)
    columns = ("namespace", "value", "shown", "is_proven", "customer_id")
    return [
        trace
        for space, value, shown, proven, customer in rows.values_list(*columns)
        for trace in traces_of_handle(space, value, shown, is_proven=proven, customer=customer)
    ]


def _of_messages(ids: Sequence[int]) -> list[Trace]:
    if not ids:
        return []
    rows = Message.objects.filter(
        pk__in=ids,
        direction=Direction.IN,
        author_kind=Author.CUSTOMER,
        removed_at=None,
        identity__isnull=False,
        conversation__is_spam=False,
    ).exclude(visibility=Visibility.NOTE)
    columns = ("text", "extra", "identity__customer_id", "identity__customer__name")
    return [
        trace
        for text, extra, customer, name in rows.values_list(*columns)
        for trace in traces_in(own_words(text, extra or {})[:LOOKED_AT], customer, name)
    ]
