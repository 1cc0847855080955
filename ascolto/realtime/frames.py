"""What travels on a live stream: pure, so that it can be reasoned about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
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
            return self._encoded(visible=True)
        lost = self.type == "conversation.assigned" and sight.allows(
            conversation=self.conversation,
            account=self.account,
            assignee=self.previous_assignee,
            team=self.previous_team,
        )
        return self._encoded(visible=False) if lost else None

    def _encoded(self, *, visible: bool) -> bytes:
        data: dict[str, Any] = {"id": self.conversation, "row_visible": visible}
        if visible:
            data |= {"version": self.version, "type": self.type, "message": self.message}
        return encode("conversation", data, id=str(self.position))
