"""Anna compares what the channels can do."""

from __future__ import annotations

import pytest
from django.test import Client

from ascolto.accounts.models import Agent, Role
from ascolto.channels.registry import all_adapters
from ascolto.testing.factories import make_agent

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/inboxes/capabilities/"


def test_every_channel_is_there(desk: Client) -> None:
    page = desk.get(ADDRESS).content.decode()
    for adapter in all_adapters().values():
        assert adapter.label.replace("'", "&#39;") in page
    assert ADDRESS in desk.get("/settings/inboxes/").content.decode()
    assert ADDRESS in desk.get("/settings/inboxes/connect/").content.decode()


def test_it_can_be_narrowed(desk: Client) -> None:
    page = desk.get(ADDRESS, {"can": "files", "q": "whatsapp"}).content.decode()
    assert "WhatsApp" in page
    assert "Live chat" not in page
    assert 'value="files" checked' in page
    assert "Web form" not in desk.get(ADDRESS, {"can": "public"}).content.decode()


def test_nonsense_narrows_nothing_or_says_so(desk: Client) -> None:
    assert "Live chat" in desk.get(ADDRESS, {"can": ["audience", "<b>"]}).content.decode()
    nothing = desk.get(ADDRESS, {"q": "pigeon <script>"}).content.decode()
    assert "No channel can do all of that" in nothing
    assert "<script>pigeon" not in nothing


def test_it_is_read_in_italian(desk: Client, anna: Agent) -> None:
    anna.language = "it"
    anna.save()
    assert desk.get(ADDRESS).status_code == 200


def test_agents_do_not_need_it(client: Client) -> None:
    client.force_login(make_agent("Marco Villa", Role.AGENT))
    assert client.get(ADDRESS).status_code in {302, 403, 404}
