"""From Giulia's telephone to Marco's screen and back, through the product's own intake and delivery."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from ascolto.channels.actions import connect
from ascolto.channels.protocol import HookRequest
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.customers.models import Customer
from ascolto.delivery.worker import deliver_waiting
from ascolto.gates import Refused
from ascolto.intake import journal
from ascolto.intake.hooks import Admitted, Door, admit
from ascolto.intake.media import fetch_waiting
from ascolto.intake.pollers import poll
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City
from ascolto.testing.networks.sms import SmsNetwork

pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


class Care:
    """Telvia's desk with one inbox for text messages."""

    def __init__(self, network: SmsNetwork) -> None:
        self.network = network
        self.inbox = connect(kind="sms", name="SMS", values=network.settings)
        self.marco = make_agent("Marco Villa")
        self.giulia = network.add_person("Giulia Conti", number="+393471234567")

    def hears(self, times: int = 1, *, mixed: bool = False) -> None:
        """Take everything that Twilio has for us, each delivery `times` times."""
        door = Door(self.inbox.as_account(), self.inbox.adapter, True)
        waiting = self.network.mailman.take() * times
        if mixed:
            random.Random(3).shuffle(waiting)
        for body, headers in waiting:
            admitted = admit(door, HookRequest("POST", headers[":url"], {}, headers, body))
            assert isinstance(admitted, Admitted)
            assert admitted.answer is not None
            assert b"<Response" in admitted.answer.body
            journal.insert(admitted.entries)
            process_waiting()

    def answers(self, text: str = "Arriva un tecnico.") -> Message:
        message = add_reply(agent=self.marco, conversation=Conversation.objects.latest("id"), text=text)
        deliver_waiting()
        message.refresh_from_db()
        return message


@pytest.fixture
def care() -> Iterator[Care]:
    with City() as city, http.settings(read_timeout=0.3, connect_timeout=1.0):
        yield Care(city.add(SmsNetwork()))


def test_giulia_writes_marco_answers_and_it_is_delivered(care) -> None:
    care.network.write(care.giulia, "La fibra non va")
    care.hears(times=3, mixed=True)
    assert Message.objects.get().text == "La fibra non va"
    message = care.answers("Buongiorno Giulia")
    assert [sent.text for sent in care.network.sent] == ["Buongiorno Giulia\nMarco"]
    care.network.disorder = True
    care.hears(times=2, mixed=True)
    message.refresh_from_db()
    assert (message.delivery, message.external_id) == ("delivered", care.network.sent[0].id)


@pytest.mark.parametrize("chaos", [Chaos.LOST, Chaos.GATEWAY])
def test_an_answer_that_may_have_left_is_found_by_its_status_and_leaves_once(care, chaos) -> None:
    care.network.write(care.giulia, "Ci siete?")
    care.hears()
    care.network.suffer(chaos, on="Messages")
    message = care.answers()
    assert message.delivery == "uncertain"
    care.hears()
    message.refresh_from_db()
    assert (message.delivery, message.external_id) == ("delivered", care.network.sent[0].id)
    assert len(care.network.sent) == 1


def test_after_stop_nothing_leaves_until_start(care) -> None:
    care.network.write(care.giulia, "La fibra non va")
    care.network.write(care.giulia, "STOP")
    care.hears()
    with pytest.raises(Refused):
        care.answers()
    care.network.write(care.giulia, "START")
    care.hears()
    assert care.answers().delivery == "sent"


def test_a_picture_is_fetched(care) -> None:
    care.network.send_picture(care.giulia, PNG, "image/png", "La spia è rossa")
    care.hears()
    fetch_waiting()
    assert Attachment.objects.get().state == "ready"


def test_what_hooks_lost_is_swept_up_and_nothing_comes_twice(care) -> None:
    poll(care.inbox)
    care.network.write(care.giulia, "La fibra non va")
    care.hears()
    care.network.write(care.giulia, "Ci siete ancora?")
    care.network.mailman.take()  # lost
    care.answers()
    for _ in range(2):
        poll(care.inbox)
        process_waiting()
    texts = list(Message.objects.order_by("id").values_list("direction", "text"))
    assert texts == [("in", "La fibra non va"), ("out", "Arriva un tecnico."), ("in", "Ci siete ancora?")]
    assert Customer.objects.count() == 1
