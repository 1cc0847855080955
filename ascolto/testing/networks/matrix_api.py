"""The requests that the stand-in for a Matrix homeserver answers, as the client-server API does."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ascolto.testing.networks.city import Person, Reply, Request

if TYPE_CHECKING:
    from ascolto.testing.networks.matrix import MatrixNetwork, Room

_TIMELINE = 10  # events of a room in a sync, unless the filter says more


def _refused(status: int, code: str, words: str) -> Exception:
    from ascolto.testing.networks.matrix import MatrixError

    return MatrixError(status, code, words)


def answer(network: MatrixNetwork, request: Request) -> Reply:
    """Answer a request. Raises MatrixError."""
    parts = [unquote(item) for item in request.parts]
    if parts == ["_matrix", "client", "versions"]:
        return Reply({"versions": ["v1.11", "v1.12"], "unstable_features": {}})
    person = network.whose(request)
    if request.method in {"POST", "PUT"} and network.speed.is_too_fast():
        return network.too_fast()
    if parts[:2] == ["_matrix", "media"] and parts[-1] == "upload":
        address = network.store(request.body, request.headers.get("content-type", "application/octet-stream"))
        return Reply({"content_uri": address})
    if "download" in parts:
        return _download(network, parts)
    if parts[:3] == ["_matrix", "client", "v3"]:
        return _client(network, request, person, parts[3:])
    raise _refused(404, "M_UNRECOGNIZED", "Unrecognized request")


def _download(network: MatrixNetwork, parts: list[str]) -> Reply:
    """Since 1.11 files are for those who sign in; the older address is closed."""
    if parts[2] != "v1":
        raise _refused(404, "M_NOT_FOUND", "Not found")
    if parts[-1] not in network.media:
        raise _refused(404, "M_NOT_FOUND", "Not found")
    content, kind = network.media[parts[-1]]
    return Reply(content, content_type=kind)


def _client(network: MatrixNetwork, request: Request, person: Person, parts: list[str]) -> Reply:
    known: dict[str, Callable[[MatrixNetwork, Request, Person, list[str]], Reply]] = {
        "account": lambda *_: Reply({"user_id": person.id, "device_id": "ASCOLTO"}),
        "sync": _sync,
        "createRoom": _create_room,
        "join": _join,
        "joined_rooms": _joined_rooms,
        "rooms": _rooms,
        "user": _account_data,
        "profile": lambda *_: Reply({}),
    }
    if not parts or parts[0] not in known:
        raise _refused(404, "M_UNRECOGNIZED", "Unrecognized request")
    return known[parts[0]](network, request, person, parts[1:])


# --- sync ---------------------------------------------------------------------------------------------------------------


def _sync(network: MatrixNetwork, request: Request, person: Person, parts: list[str]) -> Reply:
    """With a timeout, it waits until there is something for this person."""
    since = int(request.asked("since").removeprefix("s") or 0)
    wait = int(request.asked("timeout") or 0) / 1000
    told = request.query.get("filter", ["{}"])[0]
    limit = 50 if '"limit": 50' in told else _TIMELINE
    deadline = time.monotonic() + wait
    with network.changed:
        while True:
            rooms = _news(network, person, since, limit)
            left = deadline - time.monotonic()
            if any(rooms.values()) or left <= 0:
                return Reply({"next_batch": f"s{network.place}", "rooms": rooms})
            network.changed.wait(left)


def _news(network: MatrixNetwork, person: Person, since: int, limit: int) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    invited: dict[str, Any] = {}
    for room in network.rooms.values():
        membership = room.members.get(person.id)
        if membership == "invite" and any(
            place > since and event.get("state_key") == person.id for place, event in room.events
        ):
            invited[room.id] = {"invite_state": {"events": _stripped(room)}}
        if membership == "join" and (found := _room_news(room, person, since, limit)):
            joined[room.id] = found
    return {"join": joined, "invite": invited}


def _stripped(room: Room) -> list[dict[str, Any]]:
    return [
        {"type": kind, "state_key": key, "content": content, "sender": room.creator}
        for (kind, key), content in room.states.items()
    ]


def _room_news(room: Room, person: Person, since: int, limit: int) -> dict[str, Any]:
    """What came since; of a room that was entered since, everything. Only the last events, and a mark where they begin."""
    entered = room.joined_at.get(person.id, 0) > since
    events = [(place, event) for place, event in room.events if place > since or entered]
    receipts = [content for place, content in room.receipts if place > since]
    if not events and not receipts:
        return {}
    limited = len(events) > limit
    shown = events[-limit:]
    before = f"t{shown[0][0]}" if shown else f"t{since}"
    found: dict[str, Any] = {
        "timeline": {
            "events": [_as_seen_by(person, event) for _, event in shown],
            "limited": limited,
            "prev_batch": before,
        },
        "state": {"events": []},
        "ephemeral": {"events": [{"type": "m.receipt", "content": content} for content in receipts]},
    }
    return found


def _as_seen_by(person: Person, event: dict[str, Any]) -> dict[str, Any]:
    """The mark of a transaction is told only to who sent it."""
    unsigned = {name: value for name, value in event["unsigned"].items() if name != "transaction_id"}
    return event if event["sender"] == person.id else {**event, "unsigned": unsigned}


# --- rooms --------------------------------------------------------------------------------------------------------


def _create_room(network: MatrixNetwork, request: Request, person: Person, parts: list[str]) -> Reply:
    told = _said(request)
    room = network.make_room(
        person.id,
        [str(user) for user in told.get("invite") or ()],
        is_public=told.get("preset") == "public_chat",
        name=str(told.get("name") or ""),
    )
    return Reply({"room_id": room.id})


def _join(network: MatrixNetwork, request: Request, person: Person, parts: list[str]) -> Reply:
    room = network.rooms.get(parts[0]) if parts else None
    if room is None:
        raise _refused(404, "M_NOT_FOUND", "No known servers")
    public = room.states.get(("m.room.join_rules", ""), {}).get("join_rule") == "public"
    if room.members.get(person.id) not in {"invite", "join"} and not public:
        raise _refused(403, "M_FORBIDDEN", "You are not invited to this room.")
    if room.members.get(person.id) != "join":
        network.enter(room, person.id)
    return Reply({"room_id": room.id})


def _joined_rooms(network: MatrixNetwork, request: Request, person: Person, parts: list[str]) -> Reply:
    found = [room.id for room in network.rooms.values() if room.members.get(person.id) == "join"]
    return Reply({"joined_rooms": found})


def _rooms(network: MatrixNetwork, request: Request, person: Person, parts: list[str]) -> Reply:
    room = network.rooms.get(parts[0]) if parts else None
    if room is None or room.members.get(person.id) != "join":
        raise _refused(403, "M_FORBIDDEN", f"User {person.id} not in room {parts[0] if parts else ''}")
    known: dict[str, Callable[[MatrixNetwork, Request, Person, Room, list[str]], Reply]] = {
        "send": _send,
        "redact": _redact,
        "receipt": _receipt,
        "state": _state,
        "event": _event,
        "messages": _messages,
        "members": _members,
        "joined_members": _joined_members,
        "leave": _leave,
    }
    if len(parts) < 2 or parts[1] not in known:
        raise _refused(404, "M_UNRECOGNIZED", "Unrecognized request")
    return known[parts[1]](network, request, person, room, parts[2:])


def _once(network: MatrixNetwork, request: Request, make: Callable[[], str]) -> Reply:
    """The same transaction of the same session is the same event."""
    key = (request.bearer, request.path)
    with network.lock:
        if key not in network.transactions:
            network.transactions[key] = make()
    return Reply({"event_id": network.transactions[key]})


def _send(network: MatrixNetwork, request: Request, person: Person, room: Room, parts: list[str]) -> Reply:
    content = _said(request)

    def make() -> str:
        mark = {"transaction_id": parts[-1]}
        event_id = network.add(room, person.id, content, parts[0], unsigned=mark)
        if person is network.us and parts[0] == "m.room.message":
            network.keep_sent(room, event_id, content)
        return event_id

    return _once(network, request, make)


def _redact(network: MatrixNetwork, request: Request, person: Person, room: Room, parts: list[str]) -> Reply:
    return _once(network, request, lambda: network.redact(room, person.id, parts[0]))


def _receipt(network: MatrixNetwork, request: Request, person: Person, room: Room, parts: list[str]) -> Reply:
    network.mark_read(room, person.id, parts[1])
    return Reply({})


def _state(network: MatrixNetwork, request: Request, person: Person, room: Room, parts: list[str]) -> Reply:
    key = (parts[0], parts[1] if len(parts) > 1 else "")
    if request.method == "PUT":
        return Reply({"event_id": network.set_state(room, person.id, *key, _said(request))})
    if key not in room.states:
        raise _refused(404, "M_NOT_FOUND", "Event not found.")
    return Reply(room.states[key])


def _event(network: MatrixNetwork, request: Request, person: Person, room: Room, parts: list[str]) -> Reply:
    event = room.event(parts[0])
    if event is None:
        raise _refused(404, "M_NOT_FOUND", "Could not find event")
    return Reply(event)


def _messages(
    network: MatrixNetwork, request: Request, person: Person, room: Room, parts: list[str]
) -> Reply:
    """Backwards from a mark: what came before it, newest first."""
    start = int(request.asked("from").lstrip("st") or 0)
    until = int(request.asked("to").lstrip("st") or 0)
    limit = int(request.asked("limit") or 10)
    older = [(place, event) for place, event in room.events if until < place < start][::-1]
    page: dict[str, Any] = {"start": request.asked("from"), "chunk": [event for _, event in older[:limit]]}
    if len(older) > limit:
        page["end"] = f"t{older[limit - 1][0]}"
    return Reply(page)


def _members(network: MatrixNetwork, request: Request, person: Person, room: Room, parts: list[str]) -> Reply:
    but = request.asked("not_membership")
    chunk = [
        {"type": "m.room.member", "state_key": user, "content": {"membership": membership}}
        for user, membership in room.members.items()
        if membership != but
    ]
    return Reply({"chunk": chunk})


def _joined_members(
    network: MatrixNetwork, request: Request, person: Person, room: Room, parts: list[str]
) -> Reply:
    joined = {}
    for user, membership in room.members.items():
        who = network.person(user)
        if membership == "join":
            joined[user] = {"display_name": who.name if who else user, "avatar_url": None}
    return Reply({"joined": joined})


def _leave(network: MatrixNetwork, request: Request, person: Person, room: Room, parts: list[str]) -> Reply:
    network.set_member(room, person.id, person.id, "leave")
    return Reply({})


def _account_data(network: MatrixNetwork, request: Request, person: Person, parts: list[str]) -> Reply:
    if len(parts) != 3 or parts[0] != person.id:
        raise _refused(403, "M_FORBIDDEN", "Cannot see the account data of somebody else.")
    key = (person.id, parts[2])
    if request.method == "PUT":
        network.account_data[key] = _said(request)
        return Reply({})
    if key not in network.account_data:
        raise _refused(404, "M_NOT_FOUND", "Account data not found")
    return Reply(network.account_data[key])


def _said(request: Request) -> dict[str, Any]:
    document = request.json()
    if not isinstance(document, Mapping):
        raise _refused(400, "M_NOT_JSON", "Content not JSON.")
    return dict(document)
