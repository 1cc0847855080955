"""The page of one customer: who they are, how they felt, what is promised to them, and figures, as far as the reader may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.channels.looks import Look, look_of
from ascolto.charter.problems import Problem, open_problems
from ascolto.conversations.models import Conversation, Direction
from ascolto.customers.fields import active_fields, may_edit
from ascolto.customers.merging import Conflict, conflicts_of, open_merges
from ascolto.customers.models import (
    Customer,
    CustomerField,
    CustomerFieldValue,
    CustomerMerge,
    CustomerNote,
    DuplicateSuggestion,
)
from ascolto.directory.handles import HandleView, handles_of, names_of
from ascolto.sla.models import Commitment, SlaClock
from ascolto.understanding.models import Reading

WIDTH, HEIGHT, EDGE = 84, 24, 3
MOOD_OVER = 12  # contacts
FIGURES_OVER = 200  # clocks
FEWEST_POINTS = 3
MOST_PROMISES = 200


@dataclass(frozen=True, slots=True)
class MoodLine:
    """How the last contacts felt: a face, and a small line when there are enough of them."""

    face: str  # neg, neu, pos
    words: str
    contacts: int
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of the company and what it holds. `chosen`: of several choices."""

    field: CustomerField
    value: str
    chosen: Sequence[str]
    shown: str
    may_edit: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """`by_channel`: contacts; `answered_in`: the median of what was answered, in words; promises as they went."""

    conversations: int
    by_channel: Sequence[tuple[Look, int]]
    answered_in: str
    answers: int
    kept: int
    broken: int


@dataclass(frozen=True, slots=True)
class Portrait:
    called: str
    handles: Sequence[HandleView]
    notes: Sequence[CustomerNote]
    fields: Sequence[FieldView]
    labels: Sequence[str]
    mood: MoodLine | None
    figures: Figures
    promises: Sequence[Commitment]
    problems: Sequence[Problem]
    merges: Sequence[CustomerMerge]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody who may be the same person; `other` is the one who is not on the page."""

    row: DuplicateSuggestion
    other: Customer
    called: str
    certainty: str
    reasons: Sequence[str]
    conflicts: Sequence[Conflict] = ()


def portrait_of(customer: Customer, reader: Agent, mine: QuerySet[Conversation]) -> Portrait:
    """Everything but the timeline; `mine`: visible_conversations(reader). A constant number of queries."""
    mine = mine.filter(customer=customer)
    promises = _promises(mine)
    return Portrait(
        called=customer.name or names_of([customer]).get(customer.pk, ""),
        handles=handles_of(customer, reader, removed=True),
        notes=notes_of(customer),
        fields=fields_of(customer, reader),
        labels=[label.name for label in customer.labels.all()],  # type: ignore[attr-defined]
        mood=mood_of(mine),
        figures=_figures(mine, promises),
        promises=promises[:8],
        problems=open_problems(customer.pk) if reader.may("conversations.see_all") else [],
        merges=open_merges(customer),
    )


def _promises(mine: QuerySet[Conversation]) -> list[Commitment]:
    """What was promised in these conversations: what is due first, then the past from the newest."""
    rows = Commitment.objects.filter(conversation__in=mine.values("pk")).select_related(
        "conversation", "owner"
    )
    rows = rows.exclude(state__in=[Commitment.State.PROPOSED, Commitment.State.WITHDRAWN])
    found = list(rows.order_by("-due_at", "-pk")[:MOST_PROMISES])
    coming = [one for one in found if one.state == Commitment.State.OPEN]
    return coming[::-1] + [one for one in found if one.state != Commitment.State.OPEN]


def notes_of(customer: Customer) -> list[CustomerNote]:
    """Notes that are there, the pinned first; with what they said before."""
    rows = CustomerNote.objects.filter(customer=customer, removed_at=None).select_related("author")
    return list(rows.prefetch_related("revisions")[:100])


def fields_of(customer: Customer, reader: Agent, *, card: bool = False) -> list[FieldView]:
    """The company's fields with their values; with `card` those that the card shows, where they hold something."""
    known = dict(CustomerFieldValue.objects.filter(customer=customer).values_list("field_id", "value"))
    found = [
        FieldView(
            field,
            known.get(field.pk, ""),
            known.get(field.pk, "").split("\n"),
            _shown(field, known.get(field.pk, "")),
            may_edit(reader, field),
        )
        for field in active_fields()
    ]
    return [one for one in found if one.value and one.field.is_on_card] if card else found


def _shown(field: CustomerField, value: str) -> str:
    if field.kind == CustomerField.Kind.YES_NO and value:
        return _("Yes") if value == "yes" else _("No")
    return value.replace("\n", ", ")


