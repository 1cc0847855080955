"""What the house itself can say when no model did: sentences of the conversation, an earlier answer; for a translation, nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ascolto.conversations.models import Author, Direction, Message
from ascolto.generation.material import earlier_answers, texts_to_read
from ascolto.generation.models import Generated, Purpose
from ascolto.understanding.engine.summary import Turn, summarise
from ascolto.understanding.written import own_words

SENTENCES = 5
LOOKED_AT = 4_000  # characters of a message


@dataclass(frozen=True, slots=True)
class Instead:
    """A text of our own making; empty where there is none."""

    text: str = ""
    source: str = Generated.Source.NONE.value
    sources: list[int] = field(default_factory=list)


def instead_of_model(asked: Generated) -> Instead:
    """What is offered in place of the model's text."""
    if asked.purpose == Purpose.SUMMARY:
        return _extract(texts_to_read(asked))
    if asked.purpose == Purpose.SUGGESTION:
        found = earlier_answers(asked)
        if found:
            return Instead(
                found[0].text, Generated.Source.SIMILAR, [found[0].message] if found[0].message else []
            )
    return Instead()


def _extract(said: Sequence[Message]) -> Instead:
    """The few sentences of the conversation that say what it is about, word for word: those of the company after an arrow."""
    turns = [Turn(own_words(each.text, each.extra)[:LOOKED_AT], _side(each)) for each in said]
    lines = summarise(turns, at_most=SENTENCES)
    text = "\n".join(f"{'' if line.side == 'customer' else '→ '}{line.sentence}" for line in lines)
    sources = dict.fromkeys(said[line.turn].pk for line in lines)
    return Instead(text, Generated.Source.EXTRACT if lines else "", list(sources))


def _side(message: Message) -> str:
    if message.direction == Direction.IN:
        return "customer"
    return "bot" if message.author_kind == Author.BOT else "agent"
