"""Train what is due, one training at a time on this machine; what comes out is stored with its verdict, or nothing is."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ascolto.understanding.actions.versions import HEADS, AnotherLearns, keep_learnt
from ascolto.understanding.models import ModelVersion
from ascolto.understanding.training.bench import Workbench
from ascolto.understanding.training.company import topics_changed
from ascolto.understanding.training.lessons import TooFewCorrections, learn_corrections
from ascolto.understanding.training.matters import learn_matters
from ascolto.understanding.training.taught import due_heads

AT_LEAST = 20  # new corrections of a head until it is trained at night
Progress = Callable[[str, float], None]  # the head, and the share of its work that is done


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a head: a version, or why there is none."""

    head: str
    version: ModelVersion | None
    why: str


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else trains on this machine meanwhile; a killed training leaves nothing locked. Raises AnotherLearns."""
    path = Path(settings.DATA) / "learning.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherLearns("Another training is running: try again when it is done.") from None
        yield


def due(*, at_least: int = AT_LEAST) -> list[str]:
    """The heads that have something new to learn."""
    heads = due_heads(HEADS, at_least=at_least)
    return heads if "topic" in heads or not topics_changed() else [*heads, "topic"]


def train(
    heads: Sequence[str], *, progress: Progress, bench: Workbench | None = None
) -> Generator[Outcome, None, None]:
    """Train heads one after the other, telling what became of each. Raises AnotherLearns."""
    with alone():
        bench = bench or Workbench()
        for head in heads:
            yield _train(head, bench, progress)


def _train(head: str, bench: Workbench, progress: Progress) -> Outcome:
    def told(share: float) -> None:
        progress(head, share)

    try:
        learnt = learn_matters(bench, told) if head == "topic" else learn_corrections(head, bench, told)
        version = keep_learnt(learnt)
    except (TooFewCorrections, AnotherLearns) as reason:
        return Outcome(head, None, str(reason))
    return Outcome(head, version, version.why)
