"""Forms of the screens: a new flow, one node, one slot. A node's form knows its kind; what it does not know of a node stays as it is.

draft = NodeDraft.of(document, "welcome")      # document: rewriting.plain(text)
draft.fill(request.POST)                        # what was typed; buttons add, move and remove rows
draft.put_into(document)                        # the changed document, to be written by rewriting.rewritten
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.bot.flow import KEYWORDS
from ascolto.bot.live import AWAY, READY_MADE
from ascolto.bot.node_fields import (
    NODE_FIELDS,
    ROWS,
    SLOT_FIELDS,
    Control,
    Field,
    Known,
    control,
    filled,
    is_good_name,
)
from ascolto.kit.text import clean

Plain = dict[str, Any]
MOST_ROWS = 60
_LANGUAGES = {
    "it,en": gettext_lazy("Italian and English"),
    "it": gettext_lazy("Italian"),
    "en": gettext_lazy("English"),
}


class NewFlowForm(forms.Form):
    """The name and the languages of a new flow."""

    name = forms.SlugField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("A short word, for example: bills. Other flows call it by this name."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    languages = forms.ChoiceField(
        label=gettext_lazy("Languages"),
        choices=list(_LANGUAGES.items()),
        widget=forms.Select(attrs={"class": "select"}),
    )

    def clean_name(self) -> str:
        """Raises ValidationError for what cannot be a name in a flow."""
        name = str(self.cleaned_data["name"])
        if not is_good_name(name):
            raise ValidationError(_("Begin with a letter; then letters, digits, - and _."))
        return name

    def text(self) -> str:
        """A small flow that is right."""
        languages = self.cleaned_data["languages"].split(",")
        said = {key: _in(languages, texts) for key, texts in _BEGINNING.items()}
        return _SKELETON.format(name=self.cleaned_data["name"], languages=", ".join(languages), **said)


_BEGINNING = {
    "title": {"it": "Nuovo flusso", "en": "New flow"},
    "menu": {"it": "Come posso aiutarti?", "en": "How can I help?"},
    "question": {"it": "Una domanda", "en": "A question"},
    "complaint": {"it": "Un reclamo", "en": "A complaint"},
    "tell": {"it": "Scrivi la tua domanda.", "en": "Write your question."},
    "again": {"it": "Scrivila in poche parole.", "en": "Write it in a few words."},
    "bye": {"it": "A presto.", "en": "Goodbye for now."},
}
_SKELETON = """flow: {name}
languages: [{languages}]
start: welcome
title: {title}

slots:
  question:
    type: text
    ask: {tell}
    again: {again}

nodes:
  welcome:
    menu: {menu}
    options:
      - id: question
        label: {question}
        next: question
      - id: complaint
        label: {complaint}
        complaint: true
        next: person
  question: {{ask: question, next: answer}}
  answer: {{look_up: question, found: bye, missing: person}}
  bye: {{end: {{say: {bye}}}}}
"""


def _in(languages: Sequence[str], texts: Mapping[str, str]) -> str:
    return "{" + ", ".join(f'{language}: "{texts[language]}"' for language in languages) + "}"


def house_text() -> str:
    """The house's own flow for when nobody is there, to be made one's own."""
    return (READY_MADE / f"{AWAY}.yaml").read_text("utf-8")


# --- one node, one slot ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class NodeDraft:
    """A node (or a slot) as the form has it. `said`: its plain value; `rows`: options, cases or values."""

    name: str
    verb: str
    said: Plain
    languages: tuple[str, ...]
    was: str = ""  # its name before
    rows: list[Plain] = field(default_factory=list)
    section: str = "nodes"

    @classmethod
    def of(cls, document: Plain, name: str, section: str = "nodes") -> NodeDraft | None:
        """The draft of what stands there; None where nothing does that a form can show."""
        said = _part(document, section).get(name)
        if not isinstance(said, dict):
            return None
        verbs = ["slot"] if section == "slots" else [verb for verb in NODE_FIELDS if verb in said]
        if len(verbs) != 1:
            return None
        draft = cls(name, verbs[0], deepcopy(said), languages_of(document), name, section=section)
        rows = _stored_rows(draft)
        if rows is None:
            return None
        draft.rows = rows
        return draft

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of its kind."""
        return SLOT_FIELDS if self.section == "slots" else NODE_FIELDS[self.verb]

    @property
    def row_fields(self) -> tuple[Field, ...]:
        """The fields of each of its rows; none where it has no rows."""
        return ROWS.get(self.verb, ((), ""))[0] if self.has_rows else ()

    @property
    def has_rows(self) -> bool:
        """Whether it has options, cases or values."""
        return self.verb in ROWS and (self.verb != "slot" or self.said.get("type") == "choice")

    def fill(self, post: Mapping[str, Any]) -> None:
        """Take what was typed, and what a button asks for."""
        self.name = clean(str(post.get("name", self.name)), 80).strip()
        before, self.rows = self.rows, []
        self.said = filled(self.said, self.fields, post, "f", self.languages)
        if self.verb in ROWS:
            rows, _path = ROWS[self.verb]
            for place in range(MOST_ROWS):
                if f"r{place}" not in post:
                    break
                origin = str(post.get(f"r{place}", ""))
                old = before[int(origin)] if origin.isdecimal() and int(origin[:4]) < len(before) else {}
                self.rows.append(filled(deepcopy(old), rows, post, f"r{place}", self.languages))
        self._act(str(post.get("do", "")))

    def _act(self, do: str) -> None:
        verb, _colon, place = do.partition(":")
        at = int(place) if place.isdecimal() and len(place) < 4 else -1
        if verb == "row-add" and len(self.rows) < MOST_ROWS:
            self.rows.append(_fresh_row(self))
        elif verb == "row-remove" and 0 <= at < len(self.rows):
            del self.rows[at]
        elif verb in ("row-up", "row-down") and 0 <= at < len(self.rows):
            to = max(0, min(len(self.rows) - 1, at + (1 if verb == "row-down" else -1)))
            self.rows.insert(to, self.rows.pop(at))

    def value(self) -> Plain:
        """Its plain value, with its rows."""
        said = dict(self.said)
        if self.verb == "slot":
            if not self.has_rows:
                said.pop("values", None)
            else:
                said["values"] = {
                    row.get("key", ""): row.get("text", "") for row in self.rows if row.get("key")
                }
        elif self.verb in ROWS:
            said[ROWS[self.verb][1]] = self.rows
        return said

    def put_into(self, document: Plain) -> None:
        """Change the document: the node under its name, and whatever leads to it where it is called otherwise now."""
        part = document.setdefault(self.section, {})
        if self.was and self.was in part and self.was != self.name:
            document[self.section] = {
                (self.name if key == self.was else key): each for key, each in part.items()
            }
            _rename(document, self.was, self.name, self.section)
        document[self.section][self.name] = self.value()

    def controls(self, known: Known) -> list[Control]:
        """The fields, ready to be drawn."""
        return [control(one, self.said, "f", self.languages, known) for one in self.fields]

    def row_controls(self, known: Known) -> list[list[Control]]:
        """The fields of each row, ready to be drawn."""
        return [
            [control(one, row, f"r{place}", self.languages, known) for one in self.row_fields]
            for place, row in enumerate(self.rows)
        ]


