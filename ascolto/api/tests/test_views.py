"""Saved views and changes of many, by the API."""

from __future__ import annotations

import pytest

from ascolto.api.tests.conftest import token_of
from ascolto.conversations.models import Conversation
from ascolto.testing.factories import Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = {"all": [{"field": "status", "op": "is", "value": ["open"]}]}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_view_is_saved_changed_removed_and_brought_back(cast: Cast) -> None:
    marco = token_of(cast.marco)
    made = marco.post("/views", {"name": "Open ones", "query": OPEN, "sort": "oldest"})
    assert (made["sentence"], made["scope"]) == ("Open conversations", "personal")
    path = f"/views/{made['id']}"
    assert marco.get(path)["query"] == OPEN
    changed = marco("PATCH", path, {"name": "All that is open"}).json()
    assert (changed["name"], changed["version"]) == ("All that is open", 2)
    assert marco("DELETE", path).json()["is_removed"] is True
    assert marco.problem("GET", path).status == 404
    assert marco.post(f"{path}/restore")["name"] == "All that is open"
    assert [one["name"] for one in marco.get("/views")["data"]] == ["All that is open"]
    assert token_of(cast.anna).problem("GET", path).status == 404


def test_sharing_takes_its_permission(cast: Cast) -> None:
    marco, anna = token_of(cast.marco), token_of(cast.anna)
    body = {"name": "Open ones", "query": OPEN, "scope": "everybody"}
    assert marco.problem("POST", "/views", body).status == 422
    shared = anna.post("/views", body)
    assert marco.problem("PATCH", f"/views/{shared['id']}", {"name": "Mine"}).status == 422
    assert marco.get(f"/views/{shared['id']}")["owner"]["name"] == "Anna Neri"


def test_conversations_of_a_view_are_those_that_one_may_see(cast: Cast) -> None:
    first = cast.writes()
    second = cast.writes(customer=make_customer("Luca Greco"))
    Conversation.objects.filter(pk=second.pk).update(status="resolved")
    shared = token_of(cast.anna).post("/views", {"name": "Open", "query": OPEN, "scope": "everybody"})
    path = f"/conversations?view_id={shared['id']}"
    assert [one["id"] for one in token_of(cast.marco).get(path)["data"]] == [first.pk]
    assert token_of(cast.viktor).get(path)["data"] == []
    assert token_of(cast.marco).problem("GET", "/conversations?view_id=999").status == 422


def test_a_query_that_cannot_be_says_where_it_is_wrong(cast: Cast) -> None:
    query = {"all": [{"field": "status", "op": "is", "value": ["opened"]}]}
    problem = token_of(cast.marco).problem("POST", "/views", {"name": "Wrong", "query": query})
    assert problem.status == 422
    assert "query.all.0.value" in str(problem.body if hasattr(problem, "body") else problem)


def test_fields_are_told_with_what_can_be_chosen(cast: Cast) -> None:
    fields = {one["name"]: one for one in token_of(cast.marco).get("/view-fields")["data"]}
    assert fields["waiting"]["kind"] == "duration"
    assert {"value": cast.marco.pk, "label": "Marco Villa"} in fields["assignee"]["choices"]


def test_many_are_changed_and_taken_back(cast: Cast) -> None:
    ids = [cast.writes(customer=make_customer(name)).pk for name in ("Luca Greco", "Paolo Ricci")]
    marco = token_of(cast.marco)
    body = {"conversations": [*ids, 999_999], "verb": "status", "status": "resolved"}
    told = marco.post("/conversations/bulk", body)
    assert told["changed"] == ids
    assert [(one["conversation_id"], one["code"]) for one in told["not_changed"]] == [(999_999, "not_found")]
    assert token_of(cast.anna).problem("POST", f"/bulk-changes/{told['id']}/undo").status == 404
    assert sorted(marco.post(f"/bulk-changes/{told['id']}/undo")["changed"]) == ids
    assert set(Conversation.objects.filter(pk__in=ids).values_list("status", flat=True)) == {"open"}
    assert token_of(cast.viktor).post("/conversations/bulk", body)["changed"] == []
