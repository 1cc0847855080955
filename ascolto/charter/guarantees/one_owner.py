"""Guarantee 8. One owner a public conversation."""

from __future__ import annotations

from typing import Any


def at_send(attempt: Any) -> None:
    """Raises Refused."""


def at_assign(attempt: Any) -> None:
    """Raises Refused."""
