"""The head "answer": whether a message needs an answer. Learnt from the corpus alone; `engine/answers.py` has the rules above it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ascolto.understanding.engine.answers import NO, YES, YES_FROM
from ascolto.understanding.engine.encoder import Encoder, open_encoder
from ascolto.understanding.engine.head import Head
from ascolto.understanding.engine.learning import Example, Recipe, learn
from tools.models.heldout import figures, held_out, sure_from
from tools.models.labelled import of_alike, read_corpus, seen_by

NAME = "answer"
RECIPE = Recipe()
RIGHT = 0.9  # share of the sure answers that must be right


def make(data: Path, encoder: Encoder | None = None) -> Head:
    """Learn the head. `data` is not needed: no public set says whether a message needs an answer."""
    encoder = encoder or open_encoder()
    lines = read_corpus()
    seen = seen_by(encoder, [line.text for line in lines])
    examples = [
        Example(one, YES if line.needs_answer else NO, line.weight)
        for one, line in zip(seen, lines, strict=True)
    ]
    labels = [example.label for example in examples]
    names, said = held_out(NAME, examples, [], of_alike(lines, seen), encoder=encoder.name, recipe=RECIPE)
    head = learn(NAME, examples, encoder=encoder.name, recipe=RECIPE)
    head.sure_from, head.version = sure_from(names, said, labels, right=RIGHT), "shipped-1"
    head.card |= {
        "held out": figures(names, said, labels, head.sure_from)
        | found_yes(said[:, names.index(YES)], labels),
        "learnt from": "the project's corpus",
    }
    return head


def found_yes(shares: NDArray[np.float64], labels: Sequence[str]) -> dict[str, float]:
    """Recall and precision of "yes" where it is said from YES_FROM on."""
    said, gold = shares >= YES_FROM, np.array(labels) == YES
    hits = int((said & gold).sum())
    return {
        "recall of yes": round(hits / int(gold.sum()), 3),
        "precision of yes": round(hits / max(int(said.sum()), 1), 3),
    }
