"""docs/howto/add-a-guarantee.md, followed word by word: its file is a guarantee that refuses, is measured and is on the page."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ascolto import gates
from ascolto.accounts.models import Role
from ascolto.api.tests.conftest import token_of
from ascolto.charter import guarantees
from ascolto.charter.measuring import measure_days
from ascolto.charter.models import DayMeasure
from ascolto.testing.factories import PASSWORD, make_agent
from tests.house.source import ROOT

HOWTO = ROOT / "docs" / "howto" / "add-a-guarantee.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[str]:
    """The page's file lies in the folder and the product has started; gives the page's tests."""
    file, tests = BLOCK.findall(HOWTO.read_text())
    (tmp_path / "no_hotline.py").write_text(file)
    before = {gate: dict(guards) for gate, guards in gates._GUARANTEES.items()}
    guarantees.__path__.append(str(tmp_path))
    guarantees.all_guarantees.cache_clear()
    guarantees.guard_gates()
    yield tests
    guarantees.__path__.remove(str(tmp_path))
    sys.modules.pop(f"{guarantees.__name__}.no_hotline", None)
    guarantees.all_guarantees.cache_clear()
    for gate, guards in before.items():
        gates._GUARANTEES[gate].clear()
        gates._GUARANTEES[gate].update(guards)


@pytest.fixture
def tests_of_the_page(followed: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(followed, str(HOWTO), "exec"), names)
    return {name: value for name, value in names.items() if name.startswith("test_")}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["test_giulia_is_not_sent_to_the_hotline", "test_giulia_is_answered_where_she_wrote"]
)
def test_the_tests_of_the_page_pass(tests_of_the_page: dict[str, Any], name: str) -> None:
    assert len(tests_of_the_page) == 2
    tests_of_the_page[name]()


@pytest.mark.django_db
def test_the_guarantee_is_measured_on_the_page_and_in_the_api(tests_of_the_page: dict[str, Any]) -> None:
    tests_of_the_page["test_giulia_is_answered_where_she_wrote"]()
    measure_days()
    row = DayMeasure.objects.filter(slug="no-hotline").latest("day")
    assert (row.kept, row.total) == (1, 1)
    lead = make_agent("Laura Gallo", Role.LEAD)
    client = Client()
    assert client.login(email=lead.email, password=PASSWORD)
    page = client.get("/charter/?g=no-hotline&period=today").content.decode()
    assert "Who writes is answered in writing" in page
    assert token_of(lead, "conversations:read").get("/charter/no-hotline?period=today")["share"] == 100
