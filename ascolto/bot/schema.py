"""The JSON Schema (2020-12) of a flow's text, made from what the readers know, so that editors complete and check while one types. Pure.

It says the form only; whether a flow is good is proved by `graph.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ascolto.bot import reading, reading_nodes
from ascolto.bot.flow import CHANNELS, MOST_OPTIONS, SLOT_TYPES
from ascolto.bot.reading_values import LANGUAGES, LONGEST_TEXT, LONGEST_WORD, MOST_WORDS, PLURALS

Schema = dict[str, Any]
_NAME = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,59}$"}
_TRUTH = {"type": "boolean"}
_WORD = {"type": "string", "maxLength": LONGEST_WORD}
_LONG = {"type": "string", "maxLength": LONGEST_TEXT}
_DURATION = {
    "type": "string",
    "pattern": r"^\s*[0-9]{1,4}\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)\s*$",
}
_CLOCK = r"^\s*([01]?[0-9]|2[0-4]):[0-5][0-9]\s*-\s*([01]?[0-9]|2[0-4]):[0-5][0-9]\s*$"
_WORDS = {"anyOf": [_WORD, {"type": "array", "items": _WORD, "maxItems": MOST_WORDS}]}
_TEXT, _BY_LANGUAGE = {"$ref": "#/$defs/text"}, {"$ref": "#/$defs/words"}
_BESIDE: dict[str, Schema] = {
    "next": _NAME,
    "found": _NAME,
    "missing": _NAME,
    "failed": _NAME,
    "open": _NAME,
    "closed": _NAME,
    "else": _NAME,
    "commercial": _TRUTH,
    "worded": _TRUTH,
    "options": {
        "type": "array",
        "items": {"$ref": "#/$defs/option"},
        "minItems": 1,
        "maxItems": MOST_OPTIONS,
    },
    "send": _WORDS,
    "save": {"type": "object", "propertyNames": _NAME, "additionalProperties": _WORD},
    "timeout": _DURATION,
}


def flow_schema() -> Schema:
    """The whole schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A flow of Ascolto",
        **_map(_top(), required=("flow", "languages", "start", "nodes")),
        "$defs": {
            "text": _text(),
            "words": {"type": "object", "propertyNames": _language(), "additionalProperties": _WORDS},
            "slot": _map(_slot(), required=("type",)),
            "option": _map(_option(), required=("id", "label", "next")),
            "condition": {**_map(_condition()), "minProperties": 1},
            "node": {"oneOf": [_node(verb) for verb in reading_nodes.VERBS]},
        },
    }


def _map(properties: Schema, *, required: Iterable[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _language() -> Schema:
    return {"enum": sorted(LANGUAGES)}


def _one_or_more(names: Iterable[str]) -> Schema:
    one = {"enum": sorted(names)}
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _top() -> Schema:
    person = _map({"words": _BY_LANGUAGE, "team": _WORD})
    names: Schema = {
        "flow": _NAME,
        "title": _TEXT,
        "languages": _one_or_more(LANGUAGES),
        "start": _NAME,
        "part": _TRUTH,
        "person": person,
        "disclosure": _TEXT,
        "slots": _named("slot", reading.MOST_SLOTS),
        "nodes": {**_named("node", reading.MOST_NODES), "minProperties": 1},
    }
    return {key: names[key] for key in reading.KEYS}


def _named(what: str, most: int) -> Schema:
    return {
        "type": "object",
        "propertyNames": _NAME,
        "additionalProperties": {"$ref": f"#/$defs/{what}"},
        "maxProperties": most,
    }


def _text() -> Schema:
    plural = _map(dict.fromkeys(sorted(PLURALS), _LONG))
    variants = dict.fromkeys(sorted(CHANNELS), _LONG)
    wording = {"anyOf": [_LONG, _map({"text": _LONG, "count": _NAME, "plural": plural, **variants})]}
    by_language = {
        "type": "object",
        "propertyNames": _language(),
        "additionalProperties": wording,
        "minProperties": 1,
    }
    return {"anyOf": [_LONG, by_language]}


def _slot() -> Schema:
    values = {"type": "object", "additionalProperties": _TEXT, "minProperties": 1}
    names: Schema = {
        "type": {"enum": sorted(SLOT_TYPES)},
        "ask": _TEXT,
        "again": _TEXT,
        "mask": {"type": "string", "maxLength": LONGEST_WORD},
        "values": values,
        "known": _WORDS,
        "latest": _DURATION,
        "optional": _TRUTH,
    }
    return {key: names[key] for key in reading.SLOT_KEYS}


def _option() -> Schema:
    names: Schema = {
        "id": _NAME,
        "label": _TEXT,
        "say": _TEXT,
        "words": _BY_LANGUAGE,
        "topics": _WORDS,
        "complaint": _TRUTH,
        "back": _TRUTH,
        "next": _NAME,
    }
    return {key: names[key] for key in reading_nodes.OPTION_KEYS}


def _condition() -> Schema:
    names: Schema = {
        "language": _one_or_more(LANGUAGES),
        "topic": _WORDS,
        "sentiment": _one_or_more(reading_nodes.SENTIMENTS),
        "channel": _one_or_more(CHANNELS),
        "identified": _TRUTH,
        "problem": _TRUTH,
        "hours": {"type": "string", "pattern": _CLOCK},
        "weekdays": _one_or_more(reading_nodes.DAYS),
        "slots": {
            "type": "object",
            "propertyNames": _NAME,
            "additionalProperties": {"anyOf": [_WORDS, {"type": ["number", "boolean"]}]},
            "minProperties": 1,
        },
    }
    return {key: names[key] for key in reading_nodes.IF_KEYS}


def _under() -> dict[str, Schema]:
    """What stands under each verb."""
    case = _map({"if": {"$ref": "#/$defs/condition"}, "next": _NAME}, required=("if", "next"))
    end = _map({"say": _TEXT, "resolved": _TRUTH})
    hand_off = _map({"team": _WORD, "say": _TEXT})
    marks = {"labels": _WORDS, "topic": _WORD, "priority": {"enum": sorted(reading_nodes.PRIORITIES)}}
    empty: Schema = {"enum": [True, None, ""]}
    return {
        "say": _TEXT,
        "ask": _NAME,
        "menu": _TEXT,
        "look_up": _NAME,
        "call": _NAME,
        "request": _map({"department": _WORD, "text": _TEXT}, required=("department", "text")),
        "call_back": _map({"number": _NAME, "within": _DURATION}, required=("number",)),
        "hours": _WORD,
        "set": {**_map(marks), "minProperties": 1},
        "when": {"type": "array", "items": case, "minItems": 1},
        "flow": _NAME,
        "hand_off": {"anyOf": [hand_off, empty]},
        "end": {"anyOf": [end, empty]},
    }


def _node(verb: str) -> Schema:
    """A node with this verb and every edge it needs."""
    beside = reading_nodes.KEYS_BESIDE[verb]
    optional = {"commercial", "worded", "send", "save", "timeout"} | ({"next"} if verb == "flow" else set())
    return _map(
        {verb: _under()[verb], **{key: _BESIDE[key] for key in beside}},
        required=(verb, *(key for key in beside if key not in optional)),
    )
