"""A long conversation in a few of its own sentences, each a step away from its message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ascolto.conversations.models import Author, Conversation, Direction, Message, Visibility
from ascolto.understanding.engine.summary import MOST_TURNS, Turn, summarise
from ascolto.understanding.written import own_words

LONG_FROM = 12  # messages from which a conversation is worth a summary
LINES = 6
LOOKED_AT = 4_000  # characters of a message

WHY: dict[str, str | Promise] = {
    "request": gettext_lazy("What the customer asked first"),
    "open": gettext_lazy("Still open"),
    "promise": gettext_lazy("What was promised"),
    "outcome": gettext_lazy("What came out"),
    "problem": gettext_lazy("What went wrong"),
    "facts": gettext_lazy("Amounts, dates and codes"),
    "central": gettext_lazy("What it is about"),
}


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One sentence, word for word, of the message `message`; `why` it is there."""

    message: int
    at: datetime
    sentence: str
    why: str
    is_ours: bool


def make_summary(conversation: Conversation) -> list[SummaryLine]:
    """The few sentences that say what it is about, in the order in which they were said; notes are not in it."""
    rows = Message.objects.filter(conversation=conversation, removed_at=None, is_automatic=False)
    rows = rows.exclude(visibility=Visibility.NOTE).exclude(author_kind=Author.SYSTEM).exclude(text="")
    columns = ("pk", "occurred_at", "direction", "author_kind", "text", "extra")
    newest = rows.order_by("-occurred_at", "-pk").values_list(*columns)[:MOST_TURNS]
    said = list(reversed(newest))
    turns = [
        Turn(own_words(text, extra)[:LOOKED_AT], _side(direction, author))
        for _pk, _at, direction, author, text, extra in said
    ]
    lines = summarise(turns, at_most=LINES)
    return [
        SummaryLine(
            said[line.turn][0],
            said[line.turn][1],
            line.sentence,
            str(WHY.get(line.why, "")),
            line.side != "customer",
        )
        for line in lines
    ]


def _side(direction: str, author: str) -> str:
    if direction == Direction.IN:
        return "customer"
    return "bot" if author == Author.BOT else "agent"
