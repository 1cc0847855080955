"""From Giulia's telephone to Marco's screen and back: the product's own intake and delivery, and a network over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ascolto.channels.actions import connect
from ascolto.channels.protocol import HookRequest
from ascolto.conversations.actions import add_reply
from ascolto.conversations.files import path_of, store_file
from ascolto.conversations.models import Attachment, Conversation, Message, Reaction
from ascolto.customers.models import Customer
from ascolto.delivery.models import Dispatch
from ascolto.delivery.worker import deliver_waiting
from ascolto.gates import Refused
from ascolto.intake import journal
from ascolto.intake.hooks import Admitted, Door, admit
from ascolto.intake.media import fetch_waiting
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.whatsapp import Chaos, Template, WhatsAppCustomer, WhatsAppNetwork

pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


class Care:
    """Telvia's desk with one WhatsApp inbox."""

    def __init__(self, network: WhatsAppNetwork) -> None:
        self.network = network
        self.inbox = connect(kind="whatsapp", name="WhatsApp", values=network.settings)
        self.marco = make_agent("Marco Villa")
        self.giulia = network.add_customer("393471234567", "Giulia Conti", "IT.81730446591")

    def hears(self, times: int = 1, *, backwards: bool = False) -> None:
        """Take everything that WhatsApp has for us, each delivery `times` times."""
        door = Door(self.inbox.as_account(), self.inbox.adapter, True)
        waiting = self.network.mailman.take()
        for body, headers in list(reversed(waiting)) if backwards else waiting:
            admitted = admit(door, HookRequest("POST", "https://care.example/", {}, headers, body))
            assert isinstance(admitted, Admitted)
            for _ in range(times):
                journal.insert(admitted.entries)
                process_waiting()

    def answers(self, text: str = "Arriva un tecnico.", **more: Any) -> Message:
        """Marco answers, and it leaves."""
        message = add_reply(
            agent=self.marco, conversation=Conversation.objects.latest("id"), text=text, **more
        )
        deliver_waiting()
        message.refresh_from_db()
        return message

    def written(self, customer: WhatsAppCustomer | None = None, text: str = "La fibra non va") -> None:
        """A customer writes, and we hear it."""
        self.network.write(customer or self.giulia, text)
        self.hears()


@pytest.fixture
def care() -> Iterator[Care]:
    with WhatsAppNetwork() as network, http.settings(read_timeout=0.3, connect_timeout=1.0):
        yield Care(network)


def test_giulia_writes_marco_answers_and_sees_that_she_has_read_it(care) -> None:
    care.written()
    message = care.answers("Buongiorno Giulia, arriva un tecnico.")
    assert message.delivery == "sent"
    assert [sent.text for sent in care.network.sent] == ["Buongiorno Giulia, arriva un tecnico.\nMarco"]
    care.hears()
    message.refresh_from_db()
    assert (message.delivery, message.external_id) == ("read", care.network.sent[0].id)


def test_everything_comes_three_times_and_is_there_once(care) -> None:
    first = care.network.write(care.giulia, "La fibra non va")
    care.network.react(care.giulia, first, "🙏")
    care.network.edit(care.giulia, first, "La fibra non va da ieri")
    care.hears(times=3)
    message = Message.objects.get()
    assert message.text == "La fibra non va da ieri"
    assert [reaction.emoji for reaction in Reaction.objects.all()] == ["🙏"]
    assert message.revisions.count() == 1


def test_news_that_overtake_their_message_find_it(care) -> None:
    first = care.network.write(care.giulia, "La fibra non va")
    care.network.edit(care.giulia, first, "La fibra non va da ieri")
    care.hears(backwards=True)
    assert Message.objects.get().text == "La fibra non va da ieri"
    care.network.disorder = True
    message = care.answers()
    care.hears()
    message.refresh_from_db()
    assert message.delivery == "read"


def test_files_travel_both_ways(care) -> None:
    care.network.send_file(care.giulia, "image", PNG, "image/png", caption="La spia è rossa")
    care.hears()
    fetch_waiting()
    photo = Attachment.objects.get()
    assert (photo.state, photo.content_type) == ("ready", "image/png")
    assert path_of(photo).read_bytes() == PNG
    guide = store_file(
        b"%PDF-1.4 guida", name="guida.pdf", content_type="application/pdf", uploader=care.marco
    )
    care.answers("Ecco la guida", attachments=[guide])
    sent = care.network.sent[0]
    assert (sent.payload["type"], sent.text) == ("document", "Ecco la guida\nMarco")
    assert care.network.media[sent.payload["document"]["id"]][0] == b"%PDF-1.4 guida"


