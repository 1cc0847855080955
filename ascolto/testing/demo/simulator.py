"""Customers who keep writing and who thank for an answer, and colleagues who give it."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection

from ascolto.conversations.models import Author, Message
from ascolto.events.log import Position, latest_position, read_after
from ascolto.kit import clock
from ascolto.testing.demo import bot_posts
from ascolto.testing.demo.colleagues import Colleagues
from ascolto.testing.demo.past import people
from ascolto.testing.demo.pens import Person
from ascolto.testing.demo.public_scenes import PublicScenes
from ascolto.testing.demo.stories import Story, script
from ascolto.testing.demo.world import World

log = logging.getLogger(__name__)
PER_MINUTE = 6.0  # messages of customers, unless somebody wants another pace


@dataclass(slots=True)
class Simulator:
    """One run of the made-up customers. `step` does what is due at a moment (seconds of a steady clock)."""

    world: World
    per_minute: float
    position: Position
    dice: random.Random = field(default_factory=random.Random)
    _due: float = 0.0
    _plans: list[tuple[float, Person, Story, str, bool | None]] = field(default_factory=list)
    _stories: dict[tuple[str, str], tuple[Person, Story]] = field(default_factory=dict)  # by channel and name

    _met: set[tuple[str, str]] = field(default_factory=set)  # who asked the bot for a person

    _newcomers: Iterator[tuple[Person, Story]] = field(init=False)
    _colleagues: Colleagues = field(init=False)
    _publics: PublicScenes = field(init=False)

    def __post_init__(self) -> None:
        self._newcomers = people(self.dice)
        self._colleagues = Colleagues(self.per_minute, self.dice)
        self._publics = PublicScenes(self.world.neighbourhood, self.world.pens)

    def step(self, moment: float) -> None:
        """Let people write who are due, and colleagues answer."""
        news = self._plan_thanks(moment)
        self._publics.step()
        self._colleagues.step(moment, news=news)
        if moment >= self._due:
            self._begin(moment)
            self._due = moment + self.dice.uniform(0.6, 1.4) * 60 / self.per_minute
        for plan in [plan for plan in self._plans if plan[0] <= moment]:
            self._plans.remove(plan)
            _, person, story, text, public = plan
            self.world.pens.write(person, story, text, public=public)

    def _begin(self, moment: float) -> None:
        person, story = next(self._newcomers)
        self._stories[(story.channel, person.name)] = (person, story)
        for place, text in enumerate(story.opening):
            self._plans.append((moment + 6 * place, person, story, text, None))

    def gather(self, present: datetime) -> None:
        """The networks' first hour: on each of them somebody has written lately and waits."""
        names = [Person(name, language) for language, all_ in script().names.items() for name in all_]
        self.dice.shuffle(names)
        for story in script().stories:
            if story.channel not in self.world.neighbourhood.networks:
                continue
            person = next(name for name in names if name.language == story.language)
            names.remove(person)
            self._stories[(story.channel, person.name)] = (person, story)
            with clock.at(present - timedelta(minutes=self.dice.uniform(1, 14))):
                for text in story.opening:
                    self.world.pens.write(person, story, text)
        self._publics.begin(present)

    def _plan_thanks(self, moment: float) -> bool:
        """Whoever was answered thanks after a while, once; whoever met the bot wants a person. Whether anything happened at all."""
        events = read_after(self.position)
        for event in events:
            self.position = Position(event.xid, event.pk)
        answered = {event.data["message"] for event in events if event.type == "message.sent"}
        if not answered:
            return bool(events)
        rows = Message.objects.filter(pk__in=answered)
        columns = (
            "account__kind",
            "identity__value",
            "conversation__customer__name",
            "visibility",
            "author_kind",
        )
        for kind, handle, name, visibility, author in rows.values_list(*columns):
            known = self.world.neighbourhood.name_of(kind, handle or "") or name
            if author == Author.BOT:
                self._plan_person(moment, (kind, known))
                continue
            person, story = self._stories.pop((kind, known), (None, None))
            if person is not None and story is not None and story.thanks:
                thanks, public = self.dice.choice(story.thanks), visibility == "public"
                self._plans.append((moment + self.dice.uniform(6, 20), person, story, thanks, public))
        return True

    def _plan_person(self, moment: float, who: tuple[str, str]) -> None:
        """Somebody whom the bot answered asks for a person, once."""
        person, story = self._stories.get(who, (None, None))
        if person is None or story is None or who in self._met:
            return
        self._met.add(who)
        asked = bot_posts.A_PERSON[story.language]
        self._plans.append((moment + self.dice.uniform(8, 20), person, story, asked, None))


def run(stop: threading.Event, per_minute: float = PER_MINUTE) -> None:
    """Simulate until `stop`; trouble of the made-up customers never becomes trouble of the product."""
    while not stop.is_set():
        try:
            with World() as world:
                simulator = Simulator(world, per_minute, latest_position())
                if world.is_new():
                    simulator.gather(clock.now())
                while not stop.wait(0.5):
                    simulator.step(time.monotonic())
        except Exception as error:
            log.exception("the demo's customers stumbled; they begin again")
            if isinstance(error, (DatabaseError, InterfaceError)):
                connection.close()
            stop.wait(5)
    connection.close()
