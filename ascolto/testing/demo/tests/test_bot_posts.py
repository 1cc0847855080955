"""Telvia's assistant: it answers from the day the past ends, and never in the past."""

from __future__ import annotations

import random

import pytest

from ascolto.bot import live
from ascolto.bot.models import BotFlow, BotPost, Dialogue
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Author, Conversation, Message
from ascolto.events.log import Position, latest_position
from ascolto.testing.demo import bot_posts, company, past
from ascolto.testing.demo.pens import Person
from ascolto.testing.demo.simulator import Simulator
from ascolto.testing.demo.stories import script
from ascolto.testing.demo.world import World


@pytest.mark.django_db
def test_the_flows_are_there_from_the_beginning_and_answer_when_the_past_is_told() -> None:
    company.found()
    assert set(BotFlow.objects.values_list("slug", flat=True)) >= {"care", "fault", "bill"}
    assert not BotPost.objects.exists()
    past.fill(days=1)
    assert not Dialogue.objects.exists()
    assert not Conversation.objects.filter(with_bot=True).exists()
    assert not Message.objects.filter(author_kind=Author.BOT).exists()
    posts = {post.account.kind: post.flow.slug for post in BotPost.objects.select_related("account", "flow")}
    assert posts == dict.fromkeys(bot_posts.INBOXES, "care")
    assert len(live.at_hand().posts) == 2
    company.found()
    past.fill(days=1)
    assert BotPost.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_whom_the_bot_answered_wants_a_person_once_and_thanks_nobody() -> None:
    company.found()
    with World() as world:
        simulator = Simulator(world, 6.0, latest_position(), random.Random(1))
        story = next(one for one in script().stories if one.channel == "chat" and one.language == "it")
        giulia = Person("Giulia Neri", "it")
        simulator._stories[("chat", giulia.name)] = (giulia, story)
        simulator._plan_person(10.0, ("chat", giulia.name))
        simulator._plan_person(11.0, ("chat", giulia.name))
        assert [plan[3] for plan in simulator._plans] == [bot_posts.A_PERSON["it"]]
        assert ("chat", giulia.name) in simulator._stories
    assert isinstance(simulator.position, Position)
    assert ChannelAccount.objects.filter(kind="chat").exists()
