"""Direct messages: in the old shape, which hooks still carry, and in the new one of the API; and encrypted chat, which is closed to us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.x import media
from ascolto.channels.adapters.x.people import Element, People, needed_number, number_of
from ascolto.channels.adapters.x.posts import old_moment_of, post_name, private_link, unescaped
from ascolto.channels.protocol import Ignored, Inbound, Media, Message, ReadUpTo, ReceiptStatus
from ascolto.channels.reading import iso_moment_of, moment_of, needed, object_of, text_of


def direct_name(number: str) -> str:
    """The external id of a direct message."""
    return f"dm:{number}"


def read_old(element: Element, people: People, ours: str, received_at: datetime) -> Iterator[Inbound]:
    """A direct message as hooks tell it."""
    if (what := text_of(element.get("type"), 40)) not in {"message_create", ""}:
        yield Ignored(what=f"a direct message event {what}")
        return
    told = object_of(element.get("message_create"))
    data = object_of(told.get("message_data"))
    attachment = media.read_one(object_of(object_of(data.get("attachment")).get("media")))
    began = number_of(object_of(element.get("initiated_via")).get("tweet_id"))
    yield _message(
        number=needed_number(element.get("id"), "the message's id"),
        writer=needed_number(told.get("sender_id"), "the sender"),
        reader=number_of(object_of(told.get("target")).get("recipient_id")),
        people=people,
        ours=ours,
        text=unescaped(data.get("text")),
        at=old_moment_of(element, received_at),
        files=(attachment,) if attachment else (),
        replies_to=(post_name(began),) if began else (),
    )


def read_new(
    element: Element, includes: Element, people: People, ours: str, received_at: datetime
) -> Iterator[Inbound]:
    """A direct message as the API tells it."""
    if (what := text_of(element.get("event_type"), 40)) not in {"MessageCreate", ""}:
        yield Ignored(what=f"a direct message event {what}")
        return
    writer = needed_number(element.get("sender_id"), "the sender")
    files = media.read_new(object_of(element.get("attachments")).get("media_keys"), includes.get("media"))
    yield _message(
        number=needed_number(element.get("id"), "the message's id"),
        writer=writer,
        reader=_other(element, writer),
        people=people,
        ours=ours,
        text=unescaped(element.get("text")),
        at=iso_moment_of(element.get("created_at"), received_at),
        files=files,
    )


def _other(element: Element, writer: str) -> str:
    """Whom a message went to: the other end of a conversation of two, whose name holds both (`1-2`)."""
    ends = text_of(element.get("dm_conversation_id"), 60).split("-")
    told = element.get("participant_ids")
    ends += [text_of(end, 30) for end in told] if isinstance(told, list) else []
    return next((end for end in ends if number_of(end) and end != writer), "") if len(set(ends)) > 1 else ""


def _message(
    *,
    number: str,
    writer: str,
    reader: str,
    people: People,
    ours: str,
    text: str,
    at: datetime,
    files: tuple[Media, ...] = (),
    replies_to: tuple[str, ...] = (),
) -> Inbound:
    outgoing = writer == ours
    customer = reader if outgoing else writer
    if not customer or customer == ours:
        return Ignored(what="a direct message of ours, to nobody else")
    return Message(
        external_id=direct_name(number),
        sender=people.sender(customer),
        occurred_at=at,
        text=text,
        attachments=files,
        outgoing=outgoing,
        kind=media.kind_of(files),
        replies_to=replies_to,
    )


def read_mark(element: Element, people: People, ours: str, received_at: datetime) -> Iterator[Inbound]:
    """Somebody has read what was written so far."""
    reader = needed_number(element.get("sender_id") or element.get("user_id"), "the reader")
    if reader == ours:
        yield Ignored(what="we have read a direct message elsewhere")
        return
    at = old_moment_of(element, received_at)
    yield ReadUpTo(sender=people.sender(reader), status=ReceiptStatus.READ, until=at)


def read_encrypted(element: Element, people: People, ours: str, received_at: datetime) -> Iterator[Inbound]:
    """A message of encrypted chat: that somebody wrote is all we can know, and the desk says so."""
    writer = needed_number(element.get("sender_id"), "the sender")
    if writer == ours:
        yield Ignored(what="an encrypted message of our own")
        return
    extra: dict[str, Any] = {"warnings": ["encrypted"]}
    if ours:
        extra |= {"url": f"{private_link(writer)}", "private_link": private_link(ours)}
    yield Message(
        external_id=f"chat:{needed(element.get('id'), 'the message', 100)}",
        sender=people.sender(writer),
        occurred_at=moment_of(element.get("created_at_msec"), received_at),
        kind="encrypted",
        extra=extra,
    )
