"""From Giulia to Marco's screen and back on a network that is asked: the product's own intake and delivery, real sockets, a stand-in.

Subclass `JourneyChecks` in an adapter's tests and name the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from ascolto.channels.actions import connect
from ascolto.conversations.actions import add_reply
from ascolto.conversations.files import path_of
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.conversations.signing import signed
from ascolto.customers.models import Customer
from ascolto.delivery.worker import deliver_waiting
from ascolto.intake import pollers
from ascolto.intake.media import fetch_waiting
from ascolto.intake.worker import process_waiting
from ascolto.kit import clock, http
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.city import City, Network


def unsigned(text: str) -> str:
    """What an answer on a network says without the name of whoever wrote it, which stands below it."""
    return text.rpartition("\n")[0] or text


class Care:
    """Telvia's desk with one inbox."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.inbox = connect(kind=network.kind, name="Telvia", values=network.settings)
        self.marco = make_agent("Marco Villa")
        self.giulia = network.add_person("Giulia Conti")
        self.hears()

    def hears(self) -> None:
        """Ask the network what is new."""
        pollers.poll(self.inbox)
        process_waiting()

    def written(self, text: str = "La fibra non va", **more: Any) -> str:
        """Giulia writes, and we hear it."""
        found = self.network.write(self.giulia, text, **more)
        self.hears()
        return found

    def answers(self, text: str = "Arriva un tecnico.", **more: Any) -> Message:
        """Marco answers, and it leaves."""
        conversation = Conversation.objects.latest("id")
        message = add_reply(agent=self.marco, conversation=conversation, text=text, **more)
        deliver_waiting()
        message.refresh_from_db()
        return message


@pytest.mark.django_db(transaction=True)
class JourneyChecks:
    """`sends_to`: part of the path by which a private answer leaves; `pictures_in_public`: where people may show pictures."""

    network_type: ClassVar[type[Network]]
    sends_to: ClassVar[str] = ""
    pictures_in_public: ClassVar[bool] = False

    @pytest.fixture
    def care(self) -> Iterator[Care]:
        with City() as city, http.settings(read_timeout=2.0, connect_timeout=1.0):
            yield Care(city.add(self.network_type()))

    def test_giulia_writes_in_private_and_marcos_answer_comes_back_as_itself(self, care: Care) -> None:
        care.written()
        message = care.answers()
        assert (message.delivery, message.external_id) == ("sent", care.network.sent[0].id)
        care.hears()
        care.hears()
        assert [m.direction for m in Message.objects.order_by("id")] == ["in", "out"]
        assert [(sent.text, sent.public) for sent in care.network.sent] == [
            (signed("Arriva un tecnico.", message.extra["signature"]), False)
        ]

    def test_a_public_message_is_answered_in_public(self, care: Care) -> None:
        care.written(public=True)
        message = care.answers(visibility="public")
        assert message.delivery == "sent"
        care.hears()
        assert [(sent.text, sent.public) for sent in care.network.sent] == [
            (signed("Arriva un tecnico.", message.extra["signature"]), True)
        ]
        assert Message.objects.count() == 2

    def test_a_public_message_goes_on_in_private_and_stays_one_conversation(self, care: Care) -> None:
        care.written("Quanto devo pagare?", public=True)
        message = care.answers("Qual è il suo codice?", visibility="private")
        assert message.delivery == "sent"
        assert not care.network.sent[0].public
        care.hears()
        care.written("4471")
        assert Conversation.objects.count() == 1
        assert Customer.objects.count() == 1
        assert [m.visibility for m in Message.objects.order_by("id")] == ["public", "private", "private"]

    def test_an_answer_whose_fate_was_unknown_left_once(self, care: Care) -> None:
        care.written()
        care.network.suffer("lost", on=self.sends_to)
        care.answers()
        care.hears()
        with clock.at(clock.now() + timedelta(minutes=5)):
            deliver_waiting()  # repeated with the same key, where it still waits
        assert len(care.network.sent) == 1
        assert Message.objects.filter(direction="out").count() == 1

    def test_a_picture_of_giulia_is_kept(self, care: Care) -> None:
        care.written(public=self.pictures_in_public, files=[(b"\x89PNG red", "image/png")])
        fetch_waiting()
        photo = Attachment.objects.get()
        assert photo.state == "ready"
        assert path_of(photo).read_bytes() == b"\x89PNG red"