def mood_of(mine: QuerySet[Conversation]) -> MoodLine | None:
    """How the last contacts felt, the oldest first: two queries."""
    latest = list(mine.order_by("-last_message_at", "-pk").values_list("pk", flat=True)[:MOOD_OVER])
    rows = Reading.objects.filter(
        message__conversation__in=latest, message__direction=Direction.IN, message__removed_at=None
    ).exclude(sentiment="")
    columns = ("message__conversation_id", "strength", "sentiment")
    found: dict[int, tuple[float, str]] = {}
    for conversation, strength, sentiment in rows.order_by("-message__occurred_at").values_list(*columns)[
        :400
    ]:
        found.setdefault(conversation, (strength, sentiment))
    points = [found[pk] for pk in reversed(latest) if pk in found]
    if not points:
        return None
    strengths = [max(-1.0, min(1.0, strength)) for strength, _sentiment in points]
    step = (WIDTH - 2 * EDGE) / max(1, len(points) - 1)
    middle, reach = HEIGHT / 2, HEIGHT / 2 - EDGE
    places = [(EDGE + n * step, middle - value * reach) for n, value in enumerate(strengths)]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) if len(points) >= FEWEST_POINTS else ""
    face = {"negative": "neg", "positive": "pos"}.get(points[-1][1], "neu")
    words = {"neg": _("Negative"), "pos": _("Positive"), "neu": _("Neutral")}[face]
    return MoodLine(face, words, len(points), path, round(places[-1][0], 1), round(places[-1][1], 1))


def _figures(mine: QuerySet[Conversation], promises: Sequence[Commitment]) -> Figures:
    counted = mine.order_by().values("account__kind").annotate(n=Count("pk")).order_by("-n")
    by_kind: dict[str, int] = {}
    for row in counted:
        by_kind[row["account__kind"]] = by_kind.get(row["account__kind"], 0) + row["n"]
    waited = list(
        SlaClock.objects.filter(
            conversation__in=mine, kind__in=["first_response", "next_response"], waited__isnull=False
        )
        .order_by("-started_at")
        .values_list("waited", flat=True)[:FIGURES_OVER]
    )
    seconds = median(one.total_seconds() for one in waited if one is not None) if waited else None
    return Figures(
        sum(by_kind.values()),
        [(look_of(kind), n) for kind, n in by_kind.items()],
        lasting(timedelta(seconds=seconds)) if seconds is not None else "",
        len(waited),
        sum(promise.state == Commitment.State.KEPT for promise in promises),
        sum(promise.state == Commitment.State.BROKEN for promise in promises),
    )


def lasting(span: timedelta) -> str:
    """A stretch of time in the largest unit that fits."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 120:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = round(hours / 24)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def reason_words(reason: Mapping[str, Any]) -> str:
    """Why two may be one person, in words."""
    told = {"value": str(reason.get("value", ""))}
    return {
        "email": _("the same e-mail address: %(value)s"),
        "phone": _("the same telephone number: %(value)s"),
        "code": _("both gave the code %(value)s"),
        "named_place": _("the same name at the same place: %(value)s"),
        "handle": _("the user name %(value)s on two networks"),
        "name": _("the same name: %(value)s"),
    }.get(str(reason.get("kind")), "%(value)s") % told


def certainty_words(score: int) -> str:
    """How sure we are."""
    if score >= 90:
        return _("almost certainly")
    return _("very likely") if score >= 60 else _("perhaps")


def suggestions_for(
    customer: Customer, rows: Sequence[DuplicateSuggestion], visible: QuerySet[Customer]
) -> list[Suggestion]:
    """Those of the suggestions whose other customer the reader may see: three queries at most and two for each shown conflict."""
    others = [row.other if row.one_id == customer.pk else row.one for row in rows]
    seen = (
        set(visible.filter(pk__in=[other.pk for other in others]).values_list("pk", flat=True))
        if others
        else set()
    )
    names = names_of(others)
    found: list[Suggestion] = []
    for row, other in zip(rows, others, strict=True):
        if other.pk in seen and len(found) < 3:
            found.append(
                Suggestion(
                    row,
                    other,
                    other.name or names.get(other.pk, "") or other.number,
                    certainty_words(row.score),
                    [reason_words(reason) for reason in row.reasons],
                    conflicts_of(other, customer),
                )
            )
    return found


def language_name(code: str) -> str:
    """A language as the reader calls it; a code that is not known stays a code."""
    try:
        name = get_language_info(code.lower().replace("_", "-"))["name_translated"]
    except KeyError:
        return code
    return str(name[:1].upper() + name[1:])
