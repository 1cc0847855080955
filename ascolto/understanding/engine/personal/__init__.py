"""Personal data in a text: where it is, what kind it is, and the same text without it.

Needs neither numpy nor Django, so that screens and log filters may ask too. See docs/understanding/personal-data.md for what is found,
how sure that is, and what is not looked for.
"""

from ascolto.understanding.engine.personal.finding import find_personal
from ascolto.understanding.engine.personal.kinds import KINDS
from ascolto.understanding.engine.personal.masking import Masked, mask, restore

__all__ = ["KINDS", "Masked", "find_personal", "mask", "restore"]
