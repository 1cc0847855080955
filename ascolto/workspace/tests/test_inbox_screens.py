"""Anna connects inboxes in the browser and sees how they do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.registry import all_adapters
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_inbox, make_team

pytestmark = pytest.mark.django_db
SECRET = "a-shared-secret"
FORM = {"name": "Shop", "language": "en", "set_secret": SECRET}


def test_every_channel_can_be_chosen_and_has_a_form(desk: Client) -> None:
    page = desk.get("/settings/inboxes/connect/").content.decode()
    for kind in all_adapters():
        assert f"/settings/inboxes/connect/{kind}/" in page
        form = desk.get(f"/settings/inboxes/connect/{kind}/")
        assert form.status_code == 200
    assert desk.get("/settings/inboxes/connect/pigeon/").status_code == 404


def test_a_secret_is_typed_hidden_and_never_shown_again(desk: Client) -> None:
    assert (
        'type="password" name="set_secret"' in desk.get("/settings/inboxes/connect/webhook/").content.decode()
    )
    made = desk.post("/settings/inboxes/connect/webhook/", FORM)
    inbox = ChannelAccount.objects.get()
    assert made.headers["Location"] == f"/settings/inboxes/{inbox.pk}/"
    for address in (
        "/settings/inboxes/",
        f"/settings/inboxes/{inbox.pk}/",
        f"/settings/inboxes/{inbox.pk}/change/",
    ):
        assert SECRET not in desk.get(address).content.decode()
    wrong = desk.post("/settings/inboxes/connect/webhook/", {**FORM, "name": ""}).content.decode()
    assert SECRET not in wrong


def test_the_hook_address_is_there_to_copy(desk: Client, settings: Any) -> None:
    settings.BASE_URL = "https://care.telvia.example"
    inbox = make_inbox()
    page = desk.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    assert f"https://care.telvia.example/hooks/webhook/{inbox.token}" in page


@pytest.mark.parametrize(("kind", "copied"), [("chat", "widget.js"), ("form", "embed.js")])
def test_our_own_doors_come_as_a_line_for_the_website(desk: Client, kind: str, copied: str) -> None:
    inbox = make_inbox(kind)
    page = desk.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    assert f"{inbox.token}/{copied}&#34; async&gt;&lt;/script&gt;" in page
    assert "/hooks/" not in page


def test_only_administrators_see_the_hook_address(client: Client) -> None:
    inbox = make_inbox()
    client.force_login(make_agent("Livia Lead", "lead"))
    page = client.get(f"/settings/inboxes/{inbox.pk}/")
    assert page.status_code == 200
    assert inbox.token not in page.content.decode()


def test_a_wrong_setting_is_told_at_its_field(desk: Client) -> None:
    page = desk.post("/settings/inboxes/connect/webhook/", {**FORM, "set_id_path": "a..b"}).content.decode()
    assert 'id="id_set_id_path_error"' in page
    assert not ChannelAccount.objects.exists()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "http://localhost/", "http://10.1.2.3/x"])
def test_a_form_does_not_lead_into_the_companys_network(desk: Client, url: str) -> None:
    page = desk.post("/settings/inboxes/connect/webhook/", {**FORM, "set_reply_url": url}).content.decode()
    assert "ASCOLTO_ALLOW_PRIVATE_NETWORKS" in page
    assert not ChannelAccount.objects.exists()


def test_an_empty_secret_keeps_the_stored_one(desk: Client) -> None:
    inbox = make_inbox("webhook", "Shop", secret=SECRET, reply_url="")
    desk.post(f"/settings/inboxes/{inbox.pk}/change/", {"name": "Store", "language": "it", "set_secret": ""})
    kept = ChannelAccount.objects.get()
    assert (kept.name, kept.language, kept.values()["secret"]) == ("Store", "it", SECRET)


def test_an_optional_secret_can_be_forgotten(desk: Client) -> None:
    inbox = make_inbox("webhook", "Shop", secret=SECRET, old_secret="before", reply_url="")
    desk.post(
        f"/settings/inboxes/{inbox.pk}/change/", {"name": "Shop", "language": "en", "forget_old_secret": "on"}
    )
    assert ChannelAccount.objects.get().values() == {"secret": SECRET}


def test_anna_chooses_which_teams_see_an_inbox(desk: Client) -> None:
    care = make_team("Care")
    desk.post("/settings/inboxes/connect/webhook/", {**FORM, "teams": [str(care.pk)]})
    assert list(ChannelAccount.objects.get().teams.all()) == [care]
    forged = desk.post("/settings/inboxes/connect/webhook/", {**FORM, "teams": ["999"]})
    assert forged.status_code == 200
    assert ChannelAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"error_class": "reauth", "error": "The token is refused."}, "Needs you"),
        ({"error_class": "retry_after", "error": "Slow down.", "paused_until": now()}, "Waiting"),
        ({"last_in_at": now()}, "Working"),
        ({}, "Nothing seen yet"),
    ],
)
def test_the_list_says_how_each_inbox_does(desk: Client, fields: dict[str, Any], shown: str) -> None:
    inbox = make_inbox()
    ChannelHealth.objects.update_or_create(account=inbox, defaults=fields)
    for address in ("/settings/inboxes/", f"/settings/inboxes/{inbox.pk}/"):
        page = desk.get(address).content.decode()
        assert shown in page
        assert fields.get("error", "") in page


def test_an_inbox_is_switched_off_and_on(desk: Client) -> None:
    inbox = make_inbox()
    desk.post(f"/settings/inboxes/{inbox.pk}/switch/", {"on": "0"})
    assert not ChannelAccount.objects.get().is_enabled
    assert "Off" in desk.get("/settings/inboxes/").content.decode()
    desk.post(f"/settings/inboxes/{inbox.pk}/switch/", {"on": "1"})
    assert ChannelAccount.objects.get().is_enabled


def test_the_test_button_tells_what_the_adapter_found(desk: Client) -> None:
    inbox = make_inbox("webhook", "Shop", secret=SECRET, reply_url="")
    page = desk.post(f"/settings/inboxes/{inbox.pk}/test/")
    assert page.status_code == 200
    assert "The test" in page.content.decode()
    assert desk.get(f"/settings/inboxes/{inbox.pk}/test/").status_code == 405


def test_secrets_sealed_with_another_key_are_told_not_crashed_on(desk: Client, settings: Any) -> None:
    inbox = make_inbox()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key-of-enough-length", []
    desk.force_login(Agent.objects.get())
    page = desk.get(f"/settings/inboxes/{inbox.pk}/change/")
    assert page.status_code == 200
    assert "ASCOLTO_SECRET_KEY" in page.content.decode()


def test_an_inbox_that_is_not_there_is_a_404(desk: Client) -> None:
    for pk in (999, 10**30):
        assert desk.get(f"/settings/inboxes/{pk}/").status_code == 404


def test_a_channel_that_fetches_has_no_address_to_give_away(desk: Client) -> None:
    inbox = make_inbox("email")
    page = desk.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    assert inbox.token not in page
    assert "How messages reach it" not in page


def test_what_is_wrong_with_a_setting_is_said_in_the_readers_language(desk: Client, anna: Agent) -> None:
    anna.language = "it"
    anna.save()
    servers = {f"set_{name}": "mail.telvia.example" for name in ("imap_host", "smtp_host")}
    people = {f"set_{name}": "care" for name in ("imap_user", "imap_password", "smtp_user", "smtp_password")}
    given = {"name": "Care", "language": "it", "set_address": "nowhere", **servers, **people}
    page = desk.post("/settings/inboxes/connect/email/", given).content.decode()
    assert "Non è un indirizzo e-mail: scrivi per esempio help@telvia.example" in page
