"""Updates into events. An update holds exactly one thing beside its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.telegram import chats
from ascolto.channels.adapters.telegram.contents import LONGEST, notice_of, read_content
from ascolto.channels.adapters.telegram.people import (
    Element,
    author,
    external_id,
    is_private,
    name_of,
    number_of,
    user,
)
from ascolto.channels.protocol import Edited, Ignored, Inbound, Message, ThreadMoved, Unsupported
from ascolto.channels.reading import Unreadable, moment_of, needed, object_of, objects_of, plain, text_of

# What Telegram may tell besides messages, and from which nothing follows.
_KNOWN = """
    channel_post edited_channel_post inline_query chosen_inline_result shipping_query pre_checkout_query
    purchased_paid_media poll poll_answer chat_member chat_join_request chat_boost removed_chat_boost
    message_reaction_count managed_bot"""
_IGNORED = frozenset(_KNOWN.split())


def read_delivery(document: Element, received_at: datetime) -> list[Inbound]:
    """Everything an update tells."""
    told = [name for name in document if name in _READERS]
    try:
        found = [event for name in told for event in _read(name, document[name], received_at)]
    except Unreadable as error:
        return [Unsupported(what=f"{told[0]}: {error}")]
    if found:
        return found
    ignored = next((name for name in sorted(document) if name in _IGNORED), "")
    if ignored:
        return [Ignored(what=ignored)]
    names = [text_of(name, 60) for name in document if name != "update_id"][:3]
    return [Unsupported(what=", ".join(filter(None, names)) or "an update with nothing in it")]


def _read(name: str, element: Any, received_at: datetime) -> Iterator[Inbound]:
    if not isinstance(element, dict):
        raise Unreadable("no object")
    yield from _READERS[name](element, received_at)


# --- messages ---------------------------------------------------------------------------------------------------------


def _message(message: Element, received_at: datetime) -> Iterator[Inbound]:
    if moved := _moved(message, received_at):
        yield moved
    elif what := notice_of(message):
        yield Ignored(what=what)
    elif message.get("is_automatic_forward") is True:
        yield Ignored(what="a post of a channel, forwarded into its group")
    else:
        yield _said(message, received_at)


def _moved(message: Element, received_at: datetime) -> Inbound | None:
    """A group that became a supergroup has another id from now on."""
    here = number_of(object_of(message.get("chat")).get("id"))
    old = number_of(message.get("migrate_from_chat_id")) or here
    new = number_of(message.get("migrate_to_chat_id")) or here
    if old == new or not old or not new:
        return None
    at = moment_of(message.get("date"), received_at)
    return ThreadMoved(old=f"chat:{old}", new=f"chat:{new}", occurred_at=at)


def _said(message: Element, received_at: datetime) -> Message:
    content, chat = read_content(message), object_of(message.get("chat"))
    connection = message.get("business_connection_id")
    ours = bool(connection) and _is_of_the_business(message, chat)
    answered = object_of(message.get("reply_to_message"))
    start = _start(message)
    return Message(
        external_id=external_id(chat, message.get("message_id"), connection),
        sender=user(chat) if ours else author(message),
        occurred_at=moment_of(message.get("date"), received_at),
        text=content.text,
        attachments=content.attachments,
        outgoing=ours,
        visibility="private" if is_private(chat) else "public",
        kind=content.kind,
        replies_to=_reference(chat, answered, connection),
        automatic=not ours and (start is not None or _is_machine(message)),
        album=text_of(message.get("media_group_id"), 100),
        thread=_thread(chat, message),
        extra={**content.extra, **_circumstances(message, chat), **({"start": start} if start else {})},
    )


def _is_of_the_business(message: Element, chat: Element) -> bool:
    """In a chat of a business account the customer is the chat: whoever else writes there is ours."""
    writer = number_of(object_of(message.get("from")).get("id"))
    return "sender_business_bot" in message or bool(writer and writer != number_of(chat.get("id")))


def _is_machine(message: Element) -> bool:
    anonymous = isinstance(message.get("sender_chat"), dict)  # its user is then a placeholder of Telegram
    return not anonymous and object_of(message.get("from")).get("is_bot") is True


def _start(message: Element) -> str | None:
    """What the link carried with which somebody opened the chat; None when this is not the pressed button "Start"."""
    words = text_of(message.get("text"), 200).split()
    pressed = bool(words) and words[0] == "/start" and len(words) < 3
    return " ".join(words[1:]) if pressed else None


def _reference(chat: Element, answered: Element, connection: Any) -> tuple[str, ...]:
    try:
        return (external_id(chat, answered.get("message_id"), connection),) if answered else ()
    except Unreadable:
        return ()


def _thread(chat: Element, message: Element) -> str:
    if is_private(chat):
        return ""
    topic = number_of(message.get("message_thread_id")) if message.get("is_topic_message") is True else ""
    return f"chat:{number_of(chat.get('id'))}" + (f":{topic}" if topic else "")


def _circumstances(message: Element, chat: Element) -> dict[str, Any]:
    """How a message came about, and what an answer to it needs."""
    extra: dict[str, Any] = {}
    if connection := text_of(message.get("business_connection_id"), 100).strip():
        extra["business_connection_id"] = connection
    if guest := text_of(message.get("guest_query_id"), 100).strip():
        extra["guest_query_id"] = guest
    extra |= _direct(message) if chat.get("is_direct_messages") is True else {}
    if not is_private(chat) or "direct_topic" in extra:
        extra["chat_id"] = number_of(chat.get("id"))
    if not is_private(chat):
        extra["context"] = name_of(chat)
        if link := _link(chat, message):
            extra["url"] = link
        if message.get("is_topic_message") is True and number_of(message.get("message_thread_id")):
            extra["message_thread_id"] = number_of(message.get("message_thread_id"))
    if quote := text_of(object_of(message.get("quote")).get("text"), 1000):
        extra["quote"] = quote
    if isinstance(message.get("forward_origin"), dict):
        extra["forwarded"] = "once"
    return {name: value for name, value in extra.items() if value}


def _direct(message: Element) -> dict[str, str]:
    """The direct messages of a channel are one topic for each person."""
    topic = object_of(message.get("direct_messages_topic"))
    person = number_of(object_of(topic.get("user")).get("id")) or number_of(
        object_of(message.get("from")).get("id")
    )
    number = number_of(topic.get("topic_id"))
    return {"direct_topic": number, "direct_user": person} if number and person else {}


def _link(chat: Element, message: Element) -> str:
    """Where the message stands, for whoever may read it there."""
    number, place = number_of(message.get("message_id")), number_of(chat.get("id"))
    name = text_of(chat.get("username"), 64)
    if name.isascii() and name.replace("_", "").isalnum() and number:
        return f"https://t.me/{name}/{number}"
    return f"https://t.me/c/{place[4:]}/{number}" if place.startswith("-100") and number else ""


def _edited(message: Element, received_at: datetime) -> Iterator[Inbound]:
    if "location" in message and "venue" not in message:
        yield Ignored(what="a location that moves")
        return
    chat, connection = object_of(message.get("chat")), message.get("business_connection_id")
    ours = bool(connection) and _is_of_the_business(message, chat)
    yield Edited(
        external_id=external_id(chat, message.get("message_id"), connection),
        occurred_at=moment_of(message.get("edit_date") or message.get("date"), received_at),
        text=read_content(message).text,
        sender=None if ours else author(message),
    )


def _pressed(query: Element, received_at: datetime) -> Iterator[Inbound]:
    """A button below a message of ours. Nobody answers the query itself: Telegram stops its clock after a while."""
    below = object_of(query.get("message"))
    chat = object_of(below.get("chat"))
    data = text_of(query.get("data"), 200)
    shared = bool(chat) and not is_private(chat)
    told = {"payload": data, "chat_id": number_of(chat.get("id")) if shared else ""}
    told["business_connection_id"] = text_of(below.get("business_connection_id"), 100)
    yield Message(
        external_id=f"callback:{needed(query.get('id'), 'the query', 200)}",
        sender=user(query.get("from")),
        occurred_at=received_at,
        text=_label(below, data) or data or text_of(query.get("game_short_name"), 100),
        kind="button",
        visibility="public" if shared else "private",
        replies_to=_reference(chat, below, below.get("business_connection_id")),
        thread=_thread(chat, below) if shared else "",
        extra={name: value for name, value in told.items() if value},
    )


def _label(below: Element, data: str) -> str:
    """What stands on the button that carries `data`."""
    rows = object_of(plain(below.get("reply_markup"), 6)).get("inline_keyboard")
    for row in rows if isinstance(rows, list) else ():
        for button in objects_of(row):
            if data and button.get("callback_data") == data:
                return text_of(button.get("text"), LONGEST)
    return ""


_READERS: Mapping[str, Callable[[Element, datetime], Iterator[Inbound]]] = {
    "message": _message,
    "edited_message": _edited,
    "business_message": _message,
    "edited_business_message": _edited,
    "guest_message": _message,
    "callback_query": _pressed,
    "deleted_business_messages": chats.removed,
    "message_reaction": chats.reacted,
    "my_chat_member": chats.membership_changed,
    "business_connection": chats.business_connected,
}
