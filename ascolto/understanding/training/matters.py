"""A version of the company's topics: from what it says of them, its labelled history and its people's corrections."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ascolto.conversations.models import Conversation, Direction, Message, Visibility
from ascolto.understanding.actions.versions import Learnt, live_version
from ascolto.understanding.engine.head import Head, Seen, softmax
from ascolto.understanding.engine.learning import Example
from ascolto.understanding.engine.reject import NONE, is_none
from ascolto.understanding.engine.topic import TopicTaught, digest
from ascolto.understanding.engine.topics import learn_topics
from ascolto.understanding.models import ModelVersion, Topic
from ascolto.understanding.training.bench import Workbench
from ascolto.understanding.training.company import topics_taught
from ascolto.understanding.training.judging import F1_LOST, FEWEST, macro_f1
from ascolto.understanding.training.lessons import TooFewCorrections, learnt_from
from ascolto.understanding.training.rehearsal import about_nothing
from ascolto.understanding.training.taught import FOLDS, Taught, taught
from ascolto.understanding.written import written_text

HISTORY = 300  # conversations of a topic's label that are examples, the newest
HISTORY_WEIGHT = 0.6  # a label is often given for what a conversation became, not for how it began

Progress = Callable[[float], None]
Known = NDArray[np.bool_]


def learn_matters(bench: Workbench, progress: Progress) -> Learnt:
    """Learn the company's topics. Stores nothing. Raises TooFewCorrections where there is no topic."""
    topics = topics_taught()
    if not topics:
        raise TooFewCorrections("There are no topics yet: add some, or take a ready-made set.")
    names = {topic.name for topic in topics} | {NONE}
    lessons = [lesson for lesson in taught("topic") if lesson.label in names]
    seen = bench.seen([lesson.text for lesson in lessons])
    history = _history(bench, {lesson.message for lesson in lessons})
    live = live_version("topic")
    course = _Course(bench, topics, history)
    head = course.learn(lessons, seen, lambda share: progress(0.1 + share * 0.5))
    may_serve, why = _verdict(course, head, lessons, seen, live, lambda share: progress(0.6 + share * 0.4))
    head.card |= {"topics": digest(topics), "corrections": len(lessons), "history": len(history)}
    card = head.card | {"learnt_from": learnt_from(lessons)}
    return Learnt(
        "topic", bench.encoder.name, head.to_bytes(), may_serve, why, card, str(live) if live else ""
    )


class _Course:
    """Everything but the corrections: it teaches each of the versions that are tried."""

    def __init__(self, bench: Workbench, topics: Sequence[TopicTaught], history: Sequence[Example]) -> None:
        self.bench, self.topics, self.history = bench, topics, history
        self.nothing = bench.seen([known.text for known in about_nothing()])

    def learn(
        self, lessons: Sequence[Taught], seen: Sequence[Seen], progress: Progress = lambda _: None
    ) -> Head:
        """The head that these corrections teach on top."""
        corrected = [Example(one, lesson.label) for one, lesson in zip(seen, lessons, strict=True)]
        return learn_topics(
            self.topics, [*self.history, *corrected], self.nothing,
            see=self.bench.seen, encoder=self.bench.encoder.name, progress=progress,
        )  # fmt: skip


def answers(head: Head, seen: Sequence[Seen]) -> list[str]:
    """The topic of each message, or NONE."""
    scores = [head.scores(one) for one in seen]
    return [NONE if is_none(head, one) else head.labels[int(softmax(one).argmax())] for one in scores]


def _verdict(
    course: _Course,
    head: Head,
    lessons: Sequence[Taught],
    seen: Sequence[Seen],
    live: ModelVersion | None,
    progress: Progress,
) -> tuple[bool, str]:
    """New topics serve at once; the same topics only if they are no worse on the corrections, each judged by who did not see it."""
    serving = (
        course.bench.head_of(ModelVersion.objects.get(pk=live.pk), "topic") if live and live.number else None
    )
    if serving is None or serving.encoder != head.encoder:
        return True, "the first version of these topics"
    if set(serving.labels) != set(head.labels):
        return True, "the topics changed"
    if len(lessons) < FEWEST:
        return True, f"what is said of the topics changed; {len(lessons)} corrections are too few to judge by"
    gold = [lesson.label for lesson in lessons]
    after = _answers_apart(course, head, lessons, seen, _by_heart(live, lessons), progress)
    old, new = macro_f1(gold, answers(serving, seen)), macro_f1(gold, after)
    told = f"(macro-F1 on {len(lessons)} corrections {old:.3f} → {new:.3f})"
    return (False, f"worse {told}") if old - new > F1_LOST["corrections"] else (True, f"no worse {told}")


def _answers_apart(
    course: _Course,
    head: Head,
    lessons: Sequence[Taught],
    seen: Sequence[Seen],
    by_heart: Known,
    progress: Progress,
) -> list[str]:
    """What is said of each correction: by the candidate where the live version learnt it too, else by one that did not see it."""
    said = answers(head, seen)
    for fold in range(FOLDS):
        mine = [place for place, lesson in enumerate(lessons) if lesson.fold == fold and not by_heart[place]]
        rest = [place for place, lesson in enumerate(lessons) if lesson.fold != fold or by_heart[place]]
        if mine:
            other = course.learn([lessons[place] for place in rest], [seen[place] for place in rest])
            for place, answer in zip(mine, answers(other, [seen[place] for place in mine]), strict=True):
                said[place] = answer
        progress((fold + 1) / FOLDS)
    return said


def _by_heart(live: ModelVersion | None, lessons: Sequence[Taught]) -> Known:
    known = {(message, label) for message, label in (live.card.get("learnt_from", ()) if live else ())}
    return np.array([(lesson.message, lesson.label) in known for lesson in lessons], dtype=bool)


def _history(bench: Workbench, corrected: set[int]) -> list[Example]:
    """How conversations with a topic's label began, where nobody corrected that message."""
    texts: list[tuple[str, str]] = []
    for topic in Topic.objects.filter(is_active=True).exclude(label=None):
        labelled = Conversation.objects.filter(labels=topic.label_id, is_spam=False).order_by("-pk")
        newest = list(labelled.values_list("pk", flat=True)[:HISTORY])
        texts += [(text, topic.name) for text in _beginnings(newest, corrected)]
    seen = bench.seen([text for text, _ in texts])
    return [Example(one, name, HISTORY_WEIGHT) for one, (_, name) in zip(seen, texts, strict=True)]


def _beginnings(conversations: Sequence[int], corrected: set[int]) -> list[str]:
    rows = Message.objects.filter(conversation__in=conversations, direction=Direction.IN, removed_at=None)
    rows = rows.exclude(visibility=Visibility.NOTE).order_by("conversation_id", "occurred_at", "pk")
    first: dict[int, Message] = {}
    for row in rows.only("pk", "conversation_id", "text", "subject", "extra", "in_reply_to_id").iterator(
        chunk_size=500
    ):
        first.setdefault(row.conversation_id, row)
    return [
        written_text(row.text, row.subject, row.extra, is_answer=row.in_reply_to_id is not None)
        for row in first.values()
        if row.pk not in corrected and row.text.strip()
    ]
