"""Learn a company's own topics: from their names, hints and a few examples at first, from its history and corrections later.

A topic that nobody gave an example is still known by its name, its description and its hints: each is a short example of its own. Every
example pulls equally at its topic, so a topic with a thousand messages of history does not drown one with three examples. Messages that
are about nothing (thanks, greetings, spam) teach what fits no topic; a threshold on held-out messages does the rest (see reject.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from ascolto.understanding.engine.head import Head, Seen
from ascolto.understanding.engine.learning import Example, Progress, Recipe, TooLittle, learn
from ascolto.understanding.engine.reject import BELOW, NONE, energies, threshold
from ascolto.understanding.engine.topic import TopicTaught, folded_hints

NAME = "topic"
NAME_WEIGHT, HINT_WEIGHT, NONE_WEIGHT = 0.5, 0.7, 0.4
ENOUGH = 4  # examples of each topic from which messages are held out to set the threshold
SURE_FROM = 0.5

RECIPE = Recipe(folds=5)
MANY = 3_000  # examples from which two folds are as good and cheaper
UNWEIGHED = (
    2.3,
    1.2,
    0.3,
)  # scales of words, meaning and signs where too few examples can weigh them: those of CLINC150

See = Callable[[Sequence[str]], list[Seen]]


def learn_topics(
    topics: Sequence[TopicTaught],
    history: Sequence[Example],
    about_nothing: Sequence[Seen],
    *,
    see: See,
    encoder: str,
    recipe: Recipe = RECIPE,
    progress: Progress = lambda _: None,
) -> Head:
    """The head of a company's topics. `history` are messages labelled with a topic's name or NONE. Raises TooLittle without any topic."""
    if not topics:
        raise TooLittle("There are no topics yet.")
    told = _told(topics, see)
    names = {topic.name for topic in topics} | {NONE}
    known = [example for example in history if example.label in names]
    nothing = [Example(seen, NONE, NONE_WEIGHT) for seen in about_nothing]
    head = teach([*told, *known], nothing, encoder=encoder, recipe=recipe, progress=progress)
    head.card["hints"] = folded_hints(topics)
    return head


def teach(
    examples: Sequence[Example],
    nothing: Sequence[Example],
    *,
    encoder: str,
    recipe: Recipe,
    progress: Progress,
) -> Head:
    """The head with its threshold, where there are enough examples to hold some out."""
    if len(examples) > MANY:
        recipe = replace(recipe, folds=2)
    below = _held_out_threshold(examples, nothing, encoder, recipe, lambda share: progress(share * 0.6))
    head = learn(
        NAME,
        [*examples, *nothing],
        encoder=encoder,
        recipe=recipe,
        progress=lambda share: progress(0.6 + share * 0.4),
    )
    head.sure_from = SURE_FROM
    if not head.bias.any():
        head.scales = UNWEIGHED
    if below is not None:
        head.card[BELOW] = round(below, 4)
    return head


def _told(topics: Sequence[TopicTaught], see: See) -> list[Example]:
    """What a company says of its topics as examples: sentences whole, names and hints with less weight."""
    texts: list[tuple[str, str, float]] = []
    for topic in topics:
        texts += [(text, topic.name, 1.0) for text in topic.examples]
        texts += [(text, topic.name, NAME_WEIGHT) for text in (topic.name, topic.description) if text]
        texts += [(hint, topic.name, HINT_WEIGHT) for hint in topic.hints]
    seen = see([text for text, _, _ in texts])
    return [
        Example(one, name, weight, is_typical=weight == 1.0)
        for one, (_, name, weight) in zip(seen, texts, strict=True)
    ]


def _held_out_threshold(
    examples: Sequence[Example], nothing: Sequence[Example], encoder: str, recipe: Recipe, progress: Progress
) -> float | None:
    """The threshold by two halves, each judged by what the other one taught."""
    typical = Counter(example.label for example in examples if example.is_typical and example.label != NONE)
    labels = {example.label for example in examples if example.label != NONE}
    if not typical or min(typical[label] for label in labels) < ENOUGH:
        return None
    halves = _halves(examples)
    fits: list[float] = []
    for number, half in enumerate(halves):
        head = learn(NAME, [*halves[1 - number], *nothing], encoder=encoder, recipe=recipe)
        fits += energies(
            head, [example.seen for example in half if example.label != NONE and example.is_typical]
        ).tolist()
        progress((number + 1) / 2)
    return threshold(fits)


def _halves(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Every second example of each label."""
    halves: tuple[list[Example], list[Example]] = ([], [])
    turn: Counter[str] = Counter()
    for example in examples:
        halves[turn[example.label] % 2].append(example)
        turn[example.label] += 1
    return halves
