"""Marco's program finds, reads and changes conversations; Viktor's sees nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ascolto.accounts.models import Agent
from ascolto.api.tests.conftest import Caller, token_of
from ascolto.conversations import actions
from ascolto.conversations.models import Conversation, Priority
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_conversation, make_customer, make_inbox, make_team


def test_a_conversation_is_listed_with_everything_a_program_needs(cast: Cast, marco: Caller) -> None:
    conversation = cast.writes("My line is dead.")
    page = marco.get("/conversations")
    (found,) = page["data"]
    assert page["meta"] == {"next_cursor": None}
    assert found["id"] == conversation.pk
    assert found["number"] == conversation.number
    assert (found["status"], found["priority"]) == ("open", "normal")
    assert found["customer"] == {"id": cast.giulia.pk, "name": "Giulia Ferri"}
    assert found["channels"] == ["webhook"]
    assert found["channel_id"] == cast.inbox.pk
    assert (found["assignee"], found["team"], found["labels"]) == (None, None, [])
    assert found["preview"] == "My line is dead."
    assert found["last_message_at"].endswith("Z")
    assert found["version"] == 1
    assert "channel" not in found


def test_viktor_sees_nothing_and_what_is_not_his_is_not_there(cast: Cast, viktor: Caller) -> None:
    conversation = cast.writes()
    assert viktor.get("/conversations")["data"] == []
    for method, path in [
        ("GET", ""), ("GET", "/messages"), ("PATCH", ""), ("POST", "/assign"), ("POST", "/transfer"),
        ("POST", "/resolve"), ("POST", "/reopen"), ("POST", "/snooze"), ("POST", "/messages"),
    ]:  # fmt: skip
        body = {"/assign": {"assignee": "me"}, "/transfer": {"team": 1}, "/snooze": {"until": None}}.get(
            path, {}
        )
        sent = None if method == "GET" else body
        assert viktor.problem(method, f"/conversations/{conversation.pk}{path}", sent).status == 404
    assert viktor.get("/customers")["data"] == []
    assert viktor.problem("GET", f"/customers/{cast.giulia.pk}").status == 404
    assert viktor.problem("GET", f"/channels/{cast.inbox.pk}").status == 404


def test_a_guest_sees_only_what_they_were_asked_into(cast: Cast, guest: tuple[Agent, Caller]) -> None:
    bruno, caller = guest
    asked, other = cast.writes(), make_conversation(customer=make_customer("Luca Serra"))
    actions.add_participant(agent=cast.marco, conversation=asked, person=bruno)
    assert [row["id"] for row in caller.get("/conversations")["data"]] == [asked.pk]
    assert caller.problem("GET", f"/conversations/{other.pk}").status == 404
    refusal = caller.problem("PATCH", f"/conversations/{asked.pk}", {"status": "resolved"})
    assert (refusal.status, refusal.type) == (403, "/api/problems/not-allowed")
    note = {"text": "The line was cut by the works.", "visibility": "note"}
    assert caller.post(f"/conversations/{asked.pk}/messages", note, status=201)["visibility"] == "note"
    assert caller.problem("POST", f"/conversations/{asked.pk}/messages", {"text": "Hello"}).status == 403


def test_a_conversation_is_found_by_id_and_by_number(cast: Cast, marco: Caller) -> None:
    conversation = cast.writes()
    for name in (conversation.pk, conversation.number, f"%23{conversation.number}"):
        response = marco("GET", f"/conversations/{name}")
        assert response.json()["id"] == conversation.pk
        assert response["ETag"] == '"1"'
    mistyped = conversation.number[:-1] + str((int(conversation.number[-1]) + 1) % 10)
    for nothing in (mistyped, "999999", "x", "-1", "9" * 40, "١", "0"):
        assert marco.problem("GET", f"/conversations/{nothing}").status == 404


def test_a_number_that_looks_like_an_id_can_be_read_but_never_changes_by_mistake(
    cast: Cast, marco: Caller
) -> None:
    conversation = Conversation.objects.create(id=12_345, customer=cast.giulia, account=cast.inbox)
    number = conversation.number
    assert not number.startswith("0")
    assert marco.get(f"/conversations/{number}")["id"] == 12_345
    assert marco.problem("PATCH", f"/conversations/{number}", {"status": "pending"}).status == 404
    assert marco.patch(f"/conversations/%23{number}", {"status": "pending"})["status"] == "pending"


@pytest.fixture
def several(cast: Cast) -> dict[str, Conversation]:
    """Three conversations of three customers."""
    made = {}
    for minutes, name in enumerate(["Giulia Ferri", "Luca Serra", "Marta Galli"]):
        made[name.split()[0]] = make_conversation(
            cast.inbox, f"{name} writes", customer=make_customer(name), at=now() - timedelta(minutes=minutes)
        )
    return made


def listed(caller: Caller, query: str) -> list[str]:
    return [row["customer"]["name"].split()[0] for row in caller.get(f"/conversations?{query}")["data"]]


def test_a_list_is_narrowed_by_what_is_asked_for(
    cast: Cast, marco: Caller, several: dict[str, Conversation]
) -> None:
    actions.change_status(agent=cast.marco, conversation=several["Luca"], status="pending")
    actions.assign(agent=cast.marco, conversation=several["Marta"], assignee=cast.marco, team=cast.care)
    actions.set_labels(agent=cast.marco, conversation=several["Giulia"], names=["fault"])
    assert listed(marco, "") == ["Giulia", "Luca", "Marta"]
    assert listed(marco, "status=pending") == ["Luca"]
    assert listed(marco, "assignee=me") == ["Marta"]
    assert listed(marco, f"assignee={cast.marco.pk}") == ["Marta"]
    assert listed(marco, "assignee=none") == ["Giulia", "Luca"]
    assert listed(marco, f"team={cast.care.pk}") == ["Marta"]
    assert listed(marco, "label=fault") == ["Giulia"]
    assert listed(marco, "channel=webhook&status=open") == ["Giulia", "Marta"]
    assert listed(marco, "channel=email") == []
    assert listed(marco, f"channel={cast.inbox.pk}") == ["Giulia", "Luca", "Marta"]
    assert listed(marco, "channel=999999") == []
    assert listed(marco, "status=&channel=&assignee=&team=&label=&customer=&q=&limit=&cursor=&expand=") == [
        "Giulia",
        "Luca",
        "Marta",
    ]
    assert listed(marco, f"customer={several['Luca'].customer_id}") == ["Luca"]
    assert listed(marco, f"q={several['Marta'].number}") == ["Marta"]
    assert listed(marco, "q=luca.serra@example.org") == ["Luca"]
    assert listed(marco, "view=mine") == ["Marta"]


def test_pages_follow_each_other_without_a_gap_or_a_double(
    marco: Caller, several: dict[str, Conversation]
) -> None:
    Conversation.objects.update(last_message_at=now())  # equal times: the id decides
    seen, cursor = [], ""
    while True:
        page = marco.get(f"/conversations?limit=1&cursor={cursor}")
        seen += [row["id"] for row in page["data"]]
        cursor = page["meta"]["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted((c.pk for c in several.values()), reverse=True)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=201", "?limit"), ("limit=0", "?limit"), ("limit=x", "?limit"), ("status=gone", "?status"),
        ("assignee=you", "?assignee"), ("team=0", "?team"), ("cursor=x", "?cursor"), ("statuss=open", "?statuss"),
        ("expand=secrets", "?expand"), ("view=nothing", "?view"), (f"customer={'9' * 30}", "?customer"),
        ("cursor=" + "A" * 201, "?cursor"), ("channel=A%00", "?channel"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(marco: Caller, query: str, field: str) -> None:
    problem = marco.problem("GET", f"/conversations?{query}")
    assert (problem.status, problem.type) == (422, "/api/problems/invalid")
    assert problem.errors[0].field == field
    if field == "?statuss":
        assert "did you mean status" in problem.errors[0].message


def test_expand_tells_more_in_the_same_answer(cast: Cast, marco: Caller) -> None:
    cast.writes("The first message.")
    cast.writes("The second message.")
    (found,) = marco.get("/conversations?expand=customer,channel,last_message")["data"]
    assert found["customer"]["identities"][0]["value"] == "giulia.ferri@example.org"
    assert found["channel"] == {"id": cast.inbox.pk, "kind": "webhook", "name": "Telvia webhook"}
    assert found["last_message"]["text"] == "The second message."
    assert found["last_message"]["author"] == {
        "kind": "customer",
        "id": cast.giulia.pk,
        "name": "Giulia Ferri",
    }
    narrow = token_of(cast.marco, "conversations:read")
    assert narrow.problem("GET", "/conversations?expand=customer").type == "/api/problems/missing-scope"


def test_fields_are_changed_together_and_told_to_the_log(cast: Cast, marco: Caller) -> None:
    conversation, until = cast.writes(), now() + timedelta(hours=3)
    changed = marco.patch(
        f"/conversations/{conversation.pk}",
        {
            "subject": "Dead line",
            "priority": "high",
            "status": "on_hold",
            "assignee": "me",
            "team": cast.care.pk,
            "labels": ["fault", "Milano"],
            "snoozed_until": until.isoformat(),
        },
    )
    assert (changed["subject"], changed["priority"], changed["status"]) == ("Dead line", "high", "on_hold")
    assert changed["assignee"] == {"id": cast.marco.pk, "name": "Marco Villa"}
    assert changed["team"] == {"id": cast.care.pk, "name": "Care"}
    assert changed["labels"] == ["Milano", "fault"] or changed["labels"] == ["fault", "Milano"]
    assert changed["snoozed_until"].startswith(until.strftime("%Y-%m-%dT%H:%M:%S"))
    conversation.refresh_from_db()
    assert conversation.priority == Priority.HIGH
    assert changed["version"] == conversation.version
    told = set(Event.objects.filter(actor_id=cast.marco.pk).values_list("type", flat=True))
    assert {"conversation.renamed", "conversation.assigned", "conversation.status_changed"} <= told


def test_a_wrong_field_changes_nothing_at_all(cast: Cast, marco: Caller) -> None:
    conversation = cast.writes()
    bodies: list[tuple[dict[str, Any], str]] = [
        ({"subject": "New", "assignee": 999_999}, "assignee"),
        ({"subject": "New", "team": 999_999}, "team"),
        ({"subject": "New", "status": "closed"}, "status"),
        ({"subject": "New", "labels": [""]}, "labels"),
        ({"subject": "x" * 301}, "subject"),
        ({"subject": "New", "snoozed_until": "2030-01-01T09:00:00"}, "snoozed_until"),
        ({"subject": "New", "snoozed_until": "tomorrow"}, "snoozed_until"),
        ({"colour": "red"}, "colour"),
    ]
    for body, field in bodies:
        problem = marco.problem("PATCH", f"/conversations/{conversation.pk}", body)
        assert (problem.status, problem.errors[0].field) == (422, field), problem
    past = marco.problem(
        "PATCH",
        f"/conversations/{conversation.pk}",
        {"subject": "New", "snoozed_until": "2020-01-01T00:00:00Z"},
    )
    assert (past.type, past.code) == ("/api/problems/refused", "in_the_past")
    conversation.refresh_from_db()
    assert (conversation.subject, conversation.version) == ("", 1)


@pytest.mark.parametrize("how", ["body", "header"])
def test_a_stale_edit_is_refused_with_the_current_version(cast: Cast, marco: Caller, how: str) -> None:
    conversation = cast.writes()
    address = f"/conversations/{conversation.pk}"

    def edit(subject: str, version: int, status: int) -> Any:
        if how == "body":
            return marco.patch(address, {"subject": subject, "version": version}, status=status)
        return marco.patch(address, {"subject": subject}, status=status, If_Match=f'"{version}"')

    assert edit("First", 1, 200)["version"] == 2
    stale = edit("Second", 1, 409)
    assert (stale["type"], stale["current_version"]) == ("/api/problems/stale", 2)
    assert edit("Second", 2, 200)["version"] == 3
    conversation.refresh_from_db()
    assert conversation.subject == "Second"
    assert (
        marco.problem("PATCH", address, {"subject": "x"}, If_Match="yesterday").errors[0].field == "If-Match"
    )
    assert marco.problem("POST", f"{address}/resolve", {"version": 1}).type == "/api/problems/stale"


def test_verbs_move_a_conversation_along(cast: Cast, marco: Caller) -> None:
    conversation, network = cast.writes(), make_team("Network")
    address = f"/conversations/{conversation.pk}"
    assert marco.post(f"{address}/assign", {"assignee": "me"})["assignee"]["id"] == cast.marco.pk
    assert marco.post(f"{address}/assign", {"assignee": None})["assignee"] is None
    assert marco.post(f"{address}/assign", {"assignee": cast.anna.pk})["assignee"]["id"] == cast.anna.pk
    assert (
        marco.post(f"{address}/assign", {"assignee": "me"})["assignee"]["id"] == cast.marco.pk
    )  # Anna is not there
    moved = marco.post(f"{address}/transfer", {"team": network.pk, "note": "The pole is down."})
    assert (moved["team"]["name"], moved["assignee"]) == ("Network", None)
    assert marco.get(f"{address}/messages")["data"][-1]["text"] == "The pole is down."
    assert marco.post(f"{address}/resolve")["status"] == "resolved"
    assert marco.post(f"{address}/reopen")["status"] == "open"
    until = (now() + timedelta(days=1)).isoformat()
    assert marco.post(f"{address}/snooze", {"until": until})["snoozed_until"] is not None
    assert marco.post(f"{address}/snooze", {"until": None})["snoozed_until"] is None


def test_who_gives_a_conversation_away_gets_a_last_answer(cast: Cast) -> None:
    """Marco sees it only since it is his; after he left it to nobody it is out of his sight."""
    hidden = make_conversation(
        make_inbox(teams=[make_team("Network")]), customer=cast.giulia, assignee=cast.marco
    )
    caller = token_of(cast.marco)
    assert caller.post(f"/conversations/{hidden.pk}/assign", {"assignee": None})["assignee"] is None
    assert caller.problem("GET", f"/conversations/{hidden.pk}").status == 404


def test_a_guest_cannot_be_made_to_answer(cast: Cast, marco: Caller, guest: tuple[Agent, Caller]) -> None:
    conversation = cast.writes()
    refusal = marco.problem("POST", f"/conversations/{conversation.pk}/assign", {"assignee": guest[0].pk})
    assert (refusal.status, refusal.code) == (422, "cannot_hold")
