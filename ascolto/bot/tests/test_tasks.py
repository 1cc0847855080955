"""Marco lets the assistant collect something, and has the conversation again with what it learnt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from ascolto.accounts.models import Role
from ascolto.bot import worker
from ascolto.bot.actions.flows import create_flow, publish
from ascolto.bot.actions.systems import create_action
from ascolto.bot.actions.tasks import give_task, take_back, tasks
from ascolto.bot.asking_systems import breakers
from ascolto.bot.models import Dialogue
from ascolto.conversations.models import Conversation, Message
from ascolto.gates import Refused
from ascolto.kit import http
from ascolto.kit.remembering import forget_all
from ascolto.testing.dialogues import said_by_bot, write
from ascolto.testing.factories import Cast, make_agent, make_cast
from ascolto.testing.systems import CompanySystem

pytestmark = pytest.mark.django_db(transaction=True)
SERIAL = """\
flow: serial
part: true
title: {it: Numero di serie, en: Serial number}
languages: [it, en]
start: ask
slots:
  serial:
    type: code
    mask: SN999999
    ask: {it: "Qual è il numero di serie?", en: "What is the serial number?"}
    again: {it: "Comincia con SN e ha sei cifre.", en: "It begins with SN and has six digits."}
nodes:
  ask: {ask: serial, next: thanks}
  thanks: {say: {it: "Grazie, è {serial}.", en: "Thanks, it is {serial}."}, next: return}
"""


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make_cast("chat")
    worker.catch_up()
    publish(by=None, version=create_flow(by=None, text=SERIAL))
    forget_all()
    yield made
    forget_all()


@pytest.fixture
def talk(cast: Cast) -> Conversation:
    return cast.writes("Il modem è rotto")


def test_marco_gives_a_task_and_gets_the_conversation_back_with_the_answer(
    cast: Cast, talk: Conversation
) -> None:
    assert tasks() == [("serial", "Serial number")]
    with translation.override("it"):
        assert tasks() == [("serial", "Numero di serie")]
    give_task(agent=cast.marco, conversation=talk, flow="serial")
    talk.refresh_from_db()
    assert (talk.assignee, talk.with_bot) == (cast.marco, True)
    assert said_by_bot(talk)[0].endswith("Qual è il numero di serie?")
    talk = write(cast.inbox, cast.giulia, "sn 123456")
    assert (talk.assignee, talk.with_bot) == (cast.marco, False)
    assert said_by_bot(talk)[-1] == "Grazie, è SN123456."
    note = Message.objects.get(conversation=talk, visibility="note")
    assert "SN123456" in note.text
    assert Dialogue.objects.get().status == Dialogue.Status.ENDED
    write(cast.inbox, cast.giulia, "E adesso?")
    assert said_by_bot(talk)[-1] == "Grazie, è SN123456."


LINE = """\
flow: line
title: {it: Prova linea, en: Line test}
languages: [it, en]
part: true
start: test
slots:
  state:
    type: text
    ask: {it: "Com'è la linea?", en: "How is the line?"}
nodes:
  test: {call: line-test, save: {state: state}, next: told, failed: sorry}
  told: {say: {it: "La linea è {state}.", en: "The line is {state}."}, next: return}
  sorry: {say: {it: "La prova non riesce.", en: "The test fails."}, next: return}
"""


def test_a_task_that_begins_with_another_system_asks_it(cast: Cast, talk: Conversation) -> None:
    breakers.forget()
    with CompanySystem() as system, http.settings(allow_private=True):
        sara = make_agent("Sara Galli", Role.ADMINISTRATOR)
        address = f"{system.url}/line"
        _action, secret = create_action(by=sara, name="line-test", url=address, resolve=lambda host: [])
        system.secrets, system.says = (secret,), {"state": "buona"}
        publish(by=None, version=create_flow(by=None, text=LINE))
        forget_all()
        with worker.Following() as following:
            give_task(agent=cast.marco, conversation=talk, flow="line")
            assert said_by_bot(talk) == []
            following.catch_up()
    assert "La linea è buona." in "\n".join(said_by_bot(talk))
    breakers.forget()


def test_who_wants_marco_gets_marco(cast: Cast, talk: Conversation) -> None:
    give_task(agent=cast.marco, conversation=talk, flow="serial")
    talk = write(cast.inbox, cast.giulia, "voglio una persona")
    assert (talk.assignee, talk.with_bot, talk.team) == (cast.marco, False, None)
    assert "preferisce" in Message.objects.get(conversation=talk, visibility="note").text or (
        "rather" in Message.objects.get(conversation=talk, visibility="note").text
    )


def test_marco_stops_it(cast: Cast, talk: Conversation) -> None:
    give_task(agent=cast.marco, conversation=talk, flow="serial")
    assert take_back(agent=cast.marco, conversation=talk)
    talk = write(cast.inbox, cast.giulia, "sn 123456")
    assert not talk.with_bot
    assert len(said_by_bot(talk)) == 1


def test_what_somebody_else_has_is_not_given_away(cast: Cast, talk: Conversation) -> None:
    give_task(agent=cast.marco, conversation=talk, flow="serial")
    with pytest.raises(Refused, match="Somebody else"):
        give_task(agent=cast.anna, conversation=talk, flow="serial")
    with pytest.raises(Refused, match="no such task"):
        give_task(agent=cast.marco, conversation=talk, flow="away")


def test_the_card_shows_what_the_assistant_learnt_and_stops_it(
    cast: Cast, talk: Conversation, client: Client
) -> None:
    client.force_login(cast.marco)
    address = f"/c/{talk.number}/assistant/"
    page = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Serial number" in page
    page = client.post(address, {"flow": "serial"}, headers={"HX-Request": "true"}).content.decode()
    assert "talks to the customer" in page
    page = client.post(address, {}, headers={"HX-Request": "true"}).content.decode()
    assert "a person stepped in" in page
    client.force_login(cast.viktor)
    assert client.get(address).status_code == 404
    assert client.post(address, {"flow": "serial"}).status_code == 404
