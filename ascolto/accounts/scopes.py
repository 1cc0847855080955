"""What a key for a machine may do. `write` includes `read` of the same thing; `admin` includes everything."""

from __future__ import annotations

from collections.abc import Collection

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
    "admin",
)
ADMINISTRATORS_ONLY = frozenset({"channels:write", "admin"})


def is_granted(scope: str, scopes: Collection[str], *, to_administrator: bool) -> bool:
    """Whether a key with `scopes` may do what `scope` names; rights of administrators end with their role."""
    if scope in ADMINISTRATORS_ONLY and not to_administrator:
        return False
    if scope in scopes or ("admin" in scopes and to_administrator):
        return True
    thing, _, verb = scope.partition(":")
    return verb == "read" and is_granted(f"{thing}:write", scopes, to_administrator=to_administrator)
