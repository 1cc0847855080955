"""The head of a flow as a form: what it is called, where it begins, its languages, what calls a person, its first words.

head = Head.of(document)              # document: rewriting.plain(text)
head.fill(request.POST)               # what was typed
head.put_into(document)               # the changed document, to be written by rewriting.rewritten

A language that is taken away takes its texts with it, everywhere in the flow: a text in none of its languages would be a defect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ascolto.bot.forms import languages_of
from ascolto.bot.node_fields import Control, Field, Known, control, filled
from ascolto.bot.reading import KEYS
from ascolto.bot.reading_values import LANGUAGES

Plain = dict[str, Any]
FIELDS = (
    Field(("title",), "texts", _("Title"), _("What people read in lists, and in the menu of tasks.")),
    Field(("start",), "choice", _("Where it begins"), choices="nodes"),
    Field(
        ("part",),
        "truth",
        _("It is a part of other flows"),
        _("Then it answers at no inbox by itself, and ends by giving back."),
    ),
    Field(
        ("person", "words"),
        "word_lists",
        _("What else calls a person"),
        _("Words or phrases, one a line. “operatore”, “agent” and their like always do."),
    ),
    Field(
        ("person", "team"),
        "word",
        _("The team that is asked first"),
        _("When somebody wants a person."),
        "teams",
    ),
    Field(
        ("disclosure",),
        "texts",
        _("First words"),
        _(
            "They name the automatic assistant and the way to a person. Without any, the house's own are said."
        ),
    ),
)
EDITED = ("title", "languages", "start", "part", "person", "disclosure")  # keys of the text
_TICK = "language."


@dataclass(slots=True)
class Head:
    """What stands above the nodes. `languages`: those that are chosen; `said`: the plain values of EDITED."""

    languages: tuple[str, ...]
    said: Plain

    @classmethod
    def of(cls, document: Plain) -> Head | None:
        """The head as it stands; None where a form cannot show it without losing some."""
        said = {key: deepcopy(document[key]) for key in EDITED if key in document}
        person = said.get("person") or {}
        if not isinstance(person, dict) or not _is_by_language(said, person.get("words") or {}):
            return None
        return cls(languages_of(document), said)

    @property
    def offered(self) -> Sequence[str]:
        """Every language that may be chosen, the flow's own first."""
        return (*self.languages, *sorted(LANGUAGES - set(self.languages)))

    def fill(self, post: Mapping[str, Any]) -> None:
        """Take what was typed. Only the languages that the form had fields for are read."""
        shown = tuple(one for one in self.offered if f"f.title.{one}" in post)
        before = dict(_words(self.said))
        self.said = filled(self.said, FIELDS, post, "f", shown)
        words = _words(self.said)
        for language, was in before.items():
            if words.get(language) == [was]:
                words[language] = was  # as it was written: one word needs no list
        ticked = [str(key).removeprefix(_TICK) for key in post if str(key).startswith(_TICK)]
        known = [one for one in ticked if one in LANGUAGES or one in self.languages]
        kept = [one for one in self.languages if one in known]
        self.languages = (*kept, *(one for one in known if one not in kept))

    def controls(self, known: Known) -> list[Control]:
        """The fields, ready to be drawn."""
        return [control(one, self.said, "f", self.languages, known) for one in FIELDS]

    def put_into(self, document: Plain) -> None:
        """Change the document: new keys stand above the slots and the nodes. Raises ValidationError where no language is chosen."""
        if not self.languages:
            raise ValidationError(gettext("Choose a language."))
        gone = set(languages_of(document)) - set(self.languages)
        head = {key: value for key, value in self.said.items() if value not in ({}, [], "")}
        head["languages"] = _languages(document.get("languages"), self.languages)
        changed = {key: head.get(key, document.get(key)) for key in _in_place(document, head)}
        document.clear()
        document.update(changed)
        for text in _texts_of(document) if gone else ():
            for language in gone & text.keys():
                del text[language]


def _is_by_language(said: Plain, words: Any) -> bool:
    texts = [said[key] for key in ("title", "disclosure") if key in said]
    return isinstance(words, dict) and all(isinstance(each, dict | str) for each in texts)


def _words(said: Plain) -> Plain:
    person = said.get("person")
    words = person.get("words") if isinstance(person, dict) else None
    return words if isinstance(words, dict) else {}


def _languages(before: Any, now: Sequence[str]) -> str | list[str]:
    return now[0] if isinstance(before, str) and len(now) == 1 else list(now)


def _in_place(there: Iterable[str], head: Plain) -> list[str]:
    """What was there stays where it was; new keys of the head come behind those that stand before them in every flow."""
    order = list(there)
    for key in (one for one in EDITED if one in head and one not in order):
        above = [order.index(one) for one in KEYS[: KEYS.index(key)] if one in order]
        order.insert(max(above, default=-1) + 1, key)
    return [one for one in order if one in head or one not in EDITED]


def _texts_of(document: Plain) -> Iterator[Plain]:
    """Everything that is said in several languages, as mappings by language."""
    yield from _maps(document, "title", "disclosure")
    yield from _maps(document.get("person"), "words")
    for slot in _each(document.get("slots")):
        yield from _maps(slot, "ask", "again")
        values = slot.get("values")
        yield from _maps(values, *(values if isinstance(values, dict) else ()))
    for node in _each(document.get("nodes")):
        yield from _maps(node, "say", "menu")
        yield from _maps(node.get("request"), "text")
        yield from _maps(node.get("hand_off"), "say")
        yield from _maps(node.get("end"), "say")
        for option in _each(node.get("options")):
            yield from _maps(option, "label", "say", "words")


def _each(part: Any) -> Iterator[Plain]:
    items = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return (one for one in items if isinstance(one, dict))


def _maps(part: Any, *keys: str) -> Iterator[Plain]:
    if isinstance(part, dict):
        yield from (part[key] for key in keys if isinstance(part.get(key), dict))
