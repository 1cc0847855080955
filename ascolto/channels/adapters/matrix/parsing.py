"""What a homeserver tells, into events: a whole sync, a part of a room's past, or one event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ascolto.channels.adapters.matrix.contents import (
    LONGEST,
    Content,
    body_of,
    read_content,
    read_poll,
    read_sticker,
)
from ascolto.channels.protocol import (
    AccountNews,
    Edited,
    Handle,
    Ignored,
    Inbound,
    Message,
    Reacted,
    ReadUpTo,
    Receipt,
    ReceiptStatus,
    Removed,
    Sender,
    Unsupported,
)
from ascolto.channels.reading import Unreadable, moment_of, needed, object_of, objects_of, text_of

Element = Mapping[str, Any]
NAMESPACE = "matrix"
_ANSWERS = (  # what the API answers besides events, by a name that only it has
    "event_id",
    "next_batch",
    "access_token",
    "content_uri",
    "device_id",
    "device_keys",
    "devices",
    "displayname",
    "flows",
    "joined",
    "joined_rooms",
    "one_time_keys",
    "one_time_key_counts",
    "user_id",
    "room_id",
    "versions",
)
_POLLS = {"m.poll.start", "org.matrix.msc3381.poll.start"}
_SILENT = ("m.notice", "m.key.verification.request")  # written by machines, or not for people
_NO_MESSAGE = (
    "m.room.",
    "m.call.",
    "m.key.",
    "m.secret.",
    "m.space.",
    "m.policy.rule.",
    "m.beacon",
    "m.poll.",
    "org.matrix.",
    "io.element.",
    "im.vector.",
    "m.cross_signing.",
    "m.secret_storage.",
)
_NO_MESSAGES = {
    "m.accepted_terms",
    "m.direct",
    "m.dummy",
    "m.forwarded_room_key",
    "m.fully_read",
    "m.identity_server",
    "m.ignored_user_list",
    "m.marked_unread",
    "m.megolm_backup.v1",
    "m.presence",
    "m.push_rules",
    "m.room_key",
    "m.room_key_request",
    "m.rtc.notification",
    "m.tag",
    "m.typing",
    "m.widget",
}


@dataclass(slots=True)
class Room:
    """The room in which an event stands. `about` is what the poll found out: members, the other one, name, whether public."""

    id: str
    received_at: datetime
    us: str
    about: Element = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    last: str = ""  # what a customer said last, for an answer of ours that does not say what it answers

    def sender(self, user: str) -> Sender:
        """Who a user is."""
        name = self.names.get(user) or user.removeprefix("@").partition(":")[0]
        return Sender((Handle(NAMESPACE, user),), name=name)

    @property
    def is_group(self) -> bool:
        """Whether it is one conversation whoever writes in it."""
        members = self.about.get("members")
        return isinstance(members, int) and not isinstance(members, bool) and members > 2

    def at(self, event: Element) -> datetime:
        """When an event happened."""
        return moment_of(event.get("origin_server_ts"), self.received_at)


def read_delivery(document: Any, received_at: datetime, us: str) -> list[Inbound]:
    """Everything a delivery tells, in its order; an event that cannot be read hurts nobody else."""
    if isinstance(document, list):
        room = Room("", received_at, us)
        found = [event for element in document[:1000] for event in _guarded(element, room)]
    elif not isinstance(document, dict):
        found = []
    elif "rooms" in document:
        found = list(_sync(document, received_at, us))
    else:
        found = list(_other(document, Room(text_of(document.get("room_id"), 255), received_at, us)))
    return found or [Ignored(what="a sync without news")]


def _other(document: Element, room: Room) -> Iterator[Inbound]:
    if "type" in document:
        yield from _guarded(document, room)
    elif "events_before" in document or "events_after" in document:
        before = list(objects_of(document.get("events_before")))[::-1]
        for event in [
            *before,
            *objects_of([document.get("event")]),
            *objects_of(document.get("events_after")),
        ]:
            yield from _guarded(event, room)
    elif "chunk" in document:
        for event in objects_of(document.get("chunk")):
            yield from _guarded(event, room)
    elif "errcode" in document:
        yield Unsupported(what=f"an error: {text_of(document.get('errcode'), 60)}")
    elif mark := next((name for name in _ANSWERS if name in document), ""):
        yield Ignored(what=f"an answer with {mark}")
    else:
        yield Unsupported(what=f"an object with {', '.join(text_of(key, 40) for key in list(document)[:5])}")


# --- rooms --------------------------------------------------------------------------------------------------------


def _sync(document: Element, received_at: datetime, us: str) -> Iterator[Inbound]:
    rooms = object_of(document.get("rooms"))
    for room_id, told in object_of(rooms.get("join")).items():
        joined = object_of(told)
        room = Room(text_of(room_id, 255), received_at, us, object_of(joined.get("about")))
        room.last = text_of(room.about.get("last"), 255)
        names = object_of(room.about.get("names"))
        room.names = {text_of(user, 255): text_of(name, 200) for user, name in names.items()}
        yield from _joined(joined, room)
    for name in ("invite", "knock", "leave"):
        if object_of(rooms.get(name)):
            yield Ignored(what=f"rooms: {name}")


def _joined(joined: Element, room: Room) -> Iterator[Inbound]:
    state = list(objects_of(object_of(joined.get("state")).get("events")))
    timeline = object_of(joined.get("timeline")).get("events")
    events = timeline if isinstance(timeline, list) else []
    for event in [*state, *objects_of(events)]:
        if event.get("type") == "m.room.member" and (user := text_of(event.get("state_key"), 255)):
            name = text_of(object_of(event.get("content")).get("displayname"), 200).strip()
            room.names[user] = name or room.names.get(user, "")
    for event in events:
        yield from _guarded(event, room)
    for event in objects_of(object_of(joined.get("ephemeral")).get("events")):
        yield from _guarded(event, room)


def _guarded(event: Any, room: Room) -> list[Inbound]:
    if not isinstance(event, dict):
        return [Unsupported(what="no event")]
    try:
        return list(_read(event, room))
    except Unreadable as error:
        return [Unsupported(what=f"{text_of(event.get('type'), 60)}: {error}")]


def _read(event: Element, room: Room) -> Iterator[Inbound]:
    kind = text_of(event.get("type"), 100)
    content = object_of(event.get("content"))
    if not room.id and (told := text_of(event.get("room_id"), 255)):
        room = replace(room, id=told)
    if kind == "m.receipt":
        yield from _receipts(content, room)
    elif "state_key" in event:
        yield Ignored(what=kind)
    elif kind in {"m.room.message", "m.room.encrypted", "m.sticker", "m.call.invite"} or kind in _POLLS:
        yield _said(event, kind, content, room)
    elif kind == "m.reaction":
        yield _reaction(event, content, room)
    elif kind == "m.room.redaction":
        yield _redaction(event, content, room)
    elif kind in _NO_MESSAGES or kind.startswith(_NO_MESSAGE):
        yield Ignored(what=kind)
    else:
        yield Unsupported(what=kind or "an event without a type")


# --- what people say --------------------------------------------------------------------------------------------


def _said(event: Element, kind: str, content: Element, room: Room) -> Inbound:
    event_id = needed(event.get("event_id"), "the id of an event")
    author = needed(event.get("sender"), "the sender")
    if object_of(event.get("unsigned")).get("redacted_because"):
        return Removed(external_id=event_id, occurred_at=room.at(event))
    relation = object_of(content.get("m.relates_to"))
    if relation.get("rel_type") == "m.replace":
        return _edit(event, relation, content, author, room)
    msgtype = text_of(content.get("msgtype"), 60)
    if kind == "m.room.message" and msgtype in _SILENT:
        return Ignored(what=msgtype)
    if msgtype == "m.server_notice":
        return AccountNews(title=body_of(content)[:300] or "A notice of the server", level="warning")
    if kind == "m.room.encrypted" and relation.get("rel_type") == "m.annotation":
        return Ignored(what="an encrypted reaction")
    return _message(event, event_id, author, _content(kind, content), relation, room)


def _content(kind: str, content: Element) -> Content:
    if kind == "m.room.encrypted":
        return Content("encrypted", extra={"warnings": ["encrypted"]})
    if kind == "m.call.invite":
        return Content("call", "📞")
    if kind == "m.sticker":
        return read_sticker(content)
    return read_poll(content) if kind in _POLLS else read_content(content)


def _message(
    event: Element, event_id: str, author: str, said: Content, relation: Element, room: Room
) -> Inbound:
    answers = [text_of(object_of(relation.get("m.in_reply_to")).get("event_id"), 255)]
    if relation.get("rel_type") == "m.thread":
        answers.append(text_of(relation.get("event_id"), 255))
    replies_to = tuple(dict.fromkeys(answer for answer in answers if answer))
    ours = author == room.us
    sender = room.sender(author)
    if ours:
        other = "" if room.is_group else text_of(room.about.get("other"), 255)
        sender = room.sender(other) if other else Sender(())
        replies_to = replies_to or ((room.last,) if room.last else ())
        if not other and not replies_to:
            return Ignored(what="a message of ours in a room where nobody wrote")
    else:
        room.last = event_id
    return Message(
        external_id=event_id,
        sender=sender,
        occurred_at=room.at(event),
        text=said.text,
        html=said.html,
        attachments=said.attachments,
        visibility="public" if room.about.get("public") is True else "private",
        outgoing=ours,
        kind=said.kind,
        replies_to=replies_to,
        thread=room.id if room.is_group else "",
        extra={**said.extra, **_place(room, event_id), **(_own_mark(event) if ours else {})},
    )


def _own_mark(event: Element) -> dict[str, str]:
    """Our mark on the first part of an answer, which the server gives back to the session that sent it."""
    transaction = text_of(object_of(event.get("unsigned")).get("transaction_id"), 255)
    tracker, _, place = transaction.rpartition(".")
    return {"tracker": tracker} if tracker and place == "0" else {}


def _place(room: Room, event_id: str) -> dict[str, Any]:
    """What answering needs, and where the message stands."""
    if not room.id:
        return {}
    place: dict[str, Any] = {"room": room.id, "url": f"https://matrix.to/#/{room.id}/{event_id}"}
    if name := text_of(room.about.get("name"), 200):
        place["context"] = name
    if room.is_group:
        place["group"] = True
    if room.about.get("public") is True:
        place["public"] = True
    return place


def _edit(event: Element, relation: Element, content: Element, author: str, room: Room) -> Inbound:
    if author == room.us:
        return Ignored(what="an edit of ours")
    if event.get("type") == "m.room.encrypted":
        return Ignored(what="an encrypted edit")
    renewed = object_of(content.get("m.new_content"))
    return Edited(
        external_id=needed(relation.get("event_id"), "the event that is edited"),
        occurred_at=room.at(event),
        text=text_of(renewed.get("body"), LONGEST) or body_of(content).removeprefix("* "),
        sender=room.sender(author),
    )


# --- what happens to a message ----------------------------------------------------------------------------------


def _reaction(event: Element, content: Element, room: Room) -> Inbound:
    author = needed(event.get("sender"), "the sender")
    if author == room.us:
        return Ignored(what="a reaction of ours")
    relation = object_of(content.get("m.relates_to"))
    if object_of(event.get("unsigned")).get("redacted_because"):
        return Ignored(what="a reaction taken back")
    return Reacted(
        external_id=needed(relation.get("event_id"), "what is reacted to"),
        sender=room.sender(author),
        occurred_at=room.at(event),
        emoji=needed(relation.get("key"), "the reaction", 100),
    )


def _redaction(event: Element, content: Element, room: Room) -> Inbound:
    """Something is taken back. A reaction is, when the poll remembers that it was one (`reacted_to`)."""
    author = text_of(event.get("sender"), 255)
    if author == room.us:
        return Ignored(what="a redaction of ours")
    redacted = needed(event.get("redacts") or content.get("redacts"), "what is taken back")
    reacted_to = text_of(event.get("reacted_to"), 255)
    if reacted_to and author:
        return Reacted(external_id=reacted_to, sender=room.sender(author), occurred_at=room.at(event))
    return Removed(
        external_id=redacted,
        occurred_at=room.at(event),
        sender=room.sender(author) if author else None,
    )


def _receipts(content: Element, room: Room) -> Iterator[Inbound]:
    """Who has read until which event. In a room of two it holds for all that we wrote before."""
    found: list[Inbound] = []
    for event_id, told in content.items():
        for kind in ("m.read", "m.read.private"):
            for user, about in object_of(object_of(told).get(kind)).items():
                reader = text_of(user, 255)
                known = text_of(event_id, 255)
                if not known or not reader or reader == room.us:
                    continue
                at = moment_of(object_of(about).get("ts"), room.received_at)
                found.append(Receipt(external_id=known, status=ReceiptStatus.READ, occurred_at=at))
                if not room.is_group:
                    found.append(ReadUpTo(sender=room.sender(reader), status=ReceiptStatus.READ, until=at))
    yield from found[:1000] or [Ignored(what="m.receipt")]
