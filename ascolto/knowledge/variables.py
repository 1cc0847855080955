"""The places in a saved reply that are filled in for each conversation: {customer}, {agent}, {number} …, and {field:plan}."""

from __future__ import annotations

import re
from collections.abc import Mapping

VARIABLES = ("customer", "first_name", "agent", "number", "company", "channel", "due", "waited")
FIELD = "field:"  # before the key of a field that the company made for its customers
_FIELD = re.compile(r"field:[a-z0-9_]{1,40}")
_PLACE = re.compile(r"\{([^{}\n]{0,40})\}")
_BEFORE_MARK = re.compile(r" +([,.!?;:])")
_BLANKS = re.compile(r"(?<=\S) {2,}")


def unknown_in(text: str) -> list[str]:
    """What stands in braces and is not a variable, in order, each once."""
    named = (found.strip() for found in _PLACE.findall(text))
    return list(dict.fromkeys(name for name in named if not is_variable(name)))


def is_variable(name: str) -> bool:
    """Whether a conversation may have something to fill in there."""
    name = name.casefold()
    return name in VARIABLES or bool(_FIELD.fullmatch(name))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in; what is not known leaves no hole: "Ciao {customer}," becomes "Ciao,".

    What a value holds is never looked at again: a customer who calls themselves "{agent}" stays "{agent}".
    """
    named = {name.strip().casefold() for name in _PLACE.findall(text)}
    missing = {name for name in named if is_variable(name) and not values.get(name, "").strip()}
    if missing or any(not values.get(name, "").strip() for name in named):
        text = _PLACE.sub(lambda found: "" if found[1].strip().casefold() in missing else found[0], text)
        text = _BEFORE_MARK.sub(r"\1", _BLANKS.sub(" ", text))
    return _PLACE.sub(lambda found: values.get(found[1].strip().casefold(), found[0]), text)
