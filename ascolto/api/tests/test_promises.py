"""Promises for machines: clocks with their trace, policies and calendars, complaints; nothing for Viktor."""

from __future__ import annotations

import pytest

from ascolto.api.tests.conftest import Caller
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import at
from ascolto.sla import worker
from ascolto.sla.actions.choices import change_settings
from ascolto.sla.tests.office import promise_everybody, rome
from ascolto.testing.factories import Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def talk(cast: Cast) -> Conversation:
    promise_everybody(60)
    with at(rome("2026-06-11 17:30")):
        found = cast.writes("La linea non va.")
        worker.catch_up()
    return found


def test_clocks_tell_why_when_they_are_asked(marco: Caller, talk: Conversation) -> None:
    with at(rome("2026-06-11 17:35")):
        [clock, resolution] = marco.get(f"/conversations/{talk.pk}/clocks")["data"]
        told = marco.get(f"/conversations/{talk.pk}/clocks?expand=trace")["data"]
    clock, resolution = sorted([clock, resolution], key=lambda one: str(one["kind"]))
    assert (clock["kind"], clock["state"], clock["due_at"]) == (
        "first_response",
        "running",
        "2026-06-12T07:30:00Z",
    )
    assert (resolution["kind"], resolution["due_at"]) == ("resolution", None)
    assert "trace" not in clock
    trace = next(one["trace"] for one in told if one["kind"] == "first_response")
    assert [step["code"] for step in trace][:2] == ["started", "promise"]
    assert trace[-1]["code"] == "due"
    assert sum(step["values"]["open"] for step in trace if step["code"] == "counted") == 3600
    assert all(step["words"] for step in trace if step["code"] != "not_promise")


def test_what_is_promised_is_told(marco: Caller, talk: Conversation) -> None:
    [policy] = marco.get("/sla/policies")["data"]
    assert (policy["first_response"], policy["channel"], policy["is_worse"]) == (3600, None, False)
    assert len(marco.get("/sla/policies?past=yes")["data"]) == 2
    names = {one["name"]: one["versions"] for one in marco.get("/sla/calendars")["data"]}
    assert names["Hours 60 False"][0]["content"]["time_zone"] == "Europe/Rome"


def test_a_complaint_is_registered_once_and_withdrawn_for_a_reason(marco: Caller, talk: Conversation) -> None:
    address = f"/conversations/{talk.pk}/complaint"
    assert marco.problem("POST", address, {}).status == 422
    change_settings(by=None, pack="it-agcom")
    assert marco.problem("GET", address).status == 404
    made = marco.post(address, {})
    assert (made["code"], made["days"]) == (talk.number, 30)
    assert marco.post(address, {}) == made
    assert marco.get(address) == made
    assert marco.problem("POST", f"{address}/withdraw", {"reason": "no"}).status == 422
    assert marco.post(f"{address}/withdraw", {"reason": "She only asked."})["withdrawn_at"]


def test_viktor_gets_nothing(viktor: Caller, talk: Conversation) -> None:
    for method, path in (
        ("GET", "clocks"),
        ("GET", "complaint"),
        ("POST", "complaint"),
        ("POST", "complaint/withdraw"),
    ):
        body = {"reason": "because of that"} if path.endswith("withdraw") else {}
        problem = viktor.problem(
            method, f"/conversations/{talk.pk}/{path}", body if method == "POST" else None
        )
        assert problem.status == 404
