"""What is known of customers, by the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ascolto.api.tests.conftest import token_of
from ascolto.conversations.models import Label
from ascolto.customers.duplicates import Trace, note_traces
from ascolto.customers.fields import save_field
from ascolto.customers.models import Customer, CustomerField, DuplicateSuggestion
from ascolto.directory.privacy.exporting import make_exports
from ascolto.testing.factories import Cast, make_cast, make_customer, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_customers_are_merged_and_parted(cast: Cast) -> None:
    cast.writes("Hello")
    again = make_customer("G. Ferri", ("phone", "+39333"))
    receive(cast.inbox, "Hello", customer=again)
    marco, viktor = token_of(cast.marco), token_of(cast.viktor)
    path = f"/customers/{cast.giulia.pk}/merge"
    refused = marco.post(path, {"source": again.pk}, status=422)
    assert (refused["code"], refused["may_override"]) == ("two_proven", True)
    viktor.post(path, {"source": again.pk}, status=404)
    made = marco.post(path, {"source": again.pk, "override": "She wrote from both"})
    assert made["moved"]["conversations"] == 1
    assert [one["id"] for one in marco.get(f"/customers/{cast.giulia.pk}/merges")["data"]] == [made["id"]]
    undone = marco.post(f"/customers/{cast.giulia.pk}/merges/{made['id']}/undo")
    assert undone["undone_at"]
    assert Customer.objects.get(pk=again.pk).merged_into_id is None


def test_suggestions_are_listed_and_judged(cast: Cast) -> None:
    cast.writes("Hello")
    chat = make_customer("Giulia", ("chat", "v-9"))
    receive(cast.inbox, "Hello", customer=chat)
    note_traces([Trace(cast.giulia.pk, "code", "4471902"), Trace(chat.pk, "code", "4471902")])
    marco = token_of(cast.marco)
    (found,) = marco.get("/customer-duplicates")["data"]
    assert found["reasons"] == [{"kind": "code", "value": "4471902"}]
    assert token_of(cast.viktor).get("/customer-duplicates")["data"] == []
    token_of(cast.viktor).post(f"/customer-duplicates/{found['id']}/judge", {"same": True}, status=404)
    assert marco.post(f"/customer-duplicates/{found['id']}/judge", {"same": False})["state"] == "different"
    assert DuplicateSuggestion.objects.get().decided_by_id == cast.marco.pk


def test_notes_fields_labels_and_handles(cast: Cast) -> None:
    cast.writes("Hello")
    Label.objects.create(name="vip", scope=Label.Scope.CUSTOMERS)
    number = save_field(by=cast.anna, field=CustomerField(), name="Lines", kind="number")
    closed = save_field(by=cast.anna, field=CustomerField(), name="Score", kind="text", editor="nobody")
    marco, base = token_of(cast.marco), f"/customers/{cast.giulia.pk}"
    note = marco.post(f"{base}/notes", {"text": "Hears badly"}, status=201)
    assert marco.patch(f"{base}/notes/{note['id']}", {"is_pinned": True})["is_pinned"]
    assert len(marco.get(f"{base}/notes")["data"]) == 1
    assert [one["key"] for one in marco.get("/customer-fields")["data"]] == [number.key, closed.key]
    values = marco.patch(f"{base}/fields", {"values": {number.key: 3, closed.key: "A"}})["values"]
    assert values == {number.key: 3, closed.key: "A"}
    wrong = marco.patch(f"{base}/fields", {"values": {number.key: "many", "nothing": 1}}, status=422)
    assert {error["field"] for error in wrong["errors"]} == {number.key, "nothing"}
    assert marco.post(f"{base}/labels", {"labels": ["vip"]})["labels"] == ["vip"]
    handle = marco.post(f"{base}/identities", {"namespace": "phone", "value": "+393331234567"}, status=201)
    assert not handle["is_proven"]
    proven = marco.post(f"{base}/identities/{handle['id']}", {"verb": "prove", "reason": "She read it out"})
    assert (proven["is_proven"], proven["proof"]) == (True, "agent")


def test_viktor_gets_nothing(cast: Cast) -> None:
    cast.writes("Hello")
    base = f"/customers/{cast.giulia.pk}"
    viktor = token_of(cast.viktor)
    for path in ("notes", "fields", "merges"):
        assert viktor("GET", f"{base}/{path}").status_code == 404
    for path, body in (
        ("notes", {"text": "x"}),
        ("labels", {"labels": []}),
        ("identities", {"namespace": "email", "value": "a@b.it"}),
        ("exports", {}),
    ):
        assert viktor("POST", f"{base}/{path}", body).status_code == 404


def test_a_copy_by_the_api(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.DATA = tmp_path
    cast.writes("Hello")
    base = f"/customers/{cast.giulia.pk}/exports"
    token_of(cast.marco).post(base, status=422)
    anna = token_of(cast.anna)
    made = anna.post(base, status=202)
    make_exports()
    assert anna.get(f"{base}/{made['id']}")["state"] == "ready"
    assert anna("GET", f"{base}/{made['id']}/content").status_code == 200
    assert token_of(cast.marco)("GET", f"{base}/{made['id']}").status_code == 404
