"""Macros and rules by the API: as in the desk, and no more than the token's agent may."""

from __future__ import annotations

import pytest

from ascolto.api.tests.conftest import token_of
from ascolto.automation import worker
from ascolto.automation.actions import create_macro, create_rule, switch_rule
from ascolto.events.log import latest_position, move_cursor
from ascolto.testing.factories import Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
LABEL = {"kind": "add_labels", "labels": ["bill"]}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_macro_is_tried_used_and_taken_back(cast: Cast) -> None:
    talk, marco = cast.writes(), token_of(cast.marco)
    reply = {"kind": "reply", "text": "Hello {customer}.", "send": True}
    macro = create_macro(by=cast.marco, name="Bill", steps=[LABEL, reply])
    listed = marco.get("/macros?q=bill")["data"]
    assert [one["id"] for one in listed] == [macro.pk]
    assert listed[0]["sentence"].startswith("Label it “bill” and answer privately")
    tried = marco.get(f"/conversations/{talk.pk}/macros/{macro.pk}")
    assert [(step["kind"], step["changes"], step["refused"]) for step in tried["steps"]] == [
        ("add_labels", True, None), ("reply", True, None),
    ]  # fmt: skip
    ran = marco.post(f"/conversations/{talk.pk}/macros", {"macro_id": macro.pk})
    assert [step["outcome"] for step in ran["steps"]] == ["done", "draft"]
    assert ran["draft"] == {"text": "Hello Giulia Ferri.", "visibility": "private"}
    undone = marco.post(f"/conversations/{talk.pk}/macro-runs/{ran['id']}/undo")
    assert undone == {"steps": 1}
    assert not talk.labels.exists()


def test_viktor_uses_no_macro_of_marco_and_sees_no_conversation(cast: Cast) -> None:
    talk, viktor = cast.writes(), token_of(cast.viktor)
    macro = create_macro(by=cast.marco, name="Bill", steps=[LABEL])
    assert viktor.get("/macros")["data"] == []
    assert viktor.problem("GET", f"/conversations/{talk.pk}/macros/{macro.pk}").status == 404
    assert viktor.problem("POST", f"/conversations/{talk.pk}/macros", {"macro_id": macro.pk}).status == 404
    assert (
        token_of(cast.anna).problem("POST", f"/conversations/{talk.pk}/macros", {"macro_id": macro.pk}).status
        == 404
    )


def test_rules_are_for_who_writes_them(cast: Cast) -> None:
    move_cursor(worker.CURSOR, latest_position())
    anna = token_of(cast.anna)
    rule = create_rule(by=cast.anna, name="Bills", says={"when": "message_received", "steps": [LABEL]})
    assert anna.get("/rules")["data"][0]["sentence"] == "When a customer writes, label it “bill”."
    assert anna.patch(f"/rules/{rule.pk}", {"is_enabled": True})["is_enabled"] is True
    talk = cast.writes()
    worker.catch_up()
    runs = anna.get(f"/rules/{rule.pk}/runs?limit=1")["data"]
    assert [(run["conversation_id"], run["outcome"]) for run in runs] == [(talk.pk, "done")]
    marco = token_of(cast.marco)
    for path in ("/rules", f"/rules/{rule.pk}", f"/rules/{rule.pk}/runs"):
        assert marco.problem("GET", path).status == 403
    assert marco.problem("PATCH", f"/rules/{rule.pk}", {"is_enabled": False}).status == 403
    assert anna.problem("GET", "/rules/999999").status == 404
    switch_rule(by=cast.anna, rule=rule, on=False)
    assert anna.get(f"/rules/{rule.pk}")["is_enabled"] is False
