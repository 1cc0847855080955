"""What stands above a public comment on its network, for people who read the comment in the desk. Pure."""

from __future__ import annotations

from typing import Any

from ascolto.channels.reading import text_of
from ascolto.kit.text import excerpt

MOST_WORDS = 280  # characters of the post: enough to know which one it is


def post_above(text: Any, *, author: Any = "", url: Any = "") -> dict[str, Any]:
    """`{"post": …}` for a message's `extra`, as the delivery tells it; empty where it does not tell what the post says.

    Pictures stay with their network: a screen of ours fetches nothing from there.
    """
    words = excerpt(text_of(text, 4 * MOST_WORDS), MOST_WORDS)
    if not words:
        return {}
    link = text_of(url, 1000).strip()
    told = {
        "author": text_of(author, 80).strip(),
        "text": words,
        "url": link if link.startswith("https://") else "",
    }
    return {"post": {name: value for name, value in told.items() if value}}
