"""The language of a text, short ones too."""

from __future__ import annotations

import eldc

from ascolto.understanding.engine.meaning import Language
from ascolto.understanding.engine.text import Prepared

FEWEST_LETTERS = 8  # below that the conversation's language is a better guess than any
UNKNOWN = Language("und", 0.0)


def language_of(prepared: Prepared, hint: str = "") -> Language:
    """The language of a prepared text; where there is too little to judge by, the hint (what the conversation speaks)."""
    if prepared.letters < FEWEST_LETTERS:
        return Language(hint, 0.5, from_hint=True) if hint else UNKNOWN
    result = eldc.detect_details(prepared.shown)
    scores = list(result.scores.items())
    if not scores or result.language == "und":
        return Language(hint, 0.5, from_hint=True) if hint else UNKNOWN
    return Language(scores[0][0], float(scores[0][1]), scores[1][0] if len(scores) > 1 else "")
