"""How good it is here: what the company's own people said of it, where it is unsure, in which languages and on which channels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncWeek

from ascolto.conversations.models import Direction
from ascolto.kit.clock import now
from ascolto.understanding.models import Correction, Reading

DAYS = 84  # twelve weeks
MOST = 5_000  # messages that shares are taken of: the last ones
MOST_CORRECTIONS = 20_000
FEWEST = 30  # messages below which a share says little
FIELDS = ("intent", "sentiment", "anger", "urgency", "topic", "needs_answer")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """What people said of one field. `judged`: messages that anybody said anything about."""

    field: str
    messages: int
    unsure: int
    judged: int
    corrected: int

    @property
    def unsure_share(self) -> float:
        return self.unsure / self.messages if self.messages else 0.0

    @property
    def agreed_share(self) -> float | None:
        """Of the messages that people looked at and judged, those where they agreed."""
        return 1 - self.corrected / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A language or a channel."""

    name: str
    messages: int
    unsure: int
    corrected: int

    @property
    def is_small(self) -> bool:
        return self.messages < FEWEST

    @property
    def unsure_share(self) -> float:
        return self.unsure / self.messages if self.messages else 0.0

    @property
    def corrected_share(self) -> float:
        return self.corrected / self.messages if self.messages else 0.0


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A week: messages read, and answers that people set right."""

    begins: datetime
    messages: int
    corrected: int

    @property
    def share(self) -> float:
        return self.corrected / self.messages if self.messages else 0.0


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """The company's own figures."""

    messages: int
    fields: Sequence[FieldRow]
    languages: Sequence[PlaceRow]
    channels: Sequence[PlaceRow]
    weeks: Sequence[WeekRow]


def own_figures(*, at: datetime | None = None) -> OwnFigures:
    """Of the last MOST messages of customers of the last weeks, in four questions to the database."""
    since = (at or now()) - timedelta(days=DAYS)
    read = Reading.objects.filter(message__direction=Direction.IN, message__occurred_at__gte=since)
    columns = ("message_id", "language", "message__account__kind", "unsure")
    sample = list(read.order_by("-message_id").values_list(*columns)[:MOST])
    last = _last_words(since)
    return OwnFigures(
        messages=len(sample),
        fields=_fields([set(unsure or ()) for *_, unsure in sample], last),
        languages=_places([(pk, language, unsure) for pk, language, _, unsure in sample], last),
        channels=_places([(pk, kind, unsure) for pk, _, kind, unsure in sample], last),
        weeks=_weeks(since),
    )


def _last_words(since: datetime) -> dict[tuple[int, str], bool]:
    """Of each message and field that a person judged: whether the model was wrong. What was taken back does not count."""
    rows = Correction.objects.filter(created_at__gte=since, withdrawn_at=None).order_by("-pk")
    first: dict[tuple[int, str], str] = {}
    became: dict[tuple[int, str], str] = {}
    for message, field, was, value in rows.values_list("message_id", "field", "was", "became")[
        :MOST_CORRECTIONS
    ]:
        became.setdefault((message, field), value)
        first[message, field] = was  # the oldest one tells what the model said
    return {key: first[key] != value for key, value in became.items()}


def _fields(unsure: Sequence[set[str]], last: dict[tuple[int, str], bool]) -> list[FieldRow]:
    judged = Counter(field for _, field in last)
    wrong = Counter(field for (_, field), is_wrong in last.items() if is_wrong)
    return [
        FieldRow(field, len(unsure), sum(field in one for one in unsure), judged[field], wrong[field])
        for field in FIELDS
    ]


def _places(
    rows: Sequence[tuple[int, str, list[str] | None]], last: dict[tuple[int, str], bool]
) -> list[PlaceRow]:
    """`unsure` and `corrected` count messages of which feeling or intent is a guess, or anything was set right."""
    wrong = {message for (message, _), is_wrong in last.items() if is_wrong}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for message, name, unsure in rows:
        counts = found[name or "und"]
        counts["messages"] += 1
        counts["unsure"] += bool({"sentiment", "intent"} & set(unsure or ()))
        counts["corrected"] += message in wrong
    places = [
        PlaceRow(name, counts["messages"], counts["unsure"], counts["corrected"])
        for name, counts in found.items()
    ]
    return sorted(places, key=lambda place: -place.messages)


def _weeks(since: datetime) -> list[WeekRow]:
    """Week by week, the oldest first: by when a message came."""
    read = Reading.objects.filter(message__direction=Direction.IN, message__occurred_at__gte=since)
    counted = (
        read.annotate(week=TruncWeek("message__occurred_at")).values_list("week").annotate(n=Count("pk"))
    )
    said = Correction.objects.filter(message__occurred_at__gte=since, withdrawn_at=None).annotate(
        week=TruncWeek("message__occurred_at")
    )
    wrong: Counter[datetime] = Counter()
    for week, was, became in said.values_list("week", "was", "became")[:MOST_CORRECTIONS]:
        wrong[week] += was != became
    return [WeekRow(week, count, wrong[week]) for week, count in counted.order_by("week")]
