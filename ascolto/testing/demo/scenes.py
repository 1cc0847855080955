"""What lies on Anna's desk when a visitor opens it: one conversation for each of the things that are worth a look."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import msgspec

from ascolto.accounts.models import Agent
from ascolto.conversations.actions import assign, change_status
from ascolto.conversations.models import Status
from ascolto.kit.clock import now
from ascolto.routing.actions import hand_offs
from ascolto.sla.actions.commitments import make
from ascolto.sla.actions.complaints import register_complaint
from ascolto.testing.demo.company import VISITOR
from ascolto.testing.demo.episodes import Episode, next_quarter, will_write
from ascolto.testing.demo.pens import Pens, Person
from ascolto.testing.demo.stories import Story, script
from ascolto.testing.demo.timeline import Timeline

MARCO = "marco@telvia.example"


def scene(key: str) -> Story:
    """A scene of the script."""
    return next(one for one in script().scenes if one.key == key)


def person_of(key: str) -> Person:
    """Who it happens to."""
    story = scene(key)
    return Person(script().cast[key], story.language)


NAMES = frozenset(script().cast.values())


def plan(line: Timeline, pens: Pens) -> None:
    """Plan all of them but those in public, which wait until their networks run (see `public_scenes`)."""
    anna, marco = (Agent.objects.get(email=email) for email in (VISITOR, MARCO))
    for key, begins, tell in (
        ("complaint", timedelta(hours=22), _complaint),
        ("open-fault", timedelta(hours=3), _open_fault),
        ("will-write", timedelta(minutes=70), _will_write),
        ("hand-off", timedelta(minutes=16), _hand_off),
        ("told-already", timedelta(minutes=9), _told_already),
    ):
        episode = Episode(line, pens, person_of(key), scene(key), random.Random(key))
        line.plan(line.present - begins, _telling(tell, episode, anna, marco))


def _telling(
    tell: Callable[[Episode, Agent, Agent], None], episode: Episode, anna: Agent, marco: Agent
) -> Callable[[], None]:
    return lambda: tell(episode, anna, marco)


def _after(episode: Episode, minutes: float, step: Callable[[], object]) -> None:
    episode.line.plan(now() + timedelta(minutes=minutes), step)


def _give(episode: Episode, agent: Agent) -> None:
    episode.sort_in()
    assign(agent=agent, conversation=episode.conversation, assignee=agent, how="taken")


def _complaint(episode: Episode, anna: Agent, marco: Agent) -> None:
    """A complaint, registered and on the way: its code is the number of the conversation."""
    episode.begin()

    def register() -> None:
        register_complaint(by=anna, conversation=episode.conversation)
        episode.say(anna, episode.story.answer)
        change_status(agent=anna, conversation=episode.conversation, status=Status.ON_HOLD)

    _after(episode, 12, lambda: _give(episode, anna))
    _after(episode, 14, register)


def _open_fault(episode: Episode, anna: Agent, marco: Agent) -> None:
    """A line that is down: whoever it belongs to is not sold anything, on any channel."""
    episode.begin()

    def answer() -> None:
        episode.say(marco, episode.story.answer)
        change_status(agent=marco, conversation=episode.conversation, status=Status.ON_HOLD)

    _after(episode, 6, lambda: _give(episode, marco))
    _after(episode, 8, answer)


def _will_write(episode: Episode, anna: Agent, marco: Agent) -> None:
    """Anna said by when she writes: it counts down in her queue."""
    episode.begin()

    def answer() -> None:
        due_at = next_quarter(episode.line.present + timedelta(minutes=50))
        words = will_write(episode.person.language, due_at)
        message = episode.say(anna, f"{episode.story.answer}\n\n{words}")
        if message is not None:
            make(agent=anna, conversation=episode.conversation, due_at=due_at, words=words, message=message)

    _after(episode, 10, lambda: _give(episode, anna))
    _after(episode, 12, answer)


def _hand_off(episode: Episode, anna: Agent, marco: Agent) -> None:
    """Marco answered, and needs somebody who may decide: he keeps it until Anna accepts."""
    first, again = episode.story.opening[0], episode.story.opening[1]
    episode.story = replace_opening(episode.story, first)
    episode.begin()

    def answer() -> None:
        episode.say(marco, episode.story.answer)

    def offer() -> None:
        note = script().notes["hand-off"]
        hand_offs.ask(agent=marco, conversation=episode.conversation, to_agent=anna, note=note)

    _after(episode, 3, lambda: _give(episode, marco))
    _after(episode, 5, answer)
    _after(episode, 9, lambda: episode.hear(again))
    _after(episode, 11, offer)


def replace_opening(story: Story, *texts: str) -> Story:
    """The same matter with another beginning."""
    return msgspec.structs.replace(story, opening=texts)


def _told_already(episode: Episode, anna: Agent, marco: Agent) -> None:
    """The customer gave a code, a serial number and what was tried: nobody asks for them again."""
    episode.begin()
    _after(episode, 3, lambda: _give(episode, anna))
