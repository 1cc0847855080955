"""The models and their versions: what serves, what came before, how good each is, what waits to be learnt. No weights are loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.accounts.models import Agent
from ascolto.understanding.models import ModelVersion
from ascolto.understanding.selectors.figures import shipped_figures
from ascolto.understanding.training.taught import new_corrections

HEADS = ("intent", "sentiment", "anger", "urgency", "answer", "topic")
SHIPPED = 0  # the number of the version that came with the product
HISTORY = 30  # versions shown of a head
State = ModelVersion.State


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a version was on messages that it did not learn from; None where that was not measured."""

    n: int | None = None
    accuracy: float | None = None
    macro_f1: float | None = None
    log_loss: float | None = None
    ece: float | None = None


@dataclass(frozen=True, slots=True)
class Exam:
    """What a version was judged by ("corrections", "corpus"), next to what served then on the same messages."""

    name: str
    after: Figures
    before: Figures | None = None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a head, as people compare it. `can_serve`: its weights are kept."""

    head: str
    number: int
    state: str
    made_at: datetime | None
    live_since: datetime | None
    by: Agent | None
    why: str
    exams: Sequence[Exam]
    by_label: Sequence[tuple[str, float]]
    examples: int | None
    corrections: int | None
    can_serve: bool

    @property
    def is_shipped(self) -> bool:
        return self.number == SHIPPED

    @property
    def is_live(self) -> bool:
        return self.state == State.LIVE

    @property
    def is_refused(self) -> bool:
        return self.state == State.REFUSED


@dataclass(frozen=True, slots=True)
class HeadRow:
    """A model: what serves, what waits, what was learnt last."""

    name: str
    live: VersionRow
    waiting: int  # corrections since it last learnt
    last_learnt: VersionRow | None


def head_rows() -> list[HeadRow]:
    """Every model of the product."""
    versions: dict[str, list[ModelVersion]] = {name: [] for name in HEADS}
    for row in ModelVersion.objects.defer("weights").select_related("made_live_by").order_by("-number"):
        versions.setdefault(row.head, []).append(row)
    kept = _kept()
    return [_head(name, found, kept) for name, found in versions.items()]


def _head(name: str, rows: Sequence[ModelVersion], kept: set[int]) -> HeadRow:
    live = next((row for row in rows if row.state == State.LIVE), None)
    learnt = next((row for row in rows if row.number != SHIPPED), None)
    return HeadRow(
        name=name,
        live=_version(live, kept) if live else shipped_version(name),
        waiting=new_corrections(name),
        last_learnt=_version(learnt, kept) if learnt else None,
    )


def version_rows(head: str) -> list[VersionRow]:
    """The versions of a model, the newest first; the shipped one is always among them."""
    rows = ModelVersion.objects.filter(head=head).defer("weights").select_related("made_live_by")
    kept = _kept()
    found = [_version(row, kept) for row in rows.order_by("-number")[:HISTORY]]
    if all(row.number != SHIPPED for row in found):
        found.append(shipped_version(head, is_live=not any(row.is_live for row in found)))
    return found


def _kept() -> set[int]:
    """The versions whose weights are kept."""
    return set(ModelVersion.objects.exclude(weights=None).values_list("pk", flat=True))


def shipped_version(head: str, *, is_live: bool = True) -> VersionRow:
    """The version that came with the product, from the figures that came with it."""
    card = shipped_figures().get("cards", {}).get(head, {})
    held_out = card.get("held out") or {}
    exams = [Exam("corpus", _figures({"n": card.get("examples"), **held_out}))] if held_out else []
    return VersionRow(
        head, SHIPPED, State.LIVE if is_live else State.RETIRED, None, None, None, "", exams, _by_label(held_out.get("f1")),
        _whole(card.get("examples")), None, can_serve=True,
    )  # fmt: skip


def _version(row: ModelVersion, kept: set[int]) -> VersionRow:
    if row.number == SHIPPED:
        plain = shipped_version(row.head)
        return VersionRow(
            row.head, SHIPPED, row.state, None, row.live_since, row.made_live_by, row.why, plain.exams, plain.by_label,
            plain.examples, None, can_serve=True,
        )  # fmt: skip
    card = row.card if isinstance(row.card, dict) else {}
    return VersionRow(
        row.head, row.number, row.state, row.created_at, row.live_since, row.made_live_by, row.why, _exams(card),
        _by_label(card.get("by_label")), _whole(card.get("examples")), _whole(card.get("corrections")), can_serve=row.pk in kept,
    )  # fmt: skip


def _exams(card: Mapping[str, Any]) -> list[Exam]:
    """The sets that a version was judged on; a card without them may have figures of its own."""
    told = card.get("figures")
    if not isinstance(told, dict):
        return [Exam("corrections", _figures(card))] if "macro_f1" in card else []
    return [
        Exam(str(name), _figures(both.get("after")), _figures(both.get("before")))
        for name, both in told.items()
        if isinstance(both, dict)
    ]


def _figures(told: Any) -> Figures:
    if not isinstance(told, dict):
        return Figures()
    names = ("accuracy", "macro_f1", "log_loss", "ece")
    accuracy, macro_f1, log_loss, ece = (_number(told.get(name)) for name in names)
    return Figures(_whole(told.get("n")), accuracy, macro_f1, log_loss, ece)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _by_label(told: Any) -> list[tuple[str, float]]:
    """F1 of each label, the worst first; a card tells them as numbers or with other figures."""
    if not isinstance(told, dict):
        return []
    pairs = ((str(name), one.get("f1") if isinstance(one, dict) else one) for name, one in told.items())
    return sorted(
        ((name, float(one)) for name, one in pairs if isinstance(one, int | float)), key=lambda pair: pair[1]
    )
