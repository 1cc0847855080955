"""The signs of feeling in a text that are not words of its topic: marks, capitals, emoji, drawn-out letters."""

from __future__ import annotations

import re

from ascolto.understanding.engine.text import Prepared

_HAPPY = re.compile(r"[:;=]-?[)\]D]|<3|[😀-😎😍-😘🤗🥰😊🙂❤💕💖🎉👍👏🙏💪✨🥳]")
_SAD = re.compile(r"[:=]-?[(\[/]|[😒😓😔😖😞😟-😣😩-😫😭🙁☹💔👎]")
_ANGRY = re.compile(r"[😠😡🤬🖕👿😤]")
_CAPITALS = re.compile(r"\b[^\W\d_a-zà-ÿ]{3,}\b")


def signs_of(prepared: Prepared) -> dict[str, float]:
    """The signs by name, each between 0 and 1; only those that are there."""
    text = prepared.shown
    found = {
        "happy_marks": min(len(_HAPPY.findall(text)), 3) / 3,
        "sad_marks": min(len(_SAD.findall(text)), 3) / 3,
        "angry_marks": min(len(_ANGRY.findall(text)), 3) / 3,
        "exclamations": min(text.count("!"), 3) / 3,
        "questions": min(text.count("?"), 2) / 2,
        "capitals": min(len(_CAPITALS.findall(text)), 4) / 4,
        "drawn_out": min(prepared.elongations, 2) / 2,
    }
    return {name: value for name, value in found.items() if value}
