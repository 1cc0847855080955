"""The operations of flows, dialogues and external bots."""

from __future__ import annotations

from typing import Any

from ascolto.api import bot_documents as d
from ascolto.api.endpoints import bots as b
from ascolto.api.endpoints import flows as f
from ascolto.api.routing import Operation, Route

READ, WRITE = "bot:read", "bot:write"


def _route(
    method: str, path: str, scope: str, call: Operation, summary: str, answer: Any, **more: Any
) -> Route:
    return Route(
        method=method, path=path, scope=scope, call=call, summary=summary, tag="Bot", answer=answer, **more
    )


_REFUSES = ("not-found", "refused", "not-allowed", "stale")
_AGENT_BOT = "/accounts/{account}/conversations/{id}"
BOT = (
    _route("GET", "/flows", READ, f.list_bot_flows, "List flows", d.FlowList, query=f.FlowQuery),
    _route(
        "POST",
        "/flows",
        WRITE,
        f.create_bot_flow,
        "Write a flow",
        d.FlowVersion,
        body=f.NewFlow,
        status=201,
        problems=("refused", "not-allowed"),
    ),
    _route(
        "POST", "/flows/check", READ, f.check_flow, "Check a flow's text", d.FlowChecked, body=f.CheckBody
    ),
    _route("GET", "/flows/{id}", READ, f.get_bot_flow, "Read a flow", d.Flow, problems=("not-found",)),
    _route(
        "GET",
        "/flows/{id}/versions",
        READ,
        f.list_flow_versions,
        "List the versions of a flow",
        d.FlowVersionList,
        query=f.PageQuery,
        problems=("not-found",),
    ),
    _route(
        "GET",
        "/flows/{id}/versions/{number}",
        READ,
        f.get_flow_version,
        "Read a version of a flow",
        d.FlowVersion,
        problems=("not-found",),
    ),
    _route(
        "POST",
        "/flows/{id}/versions",
        WRITE,
        f.save_flow_version,
        "Save a version of a flow",
        d.FlowVersion,
        body=f.NewVersion,
        status=201,
        problems=_REFUSES,
    ),
    _route(
        "POST",
        "/flows/{id}/publish",
        WRITE,
        f.publish_flow,
        "Publish a version of a flow",
        d.FlowVersion,
        body=f.PublishBody,
        problems=_REFUSES,
    ),
    _route(
        "GET",
        "/conversations/{id}/dialogues",
        "conversations:read",
        f.list_dialogues,
        "List what the bot made of a conversation",
        d.DialogueList,
        query=f.PageQuery,
        problems=("not-found",),
    ),
    _route(
        "POST",
        f"{_AGENT_BOT}/messages",
        "messages:write",
        b.add_agent_bot_message,
        "Answer as an external bot",
        d.AgentBotMessage,
        body=b.NewAgentBotMessage,
        by_bot=b.agent_bot_message,
        problems=("not-found", "refused", "not-allowed"),
    ),
    _route(
        "POST",
        f"{_AGENT_BOT}/toggle_status",
        "messages:write",
        b.toggle_agent_bot_status,
        "Hand over as an external bot",
        d.Toggled,
        body=b.NewStatus,
        by_bot=b.agent_bot_status,
        problems=("not-found", "refused", "not-allowed"),
    ),
)
