"""Marco, Sofia and Giorgia work; Anna's desk is left to the visitor."""

from __future__ import annotations

import random

import pytest

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation, Message, Status
from ascolto.intake.worker import process_waiting
from ascolto.routing.models import Presence
from ascolto.sla.models import Commitment
from ascolto.sla.worker import catch_up
from ascolto.testing.demo import colleagues, company
from ascolto.testing.demo.colleagues import Colleagues
from ascolto.testing.demo.pens import Pens, Person
from ascolto.testing.demo.stories import Story, script

pytestmark = pytest.mark.django_db(transaction=True)
GIULIA = Person("Giulia Sarti", "it")
MARCO, ANNA = "marco@telvia.example", "anna@telvia.example"


@pytest.fixture
def pens() -> Pens:
    company.found()
    return Pens({account.kind: account for account in ChannelAccount.objects.all()})


def story_of(channel: str) -> Story:
    return next(
        one for one in script().stories if one.channel == channel and one.thanks and one.language == "it"
    )


def write(pens: Pens, story: Story, text: str, owner: str) -> Conversation:
    pens.write(GIULIA, story, text)
    process_waiting()
    conversation = Conversation.objects.get(customer__name=GIULIA.name)
    assign(agent=None, conversation=conversation, assignee=Agent.objects.get(email=owner))
    catch_up()
    return Conversation.objects.get(pk=conversation.pk)


def work(at_work: Colleagues, begin: float, seconds: int = 1200) -> None:
    for moment in range(int(begin), int(begin) + seconds, 5):
        at_work.step(float(moment), news=True)
        catch_up()


def answers(conversation: Conversation) -> list[Message]:
    rows = Message.objects.filter(conversation=conversation, direction="out", is_automatic=False)
    return list(rows.order_by("pk"))


def test_marco_is_there_answers_giulia_under_his_name_and_solves_it(pens: Pens) -> None:
    story = story_of("chat")
    conversation = write(pens, story, story.opening[0], MARCO)
    at_work = Colleagues(6.0, random.Random(4))
    work(at_work, 100)
    assert set(Presence.objects.values_list("agent__email", "state")) == {
        (email, "available") for email in company.COLLEAGUES
    }
    said = answers(conversation)
    assert [(one.agent and one.agent.email, one.text) for one in said] == [(MARCO, story.answer)]
    assert Conversation.objects.get(pk=conversation.pk).status in {Status.RESOLVED, Status.PENDING}


def test_thanks_are_not_answered_with_the_same_again(pens: Pens) -> None:
    story = story_of("chat")
    conversation = write(pens, story, story.opening[0], MARCO)
    at_work = Colleagues(600.0, random.Random(4))
    for moment in range(100, 200, 2):
        at_work.step(float(moment), news=True)
        if answers(conversation):
            break
    pens.write(GIULIA, story, story.thanks[0])
    process_waiting()
    catch_up()
    work(at_work, 300)
    assert len(answers(conversation)) == 1


def test_what_lies_on_annas_desk_is_left_to_the_visitor(pens: Pens) -> None:
    story = story_of("chat")
    conversation = write(pens, story, story.opening[0], ANNA)
    work(Colleagues(6.0, random.Random(4)), 100)
    assert answers(conversation) == []
    assert not Presence.objects.filter(agent__email=ANNA).exists()


def test_what_a_visitor_wrote_in_the_chat_is_answered_by_no_script(pens: Pens) -> None:
    conversation = write(pens, story_of("chat"), "Provo la chat: mi sente qualcuno?", MARCO)
    work(Colleagues(6.0, random.Random(4)), 100)
    assert answers(conversation) == []


def test_a_promise_to_write_by_a_time_is_made_and_kept(pens: Pens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colleagues, "PROMISES", 1.0)
    story = story_of("chat")
    conversation = write(pens, story, story.opening[0], MARCO)
    work(Colleagues(6.0, random.Random(4)), 100, seconds=2400)
    promise = Commitment.objects.get(conversation=conversation)
    said = answers(conversation)
    assert len(said) == 2
    assert promise.owner == Agent.objects.get(email=MARCO)
    assert promise.message == said[0]
    assert promise.words in said[0].text


def test_a_post_that_calls_us_by_name_is_known_all_the_same(pens: Pens) -> None:
    story = story_of("chat")
    conversation = write(pens, story, f"@telvia @TelviaCare {story.opening[0]}", MARCO)
    work(Colleagues(6.0, random.Random(4)), 100)
    assert [one.text for one in answers(conversation)] == [story.answer]
