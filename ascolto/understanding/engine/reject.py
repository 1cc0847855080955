"""When none of a company's topics fits: 36 to 69 of 100 real questions are about something that nobody listed (HINT3).

Measured on CLINC150 (150 topics, 3,000 questions that fit one, 200 that fit none), how well a figure tells the two apart (AUC): the
highest probability 0.966, the margin to the second 0.943, the nearest class mean 0.974, the energy 0.986; their combinations did not
beat the energy alone. So the energy decides (Liu et al. 2020, "Energy-based Out-of-distribution Detection"): the logarithm of the sum
of the exponentials of the raw scores, which is low where no topic says anything for itself, while probabilities always add up to one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ascolto.understanding.engine.head import Floats, Head, Seen

NONE = "-"  # the label of messages that fit no topic, where there are examples of them
BELOW = "none_below"  # where the card of a head keeps the threshold
MOST_LOST = 0.025  # share of the messages that fit a topic that may be turned away
FEWEST = 20  # examples that a threshold is set by


def energy(scores: Floats, labels: Sequence[str]) -> float:
    """How much the topics say for themselves, all together; the label NONE does not count."""
    of_topics = scores[[place for place, label in enumerate(labels) if label != NONE]]
    highest = float(of_topics.max())
    return highest + float(np.log(np.exp(of_topics - highest).sum()))


def threshold(fits: Sequence[float]) -> float | None:
    """The energy below which no topic fits, from energies of held-out messages that fit one; None where there are too few to tell."""
    return float(np.quantile(np.asarray(fits), MOST_LOST)) if len(fits) >= FEWEST else None


def is_none(head: Head, scores: Floats) -> bool:
    """Whether these scores of a head say that none of its topics fits."""
    if head.labels[int(np.argmax(scores))] == NONE:
        return True
    below = head.card.get(BELOW)
    return below is not None and energy(scores, head.labels) < float(below)


def energies(head: Head, seen: Sequence[Seen]) -> NDArray[np.float64]:
    """The energy of each message."""
    return np.array([energy(head.scores(one), head.labels) for one in seen])
