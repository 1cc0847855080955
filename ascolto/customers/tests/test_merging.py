"""One person under two customers."""

from __future__ import annotations

import pytest

from ascolto.accounts.models import Role
from ascolto.customers.actions import Claim, Person, recognise
from ascolto.customers.fields import save_field, set_field_values
from ascolto.customers.merging import conflicts_of, merge, unmerge
from ascolto.customers.models import Customer, CustomerField, CustomerFieldValue, Identity
from ascolto.customers.notes import add_customer_note
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import make_agent, make_customer

pytestmark = pytest.mark.django_db


def test_whoever_writes_later_is_found_under_the_new_customer() -> None:
    marco = make_agent()
    giulia, again = make_customer("Giulia Ferri"), make_customer("giulia", ("phone", "+39333"))
    merge(by=marco, source=again, target=giulia)
    found = recognise([Person(claims=(Claim("phone", "+39333"), Claim("whatsapp", "w1")))])[0]
    assert found.customer_id == giulia.pk
    Identity.objects.filter(value="w1").update(customer=again)  # as if it had been received meanwhile
    assert recognise([Person(claims=(Claim("whatsapp", "w1"),))])[0].customer_id == giulia.pk


def test_a_handle_learnt_since_goes_back_with_the_one_it_came_beside() -> None:
    marco = make_agent()
    giulia, again = make_customer("Giulia Ferri"), make_customer("giulia", ("phone", "+39333"))
    made = merge(by=marco, source=again, target=giulia)
    recognise([Person(claims=(Claim("phone", "+39333"), Claim("whatsapp", "w1")))])
    recognise([Person(claims=(Claim("whatsapp", "w1"), Claim("telegram", "t1")))])
    unmerge(by=marco, merge=made)
    assert set(again.identities.values_list("value", flat=True)) == {"+39333", "w1", "t1"}
    assert giulia.identities.count() == 1


def test_two_proven_numbers_need_a_reason_and_the_house_may_not() -> None:
    marco = make_agent()
    one, other = make_customer("Giulia", ("phone", "+391")), make_customer("Giulia", ("phone", "+392"))
    assert [conflict.namespace for conflict in conflicts_of(one, other)] == ["phone"]
    with pytest.raises(Refused, match="may be two people") as refused:
        merge(by=marco, source=other, target=one)
    assert refused.value.may_override
    assert refused.value.code == "two_proven"
    with pytest.raises(Refused):
        merge(by=None, source=other, target=one, override="a machine finds reasons easily")
    merge(by=marco, source=other, target=one, override="She wrote from both while we spoke")
    assert Event.objects.filter(type="customer.merged", customer_id=one.pk, data__overridden=True).exists()


def test_what_only_one_knows_is_lent_and_given_back() -> None:
    marco, anna = make_agent(), make_agent("Anna Neri", Role.LEAD)
    field = save_field(by=anna, field=CustomerField(), name="Contract", kind="text")
    giulia, again = (
        make_customer("", ("email", "g@example.org")),
        make_customer("Giulia", ("phone", "+39"), language="it"),
    )
    set_field_values(by=marco, customer=again, given={field.key: "A 17"})
    note = add_customer_note(by=marco, customer=again, text="Speaks slowly.")
    made = merge(by=marco, source=again, target=giulia)
    giulia.refresh_from_db()
    note.refresh_from_db()
    assert (giulia.name, giulia.language, note.customer_id) == ("Giulia", "it", giulia.pk)
    assert giulia.field_values.get().value == "A 17"
    unmerge(by=marco, merge=made)
    giulia.refresh_from_db()
    note.refresh_from_db()
    assert (giulia.name, giulia.language, note.customer_id) == ("", "", again.pk)
    assert CustomerFieldValue.objects.get().customer_id == again.pk


def test_a_chain_comes_apart_in_either_order() -> None:
    marco = make_agent()
    for inner_first in (True, False):
        a, b, c = (make_customer(f"N{space}", (f"{space}{inner_first}", "1")) for space in "abc")
        inner, outer = merge(by=marco, source=a, target=b), merge(by=marco, source=b, target=c)
        for made in (inner, outer) if inner_first else (outer, inner):
            unmerge(by=marco, merge=made)
        assert [customer.identities.count() for customer in (a, b, c)] == [1, 1, 1]
        assert not Customer.objects.filter(merged_into__isnull=False).exists()


def test_nobody_is_merged_twice_nor_into_themselves_nor_by_a_guest() -> None:
    marco, guest = make_agent(), make_agent("Gino Guest", Role.GUEST)
    a, b, c = (make_customer(f"N{space}", (space, "1")) for space in "abc")
    with pytest.raises(Refused, match="same customer"):
        merge(by=marco, source=a, target=a)
    with pytest.raises(Refused, match="may not merge"):
        merge(by=guest, source=a, target=b)
    made = merge(by=marco, source=a, target=b)
    with pytest.raises(Refused, match="already"):
        merge(by=marco, source=a, target=c)
    unmerge(by=marco, merge=made)
    with pytest.raises(Refused, match="already"):
        unmerge(by=marco, merge=made)
