"""Whoever leads sees on every page that an inbox is unwell; the page of the inbox says what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ascolto.accounts.models import Role
from ascolto.channels.hours import hour_of
from ascolto.channels.models import ChannelAccount, ChannelHealth, ChannelHour
from ascolto.channels.volume import HOUR
from ascolto.channels.watching import watch
from ascolto.events.log import emit
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_conversation, make_inbox

pytestmark = pytest.mark.django_db


def make_unwell(name: str = "Shop", kind: str = "webhook", **fields: Any) -> ChannelAccount:
    inbox = make_inbox(kind, name)
    ChannelHealth.objects.create(account=inbox, **fields)
    return inbox


def page_of(browser: Client, inbox: ChannelAccount) -> str:
    return browser.get(f"/settings/inboxes/{inbox.pk}/").content.decode()


@pytest.mark.parametrize("address", [reverse("desk:queue"), reverse("desk:counts"), "/settings/people/"])
def test_anna_sees_a_dead_inbox_wherever_she_is(desk: Client, address: str) -> None:
    assert "alert-bar" not in desk.get(address).content.decode()
    inbox = make_unwell(error_class="reauth", error="The token has been revoked.")
    page = desk.get(address).content.decode()
    assert "Shop does not work." in page
    assert "The token has been revoked." in page
    assert f"/settings/inboxes/{inbox.pk}/" in page


@pytest.mark.parametrize(("role", "sees"), [(Role.LEAD, True), (Role.AGENT, False), (Role.GUEST, False)])
def test_only_who_leads_is_alerted(client: Client, role: str, sees: bool) -> None:
    make_unwell(error_class="reauth")
    client.force_login(make_agent("Livia Neri", role))
    assert ("alert-bar" in client.get(reverse("desk:queue")).content.decode()) is sees


def test_many_are_one_line(desk: Client) -> None:
    make_unwell("A quiet one", silent_since=now())
    for name in ("Shop", "Page", "Phone"):
        make_unwell(name, error_class="reauth")
    page = desk.get("/settings/people/").content.decode()
    assert page.count("alert-bar") == 1
    assert "4 inboxes need you:" in page
    assert "Page, Phone, Shop…" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"error_class": "reauth"}, ["does not let us in any more", "make a new token", "#id_set_secret"]),
        (
            {"error_class": "config", "error": "The page is gone."},
            ["The page is gone.", "Correct the settings"],
        ),
        ({"error_class": "abuse_stop"}, ["has stopped this inbox", "own console"]),
        ({"token_expires_at": now() + timedelta(days=2, hours=1)}, ["in 2 days", "make a new token"]),
        ({"token_expires_at": now() - timedelta(hours=1)}, ["permission of the network ended"]),
        ({"silent_since": now()}, ["Send yourself a message", "webhook must be switched on"]),
    ],
)
def test_the_page_of_an_inbox_says_what_to_do(desk: Client, fields: dict[str, Any], said: list[str]) -> None:
    page = page_of(desk, make_unwell(**fields))
    assert [text for text in said if text not in page] == []
    assert "Test the connection" in page


def test_an_inbox_that_is_fetched_is_told_otherwise(desk: Client) -> None:
    page = page_of(desk, make_unwell("Mail", "email", silent_since=now()))
    assert "such as a rule or another program" in page
    assert "webhook must be switched on" not in page


def test_a_lead_reads_it_and_leaves_the_repair_to_an_administrator(client: Client) -> None:
    inbox = make_unwell(error_class="reauth")
    client.force_login(make_agent("Livia Neri", Role.LEAD))
    page = page_of(client, inbox)
    assert "An administrator can repair it." in page
    assert "/test/" not in page
    assert "Switch off" not in page


def test_silence_is_told_with_what_is_usual(desk: Client) -> None:
    inbox = make_unwell()
    this = hour_of(now())
    hours = [this - back * HOUR for back in range(7, 10 * 168)]
    ChannelHour.objects.bulk_create([ChannelHour(account=inbox, hour=hour, received=5) for hour in hours])
    assert watch() == 1
    assert "messages would be usual; 0 came." in page_of(desk, inbox)
    assert "Shop is strangely silent." in desk.get("/settings/people/").content.decode()
    assert "Strangely silent" in desk.get("/settings/inboxes/").content.decode()
    assert "is strangely silent: 0 in 6 hours" in desk.get("/settings/log/").content.decode()


def test_the_week_is_drawn_and_can_be_read_as_a_table(desk: Client) -> None:
    inbox = make_unwell(last_in_at=now() - timedelta(hours=3), last_out_at=now())
    ChannelHour.objects.create(account=inbox, hour=hour_of(now()), received=12, sent=7)
    ChannelHour.objects.create(account=inbox, hour=hour_of(now() - timedelta(days=2)), received=30)
    page = page_of(desk, inbox)
    assert "In the last seven days 42 came in and 7 left." in page
    assert "3 hours ago" in page
    assert "just now" in page
    assert page.count('<th scope="row">') == 7


def test_switching_off_says_what_happens_to_what_waits(desk: Client) -> None:
    inbox = make_unwell()
    make_conversation(inbox)
    page = page_of(desk, inbox)
    assert "At once nothing comes in and nothing leaves" in page
    assert "No answer is on its way." in page
    desk.post(f"/settings/inboxes/{inbox.pk}/switch/", {"on": "0"})
    page = page_of(desk, inbox)
    assert "It is switched off: nothing comes in and nothing leaves." in page
    assert "Switch on" in page


def test_the_log_tells_endings_in_sentences(desk: Client) -> None:
    inbox = make_unwell()
    emit("channel.expiring", account=inbox.pk, days=3, expires_at=now().isoformat())
    emit("channel.heard", account=inbox.pk)
    page = desk.get("/settings/log/").content.decode()
    assert "The permission of the inbox Shop ends: 3 days are left" in page
    assert "Messages reach the inbox Shop again" in page
