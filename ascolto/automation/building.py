"""What stands in the form of a rule or a macro while it is put together: rows that are added, moved and taken away by plain buttons,
so that it works with the keyboard, by touch and without scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BooleanField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.accounts.models import Agent
from ascolto.automation.occasions import OCCASIONS
from ascolto.automation.steps import MOST, STEPS, Step, steps_for
from ascolto.conversations.fields import FIELDS, UNITS, WITHOUT_VALUE, Choice, Field
from ascolto.ui.forms import PlainForm

MOST_ROWS = 30
_LONG = 20_000  # characters of one field
OPERATORS: dict[str, str | Promise] = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "any_of": gettext_lazy("is one of"),
    "all_of": gettext_lazy("is all of"),
    "none_of": gettext_lazy("is none of"),
    "missing": gettext_lazy("is missing"),
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "contains": gettext_lazy("contains"),
    "not_contains": gettext_lazy("does not contain"),
    "before": gettext_lazy("before"),
    "after": gettext_lazy("after"),
    "within": gettext_lazy("within"),
    "longer_ago": gettext_lazy("longer ago than"),
    "longer_than": gettext_lazy("longer than"),
    "shorter_than": gettext_lazy("shorter than"),
}
UNIT_NAMES = {
    "minutes": gettext_lazy("minutes"),
    "hours": gettext_lazy("hours"),
    "days": gettext_lazy("days"),
}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


@dataclass(slots=True)
class StepRow:
    """One step as it is being written: raw values, and its form."""

    step: Step
    raw: dict[str, Any]

    def form(self, place: int, *, bound: bool) -> PlainForm:
        """The fields of the step; `bound` shows what is wrong."""
        prefix = f"s{place}"
        if bound:
            return self.step.Form(
                {f"{prefix}-{name}": value for name, value in self.raw.items()}, prefix=prefix
            )
        return self.step.Form(initial=self.raw, prefix=prefix)


@dataclass(slots=True)
class ConditionRow:
    """One condition as it is being written."""

    field: Field
    op: str
    value: Any = None

    def plain(self) -> dict[str, Any]:
        found = {"field": self.field.name, "op": self.op}
        return found if self.op in WITHOUT_VALUE else found | {"value": self.value}

    @property
    def operators(self) -> list[tuple[str, str]]:
        return [(name, str(OPERATORS.get(name, name))) for name in self.field.operators]

    @property
    def shape(self) -> str:
        """How its value is asked for: none, choice, span, day, text."""
        kind = self.field.kind.name
        if self.op in WITHOUT_VALUE or kind == "yes_no":
            return "none"
        if kind in {"choice", "reference"}:
            return "choice"
        if kind == "duration" or (kind == "date" and self.op in {"within", "longer_ago"}):
            return "span"
        return "day" if kind == "date" else "text"

    def choices(self, agent: Agent) -> list[Choice]:
        """What can be chosen; "me" is nobody here, and what was chosen stays even where it is not offered any more."""
        offered = [
            choice for choice in self.field.choices(agent) if str(choice.value) not in self.field.personal
        ]
        there = {str(choice.value) for choice in offered}
        return offered + [Choice(value, value) for value in self.chosen if value not in there]

    @property
    def chosen(self) -> list[str]:
        return [str(value) for value in self.value] if isinstance(self.value, list) else []

    @property
    def number(self) -> str:
        return str(self.value or "").partition(" ")[0] if self.shape == "span" else ""

    @property
    def unit(self) -> str:
        unit = str(self.value or "").partition(" ")[2]
        return unit if unit in UNITS else "hours"


@dataclass(slots=True)
class Rows:
    """The steps of a form."""

    place: str  # rule, macro
    steps: list[StepRow] = field(default_factory=list)

    def plain(self) -> list[dict[str, Any]]:
        return [{"kind": row.step.kind, **row.raw} for row in self.steps]

    def act(self, what: str, at: str) -> None:
        """add (a kind), up, down, remove (the row `at`)."""
        if what == "add":
            step = STEPS.get(at)
            if step in steps_for(self.place) and step is not None and len(self.steps) < MOST:
                self.steps.append(StepRow(step, {}))
            return
        number = _number(at)
        if not 0 <= number < len(self.steps):
            return
        row = self.steps.pop(number)
        if what in {"up", "down"}:
            self.steps.insert(max(0, number - 1) if what == "up" else number + 1, row)


def rows_of(place: str, steps: Any) -> Rows:
    """Stored steps as rows."""
    rows = Rows(place)
    for given in steps or []:
        step = STEPS.get(str(given.get("kind")))
        if step is not None:
            rows.steps.append(StepRow(step, step.initial({k: v for k, v in given.items() if k != "kind"})))
    return rows


def posted_rows(place: str, post: QueryDict) -> Rows:
    """The steps of a posted form, in the order of their numbers."""
    rows = Rows(place)
    for number in range(MOST):
        step = STEPS.get(post.get(f"s{number}-kind", ""))
        if step is None or step not in steps_for(place):
            continue
        raw: dict[str, Any] = {}
        for name, one in step.Form.base_fields.items():
            given = post.get(f"s{number}-{name}")
            raw[name] = given is not None if isinstance(one, BooleanField) else (given or "")[:_LONG]
        rows.steps.append(StepRow(step, raw))
    return rows


@dataclass(slots=True)
class RuleDraft:
    """A rule as it is being written."""

    name: str = ""
    when: str = "message_received"
    detail: dict[str, Any] = field(default_factory=dict)
    words: str = ""
    first: bool = False
    files: bool = False
    public: bool = False
    join: str = "all"
    conditions: list[ConditionRow] = field(default_factory=list)
    written: str = ""  # conditions with groups in groups, as JSON
    rows: Rows = field(default_factory=lambda: Rows("rule"))
    stops: bool = False
    most_per_hour: str = "500"

    def plain(self) -> dict[str, Any]:
        """What `saying.read_rule` takes. Raises ValidationError where the JSON of conditions is none."""
        return {
            "when": self.when,
            "detail": self.detail,
            "message": {"words": self.words, "first": self.first, "files": self.files, "public": self.public},
            "conditions": self._conditions(),
            "steps": self.rows.plain(),
            "stops": self.stops,
        }

    def _conditions(self) -> Any:
        if self.written:
            try:
                return json.loads(self.written)
            except (ValueError, RecursionError):
                raise ValidationError({"conditions": [_("This is no JSON.")]}) from None
        if not self.conditions:
            return {"all": []}
        return {self.join: [row.plain() for row in self.conditions]}

    def detail_form(self, *, bound: bool) -> PlainForm:
        """The fields of what the rule waits for."""
        form = OCCASIONS[self.when].Form
        if bound:
            return form({f"d-{name}": value for name, value in self.detail.items()}, prefix="d")
        initial = {name: one.initial for name, one in form.base_fields.items()}
        return form(initial={**initial, **{k: v for k, v in self.detail.items() if v != ""}}, prefix="d")

    @property
    def is_about_message(self) -> bool:
        return OCCASIONS[self.when].about_message

    def act(self, do: str, post: Mapping[str, str]) -> None:
        """Do what a button of the form says: "step-up:1", "condition-add:channel"."""
        what, _colon, at = do.partition(":")
        part, _dash, verb = what.partition("-")
        if part == "step":
            self.rows.act(verb, at or post.get("new-step", ""))
        elif part == "condition" and verb == "add":
            one = FIELDS.get(at or post.get("new-field", ""))
            if one is not None and len(self.conditions) < MOST_ROWS:
                self.conditions.append(ConditionRow(one, one.operators[0]))
        elif part == "condition" and verb == "remove" and 0 <= _number(at) < len(self.conditions):
            self.conditions.pop(_number(at))


def draft_of(name: str, says: Mapping[str, Any], most_per_hour: int = 500) -> RuleDraft:
    """A stored rule in the form."""
    message = says.get("message") or {}
    draft = RuleDraft(
        name=name,
        when=str(says.get("when")) if says.get("when") in OCCASIONS else "message_received",
        detail=dict(says.get("detail") or {}),
        words=", ".join(message.get("words") or []),
        first=bool(message.get("first")),
        files=bool(message.get("files")),
        public=bool(message.get("public")),
        rows=rows_of("rule", says.get("steps")),
        stops=bool(says.get("stops")),
        most_per_hour=str(most_per_hour),
    )
    conditions = says.get("conditions") or {"all": []}
    draft.join, parts = next(iter(conditions.items()))
    if all("field" in part and part["field"] in FIELDS for part in parts):
        draft.conditions = [
            ConditionRow(FIELDS[part["field"]], part["op"], part.get("value")) for part in parts
        ]
    else:
        draft.written = json.dumps(conditions, ensure_ascii=False, indent=1)
    return draft


def posted_draft(post: QueryDict) -> RuleDraft:
    """The form as it was posted, however wild."""
    when = post.get("when", "")
    when = when if when in OCCASIONS else "message_received"
    names = OCCASIONS[when].Form.base_fields
    draft = RuleDraft(
        name=post.get("name", "")[:200],
        when=when,
        detail={name: post[f"d-{name}"][:200] for name in names if f"d-{name}" in post},
        words=post.get("words", "")[:_LONG],
        first="first" in post,
        files="files" in post,
        public="public" in post,
        join="any" if post.get("join") == "any" else "all",
        written=post.get("written", "")[:_LONG].strip(),
        rows=posted_rows("rule", post),
        stops="stops" in post,
        most_per_hour=post.get("most_per_hour", "500")[:10],
    )
    draft.conditions = [row for number in range(MOST_ROWS) if (row := _posted_condition(post, number))]
    return draft


def _posted_condition(post: QueryDict, number: int) -> ConditionRow | None:
    one = FIELDS.get(post.get(f"c{number}-field", ""))
    if one is None:
        return None
    op = post.get(f"c{number}-op", "")
    row = ConditionRow(one, op if op in one.operators else one.operators[0])
    if row.shape == "choice":
        row.value = [value[:100] for value in post.getlist(f"c{number}-value")[:60]]
    elif row.shape == "span":
        row.value = f"{post.get(f'c{number}-number', '')[:10]} {post.get(f'c{number}-unit', '')[:10]}"
    elif row.shape != "none":
        row.value = post.get(f"c{number}-value", "")[:400]
    return row


def fields_by_group() -> Sequence[tuple[str, list[Field]]]:
    """What can be asked, group by group, but for what always means whoever asks."""
    groups: dict[str, list[Field]] = {}
    for one in FIELDS.values():
        if not one.is_personal:
            groups.setdefault(str(one.group), []).append(one)
    return list(groups.items())
