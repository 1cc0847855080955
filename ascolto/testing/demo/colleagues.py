"""Colleagues who work while a visitor looks around: they are there, answer what they are given, promise, and solve.

They know the answers of the script alone. What somebody else wrote (a visitor who tries the chat) they leave to people, and what lies
on the visitor's own desk they never touch.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ascolto.accounts.models import Agent
from ascolto.conversations.actions import add_note, add_reply, change_status
from ascolto.conversations.models import Conversation, Message, Status
from ascolto.gates import Refused
from ascolto.kit import clock
from ascolto.routing.actions.presence import CHOICES, beat, choose_presence
from ascolto.routing.handing import open_offers
from ascolto.sla.actions.commitments import make
from ascolto.testing.demo.company import COLLEAGUES
from ascolto.testing.demo.episodes import NEWS, next_quarter, will_write
from ascolto.testing.demo.reading import Heard, hear
from ascolto.testing.demo.stories import Story

log = logging.getLogger(__name__)
BEAT = 60.0  # seconds between two signs of life, as a screen gives them
LOOK = 2.0  # seconds between two looks at their desks, at most
HANDS = 18.0  # conversations that all of them together answer at a time
LONGEST = 300.0  # seconds of an answer, when few customers write
LATE, PROMISES = 0.02, 0.08  # shares of answers


@dataclass(slots=True)
class Plan:
    """Something that a colleague does about a conversation at a moment of the simulator's clock."""

    moment: float
    agent: int
    does: str  # answer, news, solve


@dataclass(slots=True)
class Colleagues:
    """One run of them. `step` does what is due; it costs nothing while nothing happens."""

    per_minute: float
    dice: random.Random = field(default_factory=random.Random)
    _people: dict[int, Agent] = field(default_factory=dict)
    _plans: dict[int, Plan] = field(default_factory=dict)  # by conversation
    _left: dict[int, datetime | None] = field(
        default_factory=dict
    )  # what they cannot answer, since when it waits
    _beat_due: float = 0.0
    _look_due: float = 0.0
    _is_news: bool = True

    def step(self, moment: float, *, news: bool) -> None:
        """`news`: the log has grown since the last step."""
        if moment >= self._beat_due:
            self._be_there()
            self._beat_due = moment + BEAT
        self._is_news = self._is_news or news
        if self._is_news and moment >= self._look_due:
            self._look(moment)
            self._is_news, self._look_due = False, moment + LOOK
        due = min(self._plans.items(), key=lambda item: item[1].moment, default=None)
        if due is not None and due[1].moment <= moment:  # one at a time: a step is short
            del self._plans[due[0]]
            self._act(due[0], due[1], moment)

    def _be_there(self) -> None:
        first = not self._people
        self._people = {
            agent.pk: agent for agent in Agent.objects.filter(email__in=COLLEAGUES, is_active=True)
        }
        for agent in self._people.values():
            if first:
                choose_presence(agent=agent, state=CHOICES[0])
            else:
                beat(agent=agent)

    def _look(self, moment: float) -> None:
        """Plan an answer for whatever came to somebody, and forget what went away."""
        rows = Conversation.objects.filter(
            assignee__in=self._people, status=Status.OPEN, waiting_since__isnull=False
        ).exclude(pk__in=open_offers().values("conversation"))
        desks = rows.values_list("pk", "assignee", "waiting_since", "due_at")
        for pk, agent, since, due_at in desks:
            known = self._plans.get(pk)
            if self._left.get(pk) == since or (known is not None and known.does == "answer"):
                continue
            if agent is not None:
                self._plans[pk] = Plan(moment + self._patience(due_at), agent, "answer")

    def _patience(self, due_at: datetime | None) -> float:
        """Seconds until somebody has read, understood and written: so that three people keep up, and a little is always waiting."""
        if due_at is not None and self.dice.random() < LATE:
            return max(0.0, (due_at - clock.now()).total_seconds()) + self.dice.uniform(30, 200)
        patience = min(LONGEST, 0.75 * HANDS * 60 / self.per_minute) * self.dice.uniform(0.3, 1.7)
        if due_at is None:
            return patience
        left = (due_at - clock.now()).total_seconds()
        return min(patience, max(20.0, left * 0.6))  # what is due soon is not put off

    def _act(self, pk: int, plan: Plan, moment: float) -> None:
        conversation = Conversation.objects.filter(pk=pk).select_related("customer").first()
        agent = self._people.get(plan.agent)
        if conversation is None or agent is None or conversation.assignee_id != plan.agent:
            return
        if conversation.status != Status.OPEN:
            return
        heard = hear(conversation)
        match plan.does:
            case "solve":
                if conversation.waiting_since is None:
                    self._solve(agent, conversation)
            case "news":
                self._say(agent, conversation, heard, NEWS[heard.language])
                self._plans[pk] = Plan(moment + self.dice.uniform(40, 90), agent.pk, "solve")
            case _:
                self._answer(agent, conversation, heard, moment)

    def _answer(self, agent: Agent, conversation: Conversation, heard: Heard, moment: float) -> None:
        if heard.is_thanked:
            return self._solve(agent, conversation)
        if heard.story is None or heard.is_answered:
            self._left[conversation.pk] = conversation.waiting_since
            return None
        is_private = not heard.is_public and heard.story.channel not in {"sms", "telephone"}
        if is_private and self.dice.random() < PROMISES:
            return self._promise(agent, conversation, heard, heard.story, moment)
        self._say(agent, conversation, heard, heard.story.answer)
        self._plans[conversation.pk] = Plan(moment + self.dice.uniform(60, 150), agent.pk, "solve")
        return None

    def _promise(
        self, agent: Agent, conversation: Conversation, heard: Heard, story: Story, moment: float
    ) -> None:
        """An answer with a time by which there will be news; they are written a little before it."""
        due_at = next_quarter(clock.now() + timedelta(minutes=self.dice.randint(12, 30)), minutes=5)
        words = will_write(story.language, due_at)
        message = self._say(agent, conversation, heard, f"{story.answer}\n\n{words}")
        if message is None:
            return
        make(agent=agent, conversation=conversation, due_at=due_at, words=words, message=message)
        left = (due_at - clock.now()).total_seconds()
        self._plans[conversation.pk] = Plan(moment + left - self.dice.uniform(60, 240), agent.pk, "news")

    def _say(self, agent: Agent, conversation: Conversation, heard: Heard, text: str) -> Message | None:
        """An answer where the customer wrote; where it may not leave there is a note about a telephone call, and it waits for them."""
        try:
            return add_reply(agent=agent, conversation=conversation, text=text, visibility=heard.visibility)
        except Refused as refused:
            log.info("an answer of the demo was refused", extra={"code": refused.code})
            add_note(agent=agent, conversation=conversation, text=f"☎ {text}")
            change_status(agent=agent, conversation=conversation, status=Status.PENDING)
            return None

    def _solve(self, agent: Agent, conversation: Conversation) -> None:
        """Nothing is left to do; now and then it is the customer's turn."""
        status = Status.PENDING if self.dice.random() < 0.15 else Status.RESOLVED
        change_status(agent=agent, conversation=conversation, status=status)
