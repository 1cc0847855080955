"""Who talks to whom in a private conversation, and when: what every element of one has in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.channels.protocol import Handle, Sender
from ascolto.channels.reading import iso_moment_of, moment_of, needed, object_of, text_of

Element = Mapping[str, Any]


def moment(value: Any, received_at: datetime) -> datetime:
    """A time as Meta writes it: seconds, milliseconds, or ISO 8601."""
    if isinstance(value, str) and not value.strip().isdigit():
        return iso_moment_of(value, received_at)
    return moment_of(value, received_at)


@dataclass(frozen=True, slots=True)
class Talk:
    """What an element needs to know: the namespace of people's ids, our own id, when its delivery was made.

    `app_secret` opens the marks that we put on messages of ours.
    """

    namespace: str
    own_id: str
    at: datetime
    standby: bool = False
    app_secret: str = ""

    def when(self, element: Element) -> datetime:
        """When an element happened."""
        return moment(element.get("timestamp"), self.at)

    def is_ours(self, element: Element) -> bool:
        """Whether we did it ourselves: not every echo says that it is one."""
        return id_at(element, "sender") == self.own_id

    def customer(self, element: Element, *, echo: bool = False) -> Sender:
        """The person at the other end. Raises Unreadable for nobody."""
        ours = echo or self.is_ours(element)
        end = "recipient" if ours and id_at(element, "recipient") != self.own_id else "sender"
        name = text_of(object_of(element.get(end)).get("name"), 200).strip()
        return Sender((Handle(self.namespace, needed(id_at(element, end), "the person's id")),), name)


def id_at(element: Element, end: str) -> str:
    """Who is at one end of an element: `sender` or `recipient`."""
    return text_of(object_of(element.get(end)).get("id"), 100).strip()
