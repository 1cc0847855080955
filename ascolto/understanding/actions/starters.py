"""Ready-made topics: a company begins with those of its trade and changes them as it likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.understanding.engine.topic import TopicTaught
from ascolto.understanding.models import Topic, TopicExample

FOLDER = Path(__file__).parent.parent / "starters"


class NoSuchSet(LookupError):
    """There is no ready-made set of that name."""


@dataclass(frozen=True, slots=True)
class StarterSet:
    """The topics of a trade in a language, such as "telecom.it"."""

    name: str
    title: str
    topics: tuple[TopicTaught, ...]

    @property
    def language(self) -> str:
        """ISO 639-1."""
        return self.name.rpartition(".")[2]


@cache
def sets() -> tuple[StarterSet, ...]:
    """Every ready-made set, by name."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.txt")))


@transaction.atomic
def load_set(name: str, *, by: Agent | None) -> list[Topic]:
    """Add the topics of a set that the company does not have yet; one that bears the same name stays as it is. Raises NoSuchSet."""
    found = next((one for one in sets() if one.name == name), None)
    if found is None:
        raise NoSuchSet(f"There is no set “{name}”: {', '.join(one.name for one in sets())}.")
    there = set(Topic.objects.values_list("name", flat=True))
    return [_add(topic, by) for topic in found.topics if topic.name not in there]


def _add(taught: TopicTaught, by: Agent | None) -> Topic:
    topic = Topic.objects.create(
        name=taught.name, description=taught.description, hints="\n".join(taught.hints)
    )
    TopicExample.objects.bulk_create([TopicExample(topic=topic, text=text) for text in taught.examples])
    emit(
        "topic.changed",
        actor=actor_of(by),
        topic=topic.pk,
        name=topic.name,
        fields=["examples", "hints", "name"],
        changes=changes_between(
            {}, {"name": taught.name, "hints": taught.hints, "examples": taught.examples}
        ),
    )
    return topic


def _read(path: Path) -> StarterSet:
    """A set as it is written: a title; of each topic a line "# name | description", one "> hint; hint", and its examples."""
    title, *blocks = path.read_text(encoding="utf-8").split("\n# ")
    return StarterSet(path.stem, title.strip(), tuple(_topic(block.splitlines()) for block in blocks))


def _topic(lines: Sequence[str]) -> TopicTaught:
    name, _, description = lines[0].partition(" | ")
    hints = [hint.strip() for line in lines[1:] if line.startswith("> ") for hint in line[2:].split(";")]
    examples = [line.strip() for line in lines[1:] if line.strip() and not line.startswith("> ")]
    return TopicTaught(name.strip(), description.strip(), tuple(filter(None, hints)), tuple(examples))
