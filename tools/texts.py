"""Bring the Italian catalogue up to date with the texts of code and templates, and compile it: `make texts`.

    python -m tools.texts [PAIRS …]

New texts come in without a translation, texts that nobody says any more go out. PAIRS are files with translations,
one a line: `English ||| Italiano` (`\\n` for a line break; plural forms as a text of their own).
"""

from __future__ import annotations

import ast
import dataclasses
import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import polib
from jinja2.ext import extract_from_ast

from tools.sentences import GAP, sentences_of

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ascolto"
CATALOGUE = PACKAGE / "locale" / "it" / "LC_MESSAGES" / "django.po"
SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
REFUSING = {"ConfigError", "Failure"}  # their second argument is shown: beside the field, at the message
PLURAL = {"ngettext", "ngettext_lazy"}
HEADER = {
    "Project-Id-Version": "Ascolto",
    "Language": "it",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
Text = tuple[str, str]  # singular and plural; the plural is empty where there is none


def texts_of_module(path: Path) -> Iterator[Text]:
    """What a module of Python says through gettext."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        said = getattr(node.func, "id", getattr(node.func, "attr", ""))
        wanted = 1 if said in SINGULAR or said in REFUSING else 2 if said in PLURAL else 0
        arguments = node.args[1:2] if said in REFUSING else node.args[:wanted]
        values = (arg.value for arg in arguments if isinstance(arg, ast.Constant))
        constants = [value for value in values if isinstance(value, str)]
        if wanted and len(constants) == wanted:
            yield (constants[0], constants[1] if wanted == 2 else "")


def texts_of_channels() -> Iterator[tuple[Text, str]]:
    """Names and settings of channels, which screens translate: with the place where they are declared."""
    from ascolto.channels.registry import all_adapters

    for adapter in all_adapters().values():
        place = adapter.__class__.__module__.replace(".", "/") + ".py"
        doors = [text for door in adapter.doors for text in (door.label, door.hint)]
        for text in (adapter.label, *adapter.guide, *adapter.sentences, *doors, *_words_of(adapter.Config)):
            if text:
                yield (text, ""), place


def _words_of(config: type) -> Iterator[str]:
    for item in dataclasses.fields(config):
        yield item.metadata.get("label", "")
        yield item.metadata.get("help", "")


def says_to_people(path: Path) -> bool:
    """Whether a module belongs to a channel and speaks to the people at the desk (not to callers, not to a shell)."""
    parts = path.relative_to(PACKAGE).parts
    of_channels = parts[:2] in {("channels", "adapters"), ("channels", "vendors")}
    return of_channels and path.name not in {"ivr_texts.py", "listener.py", "agi.py"}


def _said_by_channel(path: Path) -> Iterator[Text]:
    for said in sentences_of(path):
        if GAP not in said.text and (said.text.endswith(".") or not said.is_part):
            yield (said.text, "")


def texts_of_template(path: Path) -> Iterator[Text]:
    """What a template says through `_()` and `ngettext()`."""
    from ascolto.ui.jinja import environment

    for _, _, said in extract_from_ast(environment().parse(path.read_text()), ("_", "gettext", "ngettext")):
        if isinstance(said, str):
            yield (said, "")
        elif said and said[0]:
            yield (said[0], said[1] or "" if len(said) > 1 else "")


def texts_of_product() -> dict[Text, list[str]]:
    """Every text with the files that say it."""
    found: dict[Text, list[str]] = {}
    for text, place in texts_of_channels():
        found.setdefault(text, []).append(place)
    for path in sorted(PACKAGE.rglob("*")):
        parts = set(path.relative_to(PACKAGE).parts)
        if parts & {"tests", "migrations", "testing", "locale"}:
            continue
        if path.suffix == ".py":
            texts = texts_of_module(path)
            if says_to_people(path):
                texts = chain(texts, _said_by_channel(path))
        elif path.suffix == ".html" and "templates" in parts:
            texts = texts_of_template(path)
        else:
            continue
        for text in texts:
            if text[0]:
                found.setdefault(text, []).append(str(path.relative_to(ROOT)))
    return found


def read_pairs(paths: list[Path]) -> dict[str, str]:
    """English and Italian from files of pairs."""
    lines = [line for path in paths for line in path.read_text().splitlines() if "|||" in line]
    pairs = (line.split("|||", 1) for line in lines)
    return {
        english.strip().replace("\\n", "\n"): italian.strip().replace("\\n", "\n")
        for english, italian in pairs
    }


def renew(catalogue: polib.POFile, texts: dict[Text, list[str]], pairs: dict[str, str]) -> polib.POFile:
    """The catalogue for exactly these texts, with every translation that is known."""
    before = {(entry.msgid, entry.msgid_plural): entry for entry in catalogue}
    made = polib.POFile(wrapwidth=110)
    made.metadata = HEADER
    for (singular, plural), places in sorted(texts.items()):
        entry = polib.POEntry(msgid=singular, msgid_plural=plural)
        entry.occurrences = [(place, "") for place in sorted(set(places))]
        known = before.get((singular, plural))
        if plural:
            given = {0: pairs.get(singular, ""), 1: pairs.get(plural, "")}
            kept = known.msgstr_plural if known else {}
            entry.msgstr_plural = {index: kept.get(index) or given[index] for index in (0, 1)}
        else:
            entry.msgstr = (known.msgstr if known else "") or pairs.get(singular, "")
        if "%(" in singular:
            entry.flags.append("python-format")
        made.append(entry)
    return made


def main() -> None:
    """Write both files and say what is left to translate."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascolto.config.settings")
    import django

    django.setup()
    catalogue = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()
    renewed = renew(catalogue, texts_of_product(), read_pairs([Path(name) for name in sys.argv[1:]]))
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    renewed.save(str(CATALOGUE))
    renewed.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    missing = [entry for entry in renewed if not entry.translated()]
    for entry in missing:
        print(f"{entry.msgid!r}  ({entry.occurrences[0][0]})")
    print(f"{len(renewed)} texts, {len(missing)} to translate")


if __name__ == "__main__":
    main()
