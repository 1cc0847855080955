"""The scenes that happen in public: they begin when their networks run, and go on when the product has taken them in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ascolto.accounts.models import Agent, Team
from ascolto.conversations.actions import add_reply, assign, change_status, rename, set_labels
from ascolto.conversations.models import Conversation, Status, Visibility
from ascolto.customers.actions import Claim, learn_handles
from ascolto.customers.models import Customer
from ascolto.kit import clock
from ascolto.testing.demo.company import VISITOR
from ascolto.testing.demo.neighbourhood import Neighbourhood
from ascolto.testing.demo.pens import Pens
from ascolto.testing.demo.scenes import person_of, scene
from ascolto.testing.demo.stories import Story

SOFIA = "sofia@telvia.example"


@dataclass(slots=True)
class PublicScenes:
    """A customer with a fault asks for a price; and a public thread in which Sofia speaks."""

    neighbourhood: Neighbourhood
    pens: Pens
    _awaited: dict[str, Callable[[Conversation], None]] = field(default_factory=dict)

    def begin(self, present: datetime) -> None:
        """They write, some minutes ago."""
        self._know_again("tariff")
        for key, ago, tell in (("public-thread", 12, self._thread), ("tariff", 5, self._tariff)):
            with clock.at(present - timedelta(minutes=ago)):
                self.pens.write(person_of(key), scene(key), scene(key).opening[0])
            self._awaited[key] = tell

    def step(self) -> None:
        """Go on with what has been taken in."""
        for key in list(self._awaited):
            found = Conversation.objects.filter(
                channels__startswith=scene(key).channel, customer__name=person_of(key).name
            ).first()
            if found is not None:
                tell = self._awaited.pop(key)
                tell(found)

    def _know_again(self, key: str) -> None:
        """Their profile is known to be theirs: the same customer wrote on another channel."""
        who = person_of(key)
        customer = Customer.objects.filter(name=who.name).first()
        if customer is not None:
            profile = self.neighbourhood.person(scene(key).channel, who.name, who.phone)
            learn_handles(
                customer=customer.pk, claims=[Claim(scene(key).channel, profile.id, shown=who.name)]
            )

    def _sort_in(self, conversation: Conversation, story: Story) -> None:
        set_labels(agent=None, conversation=conversation, names=story.labels)
        rename(agent=None, conversation=conversation, subject=story.subject)
        assign(agent=None, conversation=conversation, team=Team.objects.get(name=story.team))

    def _thread(self, conversation: Conversation) -> None:
        """Sofia answers where everybody reads it: from now on she speaks for Telvia there."""
        self._sort_in(conversation, scene("public-thread"))
        sofia = Agent.objects.get(email=SOFIA)
        assign(agent=None, conversation=conversation, assignee=sofia)
        answer = scene("public-thread").answer
        add_reply(agent=sofia, conversation=conversation, text=answer, visibility=Visibility.PUBLIC)
        change_status(agent=sofia, conversation=conversation, status=Status.ON_HOLD)

    def _tariff(self, conversation: Conversation) -> None:
        """It lies on the visitor's desk: an offer would be stopped, for the line of this customer is down."""
        assign(agent=None, conversation=conversation, assignee=Agent.objects.get(email=VISITOR))
        change_status(agent=None, conversation=conversation, status=Status.OPEN)
