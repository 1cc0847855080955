"""Our mark on a message: Messenger gives `metadata` back in the echo, so that we know our own without comparing texts.

Sealed with the app's secret, since any tool with a token of the page can write metadata.
"""

from __future__ import annotations

import hmac
from typing import Any, NamedTuple

_NAME, _PRIVATE_REPLY = "ascolto", "reply"


class Mark(NamedTuple):
    """Whose echo it is. `is_private_reply`: the Facebook inbox sent it, as the private answer to a comment."""

    tracker: str
    is_private_reply: bool


def make_mark(app_secret: str, tracker: str, *, is_private_reply: bool = False) -> str:
    """What goes out with a message."""
    text = f"{_NAME}:{_PRIVATE_REPLY if is_private_reply else 'message'}:{tracker}"
    return f"{text}:{_seal(app_secret, text)}"


def read_mark(app_secret: str, metadata: Any) -> Mark | None:
    """What came back; None for what we did not write."""
    if not isinstance(metadata, str) or len(metadata) > 1000 or not app_secret:
        return None
    text, _, seal = metadata.rpartition(":")
    if not hmac.compare_digest(_seal(app_secret, text).encode(), seal.encode("utf-8", "replace")):
        return None
    name, _, rest = text.partition(":")
    kind, _, tracker = rest.partition(":")
    return Mark(tracker, kind == _PRIVATE_REPLY) if name == _NAME and tracker else None


def _seal(app_secret: str, text: str) -> str:
    return hmac.digest(app_secret.encode(), text.encode("utf-8", "replace"), "sha256").hex()[:32]
