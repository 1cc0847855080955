"""Giulia calls a house with an Asterisk of its own: the same flow, by keys, with the real listener and real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ascolto.accounts.models import Team
from ascolto.bot import worker
from ascolto.bot.calling.tests.test_calls import CARE, note
from ascolto.bot.models import Dialogue
from ascolto.channels.actions import connect
from ascolto.channels.adapters.telephone.tests.test_journey import Edge
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Conversation, Message
from ascolto.events.consumers import feed_all
from ascolto.intake import journal
from ascolto.intake.hooks import open_door
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.kit.remembering import forget_all
from ascolto.sla.models import Commitment
from ascolto.testing.dialogues import post_flow
from ascolto.testing.networks.asterisk import AsteriskNetwork
from ascolto.testing.networks.city import City, Person

pytestmark = pytest.mark.django_db(transaction=True)


class House:
    """Telvia's own Asterisk, with a flow."""

    def __init__(self, network: AsteriskNetwork, edge: Edge) -> None:
        self.network, self.edge = network, edge
        values = {**network.settings, "languages": "it", "agents": "PJSIP/desk", "company": "Telvia"}
        self.inbox: ChannelAccount = connect(kind="asterisk", name="Telephone", values=values)
        edge.door = open_door(self.inbox)
        network.hook_url = f"{edge.url}/hooks/asterisk/t"
        network.connected()
        Team.objects.create(name="Care")
        self.giulia: Person = network.add_person("Giulia Conti", number="3471234567")
        worker.catch_up()
        feed_all()
        post_flow(self.inbox, CARE)

    def reads(self) -> None:
        """The worker reads what was kept, and everybody follows the log."""
        entries, self.edge.kept = self.edge.kept, []
        for entry in entries:
            journal.insert([entry])
            process_waiting()
        feed_all()
        worker.catch_up()


@pytest.fixture
def house(settings) -> Iterator[House]:
    with Edge() as edge, City() as city, http.settings(read_timeout=5.0, connect_timeout=1.0):
        settings.BASE_URL = edge.url
        network = city.add(AsteriskNetwork())
        yield House(network, edge)
        network.close()
        forget_all()


def test_the_same_flow_is_led_by_keys_and_played_from_sounds_where_nobody_speaks(house: House) -> None:
    call = house.network.call(house.giulia, keys=["1", "123456#"])
    assert call.heard[:4] == ["it/flow/disclosure", "it/flow/welcome", "it/flow/welcome-fault", "1"]
    assert "it/flow/person" in call.heard
    assert call.dialled == ["PJSIP/desk,30,g"]
    house.reads()
    assert "TV123456" in note(Conversation.objects.get())
    assert Dialogue.objects.get().status == Dialogue.Status.HANDED


def test_the_path_is_the_one_that_twilio_takes(house: House) -> None:
    house.network.call(house.giulia, keys=["1", "12#", "123456#"])
    trail = Dialogue.objects.get().state["trail"]
    assert [step.partition("/")[2] for step in trail] == ["welcome", "code", "mark", "told"]


@pytest.mark.parametrize("keys", [["0"], ["1", "0"], ["1", "0#"], ["", ""], ["9", "9"]])
def test_zero_silence_and_wrong_keys_reach_a_person(house: House, keys: list[str]) -> None:
    assert house.network.call(house.giulia, keys=keys).dialled == ["PJSIP/desk,30,g"]


def test_when_nobody_takes_the_call_a_message_is_recorded(house: House) -> None:
    house.network.agents_answer = "NOANSWER"
    call = house.network.call(house.giulia, keys=["0", "4"], speaks=b"RIFF buongiorno")
    assert call.variables["ASCOLTO_STATUS"] == "DONE"
    house.reads()
    message = Message.objects.get(kind="call")
    assert message.extra["call"]["outcome"] == "voicemail"
    assert message.attachments.count() == 1


def test_a_call_back_is_promised_to_a_number_that_is_typed(house: House) -> None:
    house.network.agents_answer = "BUSY"
    house.network.call(None, keys=["0", "1", "3471234567#"])
    house.reads()
    assert "+393471234567" in Commitment.objects.get().words


def test_who_hangs_up_in_the_middle_is_a_missed_call_for_people(house: House) -> None:
    house.network.call(house.giulia, keys=["1", "hangup"])
    house.reads()
    conversation = Conversation.objects.get()
    assert not conversation.with_bot
    assert conversation.waiting_since is not None
    assert Dialogue.objects.get().why == "hung_up"
