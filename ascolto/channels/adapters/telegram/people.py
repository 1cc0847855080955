"""Who wrote, and where: users, chats, and the ids of messages in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ascolto.channels.protocol import Handle, Sender
from ascolto.channels.reading import Unreadable, object_of, text_of

USER = "telegram"  # namespace of user ids
CHAT = "telegram_chat"  # of chats that write or are renamed: groups, channels, anonymous administrators
_NUMBER = re.compile(r"-?[0-9]{1,20}")
_PRIVATE = {"", "private", "sender"}

Element = Mapping[str, Any]


def number_of(value: Any) -> str:
    """An id as Telegram writes them; empty for anything else."""
    text = text_of(value, 30).strip()
    return text if _NUMBER.fullmatch(text) else ""


def needed_number(value: Any, what: str) -> str:
    """An id that must be there. Raises Unreadable."""
    if not (number := number_of(value)):
        raise Unreadable(f"{what} is missing")
    return number


def user(value: Any) -> Sender:
    """A user as a sender. Raises Unreadable for nobody."""
    told = object_of(value)
    known_as = text_of(told.get("username"), 100).strip()
    handle = Handle(USER, needed_number(told.get("id"), "the user"), shown=f"@{known_as}" if known_as else "")
    names = (text_of(told.get(name), 150).strip() for name in ("first_name", "last_name"))
    language = text_of(told.get("language_code"), 20).strip()
    return Sender((handle,), name=" ".join(filter(None, names)) or known_as, language=language)


def chat_as_sender(value: Any) -> Sender:
    """A chat that writes under its own name. Raises Unreadable."""
    told = object_of(value)
    known_as = text_of(told.get("username"), 100).strip()
    handle = Handle(CHAT, needed_number(told.get("id"), "the chat"), shown=f"@{known_as}" if known_as else "")
    return Sender((handle,), name=name_of(told))


def name_of(chat: Element) -> str:
    """What people call a chat: its title, or the name of the one person in it."""
    first, last = (text_of(chat.get(name), 150).strip() for name in ("first_name", "last_name"))
    return text_of(chat.get("title"), 300).strip() or f"{first} {last}".strip()


def is_private(chat: Element) -> bool:
    """Whether only this person and we read the chat: a private one, or the direct messages of a channel."""
    if chat.get("is_direct_messages") is True:
        return True
    return text_of(chat.get("type"), 20) in _PRIVATE and not number_of(chat.get("id")).startswith("-")


def author(message: Element) -> Sender:
    """Who wrote a message: the chat in whose name it was written, else the user. Raises Unreadable."""
    if isinstance(message.get("sender_chat"), dict):
        return chat_as_sender(message["sender_chat"])
    if isinstance(message.get("from"), dict):
        return user(message["from"])
    chat = object_of(message.get("chat"))
    return user(chat) if is_private(chat) else chat_as_sender(chat)


def external_id(chat: Any, message_id: Any, connection: Any = "") -> str:
    """`<chat>:<message>`; before it the business connection, whose chats count their messages for themselves.

    Raises Unreadable.
    """
    place = needed_number(object_of(chat).get("id"), "the chat")
    number = needed_number(message_id, "the message's id")
    through = text_of(connection, 100).strip()
    return f"{through}:{place}:{number}" if through else f"{place}:{number}"
