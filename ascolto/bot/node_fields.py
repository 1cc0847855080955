"""What stands in a node of each kind, as fields of a form: where in its YAML, how it is typed, what it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ascolto.bot.flow import CHANNELS, SLOT_TYPES
from ascolto.bot.reading_nodes import DAYS, SENTIMENTS
from ascolto.kit.text import clean

Plain = dict[str, Any]
LONGEST = 20_000  # characters of one field
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Field:
    """`path`: the keys in the node. `kind`: texts, target, word, lines, pairs, truth, choice, several. `choices`: a kind of Known."""

    path: tuple[str, ...]
    kind: str
    label: Words
    hint: Words = ""
    choices: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What may be chosen, by kind: targets, slots, languages, flows, actions, departments, teams, calendars, labels, topics."""

    names: Mapping[str, Sequence[str]]

    def of(self, kind: str) -> Sequence[str]:
        return _FIXED.get(kind) or self.names.get(kind, ())


@dataclass(frozen=True, slots=True)
class TextControl:
    """A text in one language, and as it is said on the telephone."""

    language: str
    name: str
    value: str
    spoken_name: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Control:
    """A field that is ready to be drawn."""

    name: str
    kind: str
    label: Words
    hint: Words
    value: str
    choices: Sequence[str] = ()
    texts: Sequence[TextControl] = ()
    of: str = ""  # which kind of choices: see field_words.WORDS

    @property
    def is_on(self) -> bool:
        return self.value in ("true", "True", "yes")

    @property
    def chosen(self) -> Sequence[str]:
        """Of several choices those that are taken."""
        return self.value.split("\n") if self.value else ()


