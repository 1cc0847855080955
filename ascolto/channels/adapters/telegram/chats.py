"""What happens around messages: reactions, removals, people who block the bot, groups that take it in, business accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.telegram.people import (
    Element,
    chat_as_sender,
    external_id,
    is_private,
    name_of,
    needed_number,
    user,
)
from ascolto.channels.protocol import (
    AccountNews,
    ConsentChanged,
    Ignored,
    Inbound,
    Reacted,
    Removed,
    Unsupported,
)
from ascolto.channels.reading import Unreadable, moment_of, object_of, objects_of, plain, text_of

_OUT, _IN = {"kicked", "left"}, {"member", "administrator", "creator", "restricted"}
_UNNAMED = "✨"  # a picture of Telegram's own, which has no character


def reacted(element: Element, received_at: datetime) -> Iterator[Inbound]:
    """The reactions of one person to one message, all of them as they are now; the desk keeps the last."""
    who = element.get("user")
    emojis = [_emoji(item) for item in objects_of(element.get("new_reaction"))]
    yield Reacted(
        external_id=external_id(element.get("chat"), element.get("message_id")),
        sender=user(who) if isinstance(who, dict) else chat_as_sender(element.get("actor_chat")),
        occurred_at=moment_of(element.get("date"), received_at),
        emoji=emojis[-1] if emojis else "",
    )


def _emoji(reaction: Element) -> str:
    if reaction.get("type") == "paid":
        return "⭐"
    return text_of(reaction.get("emoji"), 32) or _UNNAMED


def removed(element: Element, received_at: datetime) -> Iterator[Inbound]:
    """Messages that were deleted in a chat of the business account. Telegram tells neither when nor by whom."""
    numbers = element.get("message_ids")
    chat, connection = element.get("chat"), element.get("business_connection_id")
    for number in numbers if isinstance(numbers, list) else ():
        try:
            yield Removed(external_id=external_id(chat, number, connection), occurred_at=received_at)
        except Unreadable as error:
            yield Unsupported(what=f"deleted_business_messages: {error}")


def membership_changed(element: Element, received_at: datetime) -> Iterator[Inbound]:
    """Somebody blocked the bot or let it in again; a group took it in or put it out."""
    chat = object_of(element.get("chat"))
    status = text_of(object_of(element.get("new_chat_member")).get("status"), 30)
    if status not in _IN | _OUT:
        yield Unsupported(what=f"my_chat_member: {status or 'unknown'}")
    elif is_private(chat):
        yield ConsentChanged(
            sender=user(element.get("from") if isinstance(element.get("from"), dict) else chat),
            granted=status in _IN,
            occurred_at=moment_of(element.get("date"), received_at),
            scope="messages",
            why="blocked",
        )
    elif status == text_of(object_of(element.get("old_chat_member")).get("status"), 30):
        yield Ignored(what="other rights in a group")
    else:
        yield _group_news(chat, gone=status in _OUT)


def _group_news(chat: Element, *, gone: bool) -> AccountNews:
    name = name_of(chat) or needed_number(chat.get("id"), "the chat")
    detail: dict[str, Any] = {"chat": plain(dict(chat))}
    if gone:
        return AccountNews(title=f"The bot was removed from {name}.", level="warning", detail=detail)
    return AccountNews(title=f"The bot was added to {name}.", detail=detail)


def business_connected(element: Element, received_at: datetime) -> Iterator[Inbound]:
    """A business account lets the bot read and answer its chats, or does so no more."""
    owner = user(element.get("user"))
    name = owner.name or owner.handles[0].value
    rights = object_of(element.get("rights"))
    detail = object_of(plain(dict(element)))
    if element.get("is_enabled") is not True:
        yield AccountNews(title=f"{name} disconnected the bot.", level="warning", detail=detail)
    elif rights.get("can_reply") is not True and element.get("can_reply") is not True:
        title = f"{name} connected the bot without the right to answer."
        yield AccountNews(title=title, level="warning", detail=detail)
    else:
        yield AccountNews(title=f"{name} connected the bot.", detail=detail)
