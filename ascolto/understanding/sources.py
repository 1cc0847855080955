"""Where answers come from: past conversations, and whatever rooms above this one add (saved replies, articles, the community).

A source says what it has, what of it an event touches, and shows to an agent what that agent may see. It is registered in `apps.ready`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ascolto.accounts.models import Agent
from ascolto.events.models import Event

if TYPE_CHECKING:
    from ascolto.understanding.engine.encoder import Encoder
    from ascolto.understanding.engine.retrieval import Document


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as an agent may see it: nothing in it belongs to another customer."""

    kind: str
    target: int
    title: str  # number of the conversation, title of the reply
    question: str
    text: str
    at: datetime | None = None
    inbox: str = ""
    by: str = ""  # who answered
    number: str = ""  # of the conversation, for a link to it
    language: str = ""


class Source(Protocol):
    """One kind of thing that may answer."""

    kind: str

    def documents(self, encoder: Encoder, limit: int) -> Iterator[Document]:
        """Everything, the newest first."""
        ...

    def current(self, targets: Collection[int], encoder: Encoder) -> Mapping[int, Document]:
        """These as they are now; what is missing answers nothing any more."""
        ...

    def touched(self, event: Event) -> int | None:
        """What of this source an event may have changed."""
        ...

    def existing(self, targets: Collection[int]) -> set[int]:
        """Which of these rows are still there."""
        ...

    def show(self, agent: Agent, targets: Collection[int]) -> Mapping[int, Shown]:
        """What the agent may see of these."""
        ...


Weights = Callable[[Collection[tuple[str, int]] | None], Mapping[tuple[str, int], float]]
_sources: dict[str, Source] = {}
_weights: list[Weights] = []
_listeners: dict[str, str] = {}


def register_source(source: Source) -> None:
    """Let a kind of answers be found."""
    _sources[source.kind] = source


def all_sources() -> Mapping[str, Source]:
    """Every source by its kind."""
    return _sources


def register_weights(weights: Weights) -> None:
    """Let `weights` say by how much (log-odds) people's verdicts move these documents; None asks for all that are moved."""
    _weights.append(weights)


def shifts(keys: Collection[tuple[str, int]] | None = None) -> dict[tuple[str, int], float]:
    """By how much people's verdicts move these documents (None: all of them)."""
    total: dict[tuple[str, int], float] = {}
    for weights in _weights:
        for key, by in weights(keys).items():
            total[key] = total.get(key, 0.0) + by
    return total


def register_listener(event_type: str, path: str) -> None:
    """Let a function (keeper, events) answer events of a type with the models at hand: questions that people typed.

    Its dotted path, since web processes must not load what it needs. It must be harmless when it sees an event again.
    """
    _listeners[event_type] = path


def all_listeners() -> Mapping[str, str]:
    """Paths of the functions that answer events, by type."""
    return _listeners
