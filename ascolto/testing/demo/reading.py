"""How far a conversation has come, compared with the script."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from ascolto.conversations.models import Author, Conversation, Direction, Message, Visibility
from ascolto.testing.demo.stories import Story, script

KNOWN_BY = 24  # characters by which a text of the script is known again, whatever a network puts around it
MOST = 2_000  # characters of a text that are looked at
NEWEST = 40  # messages of a conversation that are looked at


@dataclass(frozen=True, slots=True)
class Heard:
    """What the customer wrote last, where, and what had been answered."""

    story: Story | None  # None: this is not of the script
    language: str
    visibility: str
    is_answered: bool  # a person answered since the matter began
    is_thanked: bool  # their last words are thanks of the script

    @property
    def is_public(self) -> bool:
        return self.visibility == Visibility.PUBLIC


def hear(conversation: Conversation) -> Heard:
    """Read a conversation; two queries at most."""
    rows = Message.objects.filter(conversation=conversation, removed_at=None, is_automatic=False)
    columns = ("direction", "author_kind", "visibility", "text")
    newest = list(
        rows.exclude(visibility=Visibility.NOTE)
        .order_by("-occurred_at", "-pk")
        .values_list(*columns)[:NEWEST]
    )
    story, answered = _matter(newest)
    came = next(
        ((side, text) for way, _, side, text in newest if way == Direction.IN), (Visibility.PRIVATE, "")
    )
    return Heard(
        story=story,
        language=story.language if story else conversation.customer.language or "it",
        visibility=came[0],
        is_answered=answered,
        is_thanked=answered and any(known in _folded(came[1]) for known in _thanks()),
    )


def _matter(newest: Iterable[tuple[str, str, str, str]]) -> tuple[Story | None, bool]:
    """The newest matter of the script, and whether a person answered since."""
    answered = False
    for way, author, _, text in newest:
        if way == Direction.IN and (found := _beginning(text)) is not None:
            return found, answered
        answered = answered or (way == Direction.OUT and author == Author.AGENT)
    return None, answered


def _beginning(text: str) -> Story | None:
    """The matter that begins with this; networks put names before it ("@telvia …") and mail puts greetings after it."""
    folded = _folded(text)
    return next((story for known, story in _beginnings() if known in folded), None)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()[:MOST]


@cache
def _beginnings() -> tuple[tuple[str, Story], ...]:
    return tuple((_folded(story.opening[0])[:KNOWN_BY], story) for story in script().stories)


@cache
def _thanks() -> frozenset[str]:
    return frozenset(_folded(text)[:KNOWN_BY] for story in script().stories for text in story.thanks)
