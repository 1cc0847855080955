"""One conversation of the past, from the first message to the solution."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from ascolto.accounts.models import Agent, Company, Team
from ascolto.conversations.actions import (
    add_note,
    add_reply,
    assign,
    change_priority,
    change_status,
    rename,
    set_labels,
)
from ascolto.conversations.models import Conversation, Message, Priority, Status
from ascolto.customers.actions import put_in_group
from ascolto.customers.models import CustomerGroup
from ascolto.gates import Refused
from ascolto.intake.worker import process_waiting
from ascolto.kit.clock import now
from ascolto.routing.actions import hand_offs
from ascolto.sla.actions.commitments import make
from ascolto.testing.demo.arrived import arrive
from ascolto.testing.demo.pens import Pens, Person
from ascolto.testing.demo.stories import Story, script
from ascolto.testing.demo.timeline import Timeline

WILL_WRITE = {
    "it": "Le scrivo entro le {time}, anche se non so ancora niente di nuovo.",
    "en": "I will write by {time}, news or not.",
}
NEWS = {
    "it": "Come promesso: i controlli sono finiti e va tutto bene. Se qualcosa non torna, sono qui.",
    "en": "As promised: the checks are done and all is well. If anything seems wrong, I am here.",
}


@dataclass(slots=True)
class Episode:
    """A person with a matter. Its steps plan one another on the timeline."""

    line: Timeline
    pens: Pens
    person: Person
    story: Story
    dice: random.Random
    group: CustomerGroup | None = None
    pk: int = 0

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.get(pk=self.pk)

    def begin(self, agent: Agent | None = None, other: Agent | None = None) -> None:
        """They write; with an agent the rest is planned: an answer (sometimes after a hand-over to `other`), thanks, the end."""
        self.hear(self.story.opening[0])
        moment = now()
        for place, text in enumerate(self.story.opening[1:], start=1):
            self.line.plan(moment + timedelta(seconds=25 * place), partial(self.hear, text))
        self.line.plan(moment + timedelta(seconds=60), self.sort_in)
        if agent is None or other is None:
            return
        late = self.dice.random() < 0.02
        wait = self.dice.uniform(33, 50) if late else self.dice.uniform(4, 11)
        self.line.plan(moment + timedelta(minutes=wait - 2), lambda: self.take(agent))
        self.line.plan(moment + timedelta(minutes=wait), lambda: self.answer(agent, other))

    def hear(self, text: str) -> None:
        """They write this, now."""
        self.pens.write(self.person, self.story, text)
        process_waiting()
        if not self.pk:
            found = Conversation.objects.filter(customer__name=self.person.name).latest("created_at")
            self.pk = found.pk
            if self.group is not None:
                put_in_group(by=None, customer=found.customer, group=self.group)

    def sort_in(self) -> None:
        """What it is about, and whose team it is."""
        conversation = self.conversation
        set_labels(agent=None, conversation=conversation, names=self.story.labels)
        assign(agent=None, conversation=conversation, team=Team.objects.get(name=self.story.team))
        if not conversation.subject:
            rename(agent=None, conversation=conversation, subject=self.story.subject)
        if "urgent" in self.story.labels:
            change_priority(agent=None, conversation=conversation, priority=Priority.HIGH)

    def hand_over(self, agent: Agent, other: Agent) -> None:
        """A colleague does the rest: they accept what is offered to them."""
        note = script().notes["over-to-you"].format(name=other.first_name)
        offer = hand_offs.ask(agent=agent, conversation=self.conversation, to_agent=other, note=note)
        self.line.plan(now() + timedelta(seconds=50), lambda: hand_offs.accept(agent=other, hand_off=offer))

    def take(self, agent: Agent) -> None:
        """Somebody takes it."""
        assign(agent=agent, conversation=self.conversation, assignee=agent, how="taken")

    def answer(self, agent: Agent, other: Agent) -> None:
        """The answer of the story; one in six promises to write again by a time, and keeps it; one in eight goes to a colleague then."""
        conversation = self.conversation
        due_at = next_quarter(now() + timedelta(minutes=40)) if self.dice.random() < 0.17 else None
        text = self.story.answer
        if due_at is not None:
            text = f"{text}\n\n{will_write(self.person.language, due_at)}"
        message = self.say(agent, text)
        if due_at is not None and message is not None:
            words = will_write(self.person.language, due_at)
            make(agent=agent, conversation=conversation, due_at=due_at, words=words, message=message)
            self.line.plan(due_at - timedelta(minutes=6), lambda: self.say(agent, NEWS[self.person.language]))
        is_handed = due_at is None and self.dice.random() < 0.15
        if is_handed:
            self.line.plan(now() + timedelta(minutes=1), lambda: self.hand_over(agent, other))
        self._plan_end(other if is_handed else agent, due_at - timedelta(minutes=4) if due_at else now())

    def say(self, agent: Agent, text: str) -> Message | None:
        """An answer that arrives; None where it may not leave: then there is a note about a telephone call."""
        conversation = self.conversation
        try:
            message = add_reply(agent=agent, conversation=conversation, text=text)
        except Refused:
            add_note(agent=agent, conversation=conversation, text=f"☎ {text}")
            return None
        arrive(message)
        return message

    def _plan_end(self, agent: Agent, after: datetime) -> None:
        thanks = after + timedelta(minutes=self.dice.randint(4, 15))
        if self.story.thanks and self.dice.random() < 0.8:
            self.line.plan(thanks, lambda: self.hear(self.dice.choice(self.story.thanks)))
        self.line.plan(thanks + timedelta(minutes=6), lambda: self.solve(agent))

    def solve(self, agent: Agent) -> None:
        """Nothing is left to do."""
        change_status(agent=agent, conversation=self.conversation, status=Status.RESOLVED)


def next_quarter(moment: datetime, minutes: int = 15) -> datetime:
    """The next full quarter of an hour (or another number of minutes)."""
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return whole + timedelta(minutes=minutes * (int((moment - whole) / timedelta(minutes=minutes)) + 1))


def will_write(language: str, due_at: datetime) -> str:
    """The sentence that promises to write by a time, as the company's clocks show it."""
    local = due_at.astimezone(ZoneInfo(Company.current().time_zone))
    return WILL_WRITE[language].format(time=f"{local:%H:%M}")
