"""What the API tells of flows, dialogues of the bot, and of what external bots did."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from ascolto.api.documents import Meta, Reference


class Flow(Struct, frozen=True):
    """A flow. `latest`: the number of its newest version; `running`: of the one that runs, null where none does."""

    id: int
    name: str
    title: str
    is_part: bool
    latest: int
    running: int | None
    archived_at: datetime | None
    created_at: datetime


class FlowList(Struct, frozen=True):
    data: list[Flow]
    meta: Meta


class FlowVersion(Struct, frozen=True):
    """A version of a flow; it never changes. `text` is left out in lists."""

    flow_id: int
    name: str
    number: int
    note: str
    by: Reference | None
    created_at: datetime
    published_at: datetime | None
    published_by: Reference | None
    text: str | None = None


class FlowVersionList(Struct, frozen=True):
    data: list[FlowVersion]
    meta: Meta


class Finding(Struct, frozen=True):
    """A defect. `line` counts from 1, 0 is the flow as a whole; `code` is stable; `fix` says what to do."""

    line: int
    code: str
    node: str
    message: str
    fix: str


class FlowChecked(Struct, frozen=True):
    """What is wrong with a text; it may be published where nothing is."""

    is_right: bool
    findings: list[Finding]


class AnswerRating(Struct, frozen=True):
    """Whether an answer of the bot helped, in the customer's opinion."""

    message_id: int
    helped: bool
    at: datetime


class Dialogue(Struct, frozen=True):
    """What the bot held of a conversation. `why` it was handed over, or ended; `slots`: what the customer told; `trail`: the steps."""

    id: int
    channel_id: int
    flow: Reference
    version: int
    is_rival: bool
    status: Literal["running", "handed", "ended", "silenced"]
    why: str
    node: str
    language: str
    topic: str
    sentiment: str
    slots: dict[str, str]
    trail: list[str]
    turns: int
    ratings: list[AnswerRating]
    started_at: datetime
    ended_at: datetime | None


class DialogueList(Struct, frozen=True):
    data: list[Dialogue]
    meta: Meta


# --- in Chatwoot's shape -----------------------------------------------------------------------------------------------------


class AgentBotSender(Struct, frozen=True):
    """The bot."""

    id: int
    name: str
    type: Literal["agent_bot"] = "agent_bot"


class AgentBotMessage(Struct, frozen=True):
    """What an external bot wrote. `message_type` 1 is outgoing; `created_at` is in seconds."""

    id: int
    content: str
    inbox_id: int
    conversation_id: int
    message_type: int
    content_type: str
    status: str
    content_attributes: dict[str, Any]
    created_at: int
    private: bool
    source_id: str | None
    sender: AgentBotSender


class ToggledStatus(Struct, frozen=True):
    """How the conversation stands."""

    success: bool
    conversation_id: int
    current_status: Literal["open", "resolved", "pending"]
    snoozed_until: datetime | None = None


class Toggled(Struct, frozen=True):
    meta: dict[str, str]
    payload: ToggledStatus
