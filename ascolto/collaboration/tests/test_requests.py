"""A department is asked from inside a conversation: it sees what was shared and nothing else, and has a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ascolto.accounts.models import Agent, Role
from ascolto.collaboration.actions import requests as actions
from ascolto.collaboration.actions.departments import archive_department, save_department
from ascolto.collaboration.models import Department, DepartmentRequest
from ascolto.collaboration.periodic import ring_due
from ascolto.collaboration.selectors.requests import access_request, requests_seen_by
from ascolto.conversations.actions import add_note, add_reply, change_status
from ascolto.conversations.models import Conversation, Message, Status
from ascolto.conversations.selectors import count_views, list_conversations
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_agent, make_cast, make_customer

pytestmark = pytest.mark.django_db
HOSTILE = ["x" * 1_000_000, "\u200b" * 5000, "\u202eabc", "Z̸̡̛" * 3000, "🙂" * 10_000, "\x00", "a\ud800b"]


@dataclass
class House:
    cast: Cast
    rosa: Agent  # of billing, with no desk
    billing: Department
    conversation: Conversation

    def ask(self, question: str = "Why was it charged twice?", **fields: Any) -> DepartmentRequest:
        fields = {
            "agent": self.cast.marco,
            "conversation": self.conversation,
            "department": self.billing,
        } | fields
        return actions.ask(question=question, **fields)


@pytest.fixture
def house() -> House:
    cast = make_cast()
    rosa = make_agent("Rosa Guest", Role.GUEST)
    billing = save_department(agent=cast.anna, name="Billing", members=[rosa], minutes=60)
    return House(cast, rosa, billing, cast.writes("I was charged twice. My number is 4711."))


def client_of(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def events(kind: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(type=kind).order_by("pk").values_list("data", flat=True))


def test_marco_asks_billing_rosa_answers_and_the_conversation_goes_on(house: House) -> None:
    asked = house.ask(hold=True)
    house.conversation.refresh_from_db()
    assert (house.conversation.status, asked.holds) == (Status.ON_HOLD, True)
    actions.take(agent=house.rosa, request=asked)
    note = actions.answer(
        agent=house.rosa, request=asked, text="A mistake of ours: it comes back on the 30th."
    )
    asked.refresh_from_db()
    house.conversation.refresh_from_db()
    assert (asked.state, asked.taken_by, asked.next_at) == ("answered", house.rosa, None)
    assert house.conversation.status == Status.OPEN
    assert (note.visibility, note.conversation) == ("note", house.conversation)
    (told,) = events("department.answered")
    assert (told["name"], told["message"], told["late_by"] < 0) == ("Billing", note.pk, True)


def test_the_conversation_waits_for_the_last_of_two_departments(house: House) -> None:
    network = save_department(agent=house.cast.anna, name="Network", members=[house.rosa])
    first, second = house.ask(hold=True), house.ask(hold=True, department=network)
    assert not second.holds  # it was on hold already
    actions.answer(agent=house.rosa, request=first, text="Paid back.")
    house.conversation.refresh_from_db()
    assert house.conversation.status == Status.OPEN


def test_an_agent_who_went_on_is_not_put_back(house: House) -> None:
    asked = house.ask(hold=True)
    change_status(agent=house.cast.marco, conversation=house.conversation, status=Status.RESOLVED)
    actions.withdraw(agent=house.cast.marco, request=asked)
    house.conversation.refresh_from_db()
    assert house.conversation.status == Status.RESOLVED


def test_the_clock_warns_and_then_says_that_it_is_late(house: House) -> None:
    asked = house.ask()
    assert asked.due_at is not None
    assert asked.next_at is not None
    assert asked.next_at < asked.due_at
    assert ring_due() == 0
    DepartmentRequest.objects.update(next_at=now() - timedelta(seconds=1))
    assert (ring_due(), ring_due()) == (1, 0)
    asked.refresh_from_db()
    assert (asked.state, asked.next_at) == ("asked", asked.due_at)
    late = now() - timedelta(minutes=1)
    DepartmentRequest.objects.update(next_at=late, due_at=late)
    assert (ring_due(), ring_due()) == (1, 0)
    asked.refresh_from_db()
    assert (asked.state, asked.next_at) == ("overdue", None)
    actions.answer(agent=house.rosa, request=asked, text="Sorry, here it is.")
    assert events("department.answered")[0]["late_by"] > 0
    assert len(events("department.warned")) == len(events("department.overdue")) == 1


def test_who_may_do_what(house: House) -> None:
    cast, asked = house.cast, house.ask()
    for stranger in (cast.viktor, cast.marco, cast.anna):
        for act in (
            actions.take,
            lambda **a: actions.answer(text="x", **a),
            lambda **a: actions.give_back(reason="x", **a),
        ):
            with pytest.raises(Refused) as refused:
                act(agent=stranger, request=asked)
            assert refused.value.code == "not_a_member"
    for act in (actions.withdraw, lambda **a: actions.question_again(text="x", **a)):
        with pytest.raises(Refused):
            act(agent=house.rosa, request=asked)
    with pytest.raises(DepartmentRequest.DoesNotExist):
        access_request(cast.viktor, asked.pk)
    assert access_request(house.rosa, asked.pk).is_member
    assert not access_request(house.rosa, asked.pk).sees_conversation
    assert access_request(cast.marco, asked.pk).sees_conversation
    assert list(requests_seen_by(cast.viktor)) == []
    assert list(requests_seen_by(house.rosa)) == list(requests_seen_by(cast.anna)) == [asked]
    house.billing.members.clear()
    with pytest.raises(DepartmentRequest.DoesNotExist):
        access_request(house.rosa, asked.pk)


def test_rosa_reads_on_the_light_page_what_was_shared_and_nothing_else(house: House) -> None:
    secret = add_note(
        agent=house.cast.marco, conversation=house.conversation, text="She is a difficult customer"
    )
    add_reply(agent=house.cast.marco, conversation=house.conversation, text="I am looking into it.")
    shared = house.conversation.messages.earliest("pk")
    asked = house.ask(shares=[shared.pk])
    rosa = client_of(house.rosa)
    assert "Why was it charged twice?" in rosa.get("/requests/").content.decode()
    page = rosa.get(f"/requests/{asked.pk}/").content.decode()
    assert "4711" in page
    for hidden in (
        "difficult customer",
        "I am looking into it",
        house.cast.giulia.name,
        house.conversation.number,
    ):
        assert hidden not in page
    assert rosa.get(f"/c/{house.conversation.number}/").status_code == 404
    assert rosa.get(f"/c/{house.conversation.number}/together/").status_code == 404
    assert client_of(house.cast.viktor).get(f"/requests/{asked.pk}/").status_code == 404
    assert Client().get(f"/requests/{asked.pk}/").status_code == 302
    other = house.cast.writes("Mine", customer=make_customer("Somebody Else"))
    with pytest.raises(Refused):
        house.ask(shares=[other.messages.earliest("pk").pk])
    assert secret.pk


def test_rosa_answers_with_a_file_from_her_telephone(house: House, settings: Any) -> None:
    asked = house.ask()
    rosa = client_of(house.rosa)
    file = SimpleUploadedFile("bill.pdf", b"%PDF-1.4 a bill", content_type="application/pdf")
    sent = {"verb": "answer", "text": "Here is the bill.", "files": file, "client_key": "k1"}
    assert rosa.post(f"/requests/{asked.pk}/", sent).status_code == 302
    note = Message.objects.get(visibility="note")
    attachment = note.attachments.get()
    assert rosa.get(f"/requests/{asked.pk}/files/{attachment.pk}/").status_code == 200
    assert client_of(house.cast.viktor).get(f"/requests/{asked.pk}/files/{attachment.pk}/").status_code == 404
    assert client_of(house.cast.marco).get(f"/files/{attachment.pk}/").status_code == 200
    rosa.post(f"/requests/{asked.pk}/", {"verb": "answer", "text": "Here is the bill.", "client_key": "k1"})
    assert Message.objects.filter(visibility="note").count() == 1


def test_a_question_is_given_back_with_a_reason_and_asked_again(house: House) -> None:
    asked = house.ask()
    page = client_of(house.rosa).post(f"/requests/{asked.pk}/", {"verb": "return", "reason": "  "})
    assert page.status_code == 422
    actions.give_back(agent=house.rosa, request=asked, reason="Ask the shop.")
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("returned", "Ask the shop.")
    actions.question_again(agent=house.cast.marco, request=asked, text="They sent me to you.")
    asked.refresh_from_db()
    assert asked.is_open
    assert asked.next_at is not None


def test_the_same_form_twice_asks_once(house: House) -> None:
    assert house.ask(client_key="k") == house.ask(client_key="k")
    with pytest.raises(Refused):
        house.ask(client_key="k", agent=house.cast.anna)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_questions_are_refused_or_kept_and_shown(house: House, text: str) -> None:
    if len(text) > 5000 or text == "\x00":
        with pytest.raises(Refused):
            house.ask(text)
        return
    asked = house.ask(text)
    assert client_of(house.rosa).get(f"/requests/{asked.pk}/").status_code == 200
    number = house.conversation.number
    assert (
        client_of(house.cast.marco).get(f"/c/{number}/together/", headers={"HX-Request": "true"}).status_code
        == 200
    )


def test_anna_sets_departments_up_and_marco_may_not(house: House) -> None:
    anna, marco = client_of(house.cast.anna), client_of(house.cast.marco)
    assert marco.get("/settings/departments/").status_code == 403
    wanted = {
        "name": "Network",
        "hours": "1",
        "minutes": "30",
        "members": [str(house.rosa.pk)],
        "addresses": "net@telvia.example",
    }
    assert anna.post("/settings/departments/new/", wanted).status_code == 302
    network = Department.objects.get(name="Network")
    assert (network.minutes, list(network.members.all())) == (90, [house.rosa])
    assert anna.post(f"/settings/departments/{network.pk}/", wanted | {"hours": "2"}).status_code == 302
    assert events("department.changed")[0]["changes"] == {"minutes": [90, 150]}
    assert anna.post("/settings/departments/new/", wanted).status_code == 422
    assert anna.get("/settings/departments/").status_code == 200
    archive_department(agent=house.cast.anna, department=network)
    network.refresh_from_db()
    with pytest.raises(Refused):
        house.ask(department=network)
    with pytest.raises(Refused):
        save_department(agent=house.cast.marco, name="Mine")


def test_the_part_beside_the_conversation_and_its_form(house: House) -> None:
    marco, number = client_of(house.cast.marco), house.conversation.number
    shared = house.conversation.messages.earliest("pk")
    sent = {
        "department": house.billing.pk,
        "question": "Twice?",
        "share": [shared.pk],
        "hold": "1",
        "client_key": "z",
    }
    answer = marco.post(f"/c/{number}/ask/", sent, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Billing" in answer.content.decode()
    assert list(DepartmentRequest.objects.get().shares.all()) == [shared]
    for address in ("together", "ask", "problem", "people", "changed"):
        for headers in ({}, {"HX-Request": "true"}):
            assert marco.get(f"/c/{number}/{address}/", headers=headers).status_code == 200, address
            assert (
                client_of(house.cast.viktor).get(f"/c/{number}/{address}/", headers=headers).status_code
                == 404
            )
    assert marco.post(f"/c/{number}/ask/", {"question": "x"}).status_code == 422
    request = DepartmentRequest.objects.get()
    marco.post(f"/c/{number}/requests/{request.pk}/", {"verb": "withdraw"})
    request.refresh_from_db()
    assert request.state == "withdrawn"


def test_the_part_costs_the_same_for_many_requests(house: House, django_assert_max_num_queries: Any) -> None:
    marco, number = client_of(house.cast.marco), house.conversation.number
    for n in range(8):
        asked = house.ask(f"Question {n}")
        actions.answer(agent=house.rosa, request=asked, text=f"Answer {n}")
    marco.get(f"/c/{number}/together/", headers={"HX-Request": "true"})
    with django_assert_max_num_queries(16):
        marco.get(f"/c/{number}/together/", headers={"HX-Request": "true"})
    rosa = client_of(house.rosa)
    with django_assert_max_num_queries(22):
        rosa.get("/requests/")


def test_what_waits_for_a_department_stands_in_a_view_of_its_own(house: House) -> None:
    house.cast.writes("And my second line?", customer=make_customer("Rita Ferrante"))
    asked = house.ask()  # without putting it on hold
    assert count_views(house.cast.marco)["department"] == 1
    (row,) = list_conversations(agent=house.cast.marco, view="department").rows
    assert row["id"] == asked.conversation_id
    assert count_views(house.cast.viktor)["department"] == 0
    page = client_of(house.cast.marco).get("/?view=department").content.decode()
    assert "Wait for a department" in page
    Conversation.objects.filter(pk=asked.conversation_id).update(status="resolved")
    assert count_views(house.cast.marco)["department"] == 0
    DepartmentRequest.objects.update(state=DepartmentRequest.State.ANSWERED)
    Conversation.objects.filter(pk=asked.conversation_id).update(status="open")
    assert count_views(house.cast.marco)["department"] == 0
