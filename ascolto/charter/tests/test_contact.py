"""May a customer be approached? A campaign asks first."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ascolto.api.tests.conftest import token_of
from ascolto.charter.models import Stop
from ascolto.conversations.models import Message
from ascolto.customers.models import Identity
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast, make_customer
from ascolto.testing.readings import make_reading

pytestmark = pytest.mark.django_db
OFFER = "Passa alla fibra a 19,90 al mese, attivala entro domenica!"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _asks(cast: Cast, body: dict[str, Any], path: str = "/may-contact", agent: Any = None) -> Any:
    return token_of(agent or cast.anna, "customers:read").post(path, body)


def _complains(cast: Cast, customer: Any) -> None:
    conversation = cast.writes("Non funziona niente!", customer=customer)
    make_reading(Message.objects.filter(conversation=conversation).latest("pk"))


def test_a_customer_without_a_problem_may_be_approached(cast: Cast) -> None:
    answer = _asks(cast, {"customer": cast.giulia.pk, "text": OFFER})
    assert answer == {"allowed": True, "customer_id": cast.giulia.pk, "reasons": [], "note": ""}
    assert not Stop.objects.exists()


def test_a_customer_with_an_open_problem_may_not_and_it_is_written_down(cast: Cast) -> None:
    _complains(cast, cast.giulia)
    answer = _asks(cast, {"customer": cast.giulia.pk, "purpose": "commercial"})
    assert not answer["allowed"]
    (reason,) = answer["reasons"]
    assert (reason["code"], reason["guarantee"]) == ("offer_while_problem", "right-timing")
    assert reason["number"]
    stop = Stop.objects.get()
    assert (stop.gate, stop.is_override) == ("contact", False)


def test_news_of_the_service_may_be_told_and_an_offer_is_one_whatever_it_is_called(cast: Cast) -> None:
    _complains(cast, cast.giulia)
    told = {"customer": cast.giulia.pk, "purpose": "service", "text": "Il guasto è riparato."}
    assert _asks(cast, told)["allowed"]
    assert not _asks(cast, {**told, "text": OFFER})["allowed"]


def test_viktor_is_told_no_and_not_where_the_problem_is(cast: Cast) -> None:
    _complains(cast, cast.giulia)
    answer = _asks(cast, {"customer": cast.giulia.pk}, agent=cast.viktor)
    assert not answer["allowed"]
    assert (answer["reasons"][0]["conversation_id"], answer["reasons"][0]["number"]) == (None, "")


def test_who_opted_out_or_is_blocked_is_left_alone(cast: Cast) -> None:
    handle = Identity.objects.get(customer=cast.giulia)
    asked = {"handle": {"namespace": handle.namespace, "value": handle.value}}
    handle.opted_out_at = now()
    handle.save()
    assert [reason["code"] for reason in _asks(cast, asked)["reasons"]] == ["opted_out"]
    assert _asks(cast, {**asked, "purpose": "service", "text": "Il guasto è riparato."})["allowed"]
    handle.blocked_at = now()
    handle.save()
    assert "blocked" in [reason["code"] for reason in _asks(cast, {**asked, "purpose": "service"})["reasons"]]


def test_nobody_knows_a_stranger_and_says_so(cast: Cast) -> None:
    answer = _asks(cast, {"handle": {"namespace": "email", "value": "nobody@example.org"}})
    assert (answer["allowed"], answer["customer_id"], answer["note"]) == (True, None, "unknown_customer")
    assert _asks(cast, {"customer": 999_999})["note"] == "unknown_customer"


def test_five_hundred_are_asked_about_at_once_with_the_same_few_queries(cast: Cast) -> None:
    bruno, sara = make_customer("Bruno Sala"), make_customer("Sara Costa")
    _complains(cast, bruno)
    few = {"contacts": [{"customer": one.pk} for one in (cast.giulia, bruno, sara)]}
    with CaptureQueriesContext(
        connection,
    ) as small:
        answers = _asks(cast, few, "/may-contact/batch")["data"]
    assert [one["allowed"] for one in answers] == [True, False, True]
    many = {"contacts": few["contacts"] + [{"customer": 1_000_000 + n} for n in range(497)]}
    with CaptureQueriesContext(connection) as large:
        answers = _asks(cast, many, "/may-contact/batch")["data"]
    assert len(answers) == 500
    assert len(large) <= len(small) + 1
    caller = token_of(cast.anna, "customers:read")
    assert caller.problem("POST", "/may-contact/batch", {"contacts": [{"customer": 1}] * 501}).status == 422
    assert caller.problem("POST", "/may-contact", {}).status == 422


def test_a_refusal_in_the_api_names_the_guarantee_the_place_and_is_written_down(cast: Cast) -> None:
    conversation = cast.writes("Non funziona niente!")
    make_reading(Message.objects.filter(conversation=conversation).latest("pk"))
    caller = token_of(cast.marco, "messages:write", "conversations:read")
    path = f"/conversations/{conversation.pk}/messages"
    for key in ("one", "two"):
        problem = caller.problem("POST", path, {"text": OFFER}, Idempotency_Key=key)
        assert (problem.code, problem.guarantee, problem.may_override) == (
            "offer_while_problem",
            "right-timing",
            True,
        )
        assert problem.place["start"] == 0
    assert Stop.objects.get().conversation == conversation
    reason = {"right-timing": "She asked for the price"}
    caller.post(path, {"text": OFFER, "overrides": reason}, status=201)
    assert Stop.objects.filter(is_override=True).get().reason == "She asked for the price"


def test_the_charter_is_read_in_the_api(cast: Cast) -> None:
    caller = token_of(cast.marco, "conversations:read")
    found = caller.get("/charter?period=today")
    assert [one["number"] for one in found["data"]] == list(range(1, 11))
    assert caller.get("/charter/gap")["why_not_measured"]
    assert caller.get("/charter/promises-kept/breaches")["data"] == []
    assert caller.problem("GET", "/charter/nothing").status == 404
    assert caller.problem("GET", "/charter/gap/breaches").status == 404
