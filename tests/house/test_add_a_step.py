"""docs/howto/add-a-step.md, followed word by word: its file is a step that is offered, tried, done and taken back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ascolto.automation.steps import STEPS
from ascolto.testing.factories import PASSWORD, make_agent
from tests.house.source import ROOT

HOWTO = ROOT / "docs" / "howto" / "add-a-step.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^    (\w+)\(\),$", re.MULTILINE)


@pytest.fixture
def tests_of_the_page(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The page's file was read and its line is there; gives the page's tests."""
    text = HOWTO.read_text()
    file, tests = BLOCK.findall(text)
    names: dict[str, Any] = {"__name__": "ascolto.automation.steps.rename"}
    exec(compile(file, str(HOWTO), "exec"), names)
    named = LINE.search(text)
    assert named is not None
    step = names[named[1]]()
    monkeypatch.setitem(STEPS, step.kind, step)
    found: dict[str, Any] = {}
    exec(compile(tests, str(HOWTO), "exec"), found)
    return {name: value for name, value in found.items() if name.startswith("test_")}


@pytest.mark.django_db
def test_the_tests_of_the_page_pass(tests_of_the_page: dict[str, Any]) -> None:
    (test,) = tests_of_the_page.values()
    test()


@pytest.mark.django_db
@pytest.mark.usefixtures("tests_of_the_page")
def test_the_step_is_in_the_builder() -> None:
    marco, client = make_agent(), Client()
    assert client.login(email=marco.email, password=PASSWORD)
    page = client.get(reverse("automation:new-macro")).content.decode()
    assert "Name it" in page
