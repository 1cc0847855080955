"""What was understood, for machines: read, corrected, taken back; look-alikes and topics; and nothing for Viktor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ascolto.accounts.models import Agent
from ascolto.api.tests.conftest import Caller, token_of
from ascolto.conversations.actions import add_note, add_participant
from ascolto.conversations.models import Message
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_customer, make_inbox, receive
from ascolto.testing.readings import make_reading
from ascolto.understanding.models import Correction, Lookalike, Topic


@pytest.fixture
def message(cast: Cast) -> Message:
    found = receive(cast.inbox, "Internet non funziona da tre giorni 😡", customer=cast.giulia)
    make_reading(found, topic="Outage", personal=[["iban", 3, 30, True]], unsure=["topic"], alike=7)
    return found


def test_a_message_tells_how_it_was_understood(cast: Cast, marco: Caller, message: Message) -> None:
    thread = marco.get(f"/conversations/{message.conversation_id}/messages")["data"]
    reading = thread[0]["reading"]
    assert reading == marco.get(f"/messages/{message.pk}/reading")
    assert (reading["intent"], reading["sentiment"], reading["urgency"]) == ("complaint", "negative", "high")
    assert reading["topic"]["name"] == "Outage"
    assert reading["personal"] == [{"kind": "iban", "start": 3, "end": 30, "is_checked": True}]
    assert reading["because"]["sentiment"][0] == {"kind": "word", "what": "non", "weight": 0.9}
    assert reading["versions"]["sentiment"] == "shipped-1"
    assert reading["unsure"] == ["topic"]
    assert reading["lookalike"]["customers"] == 7


def test_what_was_not_read_yet_has_no_reading(cast: Cast, marco: Caller) -> None:
    found = receive(cast.inbox, customer=cast.giulia)
    assert marco.get(f"/conversations/{found.conversation_id}/messages")["data"][0]["reading"] is None
    problem = marco.problem("GET", f"/messages/{found.pk}/reading")
    assert (problem.status, problem.detail) == (404, "This message has not been read yet.")
    body = {"field": "intent", "value": "idea"}
    assert marco.problem("POST", f"/messages/{found.pk}/corrections", body).status == 422
    assert marco.problem("DELETE", f"/messages/{found.pk}/corrections/intent").status == 404


def test_a_correction_counts_at_once_and_is_taken_back(marco: Caller, message: Message) -> None:
    body = {"field": "intent", "value": "question"}
    reading = marco.post(f"/messages/{message.pk}/corrections", body)
    assert (reading["intent"], reading["corrected"]) == ("question", ["intent"])
    told = marco.get(f"/messages/{message.pk}/corrections")["data"]
    assert [(row["was"], row["became"], row["agent"]["name"]) for row in told] == [
        ("complaint", "question", "Marco Villa")
    ]
    response = marco("DELETE", f"/messages/{message.pk}/corrections/intent")
    assert response.status_code == 200
    assert response.json()["intent"] == "complaint"
    assert marco.get(f"/messages/{message.pk}/corrections")["data"][0]["withdrawn_at"]


@pytest.mark.parametrize(
    "body",
    [
        {"field": "intent", "value": "love"},
        {"field": "read_at", "value": "x"},
        {"field": "topic", "value": "Unknown"},
        {"field": "intent"},
        {"field": "intent", "value": "x" * 81},
        {"field": "intent", "value": "\x00"},
        {"field": "intent", "value": "idea", "by": 3},
        [],
    ],
)
def test_nonsense_is_explained(marco: Caller, message: Message, body: Any) -> None:
    assert marco.problem("POST", f"/messages/{message.pk}/corrections", body).status == 422
    assert Correction.objects.count() == 0


def test_nothing_of_it_is_there_for_viktor(viktor: Caller, message: Message) -> None:
    body = {"field": "intent", "value": "idea"}
    path = f"/messages/{message.pk}"
    assert viktor.problem("GET", f"{path}/reading").status == 404
    assert viktor.problem("GET", f"{path}/corrections").status == 404
    assert viktor.problem("POST", f"{path}/corrections", body).status == 404
    assert viktor.problem("DELETE", f"{path}/corrections/intent").status == 404
    assert viktor.get("/lookalikes?fewest=2")["data"] == []
    assert viktor.get(f"/conversations?lookalike={Lookalike.objects.get().pk}")["data"] == []
    assert viktor.get("/conversations?intent=complaint")["data"] == []
    assert Correction.objects.count() == 0


def test_a_guest_reads_where_they_were_asked_and_corrects_nothing(
    cast: Cast, guest: tuple[Agent, Caller], message: Message
) -> None:
    bruno, caller = guest
    assert caller.problem("GET", f"/messages/{message.pk}/reading").status == 404
    add_participant(agent=cast.marco, conversation=message.conversation, person=bruno)
    assert caller.get(f"/messages/{message.pk}/reading")["intent"] == "complaint"
    body = {"field": "intent", "value": "idea"}
    assert caller.problem("POST", f"/messages/{message.pk}/corrections", body).status == 403
    assert caller.problem("DELETE", f"/messages/{message.pk}/corrections/intent").status == 403
    assert caller.get("/topics")["data"] == []


def test_scopes_decide_who_corrects(cast: Cast, message: Message) -> None:
    reader = token_of(cast.marco, "conversations:read")
    assert reader.get(f"/messages/{message.pk}/reading")
    body = {"field": "intent", "value": "idea"}
    assert reader.problem("POST", f"/messages/{message.pk}/corrections", body).status == 403
    writer = token_of(cast.marco, "messages:write")
    assert writer.problem("GET", f"/messages/{message.pk}/reading").status == 403


def test_notes_are_not_read(cast: Cast, marco: Caller, message: Message) -> None:
    note = add_note(agent=cast.marco, conversation=message.conversation, text="He is right.")
    assert marco.problem("GET", f"/messages/{note.pk}/reading").status == 404


@pytest.mark.parametrize("wrong", ["0", "x", "-1", "9" * 30, "%00", "1.5"])
def test_what_is_no_message_is_not_found(marco: Caller, message: Message, wrong: str) -> None:
    assert marco.problem("GET", f"/messages/{wrong}/reading").status == 404


def test_conversations_are_listed_by_what_they_mean(cast: Cast, marco: Caller, message: Message) -> None:
    other = receive(cast.inbox, "When do you open?", customer=make_customer("Paolo Ricci"))
    calm = {"sentiment": "neutral", "strength": 0.0, "anger": 0.0, "urgency": 1, "language": "en"}
    make_reading(other, intent="question", **calm)
    topic, group = Topic.objects.get(), Lookalike.objects.get()
    for query in (
        "intent=complaint",
        "sentiment=negative",
        "urgency=high",
        "language=it",
        f"topic={topic.pk}",
        f"lookalike={group.pk}",
        "intent=complaint&language=it&needs_answer=yes",
    ):
        found = [row["id"] for row in marco.get(f"/conversations?{query}")["data"]]
        assert found == [message.conversation_id], query
    assert len(marco.get("/conversations?needs_answer=yes")["data"]) == 2
    assert marco.problem("GET", "/conversations?intent=love").status == 422


def test_lookalikes_count_only_what_may_be_seen(cast: Cast, marco: Caller, anna: Caller) -> None:
    board = make_inbox(name="Board", teams=[cast.viktor.teams.get()])
    first = receive(cast.inbox, "No signal in Navile!", customer=cast.giulia)
    group = make_reading(first, alike=5).lookalike
    for n, inbox in enumerate((cast.inbox, cast.inbox, board, board)):
        heard = receive(inbox, "No signal in Navile!!", customer=make_customer(f"Customer {n}"))
        make_reading(heard, lookalike=group)
    assert [row["customers"] for row in marco.get("/lookalikes")["data"]] == [3]
    assert [row["customers"] for row in anna.get("/lookalikes")["data"]] == [5]
    assert marco.get("/lookalikes")["data"][0]["preview"] == "No signal in Navile!"
    assert marco.get("/lookalikes?fewest=4")["data"] == []
    later = (now() + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert marco.get(f"/lookalikes?since={later}")["data"] == []
    assert marco.problem("GET", "/lookalikes?since=2026-11-22T09:00:00").status == 422


def test_topics_are_told(marco: Caller, message: Message) -> None:
    assert [row["name"] for row in marco.get("/topics")["data"]] == ["Outage"]
