"""From Giulia's Telegram to Marco's screen and back: the product's own intake and delivery, and a network over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.channels.actions import connect
from ascolto.channels.protocol import HookRequest
from ascolto.conversations.actions import add_reply
from ascolto.conversations.files import path_of, store_file
from ascolto.conversations.models import Attachment, Conversation, Message, Reaction
from ascolto.customers.models import Customer
from ascolto.delivery.worker import deliver_waiting
from ascolto.gates import Refused
from ascolto.intake import journal, pollers
from ascolto.intake.hooks import Door, admit
from ascolto.intake.media import fetch_waiting
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.city import City, Person
from ascolto.testing.networks.telegram import TelegramNetwork

pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


class Care:
    """Telvia's desk with one Telegram inbox."""

    def __init__(self, network: TelegramNetwork) -> None:
        self.network = network
        self.inbox = connect(kind="telegram", name="Telegram", values=network.settings)
        self.marco = make_agent("Marco Villa")
        self.giulia = network.add_person("Giulia Conti")

    def hears(self, times: int = 1, *, backwards: bool = False) -> None:
        """Take everything that Telegram has for us, each delivery `times` times."""
        if self.network.receives == "polling":
            pollers.poll(self.inbox)
            process_waiting()
            return
        door = Door(self.inbox.as_account(), self.inbox.adapter, True)
        waiting = self.network.mailman.take()
        for body, headers in list(reversed(waiting)) if backwards else waiting:
            admitted = admit(door, HookRequest("POST", "https://care.example/", {}, headers, body))
            for _ in range(times):
                journal.insert(list(admitted.entries))
                process_waiting()

    def answers(self, text: str = "Arriva un tecnico.", **more: Any) -> Message:
        """Marco answers, and it leaves."""
        message = add_reply(
            agent=self.marco, conversation=Conversation.objects.latest("id"), text=text, **more
        )
        deliver_waiting()
        message.refresh_from_db()
        return message

    def written(self, text: str = "La fibra non va", person: Person | None = None, **more: Any) -> None:
        """Somebody writes, and we hear it."""
        self.network.write(person or self.giulia, text, **more)
        self.hears()


@pytest.fixture(params=["webhook", "polling"])
def care(request) -> Iterator[Care]:
    with City() as city, http.settings(read_timeout=1.0, connect_timeout=1.0):
        yield Care(city.add(TelegramNetwork(receives=request.param)))


def test_giulia_writes_and_marco_answers(care) -> None:
    care.written()
    message = care.answers("Buongiorno Giulia, arriva un tecnico.")
    assert (message.delivery, message.external_id) == ("sent", care.network.sent[0].id)
    assert [sent.text for sent in care.network.sent] == ["Buongiorno Giulia, arriva un tecnico.\nMarco"]


def test_everything_comes_three_times_and_backwards_and_is_there_once(care) -> None:
    first = care.network.write(care.giulia, "La fibra non va")
    care.network.edit(care.giulia, first, "La fibra non va da ieri")
    care.hears(times=3, backwards=True)
    assert Message.objects.get().text == "La fibra non va da ieri"
    answer = care.answers()
    care.network.react(care.giulia, answer.external_id, "🙏")
    care.hears(times=3)
    assert [reaction.emoji for reaction in Reaction.objects.all()] == ["🙏"]


def test_an_album_is_one_message_with_its_files(care) -> None:
    care.network.send_album(care.giulia, [(PNG, "image/png"), (PNG + b"2", "image/png")], "La spia è rossa")
    care.hears()
    fetch_waiting()
    message = Message.objects.get()
    assert message.text == "La spia è rossa"
    found = {path_of(attachment).read_bytes() for attachment in Attachment.objects.filter(message=message)}
    assert found == {PNG, PNG + b"2"}
    guide = store_file(
        b"%PDF-1.4 guida", name="guida.pdf", content_type="application/pdf", uploader=care.marco
    )
    care.answers("Ecco la guida", attachments=[guide])
    assert care.network.sent[0].files == (("application/pdf", b"%PDF-1.4 guida"),)


def test_who_blocks_the_bot_is_left_alone_until_they_write_again(care) -> None:
    care.written()
    care.network.block(care.giulia)
    care.hears()
    with pytest.raises(Refused):
        care.answers()
    care.network.block(care.giulia, blocks=False)
    care.hears()
    assert care.answers().delivery == "sent"


def test_a_group_is_one_conversation_answered_where_all_read_it(care) -> None:
    paolo = care.network.add_person("Paolo Rossi")
    care.written("Qui è tutto spento", public=True)
    care.written("Anche da me", person=paolo, public=True)
    conversation = Conversation.objects.get()
    assert Customer.objects.count() == 2
    assert conversation.messages.count() == 2
    care.answers("Arriviamo", visibility="public")
    assert [(sent.text, sent.public) for sent in care.network.sent] == [("Arriviamo\nMarco", True)]


def test_what_is_for_giulia_alone_reaches_her_chat_and_not_the_group(care) -> None:
    care.written("Buongiorno")
    care.written("Qui è tutto spento", public=True)
    care.answers("Il suo codice è 4711", visibility="private")
    assert [(sent.text, sent.public, sent.person) for sent in care.network.sent] == [
        ("Il suo codice è 4711\nMarco", False, care.giulia)
    ]


def test_what_the_owner_of_a_business_writes_is_an_answer_of_ours(care) -> None:
    connection = care.network.connect_business(care.network.add_person("Telvia Negozi"))
    care.network.say(care.giulia, {"text": "Siete aperti?"}, connection=connection)
    care.hears()
    care.answers("Sì")
    care.network.answer_elsewhere(connection, care.giulia, "Dalle 9")
    care.hears(times=2)
    directions = [message.direction for message in Message.objects.order_by("id")]
    assert directions == ["in", "out", "out"]
    assert Conversation.objects.get().waiting_since is None
