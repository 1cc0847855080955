"""The operations of macros and rules."""

from __future__ import annotations

from typing import Any

from ascolto.api import automation_documents as d
from ascolto.api.endpoints import automation as a
from ascolto.api.routing import Nothing, Operation, Route

READ, WRITE = "conversations:read", "conversations:write"


def _route(
    method: str, path: str, scope: str, call: Operation, summary: str, answer: Any, **more: Any
) -> Route:
    return Route(
        method=method,
        path=path,
        scope=scope,
        call=call,
        summary=summary,
        tag="Automation",
        answer=answer,
        **more,
    )


_REFUSES = ("not-found", "refused", "not-allowed")
AUTOMATION = (
    _route("GET", "/macros", READ, a.list_all_macros, "List macros", d.MacroList, query=a.MacroQuery),
    _route(
        "GET",
        "/conversations/{id}/macros/{macro}",
        READ,
        a.preview_one_macro,
        "See what a macro would do",
        d.MacroPreview,
        problems=_REFUSES,
    ),
    _route(
        "POST",
        "/conversations/{id}/macros",
        "messages:write",
        a.use_macro,
        "Use a macro",
        d.MacroRun,
        body=a.UseBody,
        problems=_REFUSES,
    ),
    _route(
        "POST",
        "/conversations/{id}/macro-runs/{run}/undo",
        WRITE,
        a.undo_macro_run,
        "Take back what a macro did",
        d.MacroUndone,
        body=Nothing,
        problems=_REFUSES,
    ),
    _route("GET", "/rules", READ, a.list_all_rules, "List rules", d.RuleList, problems=("not-allowed",)),
    _route(
        "GET", "/rules/{id}", READ, a.get_rule, "Get a rule", d.Rule, problems=("not-found", "not-allowed")
    ),
    _route(
        "PATCH",
        "/rules/{id}",
        WRITE,
        a.change_one_rule,
        "Switch a rule on or off",
        d.Rule,
        body=a.SwitchBody,
        problems=_REFUSES,
    ),
    _route(
        "GET",
        "/rules/{id}/runs",
        READ,
        a.list_rule_runs,
        "List what a rule did",
        d.RuleRunList,
        query=a.RunQuery,
        problems=("not-found", "not-allowed"),
    ),
)
