"""The assistant asks in the chat, Giulia presses an answer and says whether it helped; nobody else can."""

from __future__ import annotations

from typing import Any

import pytest

from ascolto.channels.choosing import MAX_ID
from ascolto.contact.tests.widgets import Widget
from ascolto.conversations import rating
from ascolto.conversations.actions import add_note, add_reply
from ascolto.conversations.models import Author, Conversation, Message
from ascolto.delivery.worker import deliver_waiting
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_inbox

pytestmark = pytest.mark.django_db(transaction=True)
MENU = [{"id": "fault", "title": "Guasto"}, {"id": "bill", "title": "Fattura", "about": "Importi e scadenze"}]


@pytest.fixture
def giulia() -> Widget:
    """Giulia, who has just written."""
    visitor = Widget(make_inbox("chat"))
    visitor.write("Buongiorno")
    return visitor


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str, bool]]:
    """What the room of the bot is told."""
    told: list[tuple[int, str, bool]] = []
    monkeypatch.setattr(rating, "_listeners", [])
    rating.register_rating(lambda pk, handle, good: told.append((pk, handle, good)))
    return told


def asks(text: str = "Come possiamo aiutarti?", **more: Any) -> Message:
    """The assistant writes, and it is in the chat."""
    more = {"agent": None, "author": Author.BOT, **more}
    message = add_reply(conversation=Conversation.objects.earliest("id"), text=text, **more)
    deliver_waiting()
    return message


def test_giulia_sees_the_choices_and_presses_one(giulia) -> None:
    asks(choices=MENU)
    row = giulia.read()[-1]
    assert (row["from"], row["text"]) == ("bot", "Come possiamo aiutarti?")
    assert row["choices"] == [{**MENU[0], "about": ""}, MENU[1]]
    assert giulia.write("Fattura", payload="bill").status_code == 202
    pressed = Message.objects.latest("id")
    assert (pressed.text, pressed.kind, pressed.extra["payload"]) == ("Fattura", "button", "bill")
    assert giulia.read()[-1]["choices"] == []


def test_what_is_written_by_hand_has_no_payload(giulia) -> None:
    assert "payload" not in Message.objects.get().extra
    assert Message.objects.get().kind == "text"


@pytest.mark.parametrize(
    "payload", ["", "a\x00b", "a\nb", "x" * (MAX_ID + 1), "\ud800", 7, [], {}, True, " a"]
)
def test_a_payload_that_no_choice_has_is_refused(giulia, payload) -> None:
    refused = giulia.write("Fattura", payload=payload)
    assert (refused.status_code, refused.json()["error"]) in {(400, "bad_payload"), (400, "not_json")}
    assert Message.objects.count() == 1


def test_a_choice_taken_back_is_offered_no_more(giulia) -> None:
    message = asks(choices=MENU, ratable=True)
    Message.objects.filter(pk=message.pk).update(removed_at=now())
    row = giulia.read()[-1]
    assert (row["choices"], row["ratable"]) == ([], False)


def test_an_agents_choices_are_offered_too(giulia) -> None:
    asks(choices=MENU, agent=make_agent("Marco Villa"), author="")
    assert [each["id"] for each in giulia.read()[-1]["choices"]] == ["fault", "bill"]


# --- this helped ------------------------------------------------------------------------------------------------------


def test_giulia_says_that_it_helped_and_changes_her_mind(giulia, heard) -> None:
    message = asks("Riavvia il modem.", ratable=True)
    row = giulia.read()[-1]
    assert (row["ratable"], row["helped"]) == (True, None)
    for good in (True, True, False):
        assert giulia.post("rate", {"id": message.pk, "good": good}).json() == {
            "id": message.pk,
            "good": good,
        }
    handle = Message.objects.filter(direction="in").latest("id").identity.value
    assert heard == [(message.pk, handle, True), (message.pk, handle, False)]
    assert giulia.read()[-1]["helped"] is False


def test_only_who_reads_an_answer_may_rate_it(giulia, heard) -> None:
    message = asks("Riavvia il modem.", ratable=True)
    viktor = Widget(giulia.inbox)
    viktor.write("Ciao")
    assert viktor.post("rate", {"id": message.pk, "good": False}).status_code == 404
    viktor.key = ""
    assert viktor.post("rate", {"id": message.pk, "good": False}).status_code == 401
    assert heard == []


def test_people_notes_and_answers_that_do_not_ask_are_not_rated(giulia, heard) -> None:
    marco = make_agent("Marco Villa")
    person = asks("Ci penso io.", agent=marco, author="", ratable=True)
    note = add_note(agent=marco, conversation=Conversation.objects.earliest("id"), text="Insiste")
    quiet = asks("Un momento.")
    own = Message.objects.filter(direction="in").latest("id")
    assert not any(row["ratable"] for row in giulia.read())
    for message in (person, note, quiet, own):
        assert giulia.post("rate", {"id": message.pk, "good": True}).status_code == 404
    assert heard == []


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"id": "1", "good": True},
        {"id": 1, "good": 1},
        {"id": 0, "good": True},
        {"id": 2**70, "good": True},
        {"id": True, "good": True},
        b"{",
        b"[]",
        b"\xff",
    ],
)
def test_a_rating_that_says_nothing_is_refused(giulia, said) -> None:
    assert giulia.post("rate", said).status_code == 400


def test_a_listener_is_told_once_however_often_it_registers(heard, giulia) -> None:
    told: list[int] = []

    def listener(pk: int, handle: str, good: bool) -> None:
        told.append(pk)

    rating.register_rating(listener)
    rating.register_rating(listener)
    message = asks("Riavvia il modem.", ratable=True)
    giulia.post("rate", {"id": message.pk, "good": True})
    assert told == [message.pk]