_FIXED: Mapping[str, Sequence[str]] = {
    "types": sorted(SLOT_TYPES),
    "priorities": ["low", "normal", "high", "urgent"],
    "maybe": ["true", "false"],
    "moods": sorted(SENTIMENTS),
    "channels": sorted(CHANNELS),
    "days": list(DAYS),
}
_NEXT = Field(("next",), "target", _("Then"))
_SAY = _("What it says")
NODE_FIELDS: Mapping[str, tuple[Field, ...]] = {
    "say": (
        Field(("say",), "texts", _SAY),
        Field(
            ("commercial",),
            "truth",
            _("It offers something for sale"),
            _("Then it is not said while a problem is open."),
        ),
        _NEXT,
    ),
    "ask": (Field(("ask",), "choice", _("What it asks for"), choices="slots"), _NEXT),
    "menu": (Field(("menu",), "texts", _("The question")),),
    "look_up": (
        Field(
            ("look_up",),
            "choice",
            _("To which words"),
            _("“last”: what the customer wrote last."),
            "words_or_slots",
        ),
        Field(("found",), "target", _("When there is an answer")),
        Field(("missing",), "target", _("When there is none")),
        Field(
            ("worded",),
            "truth",
            _("A language model may put the answer into other words"),
            _(
                "Only where an administrator switched that on for the inbox, and only what the published answer says; else it is sent word "
                "for word. Never on the telephone. Rehearsals and trials do not ask the model: they show the published answer."
            ),
        ),
    ),
    "call": (
        Field(("call",), "word", _("The system"), choices="actions"),
        Field(("send",), "lines", _("What it is told"), _("Slots, one a line."), "slots"),
        Field(
            ("save",), "pairs", _("What is kept of its answer"), _("One a line:  slot: name in the answer")
        ),
        Field(("timeout",), "word", _("How long to wait"), _("For example 5s.")),
        _NEXT,
        Field(("failed",), "target", _("When it does not answer")),
    ),
    "request": (
        Field(("request", "department"), "word", _("The department"), choices="departments"),
        Field(("request", "text"), "texts", _("What colleagues read")),
        _NEXT,
    ),
    "call_back": (
        Field(("call_back", "number"), "choice", _("The number"), choices="slots"),
        Field(("call_back", "within"), "word", _("Within so much open time"), _("For example 2h.")),
        _NEXT,
    ),
    "hours": (
        Field(("hours",), "word", _("Whose hours"), _("“company”, or the name of a calendar."), "calendars"),
        Field(("open",), "target", _("When somebody is there")),
        Field(("closed",), "target", _("When nobody is there")),
    ),
    "set": (
        Field(("set", "labels"), "lines", _("Labels"), _("One a line."), "labels"),
        Field(("set", "topic"), "word", _("Topic"), choices="topics"),
        Field(("set", "priority"), "choice", _("Priority"), choices="priorities"),
        _NEXT,
    ),
    "when": (Field(("else",), "target", _("When none of them holds")),),
    "flow": (Field(("flow",), "word", _("The other flow"), choices="flows"), _NEXT),
    "hand_off": (
        Field(("hand_off", "team"), "word", _("The team that is asked first"), choices="teams"),
        Field(
            ("hand_off", "say"),
            "texts",
            _SAY,
            _("Without it the house's own words are said, with the expected wait."),
        ),
    ),
    "end": (
        Field(("end", "say"), "texts", _SAY),
        Field(("end", "resolved"), "truth", _("The matter counts as settled")),
    ),
}
OPTION = (
    Field(("id",), "word", _("Name"), _("A short word that stays the same.")),
    Field(("label",), "texts", _("What is written on it")),
    Field(("say",), "texts", _("How it is said on the telephone")),
    Field(("words",), "word_lists", _("What people say for it"), _("Words or phrases, one a line.")),
    Field(("topics",), "lines", _("Topics that mean it"), _("One a line."), "topics"),
    Field(("complaint",), "truth", _("It takes complaints")),
    Field(("back",), "truth", _("It leads back")),
    _NEXT,
)
CASE = (
    Field(("if", "language"), "several", _("Language"), "", "languages"),
    Field(("if", "topic"), "lines", _("Topic"), _("One a line."), "topics"),
    Field(("if", "sentiment"), "several", _("Mood"), "", "moods"),
    Field(("if", "channel"), "several", _("Channel"), "", "channels"),
    Field(("if", "identified"), "choice", _("The customer is known"), choices="maybe"),
    Field(("if", "problem"), "choice", _("A problem is open"), choices="maybe"),
    Field(("if", "hours"), "word", _("Between"), _("For example 09:00-18:00.")),
    Field(("if", "weekdays"), "several", _("Days"), "", "days"),
    Field(("if", "slots"), "pairs", _("What was told"), _("One a line:  slot: value, or  slot: known")),
    Field(("next",), "target", _("Then")),
)
VALUE = (
    Field(("key",), "word", _("Name"), _("A short word that stays the same.")),
    Field(("text",), "texts", _("What it is called")),
)
SLOT_FIELDS = (
    Field(("type",), "choice", _("What it is"), choices="types"),
    Field(("ask",), "texts", _("The question")),
    Field(("again",), "texts", _("When the answer was not understood")),
    Field(("mask",), "word", _("Form of the code"), _("9 a digit, A a letter, * either: TV999999.")),
    Field(
        ("known",),
        "lines",
        _("Known already from"),
        _("One a line, the best first: customer_code, phone, email, field:…"),
    ),
    Field(("latest",), "word", _("How far in the future at most"), _("For a date, for example 14d.")),
    Field(("optional",), "truth", _("A customer may have none")),
)
ROWS: Mapping[str, tuple[tuple[Field, ...], str]] = {
    "menu": (OPTION, "options"),
    "when": (CASE, "when"),
    "slot": (VALUE, "values"),
}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")


def is_good_name(name: str) -> bool:
    """Whether a word can be the name of a node, a slot or a flow."""
    return bool(_NAME.fullmatch(name))


# --- drawing ---------------------------------------------------------------------------------------------------------------


def control(one: Field, said: Plain, prefix: str, languages: Sequence[str], known: Known) -> Control:
    """A field with what is said now."""
    value, name = _get(said, one.path), ".".join((prefix, *one.path))
    if one.kind in ("texts", "word_lists"):
        made = _texts if one.kind == "texts" else _word_lists
        return Control(
            name,
            one.kind,
            one.label,
            one.hint,
            "",
            (),
            [made(value, name, each, languages) for each in languages],
        )
    shown = _shown(value, one.kind)
    choices = list(known.of("targets" if one.kind == "target" else one.choices))
    if one.kind in ("target", "choice", "several"):
        choices += [each for each in shown.split("\n") if each and each not in choices]
    return Control(name, one.kind, one.label, one.hint, shown, choices, of=one.choices)


def _texts(value: Any, name: str, language: str, languages: Sequence[str]) -> TextControl:
    if isinstance(value, str) and len(languages) == 1:
        value = {language: value}
    wording = value.get(language, "") if isinstance(value, dict) else ""
    text, spoken = (
        (wording.get("text", ""), wording.get("phone", "")) if isinstance(wording, dict) else (wording, "")
    )
    at = f"{name}.{language}"
    return TextControl(language, at, _word(text), f"{at}.phone", _word(spoken))


