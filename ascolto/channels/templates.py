"""Templates that a network has approved, as every adapter tells of them; what a person filled in, checked. Free of Django.

A template's gaps are its `variables`. What is filled in becomes the template of `Outgoing`: `{"name", "language", "header", "body",
"buttons"}` as adapters take it (see `adapters/whatsapp/templates.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "number", "currency", "date", "url", "media"]
Place = Literal["header", "body", "button"]

LONGEST = 1_024  # characters of one value
_GAP = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")
_MONEY = re.compile(r"[€$£¥₹]|\b(?:EUR|USD|GBP|CHF)\b")
_DATE = re.compile(
    r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}(?:st|nd|rd|th|º)?\.? \w{3,10}\.?,? \d{4}|\w{3,10} \d{1,2}, \d{4}"
)
_NUMBER = re.compile(r"[\d .,'’-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A gap of a template. `key`: its number or name in the text; of a button its position. `kind`: what may stand there."""

    place: Place
    key: str
    kind: Kind = "text"
    example: str = ""
    media: str = ""  # of a header: image, video, document

    @property
    def field(self) -> str:
        """Under what name a form sends it."""
        return f"{self.place}-{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button below the message. `kind`: url, phone, quick_reply, copy_code or what the network calls it."""

    kind: str
    text: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSheet:
    """A template that exists on the network, in one language, with the gaps it wants filled."""

    name: str
    language: str
    category: str = ""
    status: str = ""
    header: str = ""  # its text, or what kind of file stands there
    body: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    variables: tuple[Variable, ...] = ()

    @property
    def is_approved(self) -> bool:
        """Whether it may be sent."""
        return self.status == "APPROVED"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The gaps of its text."""
        return tuple(variable.key for variable in self.variables if variable.place == "body")


def gaps_in(text: str) -> list[str]:
    """The gaps of a text by name or number, each once, in order."""
    return list(dict.fromkeys(_GAP.findall(text)))


def kind_of(example: str, name: str = "") -> Kind:
    """What a gap wants, as far as the example that the network approved tells. Without a clue: a text."""
    example = example.strip()
    if not example or len(example) > 60:
        return "text"
    if example.startswith(("https://", "http://")):
        return "url"
    if _MONEY.search(example) and any(character.isdigit() for character in example):
        return "currency"
    if _DATE.fullmatch(example):
        return "date"
    is_counted = bool(re.search(r"amount|count|number|quantity|total", name, re.IGNORECASE))
    return "number" if is_counted and _NUMBER.fullmatch(example) else "text"


class Unfilled(ValueError):
    """A gap that is not filled as it must be: which one, and what to do."""

    def __init__(self, variable: Variable | None, reason: str) -> None:
        super().__init__(reason)
        self.variable, self.reason = variable, reason


REASONS = {
    "empty": "Fill in every gap of the template.",
    "long": "A value of the template is too long.",
    "line": "A value of the template stays on one line.",
    "number": "Write a number there.",
    "currency": "Write an amount there, for example 60,00 €.",
    "date": "Write a date there.",
    "url": "Write the end of the address there, without blanks.",
    "media": "Write the address of the file there: it begins with https://.",
    "unknown": "The template has no such gap.",
}


def check_value(variable: Variable, value: str) -> str:
    """The value as it leaves. Raises Unfilled."""
    value = value.strip()
    if not value:
        raise Unfilled(variable, REASONS["empty"])
    if len(value) > (2_000 if variable.kind in {"url", "media"} else LONGEST):
        raise Unfilled(variable, REASONS["long"])
    if re.search(r"[\r\n\t]| {5}", value):
        raise Unfilled(variable, REASONS["line"])
    if variable.kind in {"number", "currency", "date"} and not any(sign.isdigit() for sign in value):
        raise Unfilled(variable, REASONS[variable.kind])
    if variable.kind == "url" and re.search(r"\s", value):
        raise Unfilled(variable, REASONS["url"])
    if variable.kind == "media" and not re.fullmatch(r"https://[^\s<>\"]+\.[^\s<>\"]+", value):
        raise Unfilled(variable, REASONS["media"])
    return value


def filled_template(sheet: TemplateSheet, values: Mapping[str, str]) -> dict[str, Any]:
    """What `Outgoing.template` takes, from what a form sends by `Variable.field`. Raises Unfilled."""
    known = {variable.field for variable in sheet.variables}
    if any(name not in known and value.strip() for name, value in values.items()):
        raise Unfilled(None, REASONS["unknown"])
    given = {
        variable.field: check_value(variable, values.get(variable.field, "")) for variable in sheet.variables
    }
    made: dict[str, Any] = {"name": sheet.name, "language": sheet.language}
    for place in ("header", "body"):
        if own := [variable for variable in sheet.variables if variable.place == place]:
            made[place] = _parameters(own, given)
    buttons = [
        {"index": int(variable.key), "type": "url", "value": given[variable.field]}
        for variable in sheet.variables
        if variable.place == "button"
    ]
    return {**made, "buttons": buttons} if buttons else made


def _parameters(own: Sequence[Variable], given: Mapping[str, str]) -> list[str] | dict[str, str]:
    if own[0].kind == "media":
        return {own[0].media or "document": given[own[0].field]}
    if all(variable.key.isdigit() for variable in own):
        return [given[one.field] for one in sorted(own, key=lambda one: int(one.key))]
    return {variable.key: given[variable.field] for variable in own}


def read_aloud(sheet: TemplateSheet, values: Mapping[str, str]) -> str:
    """The text as the customer will read it; a gap without a value stays as it is written."""

    def fill(place: str, text: str) -> str:
        return _GAP.sub(lambda found: values.get(f"{place}-{found[1]}", "").strip() or found[0], text)

    is_text = not any(variable.place == "header" and variable.kind == "media" for variable in sheet.variables)
    head = fill("header", sheet.header) if is_text else ""
    return "\n".join(part for part in (head, fill("body", sheet.body), sheet.footer) if part)
