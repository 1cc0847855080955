"""The words of a message that are its author's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def own_words(text: str, extra: Mapping[str, Any]) -> str:
    """The text without what it only quotes."""
    visible = extra.get("visible_text")
    return visible if isinstance(visible, str) and visible.strip() else text


def written_text(text: str, subject: str, extra: Mapping[str, Any], *, is_answer: bool) -> str:
    """What the author wrote, as it is read: where it begins a conversation also its subject. Places of personal data count in this text."""
    written = own_words(text, extra)
    return f"{subject}\n{written}" if subject and not is_answer else written
