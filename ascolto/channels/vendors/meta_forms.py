"""Forms that Messenger shows by itself: how satisfied somebody is, and who they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ascolto.channels.reading import object_of, objects_of, text_of


def read_feedback(form: Mapping[str, Any]) -> list[str]:
    """Answers to a question about satisfaction: the score, then what was written beside it."""
    lines: list[str] = []
    for screen in list(objects_of(form.get("feedback_screens")))[:20]:
        for question in list(object_of(screen.get("questions")).values())[:20]:
            told = object_of(question)
            kind, score = text_of(told.get("type"), 40).upper(), text_of(told.get("payload"), 2000)
            lines.append(f"{kind}: {score}" if kind and score else score)
            lines.append(text_of(object_of(told.get("follow_up")).get("payload"), 10_000))
    return [line for line in lines if line]


def read_information(form: Mapping[str, Any]) -> list[str]:
    """What somebody wrote about themselves, name by name."""
    lines: list[str] = []
    for screen in list(objects_of(form.get("screens")))[:20]:
        for answer in list(objects_of(screen.get("responses")))[:50]:
            name, value = text_of(answer.get("key"), 100), text_of(answer.get("value"), 2000)
            lines.append(f"{name}: {value}" if name and value else "")
    return [line for line in lines if line]
