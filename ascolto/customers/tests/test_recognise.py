"""Who writes: recognised by what the networks vouch for, never by what somebody only says."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.customers.actions import (
    Claim,
    Person,
    change_consent,
    change_handle,
    change_reachability,
    recognise,
)
from ascolto.customers.models import Customer, Identity
from ascolto.kit.clock import now

pytestmark = pytest.mark.django_db

EMAIL = Claim("email", "giulia@example.org")
PHONE = Claim("phone", "+393471234567")
SAYS = Claim("email", "giulia@example.org", "form:1")  # typed in a form: nobody vouches for it

claims = st.builds(
    Claim,
    st.sampled_from(["email", "phone"]),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["", "", "form:1"]),
)
people = st.builds(Person, st.lists(claims, min_size=1, max_size=3, unique=True).map(tuple))
histories = st.lists(st.lists(people, min_size=1, max_size=4), min_size=1, max_size=5)
each_on_a_clean_table = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def owner(claim: Claim) -> int | None:
    """Whose handle it is."""
    rows = Identity.objects.filter(namespace=claim.namespace, value=claim.value, scope=claim.scope)
    return rows.values_list("customer_id", flat=True).first()


def who(*written_with: Claim) -> int:
    """The customer who wrote with these handles."""
    return recognise([Person(written_with)])[0].customer_id


def test_giulia_is_known_by_every_handle_she_has_written_with() -> None:
    giulia = who(EMAIL, PHONE)
    assert who(PHONE) == who(EMAIL) == giulia
    assert Customer.objects.count() == 1


def test_a_new_handle_beside_a_known_one_is_hers() -> None:
    giulia = who(EMAIL)
    assert who(PHONE, EMAIL) == giulia
    assert owner(PHONE) == giulia


def test_two_proven_people_are_never_merged_silently() -> None:
    giulia, stranger = who(EMAIL), who(PHONE)
    assert who(EMAIL, PHONE) == giulia
    assert who(PHONE) == stranger != giulia


def test_what_somebody_only_says_leads_to_nobody_else() -> None:
    giulia = who(EMAIL)
    assert who(SAYS) != giulia
    assert who(SAYS) == who(SAYS)
    assert who(Claim("email", EMAIL.value, "form:2")) not in {giulia, who(SAYS)}


def test_what_giulia_typed_beside_a_proven_handle_leads_nobody_to_her() -> None:
    giulia = who(PHONE, SAYS)
    assert who(SAYS) != giulia


def test_a_typed_address_does_not_lead_giulia_into_a_strangers_history() -> None:
    stranger = who(SAYS)
    assert who(PHONE, SAYS) != stranger


def test_a_batch_makes_one_customer_of_one_person() -> None:
    found = recognise([Person((EMAIL,), "Giulia Ferri"), Person((EMAIL, PHONE)), Person((PHONE,))])
    assert len({person.customer_id for person in found}) == 1
    assert [person.is_new for person in found] == [True, True, True]
    assert Customer.objects.get().name == "Giulia Ferri"


def test_names_that_no_database_stores_are_cleaned() -> None:
    recognise([Person((EMAIL,), "Giulia\x00\ud800 " + "x" * 500, "italian-and-more")])
    customer = Customer.objects.get()
    assert customer.name.startswith("Giulia")
    assert len(customer.name) <= 200
    assert len(customer.language) <= 8


def test_a_handle_that_is_too_long_is_still_one_person() -> None:
    long = Claim("chat", "x" * 400)
    assert who(long) == who(long)


@each_on_a_clean_table
@given(histories)
def test_nobody_joins_a_history_without_a_proven_handle_of_it(history: list[list[Person]]) -> None:
    with transaction.atomic():
        for batch in history:
            for person, found in zip(batch, recognise(batch), strict=True):
                theirs = set(
                    Identity.objects.filter(customer=found.customer_id).values_list(
                        "namespace", "value", "scope"
                    )
                )
                proven = {key for key in theirs if not key[2]}
                own = {claim.key for claim in person.claims}
                assert own & theirs, "nobody is taken for somebody with whom they share nothing"
                assert not proven or own & proven
                assert Identity.objects.get(pk=found.identity_id).customer_id == found.customer_id
        transaction.set_rollback(True)


@each_on_a_clean_table
@given(histories)
def test_a_handle_never_changes_hands_and_a_person_stays_the_same(history: list[list[Person]]) -> None:
    with transaction.atomic():
        owners: dict[Claim, int] = {}
        for batch in history:
            first = [found.customer_id for found in recognise(batch)]
            again = recognise(batch)
            assert [found.customer_id for found in again] == first
            assert not any(found.is_new for found in again)
            for claim in {claim for person in batch for claim in person.claims}:
                now_of = owner(claim)
                assert claim not in owners or owners[claim] == now_of
                if now_of is not None:
                    owners[claim] = now_of
        assert Identity.objects.count() == len(owners)
        transaction.set_rollback(True)


@each_on_a_clean_table
@given(st.lists(people, min_size=1, max_size=6))
def test_a_batch_finds_the_same_people_as_one_by_one(batch: list[Person]) -> None:
    def groups(found: list[int]) -> list[int]:
        return [found.index(customer) for customer in found]

    with transaction.atomic():
        together = groups([found.customer_id for found in recognise(batch)])
        transaction.set_rollback(True)
    with transaction.atomic():
        apart = groups([recognise([person])[0].customer_id for person in batch])
        transaction.set_rollback(True)
    assert together == apart


def test_a_changed_number_is_the_same_person() -> None:
    giulia = who(PHONE)
    new = Claim("phone", "+393479999999")
    assert change_handle(old=PHONE, new=new)
    assert who(new) == giulia


def test_whoever_gets_a_number_that_was_given_up_is_somebody_else() -> None:
    giulia = who(PHONE)
    change_handle(old=PHONE, new=Claim("phone", "+393479999999"))
    assert who(PHONE) != giulia


def test_a_number_that_belongs_to_somebody_stays_theirs() -> None:
    giulia, stranger = who(PHONE), who(EMAIL)
    assert change_handle(old=PHONE, new=EMAIL)  # the old one is given up all the same
    assert who(EMAIL) == stranger
    assert who(PHONE) not in {giulia, stranger}
    assert not change_handle(old=Claim("phone", "unknown"), new=Claim("phone", "+39000"))


def test_a_refusal_of_advertising_is_kept_on_the_handle_and_can_be_taken_back() -> None:
    who(PHONE)
    change_consent(claims=[PHONE], granted=False, scope="marketing", at=now())
    assert Identity.objects.get().opted_out_at is not None
    change_consent(claims=[PHONE], granted=True, scope="marketing", at=now())
    assert Identity.objects.get().opted_out_at is None


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_refusal_and_its_end_may_come_in_any_order(order: tuple[int, ...]) -> None:
    who(PHONE)
    noon = now() - timedelta(hours=1)
    for step in order * 2:
        at, granted = noon + timedelta(minutes=step), step == 1
        change_consent(claims=[PHONE], granted=granted, scope="marketing", at=at)
        change_reachability(claims=[PHONE], reachable=granted, why="blocked", at=at)
    known = Identity.objects.get()
    assert known.opted_out_at == known.blocked_at == noon + timedelta(minutes=2)
    for step in (3, 2, 0):
        at, granted = noon + timedelta(minutes=step), step == 3
        change_consent(claims=[PHONE], granted=granted, scope="marketing", at=at)
        change_reachability(claims=[PHONE], reachable=granted, why="blocked", at=at)
    known.refresh_from_db()
    assert (known.opted_out_at, known.blocked_at) == (None, None)


def test_a_stop_is_not_weakened_by_a_block_that_comes_later() -> None:
    who(PHONE)
    noon = now() - timedelta(hours=1)
    for minute, why in ((0, "stop"), (1, "blocked")):
        change_reachability(claims=[PHONE], reachable=False, why=why, at=noon + timedelta(minutes=minute))
    assert Identity.objects.get().blocked_why == "stop"


def test_a_late_message_does_not_bring_back_a_number_that_was_given_up() -> None:
    """WhatsApp tells the number beside the id; a message from before the change may come after it."""
    number, user = Claim("phone", "+393471111111"), Claim("whatsapp", "IT.1")
    giulia = recognise([Person((user, number), "Giulia")])[0].customer_id
    change_handle(old=number, new=Claim("phone", "+393472222222"))
    late = recognise([Person((user, number), "Giulia")])[0]
    assert (late.customer_id, late.is_new) == (giulia, False)
    assert not Identity.objects.filter(value="+393471111111", scope="").exists()
    paolo = recognise([Person((Claim("whatsapp", "IT.2"), number), "Paolo")])[0]
    assert paolo.customer_id != giulia
    assert recognise([Person((number,), "Paolo")])[0].customer_id == paolo.customer_id
