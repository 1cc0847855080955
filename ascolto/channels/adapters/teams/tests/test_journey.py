"""From a department's team to Marco's screen and back: the product's own intake and delivery, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.channels.actions import connect
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import HookRequest
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message, Reaction
from ascolto.delivery.worker import deliver_waiting
from ascolto.intake import journal
from ascolto.intake.hooks import Admitted, Door, admit
from ascolto.intake.renewing import due_accounts, renew_account
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.testing.factories import make_agent
from ascolto.testing.networks.city import City
from ascolto.testing.networks.teams import TeamsNetwork

pytestmark = pytest.mark.django_db(transaction=True)


class Care:
    """Telvia's desk with one inbox in Teams, whose keys nobody has fetched yet."""

    def __init__(self, teams: TeamsNetwork) -> None:
        self.teams = teams
        settings = {name: value for name, value in teams.settings.items() if name != "signing_keys"}
        self.inbox = connect(kind="teams", name="Reparti", values=settings)
        self.marco = make_agent("Marco Villa")
        self.sara = teams.add_person("Sara Neri")

    def hears(self, times: int = 1) -> list[int]:
        """Take everything that Teams has for us; what the door said to each delivery."""
        row = ChannelAccount.objects.get(pk=self.inbox.pk)
        door = Door(row.as_account(), row.adapter, True)
        said = []
        for body, headers in self.teams.mailman.take():
            admitted = admit(door, HookRequest("POST", "https://care.example/", {}, headers, body))
            said.append(getattr(admitted, "status", 200))
            for _ in range(times if isinstance(admitted, Admitted) else 0):
                journal.insert(list(admitted.entries))
                process_waiting()
        return said

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
        care = Care(city.add(TeamsNetwork()))
        renew_account(care.inbox.pk)
        yield care


def test_a_new_inbox_gets_its_keys_by_itself_and_then_takes_deliveries() -> None:
    with City() as city:
        care = Care(city.add(TeamsNetwork()))
        care.teams.write(care.sara, "Il nodo è giù")
        assert care.hears() == [403]
        assert due_accounts() == [care.inbox.pk]
        assert renew_account(care.inbox.pk)
        care.teams.write(care.sara, "Il nodo è ancora giù")
        assert care.hears() == [200]
        assert Message.objects.get().text == "Il nodo è ancora giù"


def test_sara_writes_and_marco_answers_in_the_thread(care) -> None:
    asked = care.teams.write(care.sara, "Il nodo è giù")
    care.hears(times=3)
    message = care.answers("Può dirmi il numero?")
    assert message.delivery == "sent"
    assert (care.teams.sent[0].text, care.teams.sent[0].answers) == ("Può dirmi il numero?", asked)
    nico = care.teams.add_person("Nico Riva")
    care.teams.write(nico, "Alle 18", thread=care.teams.conversation_of(asked))
    care.teams.react(nico, asked, "heart")
    care.teams.edit(care.sara, asked, "Il nodo è su")
    care.hears(times=2)
    conversation = Conversation.objects.get()
    assert [message.text for message in conversation.messages.order_by("id")] == [
        "Il nodo è su",
        "Può dirmi il numero?",
        "Alle 18",
    ]
    assert [reaction.emoji for reaction in Reaction.objects.all()] == ["❤️"]


def test_the_app_that_was_removed_is_told_at_the_message(care) -> None:
    care.teams.write(care.sara, "Ciao", direct=True)
    care.hears()
    care.teams.refusals.append((403, "BotNotInConversationRoster"))
    assert care.answers().delivery == "failed"
    care.inbox.health.refresh_from_db()
    assert care.inbox.health.state != "broken"


def test_a_password_that_ended_stops_the_inbox(care) -> None:
    care.teams.write(care.sara, "Ciao")
    care.hears()
    care.teams.tokens.clear()
    care.teams.app_password = "another"
    care.answers()
    care.inbox.health.refresh_from_db()
    assert care.inbox.health.state == "broken"
