"""From a department's Slack channel to Marco's screen and back: the product's own intake and delivery, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ascolto.channels.actions import connect
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import HookRequest
from ascolto.conversations.actions import add_reply
from ascolto.conversations.files import path_of, store_file
from ascolto.conversations.models import Attachment, Conversation, Message, Reaction
from ascolto.delivery.models import Dispatch
from ascolto.delivery.worker import deliver_waiting
from ascolto.intake import journal, pollers
from ascolto.intake.hooks import Door, admit
from ascolto.intake.media import fetch_waiting
from ascolto.intake.renewing import renew_account
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.kit.clock import at, now
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City
from ascolto.testing.networks.slack import SlackNetwork

pytestmark = pytest.mark.django_db(transaction=True)


class Care:
    """Telvia's desk with one Slack inbox, and Sara of the network department."""

    def __init__(self, slack: SlackNetwork) -> None:
        self.slack = slack
        self.inbox = connect(kind="slack", name="Reparti", values=slack.settings)
        self.marco = make_agent("Marco Villa")
        self.sara = slack.add_person("Sara Neri")

    def hears(self, times: int = 1, *, backwards: bool = False) -> None:
        """Take everything that Slack has for us, each delivery `times` times."""
        row = ChannelAccount.objects.get(pk=self.inbox.pk)
        door = Door(row.as_account(), row.adapter, True)
        waiting = self.slack.mailman.take()
        for body, headers in list(reversed(waiting)) if backwards else waiting:
            admitted = admit(door, HookRequest("POST", "https://care.example/", {}, headers, body))
            for _ in range(times):
                journal.insert(list(admitted.entries))
                process_waiting()

    def writes(self, text: str = "Il nodo è giù", **more: Any) -> str:
        message_id = self.slack.write(more.pop("person", self.sara), text, **more)
        self.hears()
        return message_id

    def answers(self, text: str = "Può dirmi il numero?", **more: Any) -> Message:
        message = add_reply(
            agent=self.marco, conversation=Conversation.objects.latest("id"), text=text, **more
        )
        deliver_waiting()
        message.refresh_from_db()
        return message


@pytest.fixture
def care() -> Iterator[Care]:
    with City() as city, http.settings(read_timeout=0.5, connect_timeout=1.0):
        yield Care(city.add(SlackNetwork()))


def test_sara_writes_marco_answers_in_the_thread_and_its_echo_is_no_second_message(care) -> None:
    asked = care.writes()
    message = care.answers("Può dirmi il numero?")
    assert (message.delivery, message.external_id) == ("sent", care.slack.sent[0].id)
    assert care.slack.sent[0].answers == asked
    care.hears()
    assert Message.objects.count() == 2


def test_one_thread_is_one_conversation_whoever_writes(care) -> None:
    asked = care.writes()
    care.answers()
    care.hears()
    nico = care.slack.add_person("Nico Riva")
    care.writes("Alle 18", person=nico, thread=asked)
    care.writes("Altro argomento", person=nico)
    first, second = Conversation.objects.order_by("id")
    assert [message.text for message in first.messages.order_by("id")] == [
        "Il nodo è giù",
        "Può dirmi il numero?",
        "Alle 18",
    ]
    assert second.messages.get().text == "Altro argomento"


def test_everything_comes_three_times_and_backwards_and_is_there_once(care) -> None:
    asked = care.slack.write(care.sara, "Torna alle 18")
    care.slack.edit(care.sara, asked, "Torna alle 19")
    care.slack.react(care.sara, asked, "eyes")
    care.hears(times=3, backwards=True)
    assert Message.objects.get().text == "Torna alle 19"
    assert [reaction.emoji for reaction in Reaction.objects.all()] == ["👀"]


def test_what_sara_deletes_is_withdrawn(care) -> None:
    asked = care.writes()
    care.slack.delete(asked)
    care.hears()
    assert Message.objects.get().removed_at is not None


def test_files_travel_both_ways(care) -> None:
    care.writes("Ecco", files=(("log.txt", b"kernel panic", "text/plain"),))
    fetch_waiting()
    assert path_of(Attachment.objects.get()).read_bytes() == b"kernel panic"
    guide = store_file(b"%PDF-1.4", name="guida.pdf", content_type="application/pdf", uploader=care.marco)
    message = care.answers("Grazie", attachments=[guide])
    care.hears()
    assert message.delivery == "sent"
    assert care.slack.sent[-1].files[0][1] == b"%PDF-1.4"
    assert Message.objects.count() == 2


def test_an_answer_of_which_nobody_knew_is_confirmed_by_its_echo(care) -> None:
    care.writes()
    care.slack.suffer(Chaos.LOST, on="chat.postMessage")
    care.slack.suffer(Chaos.FAIL, on="conversations.replies")
    message = care.answers()
    assert message.delivery == "uncertain"
    care.hears()
    message.refresh_from_db()
    assert (message.delivery, message.external_id) == ("sent", care.slack.sent[0].id)
    assert len(care.slack.sent) == 1


@pytest.mark.parametrize("chaos", [Chaos.LIMIT, Chaos.FAIL])
def test_an_answer_that_was_not_taken_leaves_later(care, chaos) -> None:
    care.writes()
    care.slack.suffer(chaos, on="chat.postMessage")
    assert care.answers().delivery == "queued"
    Dispatch.objects.update(run_at=now())
    type(care.inbox.health).objects.update(paused_until=None)
    deliver_waiting()
    assert len(care.slack.sent) == 1


def test_what_was_lost_while_events_were_refused_is_swept_up_once(care) -> None:
    pollers.poll(care.inbox)
    asked = care.writes()
    care.slack.write(care.sara, "Torna alle 18", thread=asked)
    care.slack.mailman.take()  # lost
    with at(now() + timedelta(minutes=2)):
        pollers.poll(care.inbox)
        process_waiting()
        pollers.poll(care.inbox)
        process_waiting()
    assert sorted(message.text for message in Message.objects.all()) == ["Il nodo è giù", "Torna alle 18"]
    assert Conversation.objects.count() == 1


def test_a_rotated_token_is_used_at_once(care) -> None:
    care.slack.refresh_token = "xoxe-first"
    care.inbox.store_values({**care.slack.settings, "refresh_token": "xoxe-first"})
    care.inbox.save()
    care.writes()
    assert renew_account(care.inbox.pk)
    assert care.answers().delivery == "sent"


def test_a_channel_that_was_archived_does_not_stop_the_inbox(care) -> None:
    care.writes()
    care.slack.default.is_archived = True
    message = care.answers()
    assert message.delivery == "failed"
    care.inbox.health.refresh_from_db()
    assert care.inbox.health.error_class == ""


def test_a_token_that_was_revoked_stops_it(care) -> None:
    care.slack.tell({"type": "tokens_revoked", "tokens": {"bot": ["U0ASCOLTO"]}})
    care.hears()
    care.inbox.health.refresh_from_db()
    assert care.inbox.health.state == "broken"
