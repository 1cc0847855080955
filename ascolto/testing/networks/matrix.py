"""A stand-in for a Matrix homeserver: accounts, rooms with their doors and members, one stream of events for everybody.

    network = city.add(MatrixNetwork())
    giulia = network.add_person("Giulia Conti")
    network.write(giulia, "La fibra non va")            # invites the company into a room first

Everybody has a token (`user(person)` speaks for them by the client API, as on a real server). The requests that it answers are in
`matrix_api.py`. It enforces tokens, membership, power, the size of an event, and that the same transaction is the same event.
"""

from __future__ import annotations

import itertools
import json
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ascolto.kit.clock import now
from ascolto.testing.networks import matrix_api
from ascolto.testing.networks.city import Network, Person, Reply, Request, SentMessage
from ascolto.testing.servers.matrix_user import MatrixUser

HOST = "telvia.example"
LARGEST_EVENT = 65_536


class MatrixError(Exception):
    """An answer that says no."""

    def __init__(self, status: int, code: str, words: str, **more: Any) -> None:
        super().__init__(words)
        self.status, self.document = status, {"errcode": code, "error": words, **more}


@dataclass(slots=True, eq=False)
class Room:
    """A room: who is in it (`join`, `invite`, `leave`), its states, and what happened in it, by place in the stream."""

    id: str
    creator: str
    members: dict[str, str] = field(default_factory=dict)
    states: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    receipts: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    joined_at: dict[str, int] = field(default_factory=dict)  # user → place in the stream

    def event(self, event_id: str) -> dict[str, Any] | None:
        """One of its events."""
        return next((event for _, event in self.events if event["event_id"] == event_id), None)


