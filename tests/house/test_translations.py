"""Every English text of the interface has its Italian one, and the compiled catalogue is what the source says."""

from __future__ import annotations

import re
from typing import Any

import polib
import pytest

from tools.texts import CATALOGUE, texts_of_product

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def catalogue() -> Any:
    assert CATALOGUE.is_file(), "there is no catalogue: make texts"
    return polib.pofile(str(CATALOGUE))


def test_every_text_of_the_product_is_in_the_catalogue(catalogue: Any) -> None:
    known = {(entry.msgid, entry.msgid_plural) for entry in catalogue if not entry.obsolete}
    missing = {text[0]: places for text, places in texts_of_product().items() if text not in known}
    assert missing == {}, "make texts brings them in"


def test_every_text_is_translated(catalogue: Any) -> None:
    assert [entry.msgid for entry in catalogue if not entry.obsolete and not entry.translated()] == []


def test_translations_keep_the_placeholders(catalogue: Any) -> None:
    wrong = []
    for entry in catalogue:
        texts = list(entry.msgstr_plural.values()) or [entry.msgstr]
        needed = set(PLACEHOLDER.findall(entry.msgid))
        allowed = needed | set(PLACEHOLDER.findall(entry.msgid_plural))
        for text in texts:
            used = set(PLACEHOLDER.findall(text))
            if used - allowed or (not entry.msgid_plural and needed - used):
                wrong.append(entry.msgid)
    assert wrong == []


def test_the_compiled_catalogue_is_fresh(catalogue: Any) -> None:
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {(e.msgid, e.msgstr, tuple(e.msgstr_plural.items())) for e in compiled} == {
        (e.msgid, e.msgstr, tuple(e.msgstr_plural.items())) for e in catalogue if not e.obsolete
    }
