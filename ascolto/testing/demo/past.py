"""The last hours at Telvia: conversations that were had, and some that wait."""

from __future__ import annotations

import random
from collections.abc import Container, Iterator
from datetime import datetime, timedelta

from ascolto.accounts.models import Agent, Team
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.actions import (
    add_note,
    add_reply,
    assign,
    change_priority,
    change_status,
    rename,
    set_labels,
)
from ascolto.conversations.models import Conversation, Priority, Status
from ascolto.gates import Refused
from ascolto.intake.worker import process_waiting
from ascolto.kit import clock
from ascolto.testing.demo import replies
from ascolto.testing.demo.neighbourhood import INBOXES
from ascolto.testing.demo.pens import Pens, Person
from ascolto.testing.demo.stories import Story, script

CONVERSATIONS = 34
WAITING = 9  # of those, how many still want an answer


def people(dice: random.Random, channels: Container[str] | None = None) -> Iterator[tuple[Person, Story]]:
    """Customers with a matter (on one of these channels), without end; nobody comes twice before everybody came once."""
    while True:
        pairs = [(Person(n, language), language) for language, names in script().names.items() for n in names]
        dice.shuffle(pairs)
        stories = [story for story in script().stories if channels is None or story.channel in channels]
        dice.shuffle(stories)
        for place, (person, language) in enumerate(pairs):
            fitting = [story for story in stories if story.language == language]
            yield person, fitting[place % len(fitting)]


def fill(chance: int = 7) -> None:
    """Tell the past once: through the adapters, the pipeline and the actions, with the clock set back."""
    replies.fill()
    if Conversation.objects.exists():
        return
    dice, present = random.Random(chance), clock.now()
    pens = Pens({account.kind: account for account in ChannelAccount.objects.all()})
    own = set(pens.accounts) - set(INBOXES)  # a network's memory begins with the network
    agents = list(Agent.objects.filter(email__in=["marco@telvia.example", "sofia@telvia.example"]))
    for number, (person, story) in zip(range(CONVERSATIONS), people(dice, own), strict=False):
        is_waiting = number >= CONVERSATIONS - WAITING
        ago = dice.uniform(1, 40) if is_waiting else dice.uniform(60, 20 * 60)
        _tell(
            pens,
            person,
            story,
            present - timedelta(minutes=ago),
            None if is_waiting else dice.choice(agents),
            dice,
        )


def _tell(
    pens: Pens, person: Person, story: Story, moment: datetime, agent: Agent | None, dice: random.Random
) -> None:
    for text in story.opening:
        with clock.at(moment):
            pens.write(person, story, text)
            process_waiting()
        moment += timedelta(seconds=dice.randint(10, 40))
    conversation = Conversation.objects.filter(customer__name=person.name).latest("created_at")
    with clock.at(moment):
        _sort_in(conversation, story, dice)
    if agent is None:
        return
    with clock.at(moment + timedelta(minutes=dice.randint(2, 9))):
        _answer(conversation, story, agent)
    is_over = bool(story.thanks) and dice.random() < 0.75
    if is_over:
        with clock.at(moment + timedelta(minutes=dice.randint(10, 25))):
            pens.write(person, story, dice.choice(story.thanks))
            process_waiting()
    status = Status.RESOLVED if is_over else dice.choice([Status.PENDING, Status.ON_HOLD, Status.OPEN])
    with clock.at(moment + timedelta(minutes=30)):
        present = Conversation.objects.get(pk=conversation.pk)
        change_status(agent=agent, conversation=present, status=status)


def _sort_in(conversation: Conversation, story: Story, dice: random.Random) -> None:
    set_labels(agent=None, conversation=conversation, names=story.labels)
    assign(agent=None, conversation=conversation, team=Team.objects.filter(name=story.team).first())
    if not conversation.subject:
        rename(agent=None, conversation=conversation, subject=story.subject)
    if "urgent" in story.labels or dice.random() < 0.1:
        change_priority(agent=None, conversation=conversation, priority=Priority.HIGH)


def _answer(conversation: Conversation, story: Story, agent: Agent) -> None:
    assign(agent=agent, conversation=conversation, assignee=agent)
    try:
        add_reply(agent=agent, conversation=conversation, text=story.answer)
    except Refused:  # a channel that only listens: the answer is a note about a telephone call
        add_note(agent=agent, conversation=conversation, text=f"☎ {story.answer}")
