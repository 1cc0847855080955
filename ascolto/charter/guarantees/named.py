"""Guarantee 5. People with a name."""

from __future__ import annotations

from typing import Any


def at_send(attempt: Any) -> None:
    """Raises Refused."""
