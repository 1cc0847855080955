"""Who may be one person is found while messages come in, with reasons, and never decided by the house."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ascolto.customers.duplicates import Trace, ask_again, judge_duplicate, note_traces, suggestions_of
from ascolto.customers.models import Customer, DuplicateSuggestion
from ascolto.directory.following import follow
from ascolto.directory.traces import number_of, traces_in, traces_of_handle
from ascolto.events.models import Event
from ascolto.testing.factories import Cast, make_cast, make_customer, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def catch_up() -> None:
    follow(list(Event.objects.order_by("id")))


def test_an_address_in_a_signature_is_a_reason(cast: Cast) -> None:
    giulia = make_customer("Giulia Ferri", ("email", "giulia@example.org"))
    chat = make_customer("Giulia Ferri", ("chat", "v-1"))
    receive(cast.inbox, "It still does not work.\n\nGiulia Ferri\ngiulia@example.org", customer=chat)
    catch_up()
    found = suggestions_of(giulia)
    assert [suggestion.other_id for suggestion in found] == [chat.pk]
    assert {reason["kind"] for reason in found[0].reasons} == {"email", "name"}
    assert found[0].score == 80


def test_the_same_number_written_twice_and_the_same_code(cast: Cast) -> None:
    one, other = (
        make_customer("Giulia", ("chat", "v-1")),
        make_customer("G. Ferri", ("email", "g@example.org")),
    )
    receive(cast.inbox, "My customer number is AB-44711, call 347 123 2210", customer=one)
    receive(cast.inbox, "Customer number AB44711. Call +39 347 1232210", customer=other)
    catch_up()
    (found,) = suggestions_of(one)
    assert {reason["kind"] for reason in found.reasons} == {"phone", "code"}


def test_a_user_name_on_two_networks_needs_the_name_too(cast: Cast) -> None:
    one = make_customer("Giulia Ferri", ("mastodon", "@giulia.ferri@social.example"))
    other = make_customer("Giulia Ferri", ("telegram", "giulia.ferri"))
    third = make_customer("Someone Else", ("bluesky", "giulia.ferri"))
    for customer in (one, other, third):
        receive(cast.inbox, "Hello", customer=customer)
    catch_up()
    assert [(s.one_id, s.other_id) for s in DuplicateSuggestion.objects.all()] == [(one.pk, other.pk)]


def test_no_is_remembered_and_can_be_taken_back(cast: Cast) -> None:
    note_traces(
        [
            Trace(cast.giulia.pk, "code", "4471902"),
            Trace(make_customer("G", ("chat", "1")).pk, "code", "4471902"),
        ]
    )
    (found,) = suggestions_of(cast.giulia)
    judge_duplicate(by=cast.marco, suggestion=found, is_same=False)
    note_traces([Trace(found.one_id, "email", "a@b.it"), Trace(found.other_id, "email", "a@b.it")])
    assert suggestions_of(cast.giulia) == []
    ask_again(by=cast.marco, suggestion=found)
    assert len(suggestions_of(cast.giulia)) == 1


def test_yes_merges_the_younger_into_the_older(cast: Cast) -> None:
    young = make_customer("G", ("chat", "1"))
    note_traces([Trace(cast.giulia.pk, "code", "4471902"), Trace(young.pk, "code", "4471902")])
    (found,) = suggestions_of(cast.giulia)
    judge_duplicate(by=cast.marco, suggestion=found, is_same=True)
    assert Customer.objects.get(pk=young.pk).merged_into_id == cast.giulia.pk
    assert suggestions_of(cast.giulia) == []


def test_a_number_that_many_write_says_nothing_and_costs_nothing_more() -> None:
    people = [make_customer(f"N{n}", ("chat", f"{n}")).pk for n in range(40)]
    costs = []
    for few in (people[:10], people):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert note_traces([Trace(pk, "phone", "+39800123456") for pk in few]) == 0
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert not DuplicateSuggestion.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "😀" * 10_000,
        "\u200b" * 5_000 + "\u202egiulia@example.org",
        "Z̷̨̛" * 3_000,
        "\x00\ud800 via Roma 12",
        "@" * 20_000,
        "+39 " * 5_000,
    ],
)
def test_hostile_texts_are_read(text: str) -> None:
    traces_in(text[:8_000], 1, "Giulia " * 500)
    list(traces_of_handle("mastodon", text[:255], text[:120], is_proven=True, customer=1))
    number_of(text[:500])


def test_numbers_read_alike_however_they_are_written() -> None:
    assert {number_of(w) for w in ("347 123 2210", "+39 347 1232210", "0039-347-123.2210")} == {
        "+393471232210"
    }
    assert number_of("12") == ""
