"""Whether the bot answers first at an inbox, and with what: asked at every message that comes in, so it is remembered for a moment."""

from __future__ import annotations

from ascolto.bot import live
from ascolto.bot.external_inboxes import inboxes
from ascolto.kit.remembering import Remembered

REMEMBERED = 1.0  # seconds
lately: Remembered[live.Live] = Remembered(live.at_hand, REMEMBERED)


def answers_first(account_id: int) -> bool:
    """Whether what begins there is the bot's, or an external one's."""
    here = lately.now()
    return account_id in here.posts or account_id in inboxes(here.stamp)