def _stored_rows(draft: NodeDraft) -> list[Plain] | None:
    """Its options, cases or values; None where they are not what a form can show without losing some."""
    stored = draft.said.get(ROWS[draft.verb][1], []) if draft.verb in ROWS else []
    rows = (
        [{"key": key, "text": text} for key, text in stored.items()] if isinstance(stored, dict) else stored
    )
    if not isinstance(rows, list) or len(rows) > MOST_ROWS or not all(isinstance(row, dict) for row in rows):
        return None
    return rows


def _fresh_row(draft: NodeDraft) -> Plain:
    if draft.verb == "when":
        return {"if": {}, "next": ""}
    if draft.verb == "slot":
        return {"key": "", "text": dict.fromkeys(draft.languages, "")}
    taken = {row.get("id") for row in draft.rows}
    free = next(f"option{n}" for n in range(1, MOST_ROWS + 2) if f"option{n}" not in taken)
    return {"id": free, "label": dict.fromkeys(draft.languages, ""), "next": ""}


def check_name(draft: NodeDraft, document: Plain) -> None:
    """Raises ValidationError for a name that cannot be one, or is another's."""
    if not is_good_name(draft.name) or (draft.section == "nodes" and draft.name in KEYWORDS):
        raise ValidationError(_("A name begins with a letter; then letters, digits, - and _."))
    if draft.name != draft.was and draft.name in _part(document, draft.section):
        raise ValidationError(_("There is a %(name)s already.") % {"name": draft.name})


def languages_of(document: Plain) -> tuple[str, ...]:
    """The languages of a flow, as it says."""
    said = document.get("languages")
    found = said if isinstance(said, list) else [said]
    return tuple(str(one) for one in found if isinstance(one, str) and one)[:12]


def _part(document: Plain, section: str) -> Plain:
    part = document.get(section)
    return part if isinstance(part, dict) else {}


def _rename(document: Plain, old: str, new: str, section: str) -> None:
    """Whatever names it, names it as it is called now."""
    if section == "nodes":
        if document.get("start") == old:
            document["start"] = new
        keys = {"next", "found", "missing", "failed", "open", "closed", "else"}
    else:
        keys = {"ask", "look_up", "number", "count"}
    for node in _part(document, "nodes").values():
        _rename_in(node, keys, old, new)


def _rename_in(value: Any, keys: set[str], old: str, new: str) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            if key in keys and each == old:
                value[key] = new
            else:
                _rename_in(each, keys, old, new)
    elif isinstance(value, list):
        for each in value:
            _rename_in(each, keys, old, new)


NEW_NODES: Mapping[str, Plain] = {
    "say": {"say": {}, "next": ""},
    "ask": {"ask": "", "next": ""},
    "menu": {"menu": {}, "options": []},
    "look_up": {"look_up": "last", "found": "", "missing": "person"},
    "call": {"call": "", "next": "", "failed": "person"},
    "request": {"request": {"department": "", "text": {}}, "next": ""},
    "call_back": {"call_back": {"number": "", "within": "2h"}, "next": ""},
    "hours": {"hours": "company", "open": "", "closed": ""},
    "set": {"set": {"labels": []}, "next": ""},
    "when": {"when": [], "else": ""},
    "flow": {"flow": "", "next": ""},
    "hand_off": {"hand_off": {}},
    "end": {"end": {"say": {}}},
}


def new_node(document: Plain, verb: str, name: str) -> NodeDraft:
    """The draft of a node that is not there yet."""
    draft = NodeDraft(name, verb, deepcopy(dict(NEW_NODES[verb])), languages_of(document))
    if verb in ROWS:
        draft.rows = [_fresh_row(draft)]
    return draft


def new_slot(document: Plain, name: str) -> NodeDraft:
    """The draft of a slot that is not there yet."""
    said: Plain = {"type": "text", "ask": {}, "again": {}}
    return NodeDraft(name, "slot", said, languages_of(document), section="slots")