class MatrixNetwork(Network):
    """One homeserver with the company's account and people."""

    kind = "matrix"
    has_hooks = False

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, Room] = {}
        self.tokens: dict[str, Person] = {}
        self.transactions: dict[tuple[str, str], str] = {}  # token and path → event
        self.account_data: dict[tuple[str, str], dict[str, Any]] = {}
        self.changed = threading.Condition(self.lock)
        self._places = itertools.count(1)
        self.place = 0  # of the last thing that happened
        self.us = self._settle("Telvia", "telvia")

    @property
    def settings(self) -> dict[str, str]:
        return {
            "homeserver": self.url,
            "user_id": self.us.id,
            "access_token": str(self.us.data["token"]),
        }

    def _settle(self, name: str, local: str) -> Person:
        token = f"syt_{secrets.token_urlsafe(20)}"
        person = Person(id=f"@{local}:{HOST}", name=name, handle=local, data={"token": token})
        self.tokens[token] = person
        return person

    def add_person(self, name: str, **about: Any) -> Person:
        with self.lock:
            local = about.pop("local", "") or re.sub(r"\W+", ".", name.lower())
            person = self._settle(name, local)
            person.data.update(about)
            self.people.append(person)
        return person

    def user(self, person: Person) -> MatrixUser:
        """A client that speaks for somebody."""
        return MatrixUser(self.url, person.id, str(person.data["token"]))

    # --- what people do -------------------------------------------------------------------------------------------

    def write(self, person: Person, text: str, *, public: bool = False, **more: Any) -> str:
        """They write in the room that they have with the company (`public`: in one that anybody can read).
        `content` may be a whole content, `room` another room, `files` pictures that go before the text."""
        room = str(more.get("room") or "") or self._room_of(person, public=public)
        for content, kind in more.get("files", ()):
            media = {"url": self.store(content, kind), "info": {"mimetype": kind, "size": len(content)}}
            self.add(self.rooms[room], person.id, {"msgtype": "m.image", "body": "picture.png", **media})
        said = more.get("content") or {"msgtype": "m.text", "body": text}
        person.last_wrote_at = now()
        return self.add(self.rooms[room], person.id, said)

    def _room_of(self, person: Person, *, public: bool) -> str:
        name = "public" if public else "private"
        if name not in person.data:
            room = self.make_room(person.id, [self.us.id], is_public=public)
            if public:  # the company came in by itself: nobody is drawn into a room for everybody
                self.enter(room, self.us.id)
            person.data[name] = room.id
        return str(person.data[name])

    def edit(self, person: Person, event_id: str, text: str) -> None:
        """They change what they wrote."""
        relation = {"rel_type": "m.replace", "event_id": event_id}
        renewed = {"msgtype": "m.text", "body": text}
        said = {**renewed, "body": f"* {text}", "m.new_content": renewed, "m.relates_to": relation}
        self.add(self.room_of(event_id), person.id, said)

    def delete(self, person: Person, event_id: str) -> None:
        """They take back what they wrote."""
        self.redact(self.room_of(event_id), person.id, event_id)

    def like(self, person: Person, event_id: str, emoji: str = "👍") -> str:
        """They react to a message; the id of the reaction, which `delete` takes back."""
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": emoji}
        return self.add(self.room_of(event_id), person.id, {"m.relates_to": relation}, "m.reaction")

    def read(self, person: Person, event_id: str) -> None:
        """They read until a message."""
        self.mark_read(self.room_of(event_id), person.id, event_id)

    # --- rooms ------------------------------------------------------------------------------------------------------

    def make_room(self, creator: str, invited: list[str], *, is_public: bool = False, name: str = "") -> Room:
        """A new room with its first events."""
        with self.lock:
            room = Room(f"!{secrets.token_urlsafe(12)}:{HOST}", creator)
            self.rooms[room.id] = room
            self.set_state(room, creator, "m.room.create", "", {"room_version": "11"})
            self.enter(room, creator)
            rule = {"join_rule": "public" if is_public else "invite"}
            self.set_state(room, creator, "m.room.join_rules", "", rule)
            self.set_state(room, creator, "m.room.history_visibility", "", {"history_visibility": "shared"})
            if name:
                self.set_state(room, creator, "m.room.name", "", {"name": name})
            for user in invited:
                self.set_member(room, creator, user, "invite")
        return room

    def enter(self, room: Room, user: str) -> None:
        """Somebody comes in."""
        self.set_member(room, user, user, "join")
        room.joined_at[user] = self.place

    def set_member(self, room: Room, sender: str, user: str, membership: str) -> None:
        """Somebody is invited, comes in or goes."""
        room.members[user] = membership
        person = self.person(user)
        content = {"membership": membership, "displayname": person.name if person else user}
        self.set_state(room, sender, "m.room.member", user, content)

    def set_state(self, room: Room, sender: str, kind: str, key: str, content: Mapping[str, Any]) -> str:
        """A state of a room; the id of its event."""
        room.states[(kind, key)] = dict(content)
        return self.add(room, sender, content, kind, state_key=key)

    def add(
        self,
        room: Room,
        sender: str,
        content: Mapping[str, Any],
        kind: str = "m.room.message",
        *,
        unsigned: dict[str, Any] | None = None,
        **more: Any,
    ) -> str:
        """Something happens in a room; the id of the event. Raises MatrixError for what is too large."""
        if len(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")) > LARGEST_EVENT:
            raise MatrixError(413, "M_TOO_LARGE", "event too large")
        with self.changed:
            self.place = next(self._places)
            event_id = f"${secrets.token_urlsafe(30)}"
            event = {"type": kind, "event_id": event_id, "sender": sender, "room_id": room.id, **more}
            event |= {
                "origin_server_ts": int(now().timestamp() * 1000),
                "content": dict(content),
                "unsigned": unsigned or {},
            }
            room.events.append((self.place, event))
            self.changed.notify_all()
        return event_id

    def redact(self, room: Room, sender: str, event_id: str) -> str:
        """An event loses its content, and everybody is told."""
        event = room.event(event_id)
        if event is None or event["sender"] != sender:
            raise MatrixError(403, "M_FORBIDDEN", "You cannot redact this event")
        event["content"], event["unsigned"] = {}, {"redacted_because": {"type": "m.room.redaction"}}
        return self.add(room, sender, {"redacts": event_id}, "m.room.redaction", redacts=event_id)

    def mark_read(self, room: Room, user: str, event_id: str) -> None:
        """Somebody has read until an event."""
        with self.changed:
            self.place = next(self._places)
            moment = int(now().timestamp() * 1000)
            room.receipts.append((self.place, {event_id: {"m.read": {user: {"ts": moment}}}}))
            self.changed.notify_all()

    def room_of(self, event_id: str) -> Room:
        """Where an event stands. Raises MatrixError."""
        with self.lock:
            for room in self.rooms.values():
                if room.event(event_id) is not None:
                    return room
        raise MatrixError(404, "M_NOT_FOUND", "Event not found")

    def person(self, user: str) -> Person | None:
        """Who a user is."""
        return next((person for person in [self.us, *self.people] if person.id == user), None)

    def store(self, content: bytes, content_type: str) -> str:
        """Keep a file; its `mxc://` address."""
        return f"mxc://{HOST}/{self.keep(content, content_type)}"

    # --- what the server answers ------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        try:
            return matrix_api.answer(self, request)
        except MatrixError as error:
            return Reply(error.document, error.status)

    def too_fast(self) -> Reply:
        return Reply(
            {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": 2000}, 429
        )

    def broken(self) -> Reply:
        return Reply({"errcode": "M_UNKNOWN", "error": "Internal server error"}, 500)

    def whose(self, request: Request) -> Person:
        """Who asks. Raises MatrixError."""
        if not request.bearer:
            raise MatrixError(401, "M_MISSING_TOKEN", "Missing access token")
        person = self.tokens.get(request.bearer)
        if person is None:
            raise MatrixError(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.", soft_logout=False)
        return person

    def keep_sent(self, room: Room, event_id: str, content: Mapping[str, Any]) -> None:
        """What the company said, and what becomes of it: who is in the room reads it."""
        others = [
            user for user, membership in room.members.items() if user != self.us.id and membership == "join"
        ]
        person = self.person(others[0]) if others else None
        files: tuple[tuple[str, bytes], ...] = ()
        if (address := str(content.get("url") or "")).startswith("mxc://"):
            found, kind = self.media[address.rpartition("/")[2]]
            files = ((kind, found),)
        answers = content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id", "")
        self.took(
            SentMessage(
                id=event_id,
                person=person,
                text="" if files else str(content.get("body", "")),
                public=room.states.get(("m.room.join_rules", ""), {}).get("join_rule") == "public",
                answers=answers,
                files=files,
                data={"room": room.id, "content": dict(content), "readers": others},
            )
        )
        if self.reads and person is not None:
            self.mark_read(room, person.id, event_id)
