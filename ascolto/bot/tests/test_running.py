"""Giulia writes where the bot answers first: it says what it is, asks what is missing, and a person is one word away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ascolto.bot import running, worker
from ascolto.bot.models import BotRating, Dialogue
from ascolto.collaboration.models import Problem
from ascolto.conversations.actions import add_reply, assign
from ascolto.conversations.models import Author, Conversation, Message, Status
from ascolto.kit.clock import now
from ascolto.kit.remembering import forget_all
from ascolto.knowledge.models import SavedReply, SavedReplyText
from ascolto.routing.cases import cases_of
from ascolto.testing.dialogues import CALM, offered, post_flow, press, said_by_bot, write
from ascolto.testing.factories import Cast, make_cast, make_customer, receive
from ascolto.testing.readings import make_reading
from ascolto.understanding.models import Similar, Topic

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make_cast("chat")
    worker.catch_up()  # the cursor begins where the log is
    post_flow(made.inbox)
    yield made
    forget_all()


def is_waiting_for_people(conversation: Conversation) -> bool:
    return cases_of([conversation.pk])[0].is_waiting(now())


def test_the_first_message_says_that_a_machine_speaks_and_offers_a_person(cast: Cast) -> None:
    conversation = write(cast.inbox, cast.giulia, "Ciao")
    (said,) = said_by_bot(conversation)
    assert said.startswith("Ciao, sono l'assistente automatico")
    assert said.endswith("Di cosa hai bisogno?")
    assert list(offered(conversation)) == [
        "welcome.fault", "welcome.bill", "welcome.complaint", "welcome.done", "person",
    ]  # fmt: skip
    assert conversation.with_bot
    assert conversation.waiting_since is not None
    assert not is_waiting_for_people(conversation)


def test_what_giulia_said_already_is_not_asked(cast: Cast) -> None:
    conversation = write(cast.inbox, cast.giulia, "La fibra non va, codice cliente TV123456", topic="Fault")
    assert "Ho trovato il contratto TV123456." in said_by_bot(conversation)[0]
    assert not any("Qual è" in text for text in said_by_bot(conversation))


def test_a_person_goes_on_with_everything_that_was_told(cast: Cast) -> None:
    write(cast.inbox, cast.giulia, "Ciao")
    press(cast.inbox, cast.giulia, "welcome.fault", "Guasto")
    conversation = write(cast.inbox, cast.giulia, "tv 123456")
    assert not conversation.with_bot
    assert conversation.team == cast.care
    assert conversation.status == Status.OPEN
    assert is_waiting_for_people(conversation)
    assert [label.name for label in conversation.labels.all()] == ["fault"]
    note = Message.objects.get(conversation=conversation, visibility="note")
    assert "TV123456" in note.text
    assert note.author_kind == Author.SYSTEM
    assert Dialogue.objects.get().status == Dialogue.Status.HANDED


def test_operatore_leads_to_a_person_at_once_and_the_bot_is_silent_then(cast: Cast) -> None:
    write(cast.inbox, cast.giulia, "Ciao")
    conversation = write(cast.inbox, cast.giulia, "operatore")
    assert not conversation.with_bot
    spoken = said_by_bot(conversation)
    assert write(cast.inbox, cast.giulia, "Ci siete?").pk == conversation.pk
    assert said_by_bot(conversation) == spoken


def test_who_is_angry_gets_a_person_and_a_higher_priority(cast: Cast) -> None:
    conversation = write(
        cast.inbox, cast.giulia, "È una vergogna, basta!!!", anger=0.95, sentiment="negative"
    )
    assert not conversation.with_bot
    assert conversation.priority == 30
    assert "Mi dispiace" in said_by_bot(conversation)[-1]


def test_the_bot_is_silent_while_a_person_has_the_conversation(cast: Cast) -> None:
    conversation = write(cast.inbox, cast.giulia, "Ciao")
    spoken = said_by_bot(conversation)
    add_reply(agent=cast.marco, conversation=conversation, text="Ciao Giulia, sono Marco.")
    assert not write(cast.inbox, cast.giulia, "bolletta").with_bot
    assert said_by_bot(conversation) == spoken
    assert Dialogue.objects.get().status == Dialogue.Status.SILENCED


def test_a_person_who_takes_it_has_it(cast: Cast) -> None:
    conversation = write(cast.inbox, cast.giulia, "Ciao")
    assign(agent=cast.anna, conversation=conversation, assignee=cast.marco)
    worker.catch_up()
    conversation.refresh_from_db()
    assert not conversation.with_bot
    assert Dialogue.objects.get().status == Dialogue.Status.SILENCED


def test_what_is_settled_by_the_bot_is_resolved_and_a_new_matter_begins_anew(cast: Cast) -> None:
    write(cast.inbox, cast.giulia, "Ciao")
    conversation = press(cast.inbox, cast.giulia, "welcome.done")
    assert conversation.status == Status.RESOLVED
    again = write(cast.inbox, cast.giulia, "Un'altra cosa, la bolletta", topic="Billing")
    assert Dialogue.objects.count() == 2
    assert "assistente automatico" not in said_by_bot(again)[-1]  # it was said just now


def test_hearing_a_message_again_changes_nothing(cast: Cast) -> None:
    conversation = write(cast.inbox, cast.giulia, "Ciao")
    first = conversation.messages.filter(direction="in").get()
    spoken = said_by_bot(conversation)
    running.hear(conversation.pk, [first.pk])
    assert said_by_bot(conversation) == spoken


def test_words_wait_until_they_are_understood_and_presses_do_not(cast: Cast) -> None:
    conversation = receive(cast.inbox, "Ciao", customer=cast.giulia).conversation
    with worker.Following() as following:
        following.turn()
        assert said_by_bot(conversation) == []
        make_reading(conversation.messages.get(), anger=0.0, sentiment="neutral", intent="question")
        following.turn()
        assert len(said_by_bot(conversation)) == 1
        receive(cast.inbox, "Guasto", customer=cast.giulia, extra={"payload": "welcome.fault"})
        following.turn()
        assert said_by_bot(conversation)[-1] == "Qual è il tuo codice cliente?"


def test_a_message_that_is_waited_for_is_heard_after_a_kill(cast: Cast) -> None:
    conversation = receive(cast.inbox, "Ciao", customer=cast.giulia).conversation
    with worker.Following() as killed:
        killed.turn()
    make_reading(conversation.messages.get(), anger=0.0, sentiment="neutral", intent="question")
    worker.catch_up()
    assert len(said_by_bot(conversation)) == 1


def test_every_message_of_the_bot_says_which_flow_spoke(cast: Cast) -> None:
    conversation = write(cast.inbox, cast.giulia, "Ciao")
    (told,) = Message.objects.get(conversation=conversation, author_kind=Author.BOT).extra["provenance"]
    assert (told["source"], told["model"], told["node"]) == ("flow", "care 1", "welcome")


def test_mere_thanks_are_left_alone(cast: Cast) -> None:
    conversation = write(cast.inbox, cast.giulia, "Grazie mille!", intent="thanks", needs_answer=False)
    assert said_by_bot(conversation) == []
    assert not conversation.with_bot


def test_who_stops_answering_is_looked_at_by_a_person(cast: Cast) -> None:
    conversation = write(cast.inbox, cast.giulia, "Ciao")
    assert worker.let_go_of_idle(now()) == 0
    assert worker.let_go_of_idle(now() + worker.IDLE_LIVE * 2) == 1
    conversation.refresh_from_db()
    assert not conversation.with_bot
    assert Dialogue.objects.get().why == "silent"


def test_where_no_flow_is_posted_people_answer(cast: Cast) -> None:
    other = make_cast_inbox()
    conversation = write(other, cast.giulia, "Ciao")
    assert not conversation.with_bot
    assert said_by_bot(conversation) == []


def make_cast_inbox():  # type: ignore[no-untyped-def]
    from ascolto.testing.factories import make_inbox

    return make_inbox("webhook")


def test_giulia_says_whether_an_answer_helped(cast: Cast) -> None:
    from ascolto.conversations.rating import rate

    reply = SavedReply.objects.create(title="Dove pago la bolletta", shortcut="paga")
    SavedReplyText.objects.create(reply=reply, language="it", text="La bolletta si paga dall'app.")
    message = receive(cast.inbox, "Come pago la bolletta?", customer=cast.giulia)
    Similar.objects.create(message=message, kind="saved_reply", target=reply.pk, score=0.95, meaning=0.9)
    make_reading(message, topic="Billing", **CALM)
    worker.catch_up()
    answer = Message.objects.get(
        conversation=message.conversation, author_kind=Author.BOT, extra__ratable=True
    )
    assert answer.text.startswith("La bolletta si paga dall'app.")
    assert answer.extra["provenance"][0]["titles"] == ["Dove pago la bolletta"]
    assert rate(answer.pk, "", False)
    assert rate(answer.pk, "", True)
    assert [(row.helped, row.dialogue.conversation) for row in BotRating.objects.all()] == [
        (True, answer.conversation)
    ]


def test_during_an_incident_it_is_told_to_who_writes_about_it_and_not_to_others(cast: Cast) -> None:
    topic = Topic.objects.create(name="Fault")
    Problem.objects.create(title="PRB", topic=topic, public_text="A Foligno la rete è ferma.")
    forget_all()
    assert (
        "A Foligno la rete è ferma."
        in said_by_bot(write(cast.inbox, cast.giulia, "La fibra è ferma", topic="Fault"))[0]
    )
    other = make_customer("Ivo Conti")
    assert (
        "Foligno"
        not in said_by_bot(write(cast.inbox, other, "Una domanda sulla bolletta", topic="Billing"))[0]
    )
