"""Does a text, or a template of a network, sell something? And where.

The model looks at a window of a text; here a long one is judged window by window, so that nothing hides in the middle of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ascolto.understanding.engine.offers import OFFER, commercial, selling_sentence

LONGEST = 200_000  # characters that are judged; no message is longer
OVERLAP = 400  # characters that two windows share, so that no sentence is cut for both
MOST_VALUES = 200  # of a template
_WINDOW = 1_600  # characters: fewer words than the model looks at


@dataclass(frozen=True, slots=True)
class Offer:
    """The sentence that sells, and where it begins and ends in the text (0 and 0: in a template)."""

    sentence: str
    start: int = 0
    end: int = 0


def offer_in(text: str, template: Mapping[str, Any] | None = None) -> Offer | None:
    """The offer that a text or the words of a template make; None where nothing is sold."""
    for start, window in _windows(text[:LONGEST]):
        span = selling_sentence(window)
        if span is not None:
            return Offer(window[slice(*span)], start + span[0], start + span[1])
    return _offered_by(template) if template else None


def sells(text: str) -> bool:
    """Whether a text makes an offer."""
    return offer_in(text) is not None


def _windows(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    while True:
        yield start, text[start : start + _WINDOW]
        if start + _WINDOW >= len(text):
            return
        start += _WINDOW - OVERLAP


def _offered_by(template: Mapping[str, Any]) -> Offer | None:
    """The network knows a template's text and we may not: its name and its values are judged, each alone and all together."""
    values = [word.replace("_", " ").strip() for word in _strings(template)]
    said = [value for value in values if value][:MOST_VALUES]
    for words in (*said, ". ".join(said)):
        if commercial(words[:_WINDOW]).label == OFFER:
            return Offer(words[:300])
    return None


def _strings(value: Any, depth: int = 0) -> Iterable[str]:
    if isinstance(value, str):
        yield value[:_WINDOW]
    elif depth < 8 and isinstance(value, Mapping):
        for item in list(value.values())[:MOST_VALUES]:
            yield from _strings(item, depth + 1)
    elif depth < 8 and isinstance(value, (list, tuple)):
        for item in value[:MOST_VALUES]:
            yield from _strings(item, depth + 1)
