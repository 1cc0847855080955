"""The builder of a view as a plain form: rows of conditions that are read from what was sent, and drawn from a query.

The form is flat: every row says how it is linked with the one before (`and`, `or`). Where the link is the other one than the form's own
(`join`), the row belongs to the group of the one before it. That writes every query of two levels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_of
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ascolto.accounts.models import Agent
from ascolto.conversations.fields import (
    FIELDS,
    UNITS,
    WITHOUT_VALUE,
    Dated,
    Field,
    Lasting,
    Span,
    Words,
    Written,
)
from ascolto.views.conditions import MOST, BadCondition, Group, Leaf, Query, read

LINKS = {"all": "and", "any": "or"}
OPERATORS: dict[str, Words] = {
    "is": _("is"),
    "is_not": _("is not"),
    "any_of": _("has one of"),
    "all_of": _("has all of"),
    "none_of": _("has none of"),
    "missing": _("has none at all"),
    "yes": _("yes"),
    "no": _("no"),
    "contains": _("contains"),
    "not_contains": _("does not contain"),
    "longer_than": _("longer than"),
    "shorter_than": _("shorter than"),
    "within": _("within"),
    "longer_ago": _("longer ago than"),
    "before": _("before the day"),
    "after": _("after the day"),
}
UNIT_NAMES: dict[str, Words] = {"minutes": _("minutes"), "hours": _("hours"), "days": _("days")}


@dataclass(slots=True)
class Row:
    """One condition as the form has it. `shape`: none, span, day, text or choices; `chosen`: values as text."""

    field: Field | None = None
    operator: str = ""
    link: str = "and"
    chosen: Sequence[str] = ()
    number: str = ""
    unit: str = "hours"
    error: str = ""
    choices: list[tuple[str, str]] = made_of(default_factory=list)

    @property
    def shape(self) -> str:
        if self.field is None or self.operator in WITHOUT_VALUE:
            return "none"
        kind = self.field.kind
        if isinstance(kind, Lasting) or (
            isinstance(kind, Dated) and self.operator in {"within", "longer_ago"}
        ):
            return "span"
        if isinstance(kind, Dated):
            return "day"
        return "text" if isinstance(kind, Written) else "choices"

    @property
    def operators(self) -> list[tuple[str, Words]]:
        return [(name, OPERATORS.get(name, name)) for name in self.field.operators] if self.field else []

    def as_data(self) -> dict[str, Any]:
        """The condition as JSON has it, right or wrong."""
        assert self.field is not None
        found: dict[str, Any] = {"field": self.field.name, "op": self.operator}
        if self.shape == "span":
            found["value"] = f"{self.number} {self.unit}"
        elif self.shape in {"day", "text"}:
            found["value"] = "".join(self.chosen[:1])
        elif self.shape == "choices":
            found["value"] = list(self.chosen)
        return found


@dataclass(slots=True)
class Built:
    """The conditions of a form: its rows, and the query when they make one."""

    join: str
    rows: list[Row]
    query: Query | None = None


def read_form(sent: QueryDict) -> Built:
    """The rows that were sent. A row that is wrong says so; rows without a field are left out of the query."""
    join = sent.get("join", "all")
    built = Built(join if join in LINKS else "all", list(_rows(sent)))
    asked = [row for row in built.rows if row.field is not None]
    for row in asked:
        row.error = _wrong(row)
    if not any(row.error for row in asked):
        built.query = _query_of(built.join, asked)
    return built


def _rows(sent: QueryDict) -> Iterator[Row]:
    for n in range(MOST):
        name = sent.get(f"field-{n}")
        if name is None:
            continue
        found = FIELDS.get(name)
        operator = sent.get(f"op-{n}", "")
        if found is not None and operator not in found.operators:
            operator = found.operators[0]
        unit = sent.get(f"unit-{n}", "hours")
        yield Row(
            found,
            operator,
            "or" if sent.get(f"link-{n}") == "or" else "and",
            [value[:400] for value in sent.getlist(f"value-{n}")[:60]],
            sent.get(f"number-{n}", "")[:10].strip(),
            unit if unit in UNITS else "hours",
        )


def _wrong(row: Row) -> str:
    try:
        read({"all": [row.as_data()]})
    except BadCondition as error:
        return f"{error.message} {error.fix}"
    return ""


def _query_of(join: str, rows: Sequence[Row]) -> Query | None:
    parts: list[list[Row]] = []
    for n, row in enumerate(rows):
        if n and row.link != LINKS[join]:
            parts[-1].append(row)
        else:
            parts.append([row])
    other = "any" if join == "all" else "all"
    data = [
        {other: [one.as_data() for one in some]} if len(some) > 1 else some[0].as_data() for some in parts
    ]
    try:
        return read({join: data}) if data else read({"all": []})
    except BadCondition:
        return None


def form_of(query: Query | None) -> Built:
    """The form that writes this query; one of two levels with groups of its own kind loses nothing but the grouping."""
    if query is None:
        return Built("all", [])
    root = query.root
    rows: list[Row] = []
    for part in root.parts:
        if isinstance(part, Leaf):
            rows.append(_row_of(part, LINKS[root.join]))
            continue
        rows.extend(_group_rows(part, root.join))
    return Built(root.join, rows, query)


def _group_rows(group: Group, join: str) -> Iterator[Row]:
    for n, leaf in enumerate(group.leaves()):
        yield _row_of(leaf, LINKS[join] if n == 0 else LINKS[group.join])


def _row_of(leaf: Leaf, link: str) -> Row:
    value = leaf.value
    row = Row(leaf.field, leaf.operator, link)
    if isinstance(value, Span):
        row.number, row.unit = str(value.number), value.unit
    elif isinstance(value, date):
        row.chosen = [value.isoformat()]
    elif isinstance(value, tuple):
        row.chosen = [str(one) for one in value]
    elif isinstance(value, str):
        row.chosen = [value]
    return row


def offer(built: Built, agent: Agent) -> Built:
    """Put what can be chosen beside each row: each field is asked once."""
    known: dict[str, list[tuple[str, str]]] = {}
    for row in built.rows:
        if row.field is None or row.shape != "choices":
            continue
        if row.field.name not in known:
            offered = [(str(one.value), str(one.label)) for one in row.field.choices(agent)]
            known[row.field.name] = offered
        there = known[row.field.name]
        gone = _not_offered(row.field, [one for one in row.chosen if one not in dict(there)])
        row.choices = [*there, *gone]
    return built


def _not_offered(asked: Field, chosen: Sequence[str]) -> list[tuple[str, str]]:
    """What is chosen although it is not offered any more: by its name as far as it has one."""
    if not chosen:
        return []
    known = {str(one.value): str(one.label) for one in asked.choices(None)}
    if asked.named is not None:
        ids = [int(one) for one in chosen if one.isascii() and one.isdigit() and len(one) < 19]
        known |= {str(pk): name for pk, name in asked.named(ids).items()}
    return [(one, known.get(one, one)) for one in chosen]


def field_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every field by its matter, for the list of fields."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in FIELDS.values():
        found.setdefault(str(one.group or _("More")), []).append((one.name, str(one.label)))
    return list(found.items())


def query_of_address(words: Mapping[str, str]) -> Query:
    """The filters of a list as a query, so that they can be kept as a view; what cannot be said is left out."""
    parts: list[dict[str, Any]] = [dict(part) for part in _BUILT_IN.get(words.get("view", "to_answer"), ())]
    for name, (asked, operator) in _FILTERS.items():
        if value := words.get(name, ""):
            value = {"none": "nobody"}.get(value, value) if name == "assignee" else value
            parts.append({"field": asked, "op": operator, "value": [value]})
    if words.get("urgency") == "high":  # in the address it means at least so urgent
        parts[-1:] = [{"field": "urgency", "op": "is", "value": ["high", "urgent"]}]
    if (text := words.get("label", "")) and (pk := _label_named(text)):
        parts.append({"field": "label", "op": "any_of", "value": [pk]})
    return read({"all": [part for part in parts if _is_sound(part)]})


def _label_named(name: str) -> int | None:
    from ascolto.conversations.models import Label
    from ascolto.kit.text import clean

    return Label.objects.filter(name=clean(name, 60)).values_list("pk", flat=True).first()


def _is_sound(part: dict[str, Any]) -> bool:
    try:
        read({"all": [part]})
    except BadCondition:
        return False
    return True


_OPEN = {"field": "status", "op": "is_not", "value": ["resolved"]}
_BUILT_IN: dict[str, Sequence[Mapping[str, Any]]] = {
    "to_answer": ({"field": "unanswered", "op": "yes"}, {"field": "snoozed", "op": "no"}),
    "mine": ({"field": "assignee", "op": "is", "value": ["me"]}, _OPEN),
    "unassigned": ({"field": "assignee", "op": "is", "value": ["nobody"]}, _OPEN),
    "promised": ({"field": "dated_promise", "op": "yes"},),
    "public": ({"field": "public", "op": "yes"}, _OPEN),
    "department": ({"field": "department_owes", "op": "yes"}, _OPEN),
    "pending": ({"field": "status", "op": "is", "value": ["pending"]},),
    "on_hold": ({"field": "status", "op": "is", "value": ["on_hold"]},),
    "resolved": ({"field": "status", "op": "is", "value": ["resolved"]},),
}
_FILTERS = {
    "status": ("status", "is"),
    "channel": ("channel", "is"),
    "assignee": ("assignee", "is"),
    "team": ("team", "is"),
    "intent": ("intent", "is"),
    "sentiment": ("sentiment", "is"),
    "topic": ("topic", "is"),
    "language": ("language", "is"),
    "urgency": ("urgency", "is"),
}
