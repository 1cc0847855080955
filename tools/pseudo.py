"""A made-up language for tests: every text of the product longer, accented and in brackets, so that what is not translated, or does not
fit, is seen at once. Written right to left when its code is that of such a language."""

from __future__ import annotations

import re
from pathlib import Path

import polib

from tools.texts import HEADER, texts_of_product

_KEPT = re.compile(r"(%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|<[^>]+>|&\w+;)")
_LETTERS = str.maketrans("aeiouyAEIOUYncsz", "àéîôûýÀÉÎÔÛÝñçšž")
OPEN, CLOSE = "⟦", "⟧"
LONGER = 0.3  # as much longer than English as the longest languages are


def pseudo(text: str) -> str:
    """`Save` as `⟦Šàvé~⟧`; placeholders and tags stay as they are."""
    parts = _KEPT.split(text)
    said = "".join(part if place % 2 else part.translate(_LETTERS) for place, part in enumerate(parts))
    return f"{OPEN}{said}{'~' * round(len(text) * LONGER)}{CLOSE}"


def write_pseudo(locale: Path, language: str) -> None:
    """Write the catalogue of the made-up language under `locale`, as Django looks for it."""
    catalogue = polib.POFile()
    catalogue.metadata = {**HEADER, "Language": language}
    for singular, plural in texts_of_product():
        entry = polib.POEntry(msgid=singular)
        if plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = {0: pseudo(singular), 1: pseudo(plural)}
        else:
            entry.msgstr = pseudo(singular)
        catalogue.append(entry)
    folder = locale / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    catalogue.save_as_mofile(str(folder / "django.mo"))
