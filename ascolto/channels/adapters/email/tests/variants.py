"""Ways in which mail programs write around an answer, by program and language: our own wording of what they all do.

The files are in `replies/`: one way a line, line ends inside it written as `\\n`.
"""

from __future__ import annotations

import json
from pathlib import Path

_FOLDER = Path(__file__).parent / "replies"


def _lines(name: str) -> list[str]:
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return [
        line.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")
        for line in text.split("\n")
        if line
    ]


def _json(name: str) -> object:
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))


INTROS = _lines("introductions")  # above a quote
ORIGINALS = _lines("originals")  # between rules
ENDS = _lines("ends")  # after which nothing new comes
DEVICES = _lines("devices")  # below an answer
HEADERS: dict[str, list[list[str]]] = _json("headers")  # type: ignore[assignment]  # From, Sent, To, Subject above a quote
WHOLE = [tuple(pair) for pair in _json("whole")]  # type: ignore[attr-defined]  # a mail, and what is new in it
