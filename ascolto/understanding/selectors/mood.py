"""What a conversation is like now, from the readings of its messages; and conversations of a certain kind.

What it is about and how it is meant is said by the customer's last message. How urgent it is and whether somebody is angry is said by
whatever nobody answered yet: one word of thanks after a cry for help does not make it calm, an answer does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from ascolto.conversations.models import Direction
from ascolto.understanding.models import Intent, Reading, Sentiment, Urgency

ANGRY_FROM = 0.5  # a probability of anger from which somebody counts as angry
MOST_READ = 2_000  # messages behind the marks of one page of a list
POINTS = 24  # messages of a mood line
_COLUMNS = (
    "message_id", "message__conversation_id", "sentiment", "strength", "anger", "urgency", "intent", "topic_id", "topic__name",
    "language", "needs_answer", "unsure", "lookalike_id", "lookalike__size",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mood:
    """Of one conversation. `urgency` and `is_angry` are of what nobody answered; `people_alike` say the same as its last message."""

    sentiment: str
    intent: str
    topic_id: int | None
    topic: str
    language: str
    needs_answer: bool
    unsure: frozenset[str]
    urgency: int = Urgency.NORMAL
    is_angry: bool = False
    lookalike: int | None = None
    people_alike: int = 0


@dataclass(frozen=True, slots=True)
class MoodLine:
    """How a conversation felt message by message (-1 very negative … 1 very positive, oldest first), and what it is like now."""

    strengths: Sequence[float]
    now: Mood


@dataclass(frozen=True, slots=True)
class Meant:
    """What narrows a list by what was understood; None does not."""

    intent: str | None = None
    sentiment: str | None = None
    topic: int | None = None
    urgency: str | None = None  # at least this
    language: str | None = None
    needs_answer: bool | None = None
    lookalike: int | None = None

    @classmethod
    def from_words(cls, words: Mapping[str, str]) -> Meant:
        """What an address asks for; nonsense narrows nothing."""
        language = words.get("language", "").lower()
        return cls(
            intent=_one_of(words.get("intent", ""), Intent.values),
            sentiment=_one_of(words.get("sentiment", ""), Sentiment.values),
            topic=_number(words.get("topic", "")),
            urgency=_one_of(words.get("urgency", ""), [choice.label for choice in Urgency]),
            language=language if language.isascii() and language.isalpha() and len(language) <= 3 else None,
            needs_answer={"yes": True, "no": False}.get(words.get("needs_answer", "")),
            lookalike=_number(words.get("lookalike", "")),
        )

    def as_words(self) -> dict[str, str]:
        """The same as an address says it; empty where it narrows nothing."""
        answer = {None: "", True: "yes", False: "no"}[self.needs_answer]
        return {
            "intent": self.intent or "",
            "sentiment": self.sentiment or "",
            "topic": str(self.topic or ""),
            "urgency": self.urgency or "",
            "language": self.language or "",
            "needs_answer": answer,
            "lookalike": str(self.lookalike or ""),
        }

    def condition(self) -> Q | None:
        """The condition on conversations, or None when nothing is narrowed."""
        found = []
        last = self._of_last()
        if last:
            found.append(Q(Exists(_heard().filter(message__occurred_at=OuterRef("last_inbound_at"), **last))))
        if self.urgency is not None:
            least = {choice.label: choice.value for choice in Urgency}[self.urgency]
            open_ones = _heard().filter(
                message__occurred_at__gte=OuterRef("waiting_since"), urgency__gte=least
            )
            found.append(Q(waiting_since__isnull=False) & Q(Exists(open_ones)))
        if self.lookalike is not None:
            alike = Reading.objects.filter(lookalike=self.lookalike, message__removed_at=None)
            found.append(Q(pk__in=alike.values("message__conversation")))
        if not found:
            return None
        condition = Q()
        for one in found:
            condition &= one
        return condition

    def _of_last(self) -> dict[str, Any]:
        wanted = {
            "intent": self.intent,
            "sentiment": self.sentiment,
            "topic_id": self.topic,
            "language": self.language,
            "needs_answer": self.needs_answer,
        }
        return {name: value for name, value in wanted.items() if value is not None}


ANYTHING = Meant()


def _one_of(text: str, known: Collection[str]) -> str | None:
    return text if text in known else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _heard() -> QuerySet[Reading]:
    """The readings of what the customer of an outer conversation said."""
    return Reading.objects.filter(
        message__conversation=OuterRef("pk"), message__direction=Direction.IN, message__removed_at=None
    )


def moods_of(conversations: Collection[int]) -> dict[int, Mood]:
    """What these conversations are like now: one query, whatever their length."""
    if not conversations:
        return {}
    rows = Reading.objects.filter(
        message__conversation__in=conversations, message__direction=Direction.IN, message__removed_at=None
    )
    begin = Coalesce(F("message__conversation__waiting_since"), F("message__conversation__last_inbound_at"))
    rows = rows.filter(message__occurred_at__gte=begin).order_by("-message__occurred_at", "-message_id")
    columns = (*_COLUMNS, "message__conversation__waiting_since")
    by_conversation: dict[int, list[dict[str, Any]]] = {}
    for row in rows.values(*columns)[:MOST_READ]:
        by_conversation.setdefault(row["message__conversation_id"], []).append(row)
    return {
        pk: _mood(found, is_waiting=found[0]["message__conversation__waiting_since"] is not None)
        for pk, found in by_conversation.items()
    }


def mood_line(conversation: int) -> MoodLine | None:
    """How one conversation went and what it is like now: one query. None before anything was read."""
    rows = Reading.objects.filter(
        message__conversation=conversation, message__direction=Direction.IN, message__removed_at=None
    ).order_by("-message__occurred_at", "-message_id")
    columns = (*_COLUMNS, "message__occurred_at", "message__conversation__waiting_since")
    found = list(rows.values(*columns)[:POINTS])
    if not found:
        return None
    since = found[0]["message__conversation__waiting_since"]
    waiting = [row for row in found if since is not None and row["message__occurred_at"] >= since]
    mood = _mood(waiting or found[:1], is_waiting=bool(waiting))
    return MoodLine([row["strength"] for row in reversed(found) if row["sentiment"]], mood)


def _mood(rows: Sequence[Mapping[str, Any]], *, is_waiting: bool) -> Mood:
    """The mood behind readings, the newest first."""
    last = rows[0]
    waiting = rows if is_waiting else ()
    sure = [row for row in waiting if "urgency" not in row["unsure"]]
    return Mood(
        sentiment=last["sentiment"],
        intent=last["intent"],
        topic_id=last["topic_id"],
        topic=last["topic__name"] or "",
        language=last["language"],
        needs_answer=last["needs_answer"],
        unsure=frozenset(last["unsure"]),
        urgency=max((row["urgency"] for row in sure), default=Urgency.NORMAL),
        is_angry=any(row["anger"] >= ANGRY_FROM and "anger" not in row["unsure"] for row in waiting),
        lookalike=last["lookalike_id"],
        people_alike=last["lookalike__size"] or 0,
    )
