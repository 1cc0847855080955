"""What a key for a machine may do. `write` includes `read` of the same thing; `admin` includes everything."""

from __future__ import annotations

from collections.abc import Collection

from ascolto.accounts.permissions import PERMISSIONS

SCOPES = (
    "conversations:read",
    "conversations:write",
    "messages:write",
    "customers:read",
    "customers:write",
    "knowledge:read",
    "knowledge:write",
    "channels:read",
    "channels:write",
    "generation:read",
    "generation:write",
    "log:read",
    "bot:read",
    "bot:write",
    "admin",
)
NEEDS = {  # what the person behind a key must be allowed to do, beside the key's own scopes
    "customers:read": "customers.see",
    "customers:write": "customers.change",
    "channels:write": "inboxes.manage",
    "log:read": "log.see",
    "bot:read": "bot.see",
    "bot:write": "bot.manage",
}


def may_have(scope: str, granted: Collection[str]) -> bool:
    """Whether somebody who may do `granted` can have a key with this scope: "admin" is for who may do everything."""
    if scope == "admin":
        return PERMISSIONS.keys() <= set(granted)
    return scope not in NEEDS or NEEDS[scope] in granted


def is_granted(scope: str, scopes: Collection[str], granted: Collection[str]) -> bool:
    """Whether a key with `scopes`, of somebody who may do `granted`, may do what `scope` names; rights end with the role."""
    if not may_have(scope, granted):
        return False
    if scope in scopes or ("admin" in scopes and may_have("admin", granted)):
        return True
    thing, _, verb = scope.partition(":")
    return verb == "read" and f"{thing}:write" in scopes
