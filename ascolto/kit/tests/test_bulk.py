"""Many rows in one statement: the same values arrive that Django's own way would write."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.customers.models import Customer, Identity
from ascolto.events.models import Event
from ascolto.kit import bulk

pytestmark = pytest.mark.django_db
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
zones = st.integers(-12, 12).map(lambda hours: timezone(timedelta(hours=hours)))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=zones)
plain = st.recursive(
    texts | st.integers(-(2**53), 2**53) | st.booleans() | st.none(),
    lambda v: st.lists(v) | st.dictionaries(texts, v),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            texts, moments, st.dictionaries(texts, plain, max_size=4), st.none() | st.integers(1, 2**60)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_inserted_is_read_back_as_it_was(
    rows: list[tuple[str, datetime, dict[str, object], int | None]],
) -> None:
    given_events = [Event(type=t, occurred_at=at, data=data, conversation_id=pk) for t, at, data, pk in rows]
    bulk.insert(connection, given_events)
    for event, (text, at, data, pk) in zip(given_events, rows, strict=True):
        kept = Event.objects.get(pk=event.pk)
        assert (kept.type, kept.occurred_at, kept.data, kept.conversation_id) == (text, at, data, pk)


def test_rows_get_their_keys_in_order_and_can_be_changed_together() -> None:
    people = [Customer(name=f"Giulia {number}") for number in range(50)]
    bulk.insert(connection, people)
    assert [Customer.objects.get(pk=p.pk).name for p in people] == [p.name for p in people]
    for person in people:
        person.name, person.about = person.name + "!", "not written"
    bulk.update(connection, people, ["name"])
    assert Customer.objects.filter(name__endswith="!", about="").count() == 50


def test_rows_that_exist_already_are_left_alone() -> None:
    marta = Customer.objects.create(name="Marta")
    Identity.objects.create(customer=marta, namespace="phone", value="+391")
    again = [Identity(customer=marta, namespace="phone", value=v, is_proven=False) for v in ("+391", "+392")]
    bulk.insert_missing(connection, again)
    assert list(Identity.objects.values_list("value", "is_proven")) == [("+391", True), ("+392", False)]
