"""A message of ours into events of a room. Where it goes is checked at the moment of sending: a room's doors can be opened.

The id of the request makes it happen once: the same one twice is the same event.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ascolto.channels.adapters.matrix.contents import MXC
from ascolto.channels.adapters.matrix.homeserver import CLIENT, look, look_if_there, part
from ascolto.channels.adapters.matrix.parsing import NAMESPACE
from ascolto.channels.adapters.matrix.syncing import is_public
from ascolto.channels.protocol import ErrorClass, Failure, File, Outgoing, SendRefused, Sent
from ascolto.channels.reading import object_of, text_of
from ascolto.channels.vendors.rest import Rest
from ascolto.kit.text import clean

_USER = re.compile(r"@[^\s:]{1,200}:[A-Za-z0-9.:\[\]-]{1,200}")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')
_KINDS = {"image": "m.image", "video": "m.video", "audio": "m.audio"}


def send(looks: Rest, posts: Rest, us: str, outgoing: Outgoing) -> Sent:
    """A message for the room in which the customer wrote, or for one with them alone. Raises SendRefused."""
    room = "" if outgoing.from_public or outgoing.extra.get("public") is True else _room(outgoing)
    if not room:
        return _say(looks, posts, _room_with(looks, us, _customer(outgoing)), outgoing, answers=False)
    if is_public(looks, room):
        reason = "Anybody can read this room now: a private answer cannot leave there."
        raise SendRefused(Failure(ErrorClass.CONFIG, reason, of_message=True))
    others = [user for user in _members(posts, room) if user != us]
    if not others:
        raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, "The customer has left the room."))
    return _say(looks, posts, room, outgoing)


def publish(looks: Rest, posts: Rest, outgoing: Outgoing) -> Sent:
    """An answer in a room that anybody can read. Raises SendRefused."""
    room = _room(outgoing)
    if not room or not is_public(looks, room):
        reason = "This room is not open to everybody: it cannot be answered in public."
        raise SendRefused(Failure(ErrorClass.CONFIG, reason, of_message=True))
    return _say(looks, posts, room, outgoing)


# --- where -------------------------------------------------------------------------------------------------------


def _room(outgoing: Outgoing) -> str:
    return text_of(outgoing.extra.get("room"), 255)


def _customer(outgoing: Outgoing) -> str:
    """Raises SendRefused for nobody."""
    users = [handle.value for handle in outgoing.recipient if handle.namespace == NAMESPACE]
    if not users or not _USER.fullmatch(users[0]):
        raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, "The customer's Matrix account is not known."))
    return users[0]


def _members(posts: Rest, room: str) -> list[str]:
    """Who is in a room. Raises SendRefused, RECIPIENT_GONE when we are not in it any more."""
    path = f"{CLIENT}/rooms/{part(room)}/joined_members"
    return list(object_of(posts.json("GET", path, repeatable=True).get("joined")))


def _room_with(looks: Rest, us: str, customer: str) -> str:
    """A room with this customer alone: the one we had, or a new one to which they are invited. Raises SendRefused."""
    path = f"user/{part(us)}/account_data/m.direct"
    direct = look_if_there(looks, path)
    known = direct.get(customer)
    for room in [text_of(item, 255) for item in known] if isinstance(known, list) else []:
        if room and _is_ours_alone(looks, room, us, customer):
            return room
    made = looks.json(
        "POST",
        f"{CLIENT}/createRoom",
        repeatable=True,  # a second empty room hurts nobody
        json={"invite": [customer], "is_direct": True, "preset": "trusted_private_chat"},
    )
    room = text_of(made.get("room_id"), 255)
    if not room:
        raise SendRefused(looks.nonsense(repeatable=True))
    rooms = [*known, room] if isinstance(known, list) else [room]
    looks.json("PUT", f"{CLIENT}/{path}", repeatable=True, json={**direct, customer: rooms})
    return room


def _is_ours_alone(looks: Rest, room: str, us: str, customer: str) -> bool:
    """Whether only we and the customer are in a room, or the customer is still invited to it."""
    try:
        listed = look(looks, f"rooms/{part(room)}/members", params={"not_membership": "leave"})
    except SendRefused as refusal:
        if refusal.failure.code in {"M_FORBIDDEN", "M_NOT_FOUND"}:
            return False
        raise
    events = listed.get("chunk")
    there = {
        text_of(event.get("state_key"), 255): object_of(event.get("content")).get("membership")
        for event in (events if isinstance(events, list) else [])
        if isinstance(event, dict)
    }
    present = {user for user, membership in there.items() if membership in {"join", "invite"}}
    return present == {us, customer} and there.get(us) == "join" and not is_public(looks, room)


# --- what ----------------------------------------------------------------------------------------------------------


def _say(looks: Rest, posts: Rest, room: str, outgoing: Outgoing, *, answers: bool = True) -> Sent:
    contents = [_file_content(looks, file) for file in outgoing.files]
    if outgoing.text:
        contents.insert(0, {"msgtype": "m.text", "body": outgoing.text})
    if not contents:
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message is empty."))
    if answers and _needs_quotation(outgoing):
        contents[0]["m.relates_to"] = {"m.in_reply_to": {"event_id": outgoing.reply_to}}
    sent = [
        _put(posts, room, f"{outgoing.tracker}.{place}", content) for place, content in enumerate(contents)
    ]
    return Sent(tuple(sent))


def _needs_quotation(outgoing: Outgoing) -> bool:
    """In a room of several, and where something came after what is answered."""
    is_newest = outgoing.references[-1:] == (outgoing.reply_to,)
    return bool(outgoing.reply_to) and (outgoing.extra.get("group") is True or not is_newest)


def _put(posts: Rest, room: str, transaction: str, content: Mapping[str, Any]) -> str:
    # Not repeatable here: an unknown outcome is told as such, and the transaction's id lets the courier repeat it.
    path = f"{CLIENT}/rooms/{part(room)}/send/m.room.message/{part(transaction)}"
    answer = posts.json("PUT", path, repeatable=False, json=dict(content))
    event_id = text_of(answer.get("event_id"), 255).strip()
    if not event_id:
        raise SendRefused(posts.nonsense(repeatable=False))
    return event_id


# --- files ----------------------------------------------------------------------------------------------------------


def _file_content(looks: Rest, file: File) -> dict[str, Any]:
    """Hand a file over; the content of the event that shows it. Nobody sees it yet. Raises SendRefused."""
    name = _UNSAFE.sub("_", clean(file.name, 200)).strip() or "file"
    answer = looks.json(
        "POST",
        "_matrix/media/v3/upload",
        repeatable=True,
        params={"filename": name},
        content=file.read(),
        headers={"content-type": file.content_type},
    )
    address = text_of(answer.get("content_uri"), 600)
    if not MXC.fullmatch(address):
        raise SendRefused(looks.nonsense(repeatable=True))
    about = {"mimetype": file.content_type, "size": file.size}
    msgtype = _KINDS.get(file.content_type.partition("/")[0], "m.file")
    return {"msgtype": msgtype, "body": name, "filename": name, "url": address, "info": about}


def fetch(looks: Rest, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
    """Content and content type of a file; servers older than Matrix 1.11 have it at another address. Raises SendRefused."""
    found = MXC.fullmatch(text_of(remote.get("mxc"), 600))
    if not found:
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message names no file that could be fetched."))
    place = f"{part(found.group(1))}/{part(found.group(2))}"
    try:
        return _download(looks, f"_matrix/client/v1/media/download/{place}", limit)
    except SendRefused as refusal:
        if refusal.failure.code not in {"M_UNRECOGNIZED", "404"}:
            raise
    return _download(looks, f"_matrix/media/v3/download/{place}", limit)


def _download(looks: Rest, path: str, limit: int) -> tuple[bytes, str]:
    try:
        return looks.download(path, limit)
    except SendRefused as refusal:
        if refusal.failure.code == "M_NOT_FOUND":
            raise SendRefused(Failure(ErrorClass.CONTENT, "The file is not there any more.")) from refusal
        raise
