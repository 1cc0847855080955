"""How much of a person a conversation takes, by the kind of its channel, and what counts as being in hand.

In hand is what waits for its owner's answer, and what is being talked about right now: on a live channel the person stays occupied
between two answers. When nothing was said for a while it is over, whether somebody closed it or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache

from ascolto.channels.registry import UnknownChannel, get_adapter
from ascolto.routing.values import WHOLE

LIVE = 33  # chats: three at a time
OTHERS = 20  # five at a time: messages, mail, social networks, reviews
_TALK = {"voice": timedelta(minutes=60), "live": timedelta(minutes=10)}
LONGEST_TALK = max(_TALK.values())


@cache
def _family(kind: str) -> str:
    try:
        sheet = get_adapter(kind).capabilities
    except UnknownChannel:
        return ""
    return "voice" if sheet.voice else "live" if sheet.live else ""


def usual_weight(kind: str) -> int:
    """The product's own weight, in hundredths of a person."""
    return {"voice": WHOLE, "live": LIVE}.get(_family(kind), OTHERS)


def weight_of(kind: str, overrides: Mapping[str, int]) -> int:
    """The company's weight where it has one, between 1 and a whole person."""
    chosen = overrides.get(kind)
    return usual_weight(kind) if chosen is None else min(max(int(chosen), 1), WHOLE)


def talk_of(kind: str) -> timedelta | None:
    """How long after the last word a conversation on this channel is still being held; None: it is not live."""
    return _TALK.get(_family(kind))
