"""Numbers in addresses."""

from __future__ import annotations


def number(text: str | None) -> int | None:
    """A number from an address; None when it is none, or larger than any row's."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None
