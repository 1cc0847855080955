"""Somebody with an account on any Matrix homeserver: what a test lets them do, by the client API."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ascolto.kit import http

CLIENT = "/_matrix/client/v3"


class MatrixRefused(Exception):
    """A request of a test that the server refuses."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        super().__init__(f"{status}: {document}")
        self.status, self.document = status, document


def ask(base: str, method: str, path: str, token: str = "", **more: Any) -> dict[str, Any]:
    """A request. Raises MatrixRefused."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    headers |= more.pop("headers", {})
    answer = http.request(method, f"{base}{path}", headers=headers, trusted_origins=[base], **more)
    document = answer.json_object() or {}
    if not answer.is_success:
        raise MatrixRefused(answer.status, document)
    return document


class MatrixUser:
    """An account by its token."""

    def __init__(self, base: str, id: str, token: str) -> None:
        self.base, self.id, self.token = base, id, token

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an inbox for this account."""
        return {"homeserver": self.base, "user_id": self.id, "access_token": self.token}

    def does(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        """A request in their name."""
        given = body if body or method in {"POST", "PUT"} else None
        return ask(self.base, method, f"{CLIENT}/{path}", self.token, json=given)

    def invites(self, *others: str, preset: str = "trusted_private_chat", **more: Any) -> str:
        """A new room with others invited to it; its id."""
        made = self.does("POST", "createRoom", invite=list(others), preset=preset, **more)
        return str(made["room_id"])

    def joins(self, room: str) -> None:
        """Accept an invitation."""
        self.does("POST", f"join/{quote(room)}")

    def leaves(self, room: str) -> None:
        """Leave a room."""
        self.does("POST", f"rooms/{quote(room)}/leave")

    def says(self, room: str, text: str, **more: Any) -> str:
        """A message; the id of its event. `more` are further fields of its content."""
        return self.sends(room, "m.room.message", {"msgtype": "m.text", "body": text, **more})

    def edits(self, room: str, event_id: str, text: str) -> str:
        """A new text for a message."""
        relation = {"rel_type": "m.replace", "event_id": event_id}
        renewed = {"msgtype": "m.text", "body": text}
        return self.says(room, f"* {text}", **{"m.new_content": renewed, "m.relates_to": relation})

    def reacts(self, room: str, event_id: str, emoji: str) -> str:
        """A reaction; the id of its event."""
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": emoji}
        return self.sends(room, "m.reaction", {"m.relates_to": relation})

    def sends(self, room: str, kind: str, content: Mapping[str, Any]) -> str:
        """An event of any type; its id."""
        path = f"rooms/{quote(room)}/send/{kind}/{secrets.token_hex(8)}"
        return str(self.does("PUT", path, **content)["event_id"])

    def redacts(self, room: str, event_id: str) -> None:
        """Take an event back."""
        self.does("PUT", f"rooms/{quote(room)}/redact/{quote(event_id)}/{secrets.token_hex(8)}")

    def has_read(self, room: str, event_id: str) -> None:
        """Mark everything until an event as read."""
        self.does("POST", f"rooms/{quote(room)}/receipt/m.read/{quote(event_id)}")

    def sets(self, room: str, kind: str, **content: Any) -> None:
        """A state of the room."""
        self.does("PUT", f"rooms/{quote(room)}/state/{kind}", **content)

    def uploads(self, content: bytes, content_type: str) -> str:
        """The `mxc://` address of a file."""
        headers = {"content-type": content_type}
        document = ask(
            self.base, "POST", "/_matrix/media/v3/upload", self.token, content=content, headers=headers
        )
        return str(document["content_uri"])

    def sees(self, room: str, event_id: str) -> dict[str, Any]:
        """An event as they may read it."""
        return self.does("GET", f"rooms/{quote(room)}/event/{quote(event_id)}")

    def rooms(self) -> list[str]:
        """Where they are."""
        return [str(room) for room in self.does("GET", "joined_rooms")["joined_rooms"]]

    def invited_to(self) -> list[str]:
        """Where they may come. Synapse answers a first sync from memory for a while: also with what is over."""
        there = self.rooms()
        invited = self.does("GET", "sync").get("rooms", {}).get("invite", {})
        return [room for room in invited if room not in there]
