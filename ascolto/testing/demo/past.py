"""The last weeks at Telvia: conversations that were had, some that wait, and what was measured of them."""

from __future__ import annotations

import random
from collections.abc import Container, Iterator
from datetime import timedelta
from functools import partial

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.charter.measuring import A_RUN, measure_days
from ascolto.conversations.models import Conversation
from ascolto.kit import clock
from ascolto.sla.actions.settle import settle
from ascolto.sla.actions.verdicts import settle_commitments
from ascolto.testing.demo import arranged, bot_posts, replies, scenes, together
from ascolto.testing.demo.company import COLLEAGUES, ask_networks
from ascolto.testing.demo.episodes import Episode
from ascolto.testing.demo.neighbourhood import INBOXES
from ascolto.testing.demo.pens import Pens, Person
from ascolto.testing.demo.stories import Story, script
from ascolto.testing.demo.timeline import Timeline

DAYS = 14  # of history
A_DAY = 7  # conversations of each of them
WAITING = 7  # conversations of the last minutes that still want an answer
SETTLED_AT_ONCE = 50


def people(dice: random.Random, channels: Container[str] | None = None) -> Iterator[tuple[Person, Story]]:
    """Customers with a matter (on one of these channels), without end; nobody comes twice before everybody came once."""
    while True:
        pairs = [(Person(n, language), language) for language, names in script().names.items() for n in names]
        yield from _with_matters(pairs, dice, channels)


def people_of_before(dice: random.Random, channels: Container[str]) -> Iterator[tuple[Person, Story]]:
    """Customers of the weeks before: as many as there are first names and last names, and nobody of `people`."""
    known = {name for names in script().names.values() for name in names} | scenes.NAMES
    pairs = []
    for language, names in script().names.items():
        first, last = [n.split()[0] for n in names], [n.split()[-1] for n in names]
        mixed = (f"{one} {other}" for one in first for other in last)
        pairs += [(Person(name, language), language) for name in dict.fromkeys(mixed) if name not in known]
    return _with_matters(pairs, dice, channels)


def _with_matters(
    pairs: list[tuple[Person, str]], dice: random.Random, channels: Container[str] | None
) -> Iterator[tuple[Person, Story]]:
    dice.shuffle(pairs)
    stories = [story for story in script().stories if channels is None or story.channel in channels]
    dice.shuffle(stories)
    for place, (person, language) in enumerate(pairs):
        fitting = [story for story in stories if story.language == language]
        yield person, fitting[place % len(fitting)]


def fill(chance: int = 7, days: int = DAYS) -> None:
    """Tell the past once: through the adapters, the pipeline and the actions, with the clock set back."""
    replies.fill()
    if Conversation.objects.exists():
        return
    dice, present = random.Random(chance), clock.now()
    with Pens({account.kind: account for account in ChannelAccount.objects.all()}) as pens:
        line = Timeline(present)
        _plan_history(line, pens, dice, days)
        _plan_waiting(line, pens, dice)
        scenes.plan(line, pens)
        together.plan(line, pens)
        line.run()
    _settle()
    for _ in range(days // A_RUN + 1):
        measure_days()
    bot_posts.begin()
    ask_networks(False)  # until they run


def _plan_history(line: Timeline, pens: Pens, dice: random.Random, days: int) -> None:
    """Conversations of the days before, all of them solved, most of them in time."""
    own = set(pens.accounts) - set(INBOXES)  # a network's memory begins with the network
    agents = list(Agent.objects.filter(email__in=COLLEAGUES).order_by("pk"))
    group = arranged.business()
    first = line.present - timedelta(days=days, hours=2)
    moments = sorted(
        first + timedelta(days=day, hours=dice.uniform(0, 24)) for day in range(days) for _ in range(A_DAY)
    )
    for moment, (person, story) in zip(moments, people_of_before(dice, own), strict=False):
        agent, other = dice.sample(agents, 2)
        episode = Episode(line, pens, person, story, dice, group=group if dice.random() < 0.15 else None)
        line.plan(moment, partial(episode.begin, agent, other))


def _plan_waiting(line: Timeline, pens: Pens, dice: random.Random) -> None:
    own = set(pens.accounts) - set(INBOXES)
    for _, (person, story) in zip(range(WAITING), people(dice, own), strict=False):
        moment = line.present - timedelta(minutes=dice.uniform(1, 14))
        episode = Episode(line, pens, person, story, dice)
        line.plan(moment, episode.begin)


def _settle() -> None:
    """What became of every promise, by the times of the past; nobody is told of it any more."""
    everything = list(Conversation.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(everything), SETTLED_AT_ONCE):
        settle(everything[start : start + SETTLED_AT_ONCE], quietly=True)
    settle_commitments(everything)
