"""Guarantee 3. No offer while a problem is open."""

from __future__ import annotations

from typing import Any


def at_send(attempt: Any) -> None:
    """Raises Refused."""


def at_contact(attempt: Any) -> None:
    """Raises Refused."""
