"""How well messages of different kinds are understood: our corpus by flag and language, read by heads that did not learn from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ascolto.understanding.engine.learning import Example, learn
from bench.understanding.measures import codes, interval, macro_f1
from bench.understanding.reading import Bench
from bench.understanding.sets import bucket
from tools.models.corpus import Message, read_corpus

FOLDS = 4
FEWEST = 40  # messages of a kind; fewer say nothing
_FLAGS = ("dialect", "typos", "foreign", "mixed", "formal", "short", "sarcasm", "emoji", "vulnerable")


def by_flag(bench: Bench, messages: Sequence[Message] | None = None) -> list[dict[str, Any]]:
    """Macro-F1 of feeling and intent (value and interval) of each language and, in Italian and English, of each flag."""
    messages = read_corpus() if messages is None else messages
    if len(messages) < FEWEST:
        return []
    said = {task: held_out(bench, messages, label) for task, label in _TASKS.items()}
    found = []
    for name, mine in _kinds(messages):
        if len(mine) >= FEWEST:
            row: dict[str, Any] = {"flag": name, "n": len(mine)}
            for task, label in _TASKS.items():
                row[task] = _scored(
                    [label(messages[place]) for place in mine], [said[task][place] for place in mine]
                )
            found.append(row)
    return found


_TASKS: dict[str, Callable[[Message], str]] = {
    "sentiment": lambda message: message.sentiment,
    "intent": lambda message: message.intent,
}


def held_out(bench: Bench, messages: Sequence[Message], label: Callable[[Message], str]) -> list[str]:
    """What a head says of each message that learnt from the other folds alone."""
    seen = bench.seen([message.text for message in messages])
    # Many European lines tell one situation in several languages, one after the other: they stay on one side.
    folds = [
        place // 5 % FOLDS if m.source == "european_care" else bucket(m.text, FOLDS)
        for place, m in enumerate(messages)
    ]
    said = [""] * len(messages)
    for fold in range(FOLDS):
        taught = [Example(seen[p], label(m)) for p, m in enumerate(messages) if folds[p] != fold]
        head = learn("held-out", taught, encoder=bench.encoder.name)
        for place, one in enumerate(seen):
            if folds[place] == fold:
                said[place] = head.labels[int(np.argmax(head.scores(one)))]
    return said


def _kinds(messages: Sequence[Message]) -> list[tuple[str, list[int]]]:
    places = range(len(messages))
    codes_there = sorted({message.language for message in messages})
    found = [("all", list(places))]
    found += [
        (f"language: {code}", [p for p in places if messages[p].language == code]) for code in codes_there
    ]
    for code in ("it", "en"):
        mine = [p for p in places if messages[p].language == code]
        found.append((f"{code}, no flag", [p for p in mine if not messages[p].flags]))
        found += [(f"{code}, {flag}", [p for p in mine if flag in messages[p].flags]) for flag in _FLAGS]
    return found


def _scored(gold: Sequence[str], said: Sequence[str]) -> list[float]:
    labels = tuple(sorted({*gold, *said}))
    truth, answers = codes(labels, gold, said)
    value = macro_f1(truth, answers, len(labels))
    low, high = interval(lambda chosen: macro_f1(truth[chosen], answers[chosen], len(labels)), len(gold))
    return [round(value, 4), round(low, 4), round(high, 4)]
