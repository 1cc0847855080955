"""What can be asked about a conversation: a closed register of fields.

Rooms put theirs in when the product starts (`register_field` in `apps.ready`); `views` reads conditions made of them for saved views,
filters and rules. A field gives its words, what may be compared with it, and the condition on Conversation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent, Company
from ascolto.kit.text import clean

Words = str | Promise
MOST_VALUES = 50  # of one condition
MOST_WRITTEN = 200  # characters of a text that is looked for
YEARS = range(2000, 2101)  # of days that a condition may name
WITHOUT_VALUE = frozenset({"yes", "no", "missing"})  # operators that compare with nothing


class BadValue(ValueError):
    """A condition compares a field with what it cannot be. `fix`: what could be written instead."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a field: `label` as a list offers it, `words` as a sentence says it (empty: the label)."""

    value: str | int
    label: Words
    words: Words = ""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks and when: `agent` is None where nobody in particular does."""

    agent: Agent | None
    at: datetime

    def zone(self) -> ZoneInfo:
        """Where a day begins for them."""
        named = self.agent.time_zone if self.agent is not None else ""
        return ZoneInfo(named or Company.current().time_zone)


class Kind(Protocol):
    """How the values of a field are written: `name` for screens and the API."""

    name: ClassVar[str]

    def read(self, raw: object) -> Any:
        """The value of a condition. Raises BadValue."""
        ...

    def as_data(self, value: Any) -> Any:
        """The same as JSON has it."""
        ...


def _listed(raw: object) -> list[object]:
    """One value or several as a list. Raises BadValue for none, too many, or something else."""
    if isinstance(raw, str | int) and not isinstance(raw, bool):
        return [raw]
    if not isinstance(raw, list):
        raise BadValue(_("A list of values is missing."), _("Write the values in a list."))
    if not 0 < len(raw) <= MOST_VALUES:
        most = {"most": MOST_VALUES}
        raise BadValue(_("There is no value, or too many."), _("Give 1 to %(most)s values.") % most)
    return raw


@dataclass(frozen=True, slots=True)
class Closed:
    """One or several of these words."""

    values: tuple[str, ...]
    name: ClassVar[str] = "choice"

    def read(self, raw: object) -> tuple[str, ...]:
        found = []
        for value in _listed(raw):
            if not isinstance(value, str) or value not in self.values:
                fix = _("Choose among: %(values)s.") % {"values": ", ".join(self.values)}
                raise BadValue(_("This value is not known."), fix)
            found.append(value)
        return tuple(dict.fromkeys(found))

    def as_data(self, value: tuple[str, ...]) -> list[str]:
        return list(value)


@dataclass(frozen=True, slots=True)
class Coded:
    """One or several codes of this form, such as kinds of channels: which ones there are is another matter."""

    form: str
    name: ClassVar[str] = "choice"

    def read(self, raw: object) -> tuple[str, ...]:
        found = []
        for value in _listed(raw):
            if not isinstance(value, str) or len(value) > 40 or re.fullmatch(self.form, value) is None:
                raise BadValue(_("This value is not known."), _("Choose one of the values offered."))
            found.append(value)
        return tuple(dict.fromkeys(found))

    def as_data(self, value: tuple[str, ...]) -> list[str]:
        return list(value)


@dataclass(frozen=True, slots=True)
class Referred:
    """Ids of people, teams, labels and the like, or words that stand for some ("me"). A row that is gone matches nothing."""

    special: tuple[str, ...] = ()
    name: ClassVar[str] = "reference"

    def read(self, raw: object) -> tuple[int | str, ...]:
        return tuple(dict.fromkeys(self._one(value) for value in _listed(raw)))

    def _one(self, value: object) -> int | str:
        if isinstance(value, str) and value in self.special:
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
            fix = _("Give ids, or one of: %(values)s.") % {"values": ", ".join(self.special) or "-"}
            raise BadValue(_("This is no id."), fix)
        return value

    def as_data(self, value: tuple[int | str, ...]) -> list[int | str]:
        return list(value)


@dataclass(frozen=True, slots=True)
class YesNo:
    """Nothing to compare with: the operator says it."""

    name: ClassVar[str] = "yes_no"

    def read(self, raw: object) -> None:
        return None

    def as_data(self, value: None) -> None:
        return None


UNITS = {"minutes": 1, "hours": 60, "days": 1440}
LONGEST = 3660 * 1440  # minutes: ten years


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as people say it: "2 hours" stays two hours, and is not 120 minutes."""

    number: int
    unit: str

    def delta(self) -> timedelta:
        return timedelta(minutes=self.number * UNITS[self.unit])


