"""From Giulia's X to Marco's screen and back: the product's own intake and delivery, and a network over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.channels.actions import connect
from ascolto.channels.protocol import HookRequest
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.models import Customer
from ascolto.delivery.worker import deliver_waiting
from ascolto.intake import journal, pollers
from ascolto.intake.hooks import Door, admit
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City
from ascolto.testing.networks.x import XNetwork

pytestmark = pytest.mark.django_db(transaction=True)


class Care:
    """Telvia's desk with one X inbox."""

    def __init__(self, network: XNetwork) -> None:
        self.network = network
        self.inbox = connect(kind="x", name="X", values=network.settings)
        self.marco = make_agent("Marco Villa")
        self.giulia = network.add_person("Giulia Conti")

    def hears(self, times: int = 1, *, backwards: bool = False) -> None:
        """Take everything that X has for us, each delivery `times` times."""
        door = Door(self.inbox.as_account(), self.inbox.adapter, True)
        waiting = self.network.mailman.take()
        for body, headers in list(reversed(waiting)) if backwards else waiting:
            admitted = admit(door, HookRequest("POST", "https://care.example/", {}, headers, body))
            for _ in range(times):
                journal.insert(list(admitted.entries))
                process_waiting()

    def sweeps(self) -> None:
        """Ask X for what its hooks lost."""
        pollers.poll(self.inbox)
        process_waiting()

    def answers(self, text: str = "Arriva un tecnico.", **more: Any) -> Message:
        """Marco answers, and it leaves."""
        message = add_reply(
            agent=self.marco, conversation=Conversation.objects.latest("id"), text=text, **more
        )
        deliver_waiting()
        message.refresh_from_db()
        return message

    def written(self, text: str = "@telvia la fibra non va", *, public: bool = True, **more: Any) -> None:
        """Giulia writes, and we hear it."""
        self.network.write(self.giulia, text, public=public, **more)
        self.hears()


@pytest.fixture(params=["xaa", "aaa"])
def care(request) -> Iterator[Care]:
    with City() as city, http.settings(read_timeout=1.0, connect_timeout=1.0):
        yield Care(city.add(XNetwork(format=request.param)))


def test_a_mention_is_answered_in_public_and_the_echo_is_our_own_answer(care) -> None:
    care.written()
    message = care.answers(visibility="public")
    assert (message.delivery, message.external_id) == ("sent", care.network.sent[0].id)
    care.hears(times=2)
    assert [m.direction for m in Message.objects.order_by("id")] == ["in", "out"]
    assert [(sent.text, sent.public) for sent in care.network.sent] == [("Arriva un tecnico.\n^MV", True)]


def test_a_mention_goes_on_in_private_and_stays_one_conversation_and_is_read(care) -> None:
    care.written()
    message = care.answers("Il suo numero cliente?", visibility="private")
    care.hears()
    message.refresh_from_db()
    assert (message.delivery, care.network.sent[0].public) == ("read", False)
    care.written("4711", public=False)
    assert Conversation.objects.count() == 1
    assert Customer.objects.count() == 1
    assert [m.visibility for m in Message.objects.order_by("id")] == ["public", "private", "private"]


def test_what_the_hooks_lost_is_found_and_nothing_comes_twice(care) -> None:
    care.sweeps()
    care.written()
    care.network.write(care.giulia, "@telvia ci siete?", public=True)
    care.network.mailman.take()  # lost
    care.sweeps()
    care.sweeps()
    assert [m.text for m in Message.objects.order_by("id")] == [
        "@telvia la fibra non va",
        "@telvia ci siete?",
    ]


@pytest.mark.parametrize("chaos", [Chaos.LOST, Chaos.GATEWAY, Chaos.GARBAGE])
@pytest.mark.parametrize("side", ["public", "private"])
def test_an_answer_that_may_have_left_is_settled_by_its_echo_and_leaves_once(care, chaos, side) -> None:
    care.written()
    care.network.suffer(chaos)
    message = care.answers(visibility=side)
    assert message.delivery == "uncertain"
    deliver_waiting()
    care.hears()
    message.refresh_from_db()
    assert message.delivery in {"sent", "read"}
    assert message.external_id == care.network.sent[0].id
    assert len(care.network.sent) == 1
    assert Message.objects.count() == 2


def test_an_answer_given_on_x_itself_is_ours(care) -> None:
    care.written()
    asked = Message.objects.get()
    post = care.network.add_post(care.network.brand, "Ci pensiamo noi", answers=asked.external_id)
    care.network.tell_post(post, "post.create")
    care.hears(times=2)
    assert [m.direction for m in Message.objects.order_by("id")] == ["in", "out"]
    assert Conversation.objects.get().waiting_since is None


def test_a_post_that_its_author_changes_is_one_message_with_its_history(care) -> None:
    care.written()
    first = Message.objects.get()
    care.network.edit(care.giulia, first.external_id, "@telvia la fibra non va da lunedì")
    care.hears(times=2)
    changed = Message.objects.get()
    assert changed.text == "@telvia la fibra non va da lunedì"
    assert changed.revisions.count() == 1


def test_encrypted_chat_waits_for_an_answer_like_any_message(care) -> None:
    if care.network.format == "aaa":
        pytest.skip("the older format knows no encrypted chat")
    care.network.whisper(care.giulia)
    care.hears()
    message = Message.objects.get()
    assert (message.kind, message.text, message.extra["warnings"]) == ("encrypted", "", ["encrypted"])
    assert Conversation.objects.get().waiting_since is not None
    assert care.answers("Ci scriva qui").delivery == "sent"
