"""The `changes` of an event in words: what it was, what it is, what came, what went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ascolto.accounts.permissions import PERMISSIONS
from ascolto.events.changes import SECRET
from ascolto.ui.jinja import number
from ascolto.workspace.words import called

SHOWN_AT_MOST = 30


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: its name, and either before and after, or what was added and removed, or only that it changed."""

    field: str
    before: str = ""
    after: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    is_secret: bool = False

    @property
    def is_list(self) -> bool:
        return bool(self.added or self.removed)

    @property
    def sentence(self) -> str:
        """In one line, for a table without colours."""
        if self.is_secret:
            return _("%(field)s: changed") % {"field": self.field}
        if self.is_list:
            parts = [f"+ {item}" for item in self.added] + [f"− {item}" for item in self.removed]
            return f"{self.field}: {', '.join(parts)}"
        return f"{self.field}: {self.before} → {self.after}"


def differences(changes: Any) -> list[Difference]:
    """What an event's changes say; whatever is not in their form is left out."""
    if not isinstance(changes, Mapping):
        return []
    found = (_difference(str(name), told) for name, told in list(changes.items())[:SHOWN_AT_MOST])
    return [one for one in found if one is not None]


def _difference(name: str, told: Any) -> Difference | None:
    field = _named(name)
    if told == SECRET:
        return Difference(field, is_secret=True)
    if isinstance(told, Mapping):
        return Difference(field, added=_items(told.get("added")), removed=_items(told.get("removed")))
    if isinstance(told, list) and len(told) == 2:
        return Difference(field, _value(told[0]), _value(told[1]))
    return None


def _named(name: str) -> str:
    """ "content.week" → "opening hours: week"."""
    first, _dot, rest = name.partition(".")
    return f"{called(first)}: {called(rest)}" if rest else called(first)


def _items(items: Any) -> tuple[str, ...]:
    return tuple(_value(item) for item in items) if isinstance(items, list) else ()


def _value(value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return number(value)
    if isinstance(value, float):
        return number(value, 2)
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{called(str(key))} {_value(item)}" for key, item in value.items())
    text = str(value)
    if text in PERMISSIONS:
        return str(PERMISSIONS[text].label)
    return called(text)
