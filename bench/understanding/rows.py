"""One measured figure, and what it is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any

SHIPPED, LEARNER = "shipped", "learner"
ABSENT = "not here"


@dataclass(frozen=True, slots=True)
class Goal:
    """What must hold, what we aim at, where we want to be, and what others published (with its source)."""

    floor: float | None = None
    goal: float | None = None
    stretch: float | None = None
    published: str = ""
    lower_is_better: bool = False

    def verdict(self, value: float) -> str:
        """`stretch`, `goal`, `floor` (what is reached), `below`, or nothing where there is no bar."""
        bars = (("stretch", self.stretch), ("goal", self.goal), ("floor", self.floor))
        known = [(name, bar) for name, bar in bars if bar is not None]
        for name, bar in known:
            if value <= bar if self.lower_is_better else value >= bar:
                return name
        return "below" if known else ""


NO_BAR = Goal()


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of one task on one data set.

    `kind` is "shipped" (the heads as they come with the product, which never saw the set) or "learner" (what a company gets that
    teaches with such data: trained on the set's own training part). `part` says plainly what was measured on.
    """

    task: str
    data: str
    measure: str
    value: float
    n: int = 0
    kind: str = SHIPPED
    part: str = ""  # test, validation, own split, …
    low: float | None = None  # 95 % interval by bootstrap
    high: float | None = None
    ece: float | None = None  # expected calibration error, 10 bins
    reliability: tuple[tuple[float, float, int], ...] = ()  # of each bin: mean confidence, share right, n
    ms: tuple[float, float] | None = None  # median and p95 of one message on one thread
    size: int | None = None  # bytes of the head
    goal: Goal = NO_BAR
    note: str = ""

    @property
    def name(self) -> str:
        """What is shown and searched for."""
        return f"{self.task} · {self.data} · {self.measure}"

    @property
    def verdict(self) -> str:
        """What of the bars is reached; nothing where nothing was measured."""
        return self.goal.verdict(self.value) if self.is_here else ""

    @property
    def is_here(self) -> bool:
        """Whether there was anything to measure on."""
        return self.part != ABSENT

    def as_json(self) -> dict[str, Any]:
        """The row with its verdict, figures rounded; what is empty is left out."""
        told = {**asdict(self), "verdict": self.verdict}
        told["goal"] = {key: value for key, value in told["goal"].items() if value not in (None, "", False)}
        return {key: _rounded(value) for key, value in told.items() if value not in (None, "", (), {})}


def absent(task: str, data: str, measure: str, goal: Goal = NO_BAR, *, kind: str = SHIPPED) -> Row:
    """The row of a data set that is not in the folder: it is told, not passed over."""
    return Row(task, data, measure, 0.0, kind=kind, part=ABSENT, goal=goal)


def as_row(found: Row | Mapping[str, Any] | Any) -> Row:
    """A module's figure as a Row: also a mapping or another dataclass with (some of) its names.

    Bars may stand beside the figure (`floor`, `goal`, `stretch`, `published`). Raises ValueError for what names no task or value.
    """
    if isinstance(found, Row):
        return found
    if is_dataclass(found) and not isinstance(found, type):
        found = {field.name: getattr(found, field.name) for field in fields(found)}
    elif hasattr(found, "_asdict"):
        found = found._asdict()
    if not isinstance(found, Mapping) or not {"task", "value"} <= found.keys():
        raise ValueError(f"not a row: {str(found)[:200]}")
    told = dict(found)
    bars = told.pop("goal", None)
    if isinstance(bars, Mapping):
        bars = Goal(**bars)
    goal = bars if isinstance(bars, Goal) else Goal(
        told.pop("floor", None), bars if isinstance(bars, int | float) else None, told.pop("stretch", None),
        str(told.pop("published", "") or ""), bool(told.pop("lower_is_better", False)),
    )  # fmt: skip
    names = {field.name for field in fields(Row)} - {"goal"}
    extra = ", ".join(
        f"{key} {value}" for key, value in told.items() if key not in names and value not in (None, "")
    )
    known = {key: value for key, value in told.items() if key in names}
    for name in ("ms", "reliability"):
        if known.get(name):
            known[name] = tuple(tuple(one) if isinstance(one, list) else one for one in known[name])
    known["note"] = "; ".join(part for part in (str(known.get("note") or ""), extra) if part)
    return Row(**{"data": "", "measure": "", **known}, goal=goal)


def as_rows(found: Sequence[Any]) -> list[Row]:
    """Every figure as a Row."""
    return [as_row(one) for one in found]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value
