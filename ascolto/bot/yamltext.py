"""YAML with line numbers: a text becomes values that know where they stand. Pure; PyYAML reads, its constructors are never called.

Refused are what a flow never needs and an attacker might: aliases (a small text that becomes a huge one), tags, more than one document,
keys that are no text, keys that stand twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from ascolto.bot.findings import Finding
from ascolto.bot.findings import gettext_noop as _

LONGEST = 1024 * 1024  # characters of a flow
DEEPEST = 20
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE, _FALSE = frozenset({"true", "True", "yes"}), frozenset({"false", "False", "no"})


@dataclass(slots=True)
class Value:
    """A text, a list or a mapping, and its line. `plain`: a text without quotes, which may mean a number or a truth."""

    line: int
    text: str = ""
    plain: bool = False
    items: list[Value] = field(default_factory=list)
    entries: dict[str, Value] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    kind: str = "text"  # text, list, map

    @property
    def is_null(self) -> bool:
        return self.kind == "text" and self.plain and self.text in _NULLS

    @property
    def truth(self) -> bool | None:
        """What it says as a truth; None where it is none."""
        if self.kind != "text" or not self.plain:
            return None
        return True if self.text in _TRUE else False if self.text in _FALSE else None

    def __iter__(self) -> Iterator[Value]:
        return iter(self.items)


class Unreadable(Exception):
    """The text is no YAML that may be a flow; carries the Finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.told())
        self.finding = finding


def read_yaml(text: str) -> tuple[Value, list[Finding]]:
    """The document, and what is odd in it. Raises Unreadable."""
    if len(text) > LONGEST:
        _refuse(
            0,
            "too_long",
            _("The flow has more than %(most)s characters."),
            _("Split it into sub-flows."),
            most=LONGEST,
        )
    try:
        loader = yaml.CSafeLoader(text) if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader(text)
        try:
            return _document(loader)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.context_mark and "end of stream" in (error.problem or ""):
            mark = error.context_mark  # what was never closed begins there
        problem = (error.problem or "").splitlines()[:1]
        _refuse(
            mark.line + 1 if mark else 0,
            "yaml",
            _("This is no YAML: %(problem)s."),
            _("Look at the indentation and the quotes of this line and the one before."),
            problem="".join(problem)[:120],
        )
    except (yaml.YAMLError, ValueError, RecursionError):
        _refuse(
            0, "yaml", _("This is no YAML: %(problem)s."), _("Save it as UTF-8 text."), problem="unreadable"
        )


def _refuse(line: int, code: str, message: str, fix: str, **values: object) -> NoReturn:
    raise Unreadable(Finding(line, code, message, fix, values=values))


def _document(loader: Any) -> tuple[Value, list[Finding]]:
    """From events, so that nothing is expanded before it is looked at."""
    building = _Building()
    while (event := loader.get_event()) is not None:
        kind, line = type(event), event.start_mark.line + 1
        if kind is yaml.ScalarEvent or kind is yaml.SequenceStartEvent or kind is yaml.MappingStartEvent:
            building.add(_value(event, line))
        elif kind is yaml.SequenceEndEvent or kind is yaml.MappingEndEvent:
            building.stack.pop()
        elif kind is yaml.DocumentStartEvent:
            building.begin(line)
        elif kind is yaml.AliasEvent:
            how = _("Write the text again, or use a sub-flow.")
            _refuse(line, "alias", _("Aliases (*name) are not read."), how)
        elif kind is yaml.StreamEndEvent:
            break
    if building.root is None:
        _refuse(0, "empty", _("The flow is empty."), _("Begin with: flow, languages, start, nodes."))
    return building.root, building.odd


@dataclass(slots=True)
class _Building:
    """The document so far: what is open (with the key that waits for its value), and what is odd."""

    root: Value | None = None
    stack: list[tuple[Value, list[str]]] = field(default_factory=list)
    odd: list[Finding] = field(default_factory=list)
    documents: int = 0

    def begin(self, line: int) -> None:
        """A document begins."""
        self.documents += 1
        if self.documents > 1:
            how = _("Keep one flow a file, without ---.")
            _refuse(line, "documents", _("There are several documents in this text."), how)

    def add(self, value: Value) -> None:
        """A value, in its place."""
        if len(self.stack) >= DEEPEST:
            how = _("Flows need few levels: look at the indentation.")
            _refuse(value.line, "deep", _("This is nested too deeply."), how)
        if self.stack:
            _place(self.stack[-1], value, self.odd)
        elif self.root is None:
            self.root = value
        if value.kind != "text":
            self.stack.append((value, []))


_NO_ITEMS: list[Value] = []
_NO_ENTRIES: dict[str, Value] = {}
_NO_LINES: dict[str, int] = {}


def _word(line: int, text: str, *, plain: bool) -> Value:
    """A text. There are many of them in a flow and nothing is ever put into one, so that they share their emptiness."""
    return Value(line, text, plain, _NO_ITEMS, _NO_ENTRIES, _NO_LINES)


def _value(event: Any, line: int) -> Value:
    if event.anchor is not None:
        _refuse(
            line, "alias", _("Aliases (*name) are not read."), _("Write the text again, or use a sub-flow.")
        )
    if isinstance(event, yaml.ScalarEvent):
        if event.tag not in (None, "!"):
            _refuse(line, "tag", _("Tags (!name) are not read."), _("Take the tag away."))
        return _word(line, event.value, plain=event.style in (None, ""))
    if event.tag is not None and event.tag != "!":
        _refuse(line, "tag", _("Tags (!name) are not read."), _("Take the tag away."))
    return Value(line, kind="list" if isinstance(event, yaml.SequenceStartEvent) else "map")


def _place(top: tuple[Value, list[str]], value: Value, odd: list[Finding]) -> None:
    """Into the list, as the next key, or as the value of the key before."""
    parent, keys = top
    if parent.kind == "list":
        parent.items.append(value)
        return
    if not keys:
        if value.kind != "text":
            _refuse(value.line, "key", _("A key must be a word."), _("Write it as  word: value"))
        keys.append(value.text)
        parent.key_lines.setdefault(value.text, value.line)
        return
    key = keys.pop()
    if key in parent.entries:
        odd.append(
            Finding(
                value.line,
                "twice",
                _("The key %(key)s stands twice."),
                _("Keep one of them."),
                values={"key": key},
            )
        )
        return
    parent.entries[key] = value
