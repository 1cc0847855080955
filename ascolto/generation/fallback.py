"""What the house itself can say when no model did: sentences of the conversation, an earlier answer; for a translation, nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ascolto.conversations.models import Direction, Message
from ascolto.generation.material import earlier_answers, texts_to_read
from ascolto.generation.models import Generated, Purpose
from ascolto.kit.text import excerpt


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
            return Instead(found[0].text, Generated.Source.SIMILAR, [found[0].message])
    return Instead()


def _extract(said: Sequence[Message]) -> Instead:
    """The beginning of the first question, of the last answer and of the last question, in the order in which they were said."""
    asked = [each for each in said if each.direction == Direction.IN]
    answered = [each for each in said if each.direction == Direction.OUT]
    chosen = {each.pk: each for each in [*asked[:1], *answered[-1:], *asked[-1:]]}
    kept = sorted(chosen.values(), key=lambda each: (each.occurred_at, each.pk))
    lines = [f"{'→' if each.direction == Direction.OUT else '←'} {excerpt(each.text, 220)}" for each in kept]
    return Instead("\n".join(lines), Generated.Source.EXTRACT if lines else "", [each.pk for each in kept])
