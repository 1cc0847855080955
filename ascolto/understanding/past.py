"""Past conversations as answers: resolved ones in which a person answered. The question is what the customer began with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from ascolto.accounts.models import Agent
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Author, Conversation, Direction, Message, Status, Visibility
from ascolto.events.models import Event
from ascolto.kit.ids import reference_number
from ascolto.kit.text import excerpt
from ascolto.understanding.models import MessageVector
from ascolto.understanding.sources import Shown
from ascolto.understanding.written import own_words

if TYPE_CHECKING:
    from ascolto.understanding.engine.encoder import Encoder
    from ascolto.understanding.engine.retrieval import Document

KIND = "conversation"
MOST_QUESTIONS = 3  # messages that the question is made of
SUBSTANTIAL = 25  # letters of an answer that says something; "Done!" does not
CHUNK = 500  # conversations read at once
_EVENTS = {
    "conversation.status_changed", "conversation.reopened", "conversation.spam_marked", "conversation.renamed",
    "message.understood", "message.edited", "message.amended", "message.removed", "message.moderated",
}  # fmt: skip


@dataclass(slots=True)
class _Thread:
    questions: list[tuple[int, str, str]] = field(default_factory=list)  # id, words, language
    answer: str = ""
    is_answered: bool = False


class PastConversations:
    """The source "conversation"."""

    kind = KIND

    def documents(self, encoder: Encoder, limit: int) -> Iterator[Document]:
        """Every conversation that answers something, the one that was resolved last first."""
        ids = list(_finished().order_by("-resolved_at", "-pk").values_list("pk", flat=True)[: limit * 2])
        given = 0
        for start in range(0, len(ids), CHUNK):
            for document in self.current(ids[start : start + CHUNK], encoder).values():
                yield document
                given += 1
                if given == limit:
                    return

    def current(self, targets: Collection[int], encoder: Encoder) -> Mapping[int, Document]:
        """The documents of these conversations, where they answer something."""
        rows = _finished().filter(pk__in=targets).values_list("pk", "account_id", "subject", "resolved_at")
        found = {row[0]: row for row in rows.order_by("-resolved_at", "-pk")}
        threads = _threads(found)
        vectors = _vectors([pk for thread in threads.values() for pk, *_ in thread.questions], encoder.name)
        made = {}
        for pk, row in found.items():
            document = _document(row, threads.get(pk), vectors)
            if document is not None:
                made[pk] = document
        return made

    def touched(self, event: Event) -> int | None:
        """The conversation of an event that may change what it answers."""
        return event.conversation_id if event.type in _EVENTS else None

    def existing(self, targets: Collection[int]) -> set[int]:
        """Those that are still there and resolved."""
        return set(_finished().filter(pk__in=targets).values_list("pk", flat=True))

    def show(self, agent: Agent, targets: Collection[int]) -> Mapping[int, Shown]:
        """The last answer of each that the agent may see."""
        allowed = visible_conversations(agent).filter(pk__in=targets, status=Status.RESOLVED, is_spam=False)
        rows = {
            row.pk: row
            for row in allowed.select_related("customer", "account").prefetch_related("customer__identities")
        }
        asked: dict[int, str] = {}
        answers: dict[int, Message] = {}
        for message in _spoken(rows).select_related("agent").defer("html").order_by("occurred_at", "pk"):
            words = own_words(message.text, message.extra)
            if message.direction == Direction.IN and message.author_kind == Author.CUSTOMER:
                asked.setdefault(message.conversation_id, words)
            elif _is_answer(message.direction, message.author_kind, message.is_automatic, words):
                answers[message.conversation_id] = message
        return {pk: _shown(rows[pk], asked.get(pk, ""), answer) for pk, answer in answers.items()}


def _finished() -> QuerySet[Conversation]:
    return Conversation.objects.filter(status=Status.RESOLVED, is_spam=False)


def _spoken(conversations: Collection[int]) -> QuerySet[Message]:
    rows = Message.objects.filter(conversation__in=list(conversations), removed_at=None)
    return rows.exclude(visibility=Visibility.NOTE)


def _is_answer(direction: str, author: str, is_automatic: bool, text: str) -> bool:
    by_person = direction == Direction.OUT and author == Author.AGENT and not is_automatic
    return by_person and sum(letter.isalpha() for letter in text[:500]) >= SUBSTANTIAL


def _threads(conversations: Collection[int]) -> dict[int, _Thread]:
    """What was asked first in each conversation, and whether a person answered."""
    threads: dict[int, _Thread] = defaultdict(_Thread)
    rows = _spoken(conversations).order_by("conversation_id", "occurred_at", "pk")
    fields = (
        "pk",
        "conversation_id",
        "direction",
        "author_kind",
        "is_automatic",
        "text",
        "extra",
        "reading__language",
    )
    for pk, conversation, direction, author, is_automatic, text, extra, language in rows.values_list(*fields):
        thread = threads[conversation]
        words = own_words(text, extra or {})
        if _is_answer(direction, author, is_automatic, words):
            thread.is_answered = True
        elif (
            direction == Direction.IN
            and not thread.is_answered
            and len(thread.questions) < MOST_QUESTIONS
            and words
        ):
            thread.questions.append((pk, words[:2_000], language or ""))
    return threads


def _vectors(messages: Sequence[int], encoder: str) -> dict[int, Any]:
    import numpy as np

    rows = MessageVector.objects.filter(message__in=messages, encoder=encoder).values_list(
        "message_id", "vector"
    )
    return {pk: np.frombuffer(bytes(stored), np.float16).astype(np.float32) for pk, stored in rows}


def _document(row: tuple[Any, ...], thread: _Thread | None, vectors: Mapping[int, Any]) -> Document | None:
    """The document of a conversation; None where nobody answered, or nothing was asked that says something."""
    import numpy as np

    from ascolto.understanding.engine.retrieval import Document
    from ascolto.understanding.engine.terms import words_of

    pk, account, subject, resolved_at = row
    if thread is None or not thread.is_answered:
        return None
    telling = [
        question
        for question in thread.questions
        if question[0] in vectors and len(words_of(question[1])) >= 2
    ]
    if not telling:
        return None
    mean = np.sum([vectors[question[0]] for question in telling], axis=0)
    length = float(np.linalg.norm(mean)) or 1.0
    text = "\n".join([subject, *(question[1] for question in telling)])
    language = next((question[2] for question in telling if question[2] not in {"", "und"}), "")
    moment = int(resolved_at.timestamp()) if resolved_at else 0
    return Document(KIND, pk, text, (mean / length)[None, :], language, account, moment)


def _shown(conversation: Conversation, question: str, answer: Message) -> Shown:
    # Not when the product starts: it knows the telephone numbers of every country.
    from ascolto.understanding.engine.borrowed import borrowed, without_persons

    handles = [word for one in conversation.customer.identities.all() for word in (one.value, one.shown)]
    names = [conversation.customer.name, answer.agent.name if answer.agent else "", *handles]
    return Shown(
        kind=KIND,
        target=conversation.pk,
        title=f"#{reference_number(conversation.pk)}",
        question=excerpt(without_persons(question, names), 200),
        text=borrowed(own_words(answer.text, answer.extra), names),
        at=answer.occurred_at,
        inbox=conversation.account.name,
        by=answer.agent.name if answer.agent else "",
        number=reference_number(conversation.pk),
    )
