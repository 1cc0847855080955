"""Deliveries into events. A delivery has entries, an entry changes, a change elements of several kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.whatsapp import account_news
from ascolto.channels.adapters.whatsapp.contents import LONGEST, read_content
from ascolto.channels.adapters.whatsapp.errors import failure_of
from ascolto.channels.adapters.whatsapp.people import Contacts, phone, user
from ascolto.channels.protocol import (
    Amended,
    ConsentChanged,
    Edited,
    HandleChanged,
    Ignored,
    Inbound,
    Message,
    Reacted,
    Receipt,
    ReceiptStatus,
    Removed,
    Sender,
    Unsupported,
)
from ascolto.channels.reading import Unreadable, moment_of, needed, object_of, objects_of, plain, text_of

Element = Mapping[str, Any]
_STATUSES = {
    "sent": ReceiptStatus.SENT,
    "delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.READ,
    "played": ReceiptStatus.READ,
    "failed": ReceiptStatus.FAILED,
}
_NUMBER_CHANGES = {"user_changed_number", "customer_changed_number"}
_NEW_DEVICES = {"customer_identity_changed", "user_identity_changed"}


@dataclass(slots=True)
class Change:
    """One change of a delivery with what its elements need to know."""

    value: Element
    field: str
    received_at: datetime
    contacts: Contacts
    other_number_id: str
    own_number: str

    def at(self, element: Element) -> datetime:
        """When an element happened."""
        return moment_of(element.get("timestamp"), self.received_at)


def read_delivery(document: Element, received_at: datetime, number_id: str = "") -> list[Inbound]:
    """Everything a delivery tells, in its order; an element that cannot be read hurts nobody else.

    `number_id` is the account's own: what was written to another number remembers which.
    """
    found: list[Inbound] = []
    for entry in objects_of(document.get("entry")):
        for change in objects_of(entry.get("changes")):
            found += _read_change(change, received_at, number_id)
    return found or [
        Unsupported(what=f"nothing readable for {text_of(document.get('object'), 60) or 'WhatsApp'}")
    ]


def _read_change(change: Element, received_at: datetime, number_id: str) -> Iterator[Inbound]:
    value = object_of(change.get("value"))
    field = text_of(change.get("field"), 60)
    standby = object_of(value.get("standby"))
    found = list(_read_value(value, field, received_at, number_id))
    if standby:
        found += _read_value({**value, **standby}, field, received_at, number_id)
    yield from found or [_lonely(field, value)]


# What WhatsApp tells and nobody here needs: the past of a telephone, groups, what its own machines noticed.
_SAYS_NOTHING = {
    *("history", "smb_app_state_sync", "tracking_events", "automatic_events", "messaging_handovers"),
    *("group_lifecycle_update", "group_participants_update", "group_settings_update", "group_status_update"),
}


def _lonely(field: str, value: Element) -> Inbound:
    """A change without any element that is read."""
    if field in _SAYS_NOTHING:
        return Ignored(what=field)
    return account_news.read_news(field, value) or Unsupported(what=field or "a change without a field")


def _read_value(value: Element, field: str, received_at: datetime, number_id: str) -> Iterator[Inbound]:
    metadata = object_of(value.get("metadata"))
    written_to = text_of(metadata.get("phone_number_id"), 40)
    about = Change(
        value=value,
        field=field,
        received_at=received_at,
        contacts=Contacts(value.get("contacts")),
        other_number_id=written_to if written_to != number_id else "",
        own_number=text_of(metadata.get("display_phone_number"), 40),
    )
    for name, read in _ELEMENTS.items():
        elements = value.get(name)
        for element in elements if isinstance(elements, list) else ():
            yield from _guarded(read, about, element, name)


def _guarded(
    read: Callable[[Change, Element], Iterator[Inbound]], about: Change, element: Any, name: str
) -> Iterator[Inbound]:
    if not isinstance(element, dict):
        yield Unsupported(what=f"{name}: no object")
        return
    try:
        found = list(read(about, element))
    except Unreadable as error:
        found = [Unsupported(what=f"{name}: {error}")]
    yield from found


# --- messages ---------------------------------------------------------------------------------------------------------


def _message(about: Change, element: Element) -> Iterator[Inbound]:
    if element.get("type") == "system" or "system" in element:
        return _system(about, object_of(element.get("system")), element)
    sender = about.contacts.sender(
        element.get("from"), element.get("from_user_id"), element.get("from_parent_user_id")
    )
    return _said(about, element, sender, outgoing=False)


def _echo(about: Change, element: Element) -> Iterator[Inbound]:
    """What our people wrote on the telephone: its customer is whom it went to."""
    to_us = phone(element.get("to")) is not None and _same_number(element.get("to"), about.own_number)
    end = "from" if to_us else "to"
    sender = about.contacts.sender(element.get(end), element.get(f"{end}_user_id"))
    return _said(about, element, sender, outgoing=True)


def _same_number(one: Any, other: str) -> bool:
    digits = [character for character in text_of(one, 40) if character.isdigit()]
    return bool(digits) and digits == [character for character in other if character.isdigit()]


def _said(about: Change, element: Element, sender: Sender, *, outgoing: bool) -> Iterator[Inbound]:
    at = about.at(element)
    edit, revoke = object_of(element.get("edit")), object_of(element.get("revoke"))
    if element.get("type") == "reaction":
        yield _reaction(element, sender, at, outgoing)
    elif element.get("type") == "edit" or edit:
        yield Edited(
            external_id=needed(edit.get("original_message_id"), "the edited message"),
            occurred_at=at,
            text=_edited_text(edit.get("message") if element.get("type") == "edit" else element),
            sender=sender,
        )
    elif element.get("type") == "revoke" or revoke:
        original = needed(revoke.get("original_message_id"), "the message taken back")
        yield Removed(external_id=original, occurred_at=at, sender=sender)
    elif element.get("type") == "request_welcome":
        yield Ignored(what="somebody opened the chat and has written nothing")
    else:
        yield _ordinary(about, element, sender, at, outgoing)


def _ordinary(about: Change, element: Element, sender: Sender, at: datetime, outgoing: bool) -> Message:
    content = read_content(element)
    context = object_of(element.get("context"))
    answered = text_of(context.get("id"), 255).strip()
    return Message(
        external_id=needed(element.get("id"), "the message's id"),
        sender=sender,
        occurred_at=at,
        text=content.text,
        attachments=content.attachments,
        outgoing=outgoing,
        kind=content.kind,
        replies_to=(answered,) if answered else (),
        extra={**content.extra, **_circumstances(about, element, context)},
    )


def _circumstances(about: Change, element: Element, context: Element) -> dict[str, Any]:
    """How a message came about: which number it was written to, what it answers, the advertisement it came from."""
    extra: dict[str, Any] = {}
    if about.other_number_id.isascii() and about.other_number_id.isdigit():
        extra["phone_number_id"] = about.other_number_id
    if group := text_of(element.get("group_id"), 100):
        extra["group_id"] = group
    if context.get("forwarded") is True or context.get("frequently_forwarded") is True:
        extra["forwarded"] = "often" if context.get("frequently_forwarded") is True else "once"
    for name, told in (("referral", element.get("referral")), ("product", context.get("referred_product"))):
        if isinstance(told, dict) and told:
            extra[name] = plain(told)
    if about.field == "standby":
        extra["standby"] = True  # another application answers this conversation
    return extra


def _reaction(element: Element, sender: Sender, at: datetime, outgoing: bool) -> Inbound:
    reaction = object_of(element.get("reaction"))
    target = needed(reaction.get("message_id"), "the message reacted to")
    if outgoing:
        return Ignored(what="a reaction of ours, made on the telephone")
    return Reacted(
        external_id=target, sender=sender, occurred_at=at, emoji=text_of(reaction.get("emoji"), 32)
    )


def _edited_text(message: Any) -> str:
    message = object_of(message)
    part = message.get(text_of(message.get("type"), 40))
    if not isinstance(part, dict):
        raise Unreadable("the new text is missing")
    return text_of(part.get("body"), LONGEST) or text_of(part.get("caption"), LONGEST)


# --- people -----------------------------------------------------------------------------------------------------------


def _system(about: Change, system: Element, element: Element) -> Iterator[Inbound]:
    what, at = text_of(system.get("type"), 60), about.at(element)
    number = phone(system.get("customer")) or phone(element.get("from"))
    former = user(system.get("previous_user_id")) or user(element.get("from_user_id"))
    pairs = []
    if what in _NUMBER_CHANGES:
        pairs.append((number, phone(system.get("wa_id")) or phone(system.get("new_wa_id"))))
    if what in _NUMBER_CHANGES or what == "user_changed_user_id":
        pairs.append((former or number or phone(system.get("wa_id")), user(system.get("user_id"))))
        pairs.append((user(system.get("previous_parent_user_id")), user(system.get("parent_user_id"))))
    changes: list[Inbound] = [
        HandleChanged(old=old, new=new, occurred_at=at) for old, new in pairs if old and new and old != new
    ]
    if what in _NEW_DEVICES:
        yield Ignored(what="somebody writes from another device")
        return
    yield from changes or [Unsupported(what=f"system: {what or 'unknown'}")]


def _user_id_update(about: Change, element: Element) -> Iterator[Inbound]:
    known = phone(element.get("wa_id"))
    found: list[Inbound] = []
    for name in ("user_id", "parent_user_id"):
        told = object_of(element.get(name))
        old = user(told.get("previous")) or (known if name == "user_id" else None)
        new = user(told.get("current"))
        if old and new and old != new:
            found.append(HandleChanged(old=old, new=new, occurred_at=about.at(element)))
    yield from found or [Unsupported(what="user_id_update without a former and a new id")]


def _preference(about: Change, element: Element) -> Iterator[Inbound]:
    choice = text_of(element.get("value"), 20).lower()
    if choice not in {"stop", "resume", "signup"}:
        yield Unsupported(what=f"user_preferences: {choice or 'unknown'}")
        return
    sender = about.contacts.sender(element.get("wa_id"), element.get("user_id"))
    yield ConsentChanged(sender=sender, granted=choice != "stop", occurred_at=about.at(element))


# --- news of our messages, calls, the rest ----------------------------------------------------------------------------


def _status(about: Change, element: Element) -> Iterator[Inbound]:
    word = text_of(element.get("status"), 30)
    status = _STATUSES.get(word)
    of = text_of(
        element.get("type"), 30
    )  # calls and payments have states too, and they are not the message's
    if of in {"call", "payment"}:
        yield Ignored(what=f"a {of}: {word.lower() or 'unknown'}")
        return
    if status is None or of not in {"", "message"}:
        yield Unsupported(what=f"{of or 'message'} status: {word or 'unknown'}")
        return
    yield Receipt(
        external_id=needed(element.get("id"), "the message's id"),
        status=status,
        occurred_at=about.at(element),
        tracker=text_of(element.get("biz_opaque_callback_data"), 512),
        failure=failure_of(element.get("errors")) if status is ReceiptStatus.FAILED else None,
    )


def _call(about: Change, element: Element) -> Iterator[Inbound]:
    """A customer who rings is waiting for us as much as one who writes; we cannot take the call."""
    event = text_of(element.get("event"), 40)
    if text_of(element.get("direction")) not in {"USER_INITIATED", ""}:
        yield Ignored(what=f"a call of ours: {event or 'unknown'}")
    elif event == "connect":
        yield _ringing(about, element)
    elif event == "terminate":
        yield _hung_up(about, element)
    else:
        yield Unsupported(what=f"call: {event or 'unknown'}")


def _ringing(about: Change, element: Element) -> Message:
    return Message(
        external_id=needed(element.get("id"), "the call's id"),
        sender=about.contacts.sender(element.get("from"), element.get("from_user_id")),
        occurred_at=about.at(element),
        text="📞",
        kind="call",
        extra={"call": {"outcome": "missed"}, **_circumstances(about, element, {})},
    )


def _hung_up(about: Change, element: Element) -> Amended:
    call: dict[str, Any] = {"outcome": "missed"}
    lasted = element.get("duration")
    if isinstance(lasted, int) and not isinstance(lasted, bool) and 0 < lasted < 1_000_000:
        call = {"outcome": "answered", "duration_s": lasted}  # by a colleague, on the telephone
    call_id = needed(element.get("id"), "the call's id")
    return Amended(external_id=call_id, occurred_at=about.at(element), extra={"call": call})


def _error(about: Change, element: Element) -> Iterator[Inbound]:
    yield account_news.read_error(element)


_ELEMENTS: Mapping[str, Callable[[Change, Element], Iterator[Inbound]]] = {
    "user_id_update": _user_id_update,
    "messages": _message,
    "message_echoes": _echo,
    "statuses": _status,
    "user_preferences": _preference,
    "calls": _call,
    "errors": _error,
}
