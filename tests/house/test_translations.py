"""Every English text of the interface has its Italian one, and the compiled catalogue is what the source says."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import polib
import pytest
from jinja2.ext import extract_from_ast

from ascolto.ui.jinja import environment
from tests.house.source import PACKAGE, modules, name, templates, tree

CATALOGUE = PACKAGE / "locale" / "it" / "LC_MESSAGES" / "django.po"
TRANSLATING = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
# Django translates these itself.
DJANGOS = {"English", "Italian"}


@pytest.fixture(scope="module")
def catalogue() -> Any:
    return polib.pofile(str(CATALOGUE))


def _in_python(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", getattr(node.func, "attr", "")) in TRANSLATING
        ):
            texts = node.args[:2] if "ngettext" in ast.dump(node.func) else node.args[:1]
            found |= {
                text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)
            }
    return found


def _in_template(path: Path) -> set[str]:
    parsed = environment().parse(path.read_text())
    found: set[str] = set()
    for _, _, message in extract_from_ast(parsed, ("_", "gettext", "ngettext")):
        found |= {text for text in (message if isinstance(message, tuple) else (message,)) if text}
    return found


def test_every_text_of_the_code_is_in_the_catalogue(catalogue: Any) -> None:
    known = {entry.msgid for entry in catalogue} | {entry.msgid_plural for entry in catalogue} | DJANGOS
    missing = {}
    for path in modules():
        if "testing" in path.parts:
            continue
        if unknown := _in_python(path) - known:
            missing[name(path)] = sorted(unknown)
    for path in templates():
        if unknown := _in_template(path) - known:
            missing[name(path)] = sorted(unknown)
    assert missing == {}


def test_every_text_is_translated(catalogue: Any) -> None:
    assert [entry.msgid for entry in catalogue if not entry.obsolete and not entry.translated()] == []


def test_translations_keep_the_placeholders(catalogue: Any) -> None:
    wrong = []
    for entry in catalogue:
        texts = list(entry.msgstr_plural.values()) or [entry.msgstr]
        allowed = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        wrong += [entry.msgid for text in texts if set(PLACEHOLDER.findall(text)) - allowed]
    assert wrong == []


def test_the_compiled_catalogue_is_fresh(catalogue: Any) -> None:
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {(e.msgid, e.msgstr, tuple(e.msgstr_plural.items())) for e in compiled} == {
        (e.msgid, e.msgstr, tuple(e.msgstr_plural.items())) for e in catalogue if not e.obsolete
    }
