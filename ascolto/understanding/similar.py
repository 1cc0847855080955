"""Was it answered already? Keeps the index of answers in this process, and stores for each incoming message the best that it finds.

The index is made from rows when the part starts and follows the log from there on; it holds nothing that the rows do not hold any more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ascolto.conversations.models import Direction, Message
from ascolto.events.models import Event
from ascolto.understanding.engine.encoder import Encoder
from ascolto.understanding.engine.retrieval import LIMIT, Candidate, Index, Question
from ascolto.understanding.engine.terms import words_of
from ascolto.understanding.models import Intent, MessageVector, Reading, Similar
from ascolto.understanding.past import KIND as CONVERSATION
from ascolto.understanding.sources import Source, all_sources, shifts
from ascolto.understanding.written import own_words

log = logging.getLogger(__name__)
BEST = 5  # stored of all
OF_EACH = 2  # and of each inbox or team, for those who do not see the others
MOST = 20  # rows of one message
FEWEST_WORDS = 2  # telling ones of a message for which answers are looked for
PROGRESS = 10_000  # documents between two lines in the log
_CHUNK = 2_000
_WITHOUT_QUESTION = {Intent.SPAM, Intent.THANKS}


@dataclass(frozen=True, slots=True)
class Asking:
    """A message for which answers are looked for."""

    message: Message
    question: Question


class Keeper:
    """The index of this process."""

    def __init__(self, encoder: Encoder, limit: int = LIMIT) -> None:
        self.encoder = encoder
        self.index = Index(limit)
        self._limit = limit

    def build(self) -> int:
        """Fill the index from the rows; returns how many documents there are."""
        begin = time.monotonic()
        moved = shifts()
        for kind, source in sorted(all_sources().items(), key=lambda pair: pair[0] == CONVERSATION):
            count = 0
            for count, document in enumerate(
                source.documents(self.encoder, self._limit - len(self.index)), 1
            ):
                self.index.add(document)
                if count % PROGRESS == 0:
                    log.info("answers are being indexed", extra={"kind": kind, "documents": count})
            log.debug("answers of a kind are indexed", extra={"kind": kind, "documents": count})
        for key, by in moved.items():
            self.index.shift(key, by)
        self.index.purge()
        took, size = round(time.monotonic() - begin, 2), self.index.size_in_bytes
        log.info("answers are indexed", extra={"documents": len(self.index), "seconds": took, "bytes": size})
        return len(self.index)

    def follow(self, events: Sequence[Event]) -> None:
        """Bring the index up to date with what the events touched. Harmless when it sees them again."""
        for kind, source in all_sources().items():
            touched = {pk for event in events if (pk := source.touched(event)) is not None}
            if touched:
                self._renew(kind, source, touched)
        judged = {
            (event.data["kind"], event.data["target"])
            for event in events
            if {"kind", "target"} <= event.data.keys()
        }
        if judged:
            for key, by in shifts(judged).items():
                self.index.shift(key, by)

    def _renew(self, kind: str, source: Source, targets: Collection[int]) -> None:
        current = source.current(targets, self.encoder)
        for target in targets:
            document = current.get(target)
            if document is None:
                self.index.remove((kind, target))
            else:
                self.index.add(document)
        for key, by in shifts([(kind, target) for target in current]).items():
            self.index.shift(key, by)

    def sweep(self) -> int:
        """Take out what is gone without a word in the log, and forget it; returns how much that was."""
        gone = 0
        held: dict[str, list[int]] = {}
        for kind, target in list(self.index.keys()):
            held.setdefault(kind, []).append(target)
        for kind, targets in held.items():
            source = all_sources().get(kind)
            for start in range(0, len(targets), _CHUNK):
                part = targets[start : start + _CHUNK]
                for target in set(part) - (source.existing(part) if source else set()):
                    self.index.remove((kind, target))
                    gone += 1
        self.index.purge()
        return gone

    def find(self, question: Question, *, without: Collection[tuple[str, int]] = ()) -> list[Candidate]:
        """The best answers to a question: of all, and of each inbox or team."""
        return self.index.search(question, at_most=BEST, each_scope=OF_EACH, without=without)[:MOST]

    def find_for(self, asking: Sequence[Asking]) -> list[Similar]:
        """The rows that say which answers were found for these messages; nothing is stored."""
        return [
            _row(ask.message, candidate)
            for ask in asking
            for candidate in self.find(ask.question, without={(CONVERSATION, ask.message.conversation_id)})
        ]


def askings(messages: Collection[int], encoder: str) -> list[Asking]:
    """Of these messages the ones from customers that ask something, with their vectors."""
    rows = Message.objects.filter(pk__in=messages, direction=Direction.IN, removed_at=None)
    rows = rows.filter(conversation__is_spam=False, is_automatic=False).defer("html").order_by("pk")
    found = {row.pk: row for row in rows}
    readings = Reading.objects.filter(message__in=found).exclude(intent__in=_WITHOUT_QUESTION)
    told = readings.values_list("message_id", "language", "language_probability")
    languages = {pk: likely_languages(code, probability) for pk, code, probability in told}
    vectors = MessageVector.objects.filter(message__in=found, encoder=encoder).values_list(
        "message_id", "vector"
    )
    made = []
    for pk, stored in vectors:
        words = own_words(found[pk].text, found[pk].extra)
        if pk in languages and len(words_of(words)) >= FEWEST_WORDS:
            vector = np.frombuffer(bytes(stored), np.float16).astype(np.float32)
            made.append(Asking(found[pk], Question(words, vector, languages[pk])))
    return made


def likely_languages(code: str, probability: float) -> tuple[str, ...]:
    """The languages that a text may be in: where that is a guess, also those that most customers here write."""
    if code in {"", "und"}:
        return ()
    return (code,) if probability >= 0.8 else tuple(dict.fromkeys((code, "it", "en")))


def store(messages: Collection[int], rows: Sequence[Similar]) -> None:
    """Exchange what was found for these messages. Call it in a transaction."""
    Similar.objects.filter(message__in=messages).delete()
    Similar.objects.bulk_create(rows, batch_size=200, ignore_conflicts=True)


def _row(message: Message, candidate: Candidate) -> Similar:
    return Similar(
        message=message,
        kind=candidate.kind,
        target=candidate.target,
        account_id=candidate.scope if candidate.kind == CONVERSATION else None,
        score=round(candidate.score, 4),
        meaning=round(candidate.meaning, 4),
        words=round(candidate.words, 4),
        because=list(candidate.common[:8]),
    )
