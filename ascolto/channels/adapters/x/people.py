"""Who wrote: people are their number on X; the name after the @ may change and is only shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ascolto.channels.protocol import Handle, Sender
from ascolto.channels.reading import Unreadable, object_of, objects_of, text_of

USER = "x"  # namespace of user ids
_NUMBER = re.compile(r"[0-9]{1,25}")
_NAME = re.compile(r"[A-Za-z0-9_]{1,30}")

Element = Mapping[str, Any]


def number_of(value: Any) -> str:
    """An id of X, whether it came as a number or as a text; empty for anything else."""
    text = text_of(value, 30).strip()
    return text if _NUMBER.fullmatch(text) else ""


def needed_number(value: Any, what: str) -> str:
    """An id that must be there. Raises Unreadable."""
    if not (number := number_of(value)):
        raise Unreadable(f"{what} is missing")
    return number


def own_number(element: Element, name: str = "id") -> str:
    """The id of an element: as a text where X tells both, since large numbers lose their end in some readers."""
    return number_of(element.get(f"{name}_str")) or number_of(element.get(name))


def unwrapped(value: Any) -> dict[str, Any]:
    """An object that X sometimes puts into another one under `data`."""
    told = object_of(value)
    inner = told.get("data")
    return inner if isinstance(inner, dict) and "id" not in told else told


class People:
    """The users that a delivery describes, in whichever of its shapes."""

    def __init__(self, users: Any = None) -> None:
        self._known: dict[str, Element] = {}
        if isinstance(users, dict):  # by their id, which the entry itself may tell wrongly
            self.add((number_of(key), unwrapped(user)) for key, user in users.items())
        elif isinstance(users, list):
            self.add((own_number(user), user) for user in map(unwrapped, users))

    def add(self, users: Iterable[tuple[str, Element]]) -> None:
        """Remember users under their ids."""
        for number, user in users:
            if number:
                self._known.setdefault(number, user)

    def add_mentioned(self, entities: Any) -> None:
        """Remember the people whom a text names."""
        self.add((own_number(person), person) for person in _mentions(entities))

    def username(self, number: str) -> str:
        """What stands after the @; empty when nobody told."""
        told = self._known.get(number, {})
        name = text_of(told.get("username") or told.get("screen_name"), 40).strip()
        return name if _NAME.fullmatch(name) else ""

    def sender(self, number: str) -> Sender:
        """The person with this id and everything told about them."""
        username = self.username(number)
        name = text_of(self._known.get(number, {}).get("name"), 200).strip()
        shown = f"@{username}" if username else ""
        return Sender((Handle(USER, number, shown=shown),), name=name or username)


def mentioned(entities: Any) -> set[str]:
    """The ids of the people whom a text names, in the old or the new shape."""
    return {number for person in _mentions(entities) if (number := own_number(person))}


def _mentions(entities: Any) -> list[Element]:
    told = object_of(entities)
    return [*objects_of(told.get("mentions")), *objects_of(told.get("user_mentions"))]