def _word_lists(value: Any, name: str, language: str, languages: Sequence[str]) -> TextControl:
    words = value.get(language, []) if isinstance(value, dict) else []
    return TextControl(language, f"{name}.{language}", "\n".join(_list(words)), "", "")


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str) and item]


def _shown(value: Any, kind: str) -> str:
    if kind in ("lines", "several"):
        return "\n".join(_list(value))
    if kind == "pairs":
        return (
            "\n".join(f"{key}: {', '.join(_list(each))}" for key, each in value.items())
            if isinstance(value, dict)
            else ""
        )
    return _word(value)


# --- reading what was typed ------------------------------------------------------------------------------------------------


def filled(
    said: Plain, fields: Sequence[Field], post: Mapping[str, Any], prefix: str, languages: Sequence[str]
) -> Plain:
    """What was said, with what was typed. What is not in the form stays."""
    for one in fields:
        name, old = ".".join((prefix, *one.path)), _get(said, one.path)
        if one.kind == "texts":
            new: Any = _typed_texts(old, name, post, languages)
        elif one.kind == "word_lists":
            new = {
                language: lines
                for language in languages
                if (lines := _lines(_typed(post, f"{name}.{language}")))
            }
        elif one.kind == "several":
            new = _taken(post, f"{name}.", old)
        elif one.kind == "truth":
            new = "true" if post.get(name) else "false" if old == "false" else ""
        else:
            new = _read(_typed(post, name), one.kind, old)
        _put(said, one.path, new, is_row=prefix != "f")
    return said


def _typed(post: Mapping[str, Any], name: str) -> str:
    return clean(str(post.get(name, "")), LONGEST).replace("\r\n", "\n").strip()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _read(text: str, kind: str, old: Any) -> Any:
    if kind == "lines":
        lines = _lines(text)
        return lines[0] if len(lines) == 1 and isinstance(old, str) else lines
    if kind == "pairs":
        pairs = (line.partition(":") for line in _lines(text))
        return {
            key.strip(): _one_or_more(value, old, key.strip()) for key, _colon, value in pairs if key.strip()
        }
    return " ".join(text.split())


def _taken(post: Mapping[str, Any], prefix: str, old: Any) -> Any:
    """The choices that are ticked: those that were there in their order, then the others."""
    ticked = [str(key).removeprefix(prefix) for key in post if str(key).startswith(prefix)]
    was = _list(old)
    new = [each for each in was if each in ticked] + [each for each in ticked if each not in was]
    return new[0] if len(new) == 1 and isinstance(old, str) else new


def _one_or_more(text: str, old: Any, key: str) -> Any:
    words = [word.strip() for word in text.split(",") if word.strip()]
    was_list = isinstance(old, dict) and isinstance(old.get(key), list)
    return words if len(words) != 1 or was_list else words[0]


def _typed_texts(old: Any, name: str, post: Mapping[str, Any], languages: Sequence[str]) -> Any:
    if isinstance(old, str) and len(languages) == 1:
        new = _wording(old, f"{name}.{languages[0]}", post)
        return new if isinstance(new, str) else {languages[0]: new}
    before = old if isinstance(old, dict) else {}
    made = {
        language: _wording(before.get(language, ""), f"{name}.{language}", post) for language in languages
    }
    if not any(made.values()):
        return {}
    others = {key: value for key, value in before.items() if key not in made}
    order = [key for key in before if key in made] + [key for key in made if key not in before]
    return {**{key: made[key] for key in order if made[key] or key in before}, **others}


def _wording(old: Any, name: str, post: Mapping[str, Any]) -> Any:
    text, spoken = _typed(post, name), _typed(post, f"{name}.phone")
    if f"{name}.phone" not in post and isinstance(old, dict):
        spoken = _word(old.get("phone"))
    if isinstance(old, dict):
        new = {**old, "text": text, "phone": spoken}
        return {key: value for key, value in new.items() if value or (key not in ("text", "phone"))}
    return {"text": text, "phone": spoken} if spoken else text


def _get(said: Any, path: Sequence[str]) -> Any:
    for key in path:
        said = said.get(key, "") if isinstance(said, dict) else ""
    return said


def _put(said: Plain, path: Sequence[str], value: Any, *, is_row: bool) -> None:
    """Set what is there; take an empty one away, unless it is the verb itself."""
    *above, last = path
    is_verb = not is_row and not above and last in NODE_FIELDS and last in said
    for key in above:
        inner = said.get(key)
        if not isinstance(inner, dict):
            if not value:
                return
            inner = said[key] = {}
        said = inner
    if value or is_verb:
        said[last] = value
    elif last in said:
        del said[last]
