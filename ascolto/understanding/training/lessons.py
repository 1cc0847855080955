"""A version of a shipped head that knows what this company's people corrected, with its verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascolto.understanding.actions.versions import Learnt, live_version
from ascolto.understanding.engine.adapting import Lesson, adapt
from ascolto.understanding.engine.head import Head, Seen, softmax
from ascolto.understanding.models import ModelVersion
from ascolto.understanding.training.bench import Workbench
from ascolto.understanding.training.judging import FEWEST, Said, Verdict, judge
from ascolto.understanding.training.rehearsal import judged, rehearsed
from ascolto.understanding.training.taught import FOLDS, Taught, taught

Progress = Callable[[float], None]
Shares = NDArray[np.float64]


class TooFewCorrections(ValueError):
    """There is not enough yet to learn from and to judge by."""


def learn_corrections(name: str, bench: Workbench, progress: Progress) -> Learnt:
    """Learn a head from everything that people taught. Stores nothing. Raises TooFewCorrections."""
    base = bench.shipped.get(name)
    if base is None:
        raise TooFewCorrections(f"This release has no model “{name}” to teach.")
    lessons = [lesson for lesson in taught(name) if lesson.label in base.labels]
    if len(lessons) < FEWEST:
        raise TooFewCorrections(
            f"{len(lessons)} corrections: {FEWEST} are needed to learn from and to judge by."
        )
    live = live_version(name)
    seen, typical = (
        bench.seen([lesson.text for lesson in lessons]),
        bench.seen([known.text for known in rehearsed()]),
    )
    progress(0.2)
    apart = _held_out(base, lessons, seen, typical, lambda share: progress(0.2 + 0.6 * share))
    head = adapt(
        base, _as_lessons(lessons, seen), typical, progress=lambda share: progress(0.8 + 0.2 * share)
    )
    exam = _Exam(name, bench, lessons, seen)
    verdict = exam.verdict(
        _serving(bench, live, base), head, _what_both_know(live, lessons, said(head, seen).shares, apart)
    )
    card = head.card | {
        "figures": verdict.figures,
        "corrections": len(lessons),
        "learnt_from": learnt_from(lessons),
    }
    head.card = {key: value for key, value in card.items() if key != "learnt_from"}
    return Learnt(
        name,
        bench.encoder.name,
        head.to_bytes(),
        verdict.may_serve,
        verdict.why,
        card,
        str(live) if live else "",
    )


def learnt_from(lessons: Sequence[Taught]) -> list[list[Any]]:
    """Which message taught what: so that the next version is not held against what this one knows by heart."""
    return [[lesson.message, lesson.label] for lesson in lessons]


def _serving(bench: Workbench, live: ModelVersion | None, base: Head) -> Head:
    """The head that serves, where it can be read with this encoder; else the shipped one."""
    head = bench.head_of(ModelVersion.objects.get(pk=live.pk), live.head) if live else base
    return head if head is not None and head.encoder == base.encoder and head.labels == base.labels else base


def _what_both_know(
    live: ModelVersion | None, lessons: Sequence[Taught], knows: Shares, apart: Shares
) -> Shares:
    """What the candidate says of each lesson: where the live version learnt it too, by heart as that one does, else held out."""
    by_heart = {(message, label) for message, label in (live.card.get("learnt_from", ()) if live else ())}
    both = np.array([(lesson.message, lesson.label) in by_heart for lesson in lessons])
    return np.where(both[:, None], knows, apart)


class _Exam:
    """The two sets that a head is judged by."""

    def __init__(self, name: str, bench: Workbench, lessons: Sequence[Taught], seen: Sequence[Seen]) -> None:
        self._lessons, self._seen = lessons, seen
        labels = bench.shipped[name].labels
        known = [known for known in judged(name) if known.labels[name] in labels]
        self._ordinary = bench.seen([one.text for one in known])
        self._gold = {
            "corrections": [lesson.label for lesson in lessons],
            "corpus": [one.labels[name] for one in known],
        }

    def verdict(self, serving: Head, candidate: Head, of_lessons: Shares) -> Verdict:
        """Hold the candidate against what serves; `of_lessons` is what it says of them where it did not learn them."""
        return judge(
            {"corrections": said(serving, self._seen), "corpus": said(serving, self._ordinary)},
            {"corrections": Said(candidate.labels, of_lessons), "corpus": said(candidate, self._ordinary)},
            self._gold,
        )


def _held_out(
    base: Head, lessons: Sequence[Taught], seen: Sequence[Seen], typical: Sequence[Seen], progress: Progress
) -> Shares:
    """What is said of each lesson by a version that learnt from the other four parts."""
    shares = np.zeros((len(lessons), len(base.labels)))
    for fold in range(FOLDS):
        mine = [place for place, lesson in enumerate(lessons) if lesson.fold == fold]
        others = [place for place, lesson in enumerate(lessons) if lesson.fold != fold]
        if mine:
            head = adapt(base, _as_lessons([lessons[p] for p in others], [seen[p] for p in others]), typical)
            shares[mine] = said(head, [seen[p] for p in mine]).shares
        progress((fold + 1) / FOLDS)
    return shares


def _as_lessons(lessons: Sequence[Taught], seen: Sequence[Seen]) -> list[Lesson]:
    return [Lesson(one, lesson.label) for one, lesson in zip(seen, lessons, strict=True)]


def said(head: Head, seen: Sequence[Seen]) -> Said:
    """What a head says of messages."""
    shares = np.array([softmax(head.scores(one)) for one in seen], dtype=np.float64)
    return Said(head.labels, shares.reshape(len(seen), len(head.labels)))
