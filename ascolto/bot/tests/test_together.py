"""Many customers write at once: they are answered together, and what happens meanwhile to one of them is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count as count_up

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ascolto.bot import running, worker
from ascolto.bot.actions.external_bots import create_bot
from ascolto.bot.actions.posts import set_post
from ascolto.bot.gathering import Gathered, last_dialogues, locked
from ascolto.bot.models import BotFlow, BotPost, Dialogue
from ascolto.bot.thinking import Thought, think
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation, Message
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.remembering import forget_all
from ascolto.knowledge.models import SavedReply, SavedReplyText
from ascolto.testing.dialogues import CALM, post_flow, said_by_bot, write
from ascolto.testing.factories import Cast, make_agent, make_cast, make_customer, make_inbox, receive
from ascolto.testing.readings import make_reading
from ascolto.understanding.models import Similar

_numbers = count_up()
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make_cast("chat")
    worker.catch_up()  # the cursor begins where the log is
    post_flow(made.inbox)
    yield made
    forget_all()


def heard(cast: Cast, count: int) -> dict[int, list[int]]:
    """So many customers write; nobody was answered yet."""
    messages: list[Message] = []
    for _ in range(count):
        message = receive(cast.inbox, "Ciao", customer=make_customer(f"Customer {next(_numbers)}"))
        make_reading(message, **CALM)
        messages.append(message)
    return {message.conversation_id: [message.pk] for message in messages}


def is_still_right(thought: Thought, conversation: int) -> bool:
    with transaction.atomic():
        there, dialogues = locked([conversation]), last_dialogues([conversation])
    return thought.is_still_right(there[conversation], dialogues.get(conversation))


def queries(told: dict[int, list[int]]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert running.hear_together(told) == []
    return len(caught)


def test_each_further_customer_costs_little(cast: Cast) -> None:
    queries(heard(cast, 1))  # what is remembered for a moment is known from here on
    alone, together = queries(heard(cast, 1)), queries(heard(cast, 9))
    assert Dialogue.objects.count() == 11
    assert (together - alone) / 8 <= 4


def test_who_is_taken_by_a_person_meanwhile_is_not_answered(cast: Cast) -> None:
    (conversation,) = (told := heard(cast, 1))
    gathered = Gathered.of(told)
    thought = think(gathered.conversations[conversation], gathered)
    assert thought.speak()
    assert is_still_right(thought, conversation)
    assign(agent=cast.marco, conversation=Conversation.objects.get(pk=conversation), assignee=cast.marco)
    assert not is_still_right(thought, conversation)
    running.hear_together(told)
    assert said_by_bot(Conversation.objects.get(pk=conversation)) == []


def test_what_the_bot_heard_meanwhile_is_not_answered_twice(cast: Cast) -> None:
    (conversation,) = (told := heard(cast, 1))
    gathered = Gathered.of(told)
    thought = think(gathered.conversations[conversation], gathered)
    thought.speak()
    running.hear_together(told)
    assert not is_still_right(thought, conversation)
    running.hear_together(told)
    assert len(said_by_bot(Conversation.objects.get(pk=conversation))) == 1


@pytest.mark.parametrize("state", [{"flow": 5, "node": []}, {"slots": "x"}, {"language": {}}])
def test_a_dialogue_that_nobody_can_read_holds_up_no_other(cast: Cast, state: dict[str, object]) -> None:
    broken = write(cast.inbox, cast.giulia, "Ciao")
    Dialogue.objects.filter(conversation=broken).update(state=state)
    again = receive(cast.inbox, "Guasto", customer=cast.giulia)
    make_reading(again, **CALM)
    others = heard(cast, 2)
    running.hear_together({broken.pk: [again.pk], **others})
    broken.refresh_from_db()
    assert all(said_by_bot(each) for each in of(others))
    assert not broken.with_bot or Dialogue.objects.get(conversation=broken).turns == 1


def of(told: dict[int, list[int]]) -> Sequence[Conversation]:
    return list(Conversation.objects.filter(pk__in=told))


def test_what_was_forgotten_is_for_people(cast: Cast) -> None:
    kept = write(cast.inbox, cast.giulia, "Ciao")
    forgotten, waiting = of(heard(cast, 2))
    Conversation.objects.update(last_message_at=now() - timedelta(minutes=3))
    assert worker.let_go_of_forgotten(now(), {waiting.pk}) == 1
    for conversation, with_bot in ((kept, True), (forgotten, False), (waiting, True)):
        conversation.refresh_from_db()
        assert conversation.with_bot is with_bot
    assert worker.let_go_of_forgotten(now(), {waiting.pk}) == 0


def test_an_inbox_has_one_bot(cast: Cast) -> None:
    BotPost.objects.all().delete()
    sara = make_agent("Sara Galli", "administrator")
    create_bot(
        by=sara,
        account=cast.inbox,
        name="Linea",
        url="https://bots.telvia.example/hook",
        resolve=lambda host: [],
    )
    with pytest.raises(Refused) as refused:
        set_post(by=None, account=cast.inbox, flow=BotFlow.objects.get())
    assert refused.value.code == "external_bot"
    assert not BotPost.objects.exists()


def test_who_greets_first_is_greeted(cast: Cast) -> None:
    said = said_by_bot(write(cast.inbox, cast.giulia, "Ciao, ho una domanda", needs_answer=False))
    assert said[0].startswith("Ciao, sono l'assistente automatico")


def complains(cast: Cast) -> None:
    """On another channel, and nobody has solved it."""
    message = receive(make_inbox("webhook"), "Non funziona niente, è una vergogna!", customer=cast.giulia)
    make_reading(message, **{**CALM, "sentiment": "negative", "strength": 0.9, "intent": "complaint"})
    Conversation.objects.filter(pk=message.conversation_id).update(
        is_room=True
    )  # what comes now is another one


def test_where_an_offer_may_not_be_made_the_customer_hears_that_a_person_goes_on(cast: Cast) -> None:
    complains(cast)
    reply = SavedReply.objects.create(title="Come pago la bolletta", shortcut="paga")
    text = "Passa oggi a Fibra Max con lo sconto del 50%: solo 19,90 € al mese, attivala subito, offerta esclusiva!"
    SavedReplyText.objects.create(reply=reply, language="it", text=text)
    message = receive(cast.inbox, "Come pago la bolletta?", customer=cast.giulia)
    Similar.objects.create(message=message, kind="saved_reply", target=reply.pk, score=0.95, meaning=0.9)
    make_reading(message, topic="Billing", **CALM)
    worker.catch_up()
    conversation = Conversation.objects.get(pk=message.conversation_id)
    said = "\n".join(said_by_bot(conversation))
    assert "Fibra Max" not in said
    assert "assistente automatico" in said
    assert said.endswith("Ti passo a una persona.")
    assert (conversation.with_bot, Dialogue.objects.get().why) == (False, "refused")


QUESTIONS = """\
flow: ways
title: {it: Modi, en: Ways}
languages: [it, en]
start: how
person: {team: Care}
nodes:
  how:
    menu: {it: "Adesso ci siamo: puoi parlare con una persona quando vuoi.", en: "Choose one of these ways, or ask for a person."}
    options:
      - {id: card, label: {it: Carta o app, en: Card or app}, words: {it: [carta], en: [card]}, next: bye}
      - {id: bank, label: {it: In banca, en: At a bank}, words: {it: [banca], en: [bank]}, next: bye}
  bye: {end: {say: {it: "A presto.", en: "Goodbye."}, resolved: true}}
"""


def test_questions_of_a_flow_are_no_offers_however_short_they_are(cast: Cast) -> None:
    complains(cast)
    inbox = make_inbox("whatsapp", teams=[cast.care])
    post_flow(inbox, QUESTIONS)
    assert "Adesso ci siamo" in "\n".join(said_by_bot(write(inbox, cast.giulia, "Ciao")))


@pytest.mark.parametrize("state", [{"awaiting": "call", "flow": 5}, {"awaiting": "call", "slots": "x"}])
def test_an_outcome_for_a_dialogue_that_nobody_can_read_stops_nothing(
    cast: Cast, state: dict[str, object]
) -> None:
    broken = write(cast.inbox, cast.giulia, "Ciao")
    Dialogue.objects.filter(conversation=broken).update(state=state)
    others = of(heard(cast, 1))
    worker.catch_up()  # as after a kill: whoever awaited something goes on
    broken.refresh_from_db()
    assert (broken.with_bot, Dialogue.objects.get(conversation=broken).status) == (False, "handed")
    assert all(said_by_bot(each) for each in others)
