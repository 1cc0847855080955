"""The shell of every signed-in screen, and the page for what went wrong."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from ascolto.ui import navigation, promise
from ascolto.ui.drawn import tone
from ascolto.ui.jinja import file_size, linked, long_date
from ascolto.ui.shell import shell_context

NOON = datetime(2026, 6, 11, 12, tzinfo=UTC)


def marco(**fields: Any) -> SimpleNamespace:
    person = {
        "pk": 7,
        "name": "Marco Villa",
        "role": "agent",
        "is_lead": False,
        "is_administrator": False,
        "is_guest": False,
    }
    person |= {
        "is_authenticated": True,
        "is_available": True,
        "theme": "",
        "language": "it",
        "single_keys": True,
    }
    return SimpleNamespace(**(person | fields))


@pytest.fixture(autouse=True)
def the_shell_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what rooms above put into every page."""
    monkeypatch.setattr(navigation, "_alerting", [])
    monkeypatch.setattr(navigation, "_foot", {})
    monkeypatch.setattr(navigation, "_waiting", {})


def page(**fields: Any) -> str:
    request = RequestFactory().get("/")
    request.user, request.LANGUAGE_CODE = marco(**fields), "it"  # type: ignore[assignment]
    request.company = SimpleNamespace(name="Telvia", is_demo=fields.get("theme") == "dark")  # type: ignore[attr-defined]
    return render_to_string("ui/app.html", shell_context(request, current="desk"), request=request)


def test_the_page_carries_the_language_and_the_theme_of_the_profile() -> None:
    assert '<html lang="it" dir="ltr" data-theme="dark">' in page(theme="dark")
    assert '<html lang="it" dir="ltr">' in page()
    assert 'data-keys="off"' in page(single_keys=False)


def test_nothing_in_the_page_is_inline() -> None:
    html = page()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", html))


def test_a_demo_says_so_on_every_screen() -> None:
    assert "demo-bar" in page(theme="dark")
    assert "demo-bar" not in page()


@pytest.mark.parametrize("what", ["not_found", "forbidden", "csrf", "server"])
def test_an_error_page_stands_without_a_request(what: str) -> None:
    assert 'href="/"' in render_to_string("ui/error.html", {"what": what})


@pytest.mark.parametrize(
    ("left", "state", "text"),
    [
        (timedelta(minutes=6, seconds=12), "soon", "06:12"),
        (timedelta(hours=2, minutes=10), "ok", "2 h 10"),
        (timedelta(days=3, hours=1), "ok", "3 d"),
        (-timedelta(minutes=4, seconds=10), "late", "+04:10"),
    ],
)
def test_the_clock_says_what_is_left_or_how_late(left: timedelta, state: str, text: str) -> None:
    shown = promise.clock(NOON + left, NOON - timedelta(hours=1), NOON)
    assert shown is not None
    assert (shown.state, shown.text) == (state, text)
    assert 0 <= shown.ring <= 100


def test_without_a_promise_there_is_no_clock() -> None:
    assert promise.clock(None) is None


def test_links_in_a_text_are_links_and_nothing_else_is_markup() -> None:
    shown = linked("<b>see</b> https://example.com/a?b=1&c=2")
    assert "<b>" not in shown
    assert 'href="https://example.com/a?b=1&amp;c=2"' in shown
    assert "<a" not in linked("https://example.com " * 5000)
    assert "javascript:" not in linked("javascript:alert(1)").replace("javascript:alert(1)", "")


def test_a_person_keeps_their_colour() -> None:
    assert tone(88412) == tone(88412)
    assert {tone(key) for key in range(50)} == {1, 2, 3, 4, 5}
    assert file_size(10) == "1 kB"


def test_italian_dates_are_written_small() -> None:
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    with translation.override("it"):
        assert long_date(at) == "22 novembre 2026"
    with translation.override("en"):
        assert long_date(at) == "22 November 2026"
