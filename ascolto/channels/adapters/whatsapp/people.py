"""Who wrote: the business-scoped user id is the person, the telephone number only a way to reach them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ascolto.channels.protocol import Handle, Sender
from ascolto.channels.reading import Unreadable, object_of, objects_of, text_of

USER_ID = "whatsapp"  # namespace of business-scoped user ids
_PHONE = re.compile(r"\+?([0-9]{5,20})")


def phone(value: Any) -> Handle | None:
    """A WhatsApp id as a telephone number."""
    found = _PHONE.fullmatch(text_of(value, 30).strip())
    return Handle("phone", f"+{found[1]}") if found else None


def user(value: Any) -> Handle | None:
    """A business-scoped user id. It is opaque: whatever stands in its field is one."""
    text = text_of(value, 200).strip()
    return Handle(USER_ID, text) if text else None


def anybody(value: Any) -> Handle | None:
    """What stands in a field that was made for numbers and may hold a user id."""
    return phone(value) or user(value)


class Contacts:
    """The people that a delivery describes beside its messages."""

    def __init__(self, contacts: Any) -> None:
        self._all = list(objects_of(contacts))
        self._places: dict[
            Handle, int
        ] = {}  # of the first contact with a handle: a delivery may describe thousands
        for place, contact in enumerate(self._all):
            for handle in _handles(contact):
                self._places.setdefault(handle, place)

    def sender(self, number: Any, user_id: Any, parent_id: Any = None) -> Sender:
        """The person with this number or user id, with everything told about them. Raises Unreadable for nobody."""
        own = [anybody(number), user(user_id)]
        contact = self._find({handle for handle in own if handle})
        told = [user(contact.get("user_id")), *own, phone(contact.get("wa_id"))]
        told += [user(contact.get("parent_user_id")) or user(parent_id)]
        handles = dict.fromkeys(handle for handle in told if handle)
        if not handles:
            raise Unreadable("nobody is named as the sender")
        return Sender(tuple(sorted(handles, key=_stability)), _name(object_of(contact.get("profile"))))

    def _find(self, handles: set[Handle]) -> Mapping[str, Any]:
        places = [self._places[handle] for handle in handles if handle in self._places]
        if places:
            return self._all[min(places)]
        lone = self._all[0] if len(self._all) == 1 else {}
        return {} if self._is_somebody_else(lone, handles) else lone

    def _is_somebody_else(self, contact: Mapping[str, Any], handles: set[Handle]) -> bool:
        """A user name hides the number: a lone contact may be known by the id while its message tells the number only."""
        spaces = {handle.namespace for handle in handles}
        return any(handle.namespace in spaces for handle in _handles(contact))


def _handles(contact: Mapping[str, Any]) -> list[Handle]:
    found = (user(contact.get("user_id")), anybody(contact.get("wa_id")))
    return [handle for handle in found if handle]


def _stability(handle: Handle) -> int:
    if handle.namespace != USER_ID:
        return 1
    return 2 if ".ENT." in handle.value else 0


def _name(profile: Mapping[str, Any]) -> str:
    return text_of(profile.get("name"), 200).strip() or text_of(profile.get("username"), 200).strip()


def address(handles: Iterable[Handle]) -> dict[str, str]:
    """Where WhatsApp takes a message for somebody: `to` a number, or to a `recipient` by user id; empty for nobody.

    A number is what every kind of message and every gateway takes. Of several, nobody knows which one still rings: then the
    user id goes first, if the customer wrote with one.
    """
    known = list(handles)
    numbers = [
        handle.value.lstrip("+") for handle in known if handle.namespace == "phone" and phone(handle.value)
    ]
    ids = [handle.value for handle in known if handle.namespace == USER_ID]
    if numbers and (len(numbers) == 1 or not ids or known[0].namespace == "phone"):
        return {"to": numbers[0]}
    return {"recipient": ids[0]} if ids else {}
