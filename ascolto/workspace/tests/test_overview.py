"""Anna looks for a setting by its words; Marco sees only what he may open."""

from __future__ import annotations

import pytest
from django.test import Client

from ascolto.accounts.models import Agent
from ascolto.accounts.sections import GROUPS, SECTIONS
from ascolto.testing.factories import make_agent, make_inbox, make_team

pytestmark = pytest.mark.django_db


def found(client: Client, query: str) -> str:
    page = client.get("/settings/", {"q": query}).content.decode()
    return page.partition('id="settings-found"')[2].partition('class="ov-groups"')[0]


def test_every_section_belongs_to_a_group() -> None:
    assert {section.group for section in SECTIONS} <= GROUPS.keys()


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("holidays", "/settings/promises/"),
        ("opening hours", "/settings/promises/"),
        ("time zone", "/settings/company/"),
        ("permissions", "/settings/roles/"),
        ("canned", "/settings/saved-replies/"),
        ("verify token", "/settings/inboxes/"),
        ("LOGO", "/settings/appearance/"),
        ("days reopen", "/settings/company/"),
        ("quiet hours", "/settings/notifications/"),
        ("stars at most", "/settings/rules/"),
        ("promise open time", "/settings/departments/"),
        ("answers approval", "/settings/approvals/"),
    ],
)
def test_a_setting_is_found_by_its_words(desk: Client, query: str, address: str) -> None:
    assert address in found(desk, query)


def test_an_agent_finds_only_what_they_may_open(client: Client) -> None:
    client.force_login(make_agent(language="en"))
    assert "/settings/company/" not in found(client, "reopens")
    assert "/settings/profile/" in found(client, "password")


@pytest.mark.parametrize("query", ["\0", "x" * 100_000, "😀" * 500, "%(n)s", "<script>", "\u202e\u200b"])
def test_odd_words_find_nothing_and_break_nothing(desk: Client, query: str) -> None:
    assert desk.get("/settings/", {"q": query}).status_code == 200


def test_it_says_what_is_missing_until_it_is_there(desk: Client, anna: Agent) -> None:
    page = desk.get("/settings/").content.decode()
    assert "Connect an inbox" in page
    assert "Make a second administrator" in page
    make_inbox()
    make_team("Care")
    make_agent("Olga Fini", "administrator")
    page = desk.get("/settings/").content.decode()
    assert "Connect an inbox" not in page
    assert "Make a second administrator" not in page


def test_a_guest_sees_their_own_settings_alone(client: Client) -> None:
    client.force_login(make_agent("Sara Guest", "guest"))
    page = client.get("/settings/").content.decode()
    assert "/settings/profile/" in page
    assert "/settings/company/" not in page
