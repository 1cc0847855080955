"""The queue as Marco sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from ascolto.conversations.actions import assign, change_status, set_labels
from ascolto.conversations.models import Conversation
from ascolto.desk.queue import shown_count
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_agent, make_conversation, make_customer, make_inbox

As = Callable[..., Client]


def test_a_stranger_is_asked_to_sign_in(cast: Cast) -> None:
    for address in ("/", "/counts/", "/filters/", "/rows/1/", "/c/00011/", "/files/1/"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert "sign-in" in answer["Location"]


def test_marco_finds_who_waits_with_the_promise_due_first(cast: Cast, as_: As) -> None:
    cast.writes("My line is dead.", at=now() - timedelta(minutes=2))
    paolo = make_customer("Paolo Ricci")
    make_conversation(cast.inbox, "And mine!", customer=paolo, at=now() - timedelta(minutes=9))
    page = as_(cast.marco).get("/").content.decode()
    assert page.index("Paolo Ricci") < page.index("Giulia Ferri")
    assert "My line is dead." in page
    assert 'data-count="to_answer">2<' in page


def test_viktor_sees_nothing_of_it(cast: Cast, as_: As) -> None:
    conversation = cast.writes("A secret of mine.")
    viktor = as_(cast.viktor)
    page = viktor.get("/?view=all").content.decode()
    assert "A secret of mine." not in page
    assert "Nothing here" in page
    assert viktor.get(f"/rows/{conversation.pk}/?view=all").status_code == 204
    assert 'data-count="to_answer">0<' in viktor.get("/counts/").content.decode()


def test_a_row_leaves_the_view_it_does_not_belong_to(cast: Cast, as_: As) -> None:
    conversation = cast.writes()
    marco = as_(cast.marco)
    assert f'data-id="{conversation.pk}"' in marco.get(f"/rows/{conversation.pk}/").content.decode()
    change_status(agent=cast.marco, conversation=conversation, status="resolved")
    assert marco.get(f"/rows/{conversation.pk}/").status_code == 204
    assert marco.get(f"/rows/{conversation.pk}/?view=resolved").status_code == 200


def test_the_address_keeps_what_narrows_the_list(cast: Cast, as_: As) -> None:
    one = cast.writes("About the bill.")
    make_conversation(cast.inbox, "About the modem.", customer=make_customer("Paolo Ricci"))
    set_labels(agent=cast.marco, conversation=one, names=["Billing"])
    assign(agent=cast.marco, conversation=one, assignee=cast.anna)
    marco = as_(cast.marco)
    for query in ("label=Billing", f"assignee={cast.anna.pk}", "view=all&label=Billing&status=open"):
        page = marco.get(f"/?{query}").content.decode()
        assert "About the bill." in page
        assert "About the modem." not in page
        assert "Filtered" in page
    assert "About the modem." in marco.get("/?assignee=none&channel=webhook").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "status=no",
        "assignee=x",
        "team=9999999999999999999999",
        "label=" + "x" * 300,
        "channel=%00",
        "q=a%00b",
        "label=%00",
        "q=%22%27%3B--",
    ],
)
def test_nonsense_in_the_address_breaks_nothing(cast: Cast, as_: As, query: str) -> None:
    assert as_(cast.marco).get(f"/?{query}").status_code == 200


def test_an_unknown_view_or_cursor_is_not_there(cast: Cast, as_: As) -> None:
    assert as_(cast.marco).get("/?view=secret").status_code == 404
    assert as_(cast.marco).get("/?cursor=made-up").status_code == 404


@pytest.mark.parametrize("sort", ["promise", "newest", "oldest"])
def test_a_list_goes_on_below_any_of_its_rows(cast: Cast, as_: As, sort: str) -> None:
    """Scripts let go of rows far below and ask for them again by the last one that stayed."""
    for n in range(7):
        who = make_customer(f"Customer {n}")
        at = now() - timedelta(minutes=3 * n, microseconds=n * 137_911)
        make_conversation(cast.inbox, f"Message {n}", customer=who, at=at)
    marco = as_(cast.marco)
    whole = marco.get(f"/?view=all&sort={sort}", headers={"HX-Request": "true"}).content.decode()
    places = re.findall(r'data-id="(\d+)" data-version="\d+" data-order="(\d+)"', whole)
    assert len(places) == 7
    pk, order = places[2]
    below = f"/?view=all&sort={sort}&below={order}.{pk}"
    rest = marco.get(below, headers={"HX-Request": "true"}).content.decode()
    assert re.findall(r'data-id="(\d+)"', rest) == [pk for pk, _ in places[3:]]
    assert "list-scroll" not in rest


def test_a_place_below_nothing_is_not_there(cast: Cast, as_: As) -> None:
    marco = as_(cast.marco)
    assert marco.get(f"/?below={2**53}.1").status_code == 404
    assert marco.get("/?below=1.0").status_code == 404
    assert marco.get("/?below=nonsense").status_code == 200


def test_more_rows_come_by_a_key_and_none_twice(cast: Cast, as_: As) -> None:
    first = make_conversation(cast.inbox)
    fields = {"customer": first.customer, "account": cast.inbox, "status": "open"}
    moment = now()
    Conversation.objects.bulk_create(
        [Conversation(**fields, last_message_at=moment - timedelta(minutes=i)) for i in range(60)]
    )
    marco = as_(cast.marco)
    page = marco.get("/?view=all").content.decode()
    more = page.split('id="more"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    rest = marco.get(more, headers={"HX-Request": "true"}).content.decode()
    assert page.count("data-row=") == 50
    assert rest.count("data-row=") == 11
    assert "<html" not in rest
    ids = [part.split('"')[0] for part in (page + rest).split('id="row-')[1:]]
    assert len(ids) == len(set(ids)) == 61


def test_counting_stops_at_999() -> None:
    assert [shown_count(n) for n in (None, 0, 999, 1000)] == ["", "0", "999", "999+"]


def test_a_customer_without_a_name_is_called_by_their_handle(cast: Cast, as_: As) -> None:
    nameless = make_customer("", ("phone", "+393470000000"))
    make_conversation(cast.inbox, customer=nameless)
    assert (
        "+393470000000" in as_(cast.marco).get("/").content.decode()
        or "webhook-of" in as_(cast.marco).get("/").content.decode()
    )


def test_the_queue_costs_the_same_few_queries_however_many_wait(
    cast: Cast, as_: As, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for name in ("Paolo Ricci", "Rita Ferrante", "Nadia Kovač"):
        make_conversation(cast.inbox, customer=make_customer(name))
    marco, anna = as_(cast.marco), as_(cast.anna)
    marco.get("/counts/"), anna.get("/counts/")  # the first request of a session notes that somebody is here
    with django_assert_max_num_queries(31):
        marco.get("/")
    with django_assert_max_num_queries(30):
        anna.get("/")
    with django_assert_max_num_queries(20):
        marco.get(f"/rows/{Conversation.objects.first().pk}/")


def test_a_desk_without_an_inbox_says_what_to_do(db: None, as_: As) -> None:
    anna, marco = make_agent("Anna Neri", role="administrator"), make_agent("Marco Villa")
    assert "/settings/inboxes/connect/" in as_(anna).get("/").content.decode()
    assert "/settings/inboxes/connect/" not in as_(marco).get("/").content.decode()
    make_inbox()
    assert "/settings/inboxes/connect/" not in as_(anna).get("/").content.decode()
