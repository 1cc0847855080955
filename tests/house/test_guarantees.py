"""A guarantee is one file, and tests that show it kept and shown refused, or breached where nothing can be refused."""

from __future__ import annotations

import re

from ascolto.charter.guarantees import all_guarantees
from tests.house.source import PACKAGE, tracked

MARK = re.compile(
    r"""pytest\.mark\.guarantee\(\s*["']([a-z-]+)["'],\s*["'](kept|refused|breached)["']\s*\)"""
)


def test_every_guarantee_is_shown_kept_and_refused_or_breached() -> None:
    tests = [path for path in tracked() if path.name.startswith("test_") and path.suffix == ".py"]
    shown = {found for path in tests for found in MARK.findall(path.read_text())}
    missing = []
    for one in all_guarantees():
        if not one.is_measured and not one.gates:
            continue  # it says why on the page; there is nothing to keep yet
        if (one.slug, "kept") not in shown:
            missing.append(f"{one.slug}: kept")
        if not {(one.slug, "refused"), (one.slug, "breached")} & shown:
            missing.append(f"{one.slug}: refused or breached")
        if one.gates and (one.slug, "refused") not in shown:
            missing.append(f"{one.slug}: refused")
    assert missing == []


def test_every_file_of_the_folder_is_one_guarantee() -> None:
    files = [path for path in (PACKAGE / "charter" / "guarantees").glob("*.py") if path.stem != "__init__"]
    assert len(files) == len(all_guarantees()) == 10
    assert [one.number for one in all_guarantees()] == list(range(1, 11))


def test_every_guarantee_says_what_it_promises_and_how_it_is_measured_or_why_not() -> None:
    for one in all_guarantees():
        assert str(one.title)
        assert str(one.promise)
        assert bool(str(one.not_yet)) != bool(str(one.definition)), one.slug