@dataclass(frozen=True, slots=True)
class Lasting:
    """A length of time: "30 minutes", "2 hours", "3 days"."""

    name: ClassVar[str] = "duration"

    def read(self, raw: object) -> Span:
        number, _space, unit = raw.strip().partition(" ") if isinstance(raw, str) else ("", "", "")
        unit = unit if unit.endswith("s") else f"{unit}s"
        is_number = number.isascii() and number.isdigit() and len(number) < 8
        if not is_number or unit not in UNITS or not 0 < int(number) * UNITS[unit] <= LONGEST:
            raise BadValue(
                _("This is no length of time."), _("Write a number and a unit, such as “2 hours”.")
            )
        return Span(int(number), unit)

    def as_data(self, value: Span) -> str:
        return f"{value.number} {value.unit}"


@dataclass(frozen=True, slots=True)
class Dated:
    """A day (`before`, `after`) or a length of time until now (`within`, `longer_ago`)."""

    name: ClassVar[str] = "date"

    def read(self, raw: object) -> date | Span:
        text = raw.strip() if isinstance(raw, str) else ""
        if " " in text:
            return Lasting().read(text)
        try:
            day = date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            day = None
        if day is None or day.year not in YEARS:
            raise BadValue(_("This is no day."), _("Write a day such as 2026-11-30."))
        return day

    def as_data(self, value: date | Span) -> str:
        return Lasting().as_data(value) if isinstance(value, Span) else value.isoformat()


@dataclass(frozen=True, slots=True)
class Written:
    """Words to look for, in any case of letters."""

    name: ClassVar[str] = "text"

    def read(self, raw: object) -> str:
        text = clean(raw, MOST_WRITTEN + 1).strip() if isinstance(raw, str) else ""
        if not text or len(text) > MOST_WRITTEN:
            most = {"most": MOST_WRITTEN}
            raise BadValue(
                _("There is nothing to look for, or too much."), _("Write 1 to %(most)s letters.") % most
            )
        return text

    def as_data(self, value: str) -> str:
        return value


Condition = Callable[[str, Any, Asker], Q]
Offered = Callable[[Agent | None], Iterable[Choice]]


def _nothing_offered(agent: Agent | None) -> Iterable[Choice]:
    return ()


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be asked about a conversation.

    `clauses`: for each operator what a sentence says of the conversations ("are held by %(values)s"; `%(span)s`, `%(day)s` and
    `%(text)s` for the other kinds). `special`: clauses of values that need another sentence, by operator and value. `choices`: what an
    agent may choose from (None: the words alone, without rows). `named`: names of chosen rows by id. `personal`: values that mean
    whoever asks; `is_personal`: the field always does. `is_quoted`: names of rows stand
    between quotation marks.
    """

    name: str
    label: Words
    kind: Kind
    clauses: Mapping[str, Words]
    condition: Condition
    group: Words = ""
    choices: Offered = _nothing_offered
    named: Callable[[Sequence[int]], Mapping[int, str]] | None = None
    special: Mapping[tuple[str, str | int], Words] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    is_personal: bool = False
    is_quoted: bool = True

    @property
    def operators(self) -> tuple[str, ...]:
        return tuple(self.clauses)

    def read(self, operator: str, raw: object) -> Any:
        """The value of a condition. Raises BadValue."""
        if operator in WITHOUT_VALUE:
            return None
        value = self.kind.read(raw)
        if isinstance(self.kind, Dated) and isinstance(value, Span) != (operator in {"within", "longer_ago"}):
            raise BadValue(
                _("This operator needs something else."),
                _("Write a day for before and after, a length of time otherwise."),
            )
        return value

    def as_data(self, operator: str, value: Any) -> Any:
        return None if operator in WITHOUT_VALUE else self.kind.as_data(value)

    def needs_agent(self, value: Any) -> bool:
        """Whether the condition means whoever asks."""
        return self.is_personal or (
            bool(self.personal) and isinstance(value, tuple) and bool(self.personal.intersection(value))
        )


FIELDS: dict[str, Field] = {}


def register_field(new: Field) -> None:
    """Let conditions ask about this. One name, one field: the later one counts."""
    FIELDS[new.name] = new
