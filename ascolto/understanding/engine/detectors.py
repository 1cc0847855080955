"""What guesses a language from letters: eldc where there is a wheel for the machine (a C extension, a microsecond), else py3langid.

Both are behind one function: a text in, shares between 0 and 1 by language out. Neither is loaded before it is asked; py3langid needs
numpy and some 100 MB, so it is not even imported where eldc is there, and never in a web process.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache

Scores = Mapping[str, float]
Detector = Callable[[str], Scores]

_CODES = "it en es pt fr de nl ca ro da sv no fi pl cs sk sl hr sr hu bg el et lv lt sq tr uk ru be is eu ar he zh ja"
EUROPEAN = tuple(_CODES.split())
"""The candidates: the languages of Europe, and the few others that are written to European companies in letters of their own."""
_SCALE = 25.0  # of py3langid's logarithms: so much less means a third of the share


def with_eldc() -> Detector | None:
    """The detector in C; None where it is not installed. Needs no numpy."""
    try:
        import eldc
    except ImportError:
        return None
    eldc.init()
    instance = eldc.instance()
    instance.set_languages(list(EUROPEAN))
    instance.set_scores(20)
    return lambda text: instance.detect_details(text).scores


def with_py3langid() -> Detector:
    """The detector in Python and numpy. Half a second to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([code for code in EUROPEAN if code in identifier.labels])

    def detect(text: str) -> Scores:
        ranked = identifier.rank(text)
        best = float(ranked[0][1])
        return {code: 0.95 * math.exp((float(score) - best) / _SCALE) for code, score in ranked[:12]}

    return detect


@lru_cache(maxsize=1)
def detector() -> Detector:
    """The best detector of this machine."""
    return with_eldc() or with_py3langid()


@lru_cache(maxsize=1)
def light_detector() -> Detector | None:
    """The one that needs no numpy, or None: what web processes may ask."""
    return with_eldc()
