"""A condition language over conversations: saved views, filters and rules are written in it.

    {"all": [{"field": "channel", "op": "is", "value": ["whatsapp"]}, {"any": [{"field": "late", "op": "yes"}, …]}]}

`read` takes what anybody sends, `Query` is what is left of it when it is sound. The fields are a closed register
(`conversations/fields.py`), to which rooms add theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.conversations.fields import FIELDS, WITHOUT_VALUE, Asker, BadValue, Field, register_field
from ascolto.views.sentences import Clauses, names_in, sentence_of

__all__ = ["FIELDS", "MOST", "BadCondition", "Group", "Leaf", "Query", "read", "register_field"]

MOST = 30  # conditions in a query
DEEPEST = 2  # groups in groups
_JOINS = ("all", "any")


class BadCondition(ValueError):
    """A query that cannot be asked. `path` leads to what is wrong ("all.2.value"), `fix` says what to write instead."""

    def __init__(self, path: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.path, self.message, self.fix = path, message, fix


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison."""

    field: Field
    operator: str
    value: Any

    def as_data(self) -> dict[str, Any]:
        found = {"field": self.field.name, "op": self.operator}
        if self.operator in WITHOUT_VALUE:
            return found
        return found | {"value": self.field.as_data(self.operator, self.value)}

    def condition(self, asker: Asker) -> Q:
        return self.field.condition(self.operator, self.value, asker)


@dataclass(frozen=True, slots=True)
class Group:
    """Comparisons, and groups of them, of which all or any must hold."""

    join: str
    parts: tuple[Leaf | Group, ...]

    def as_data(self) -> dict[str, Any]:
        return {self.join: [part.as_data() for part in self.parts]}

    def condition(self, asker: Asker) -> Q:
        found = Q()
        for part in self.parts:
            one = part.condition(asker)
            found = found & one if self.join == "all" else found | one
        return found

    def leaves(self) -> Iterator[Leaf]:
        for part in self.parts:
            if isinstance(part, Leaf):
                yield part
            else:
                yield from part.leaves()


@dataclass(frozen=True, slots=True)
class Query:
    """Which conversations somebody asks for."""

    root: Group

    def as_data(self) -> dict[str, Any]:
        """The JSON form: `read` makes the same query of it."""
        return self.root.as_data()

    @property
    def needs_agent(self) -> bool:
        """Whether it means whoever asks ("held by me")."""
        return any(leaf.field.needs_agent(leaf.value) for leaf in self.root.leaves())

    def asks_about(self, name: str) -> bool:
        """Whether a field is in it."""
        return any(leaf.field.name == name for leaf in self.root.leaves())

    def condition(self, agent: Agent | None, at: datetime) -> Q:
        """The condition on Conversation, for whoever asks and when. Raises BadCondition where "me" means nobody."""
        if agent is None and self.needs_agent:
            raise BadCondition(
                "", _("Nobody in particular asks here, so “me” means nobody."), _("Name a person or a team.")
            )
        return self.root.condition(Asker(agent, at))

    def sentence(self, names: Any = None) -> str:
        """What it asks for, in the language of the reader. `names`: of several queries together, see `names_of`."""
        return sentence_of(_clauses(self.root), names)


def names_of(queries: Sequence[Query]) -> Any:
    """What the rows in these queries are called, looked up together: for `Query.sentence` on a page with many."""
    return names_in([_clauses(query.root) for query in queries])


def read(data: object) -> Query:
    """The query that JSON says. Raises BadCondition for anything else, however wild."""
    return Query(_Reading().group(data, "", 1))


class _Reading:
    """Reads one query, and counts while it does."""

    def __init__(self) -> None:
        self.count = 0

    def group(self, data: object, path: str, depth: int) -> Group:
        join = _join_of(data)
        if join is None or not isinstance(data, dict):
            raise BadCondition(
                path, _("This is no query."), _("Write {“all”: […]} or {“any”: […]} with conditions.")
            )
        if depth > DEEPEST:
            raise BadCondition(path, _("Groups are too deep."), _("Put groups into one group at most."))
        parts, path = data[join], f"{path}.{join}" if path else join
        if not isinstance(parts, list):
            raise BadCondition(path, _("This is no list of conditions."), _("Write conditions in a list."))
        if not parts and (depth > 1 or join == "any"):
            raise BadCondition(path, _("A group is empty."), _("Put a condition into it, or leave it out."))
        return Group(join, tuple(self.part(part, f"{path}.{n}", depth) for n, part in enumerate(parts)))

    def part(self, data: object, path: str, depth: int) -> Leaf | Group:
        if _join_of(data) is not None:
            return self.group(data, path, depth + 1)
        if not isinstance(data, dict) or not isinstance(data.get("field"), str):
            raise BadCondition(path, _("This is no condition."), _("Name a field, an operator and a value."))
        return self.leaf(data, path)

    def leaf(self, data: dict[str, Any], path: str) -> Leaf:
        self.count += 1
        if self.count > MOST:
            raise BadCondition(
                path, _("There are too many conditions."), _("Keep to %(most)s.") % {"most": MOST}
            )
        field = FIELDS.get(data["field"])
        if field is None:
            known = ", ".join(sorted(FIELDS))
            raise BadCondition(
                f"{path}.field",
                _("There is no such field."),
                _("Choose among: %(values)s.") % {"values": known},
            )
        operator = data.get("op")
        if not isinstance(operator, str) or operator not in field.operators:
            fix = _("Choose among: %(values)s.") % {"values": ", ".join(field.operators)}
            raise BadCondition(f"{path}.op", _("This field is not asked that way."), fix)
        try:
            return Leaf(field, operator, field.read(operator, data.get("value")))
        except BadValue as error:
            raise BadCondition(f"{path}.value", str(error), error.fix) from error


def _join_of(data: object) -> str | None:
    """`all` or `any` when this is a group, which has nothing else in it."""
    if not isinstance(data, dict) or len(data) != 1:
        return None
    found = next(iter(data))
    return found if found in _JOINS else None


def _clauses(group: Group) -> Clauses:
    """The query as the sentence wants it: comparisons first, groups after them."""
    parts: Sequence[Leaf | Group] = sorted(group.parts, key=lambda part: isinstance(part, Group))
    return Clauses(
        group.join,
        [
            (part.field, part.operator, part.value) if isinstance(part, Leaf) else _clauses(part)
            for part in parts
        ],
    )
