"""Choices below a text: three buttons, or a list behind one button."""

from __future__ import annotations

from typing import Any

from ascolto.channels.capabilities import Choices, Counting, measured_length
from ascolto.channels.choosing import last_sentence, one_line, titles_of
from ascolto.channels.protocol import Choice, Outgoing

# A button's id may have 256 characters, a row's 200; both are counted in bytes here, which is never more.
CHOICES = Choices(
    max_count=3,
    max_title=20,
    max_id=200,
    max_rows=10,
    max_row_title=24,
    max_about=72,
    counting=Counting.UTF16,
)
MAX_BODY = 1024
_OPEN_LIST = {"de": "Auswählen", "en": "Choose", "es": "Elegir", "fr": "Choisir", "it": "Scegli"}


def choices_parts(outgoing: Outgoing) -> tuple[str, dict[str, Any]]:
    """What must be said in a message before, since it is too long, and the message with the choices."""
    head, body = last_sentence(outgoing.text, MAX_BODY, CHOICES.counting)
    return head, {"type": "interactive", "interactive": _interactive(body, outgoing)}


def _interactive(body: str, outgoing: Outgoing) -> dict[str, Any]:
    choices = outgoing.choices
    titles = [one_line(choice.title, counting=CHOICES.counting) for choice in choices]
    are_short = all(measured_length(title, CHOICES.counting) <= CHOICES.max_title for title in titles)
    if len(choices) <= CHOICES.max_count and are_short:
        return {"type": "button", "body": {"text": body}, "action": {"buttons": _buttons(outgoing)}}
    word = _OPEN_LIST.get(outgoing.language[:2].lower(), _OPEN_LIST["en"])
    action = {"button": word, "sections": [{"rows": _rows(outgoing)}]}
    return {"type": "list", "body": {"text": body}, "action": action}


def _buttons(outgoing: Outgoing) -> list[dict[str, Any]]:
    titles = titles_of(outgoing.choices, CHOICES.max_title, CHOICES.counting)
    return [
        {"type": "reply", "reply": {"id": choice.id, "title": title}}
        for choice, title in zip(outgoing.choices, titles, strict=True)
    ]


def _rows(outgoing: Outgoing) -> list[dict[str, str]]:
    titles = titles_of(outgoing.choices, CHOICES.max_row_title, CHOICES.counting)
    rows = []
    for choice, title in zip(outgoing.choices, titles, strict=True):
        about = one_line(_about(choice, title), CHOICES.max_about, CHOICES.counting)
        rows.append({"id": choice.id, "title": title, **({"description": about} if about else {})})
    return rows


def _about(choice: Choice, title: str) -> str:
    """What is said of a choice; where nothing is, all of a title that had to be shortened."""
    return choice.about or (choice.title if title.endswith("…") else "")
