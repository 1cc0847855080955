"""The bot's own phrases in a text that is about to leave. They sell nothing, whatever a model makes of them. Pure."""

from __future__ import annotations

import re
from functools import cache

from ascolto.bot.wording import PHRASES

# Those that say what somebody else wrote (a title, the label of a choice) are not ours word by word.
_OTHERS = frozenset({"source", "option.phone", "clarify.one"})
_GAP = r"[^\n!?]{0,80}"  # what stands for {company} and the like


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    texts = {text for key, versions in PHRASES.items() if key not in _OTHERS for text in versions.values()}
    longest_first = sorted(texts, key=len, reverse=True)
    return tuple(
        re.compile(re.sub(r"\\\{\w+\\\}", lambda _: _GAP, re.escape(text))) for text in longest_first
    )


def without_house_phrases(text: str) -> str:
    """The text without what the house says in the bot's name."""
    for pattern in _patterns():
        text = pattern.sub(" ", text)
    return text.strip()
