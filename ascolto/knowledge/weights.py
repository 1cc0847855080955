"""People's verdicts move what is suggested: what was used rises, what did not help sinks.

The log-odds of a document move by WEIGHT · ln((1 + used) / (1 + refused)): nothing at first, half a step for the first verdict, ever
less for each further one. The index lets them add or take 1.5 at most, so that no answer is banished for good.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from django.db.models import Count, Q

from ascolto.knowledge.models import Verdict

WEIGHT = 0.7


def shifts_of(keys: Collection[tuple[str, int]] | None) -> Mapping[tuple[str, int], float]:
    """By how much each judged document moves, in log-odds; None asks for all."""
    rows = Verdict.objects.all()
    if keys is not None:
        rows = rows.filter(target__in={target for _, target in keys})
    counted = rows.values("kind", "target").annotate(
        used=Count("pk", filter=Q(said=Verdict.Said.USED)),
        refused=Count("pk", filter=Q(said=Verdict.Said.REFUSED)),
    )
    moved = {(row["kind"], row["target"]): shift(row["used"], row["refused"]) for row in counted}
    return moved if keys is None else {key: by for key, by in moved.items() if key in set(keys)}


def shift(used: int, refused: int) -> float:
    """The move of a document that was used and refused so often."""
    return WEIGHT * math.log((1 + used) / (1 + refused))
