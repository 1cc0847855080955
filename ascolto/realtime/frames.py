"""What travels on a live stream: pure, so that it can be reasoned about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ascolto.conversations.access import Sight
from ascolto.events.log import Position

KEEP_ALIVE = b": still here\n\n"


def encode(event: str, data: Mapping[str, Any], *, id: str = "") -> bytes:
    """One Server-Sent Event."""
    head = f"id: {id}\n" if id else ""
    return f"{head}event: {event}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


@dataclass(frozen=True, slots=True)
class HouseNews:
    """Something happened to an inbox: whoever has a screen open asks what concerns them. It tells nothing itself."""

    position: Position

    def for_sight(self, sight: Sight) -> bytes | None:
        """The same for everybody."""
        return encode("house", {}, id=str(self.position))


@dataclass(frozen=True, slots=True)
class PersonalNews:
    """Something concerns one person: their screens ask what it is."""

    position: Position
    agent: int

    def for_sight(self, sight: Sight) -> bytes | None:
        """Only for that person."""
        return encode("mine", {}, id=str(self.position)) if sight.agent_id == self.agent else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One event of the log about a conversation, with what decides who may hear of it."""

    position: Position
    type: str
    conversation: int
    customer: int | None
    account: int | None  # of the conversation: decides about sight
    channel_account: int | None  # of the event: where it happened
    assignee: int | None
    team: int | None
    version: int
    message: int | None = None
    previous_assignee: int | None = None
    previous_team: int | None = None

    def for_sight(self, sight: Sight) -> bytes | None:
        """The event as this person may hear it; None when it is not theirs. Who just lost sight of it is told to drop the row."""
        if sight.allows(
            conversation=self.conversation, account=self.account, assignee=self.assignee, team=self.team
        ):
            return _encoded(self, visible=True)
        lost = self.type == "conversation.assigned" and sight.allows(
            conversation=self.conversation,
            account=self.account,
            assignee=self.previous_assignee,
            team=self.previous_team,
        )
        return _encoded(self, visible=False) if lost else None


@lru_cache(maxsize=1024)  # hundreds of screens hear the same
def _encoded(frame: Frame, *, visible: bool) -> bytes:
    data: dict[str, Any] = {"id": frame.conversation, "row_visible": visible}
    if visible:
        data |= {"version": frame.version, "type": frame.type, "message": frame.message}
    return encode("conversation", data, id=str(frame.position))


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceFrame:
    """Who is in a conversation now: (id, name, reading or writing). It is not in the log, so it carries no place."""

    conversation: int
    account: int | None
    assignee: int | None
    team: int | None
    who: tuple[tuple[int, str, str], ...]

    def for_sight(self, sight: Sight) -> bytes | None:
        """The same for everybody who may see the conversation."""
        if not sight.allows(
            conversation=self.conversation, account=self.account, assignee=self.assignee, team=self.team
        ):
            return None
        return _who_is_there(self.conversation, self.who)

    def emptied(self) -> PresenceFrame:
        """Everybody left."""
        return replace(self, who=())


@lru_cache(maxsize=1024)
def _who_is_there(conversation: int, who: tuple[tuple[int, str, str], ...]) -> bytes:
    people = [{"id": pk, "name": name, "state": state} for pk, name, state in who]
    return encode("presence", {"id": conversation, "who": people})