@pytest.mark.parametrize("chaos", [Chaos.LOST, Chaos.GATEWAY, Chaos.GARBAGE])
def test_an_answer_that_may_have_left_is_uncertain_until_its_status_comes_and_leaves_once(
    care, chaos
) -> None:
    care.written()
    care.network.suffer(chaos)
    message = care.answers()
    assert message.delivery == "uncertain"
    deliver_waiting()
    care.hears()
    message.refresh_from_db()
    assert (message.delivery, message.external_id) == ("read", care.network.sent[0].id)
    assert len(care.network.sent) == 1


@pytest.mark.parametrize("chaos", [Chaos.LIMIT, Chaos.FAIL])
def test_an_answer_that_was_not_taken_leaves_later(care, chaos) -> None:
    care.written()
    care.network.suffer(chaos)
    message = care.answers()
    assert (message.delivery, care.network.sent) == ("queued", [])
    care.inbox.health.refresh_from_db()
    assert (care.inbox.health.paused_until is not None) == (chaos is Chaos.LIMIT)
    Dispatch.objects.update(run_at=now())
    type(care.inbox.health).objects.update(paused_until=None)
    deliver_waiting()
    assert len(care.network.sent) == 1


def test_a_failure_that_comes_later_is_shown_with_its_reason(care) -> None:
    care.written()
    care.network.fail_next(131026, "Message undeliverable")
    message = care.answers()
    care.hears()
    message.refresh_from_db()
    assert (message.delivery, message.delivery_error) == ("failed", "Message undeliverable")


def test_after_a_day_only_a_template_leaves(care) -> None:
    care.network.templates = [Template("appointment", "it", "Gentile {{1}}, arriviamo alle {{2}}.", 2)]
    care.written()
    Message.objects.update(occurred_at=now() - timedelta(hours=25))
    care.giulia.last_wrote_at = now() - timedelta(hours=25)
    with pytest.raises(Refused):
        care.answers()
    template = {"name": "appointment", "language": "it", "body": ["Giulia", "15"]}
    message = care.answers("Gentile Giulia, arriviamo alle 15.", template=template)
    assert message.delivery == "sent"
    assert care.network.sent[0].payload["type"] == "template"


def test_giulia_changes_her_number_and_stays_the_same_customer(care) -> None:
    care.written()
    care.network.change_number(care.giulia, "393499999999", "IT.222")
    care.written(text="Sono sempre io")
    assert Customer.objects.count() == 1
    assert Conversation.objects.count() == 1
    care.answers("Bentornata!")
    assert care.network.sent[0].customer is care.giulia
    assert "393471234567" not in str(care.network.sent[0].payload)


def test_one_who_hides_her_number_is_one_customer_and_gets_her_answer(care) -> None:
    care.written()
    care.giulia.hides_number = True
    care.written(text="Ora senza numero")
    assert Customer.objects.count() == 1
    sofia = care.network.add_customer("393470000001", "Sofia", "IT.555", hides_number=True)
    care.written(sofia, "Ciao")
    care.answers("Ciao Sofia")
    assert care.network.sent[0].customer is sofia


def test_what_a_colleague_writes_on_the_telephone_is_an_answer_of_ours(care) -> None:
    care.written()
    echo = {"from": "390212345678", "to": "393471234567", "to_user_id": "IT.81730446591"}
    echo |= {
        "id": "wamid.phone",
        "timestamp": str(int(now().timestamp())),
        "type": "text",
        "text": {"body": "Ci sono"},
    }
    care.network.tell("smb_message_echoes", contacts=[care.giulia.contact()], message_echoes=[echo])
    care.hears()
    conversation = Conversation.objects.get()
    assert [message.direction for message in Message.objects.order_by("id")] == ["in", "out"]
    assert conversation.waiting_since is None


def test_the_message_that_marco_chose_is_the_one_quoted(care) -> None:
    care.written(text="La linea è riparata?")
    care.written(text="E quanto costa?")
    first = Message.objects.earliest("id")
    care.answers("Sì.", answers=first.pk)
    assert care.network.sent[0].payload["context"] == {"message_id": first.external_id}
