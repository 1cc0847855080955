"""Which channel, what it needs, how it is connected step by step, and what is copied where."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import Adapter, SendRefused
from ascolto.channels.registry import all_adapters, get_adapter
from ascolto.testing.factories import make_agent, make_inbox
from ascolto.workspace.chooser import groups_of, needs_of, sort_of
from ascolto.workspace.manual import drawn, page_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "sort"),
    [
        ("whatsapp", "messaging"),
        ("telegram", "messaging"),
        ("messenger", "messaging"),
        ("matrix", "messaging"),
        ("facebook", "social"),
        ("instagram", "social"),
        ("mastodon", "social"),
        ("x", "social"),
        ("email", "web"),
        ("form", "web"),
        ("chat", "web"),
        ("webhook", "web"),
        ("telephone", "telephone"),
        ("sms", "telephone"),
        ("trustpilot", "reviews"),
        ("slack", "departments"),
        ("teams", "departments"),
        ("feed", "listening"),
    ],
)
def test_each_channel_stands_where_anna_looks_for_it(kind: str, sort: str) -> None:
    if kind not in all_adapters():
        pytest.skip(f"there is no channel {kind}")
    assert sort_of(get_adapter(kind)) == sort


def test_every_channel_is_in_one_group_and_none_is_empty() -> None:
    groups = groups_of(all_adapters().values())
    kinds = [choice.adapter.kind for group in groups for choice in group.choices]
    assert sorted(kinds) == sorted(all_adapters())
    assert all(group.choices for group in groups)


@pytest.mark.parametrize(
    ("wanted", "kind"), [("slack", "slack"), ("WHATS", "whatsapp"), ("departments signing", "slack")]
)
def test_a_channel_is_found_by_its_name_its_group_and_what_it_needs(wanted: str, kind: str) -> None:
    found = [
        choice.adapter.kind
        for group in groups_of(all_adapters().values(), wanted)
        for choice in group.choices
    ]
    assert kind in found
    assert len(found) < len(all_adapters())


def test_what_a_channel_needs_is_said_in_one_line() -> None:
    assert needs_of(get_adapter("webhook")) == "Needs: Secret"
    assert needs_of(get_adapter("chat")) == "Needs nothing else."
    assert needs_of(get_adapter("slack")).startswith("Needs: an account to sign in with, Signing secret")
    assert needs_of(get_adapter("email")).endswith("more")


def test_the_search_works_without_scripts_and_says_when_nothing_is_found(desk: Client) -> None:
    page = desk.get("/settings/inboxes/connect/?q=slack").content.decode()
    assert "/connect/slack/" in page
    assert "/connect/webhook/" not in page
    page = desk.get("/settings/inboxes/connect/?q=<b>zzz").content.decode()
    assert "No channel is called so" in page
    assert "<b>zzz" not in page


@pytest.mark.parametrize("kind", sorted(all_adapters()))
def test_every_form_has_its_steps(desk: Client, kind: str) -> None:
    page = desk.get(f"/settings/inboxes/connect/{kind}/").content.decode()
    adapter = get_adapter(kind)
    assert page.count("<li><p>") == len(adapter.guide)


def test_what_is_copied_stands_at_its_step(desk: Client, settings: Any) -> None:
    settings.BASE_URL = "https://care.telvia.example"
    values = {"app_secret": "abcdef12", "verify_token": "telvia-verifies", "access_token": "EAA12345"}
    inbox = make_inbox("whatsapp", "WhatsApp", phone_number_id="1234", **values)
    page = desk.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    steps = page[page.index("guide-steps") :]
    assert f"https://care.telvia.example/hooks/whatsapp/{inbox.token}" in steps
    assert "telvia-verifies" in steps
    assert "EAA12345" not in page
    assert "abcdef12" not in page


def test_only_administrators_see_the_word_of_the_handshake(client: Client) -> None:
    values = {"app_secret": "abcdef12", "verify_token": "telvia-verifies", "access_token": "EAA12345"}
    inbox = make_inbox("whatsapp", "WhatsApp", phone_number_id="1234", **values)
    client.force_login(make_agent("Livia Lead", "lead"))
    assert "telvia-verifies" not in client.get(f"/settings/inboxes/{inbox.pk}/").content.decode()


def test_a_word_for_the_handshake_is_made_for_anna_and_sealed(desk: Client) -> None:
    page = desk.get("/settings/inboxes/connect/whatsapp/").content.decode()
    assert 'name="set_verify_token" value="ascolto-' in page
    form = {"name": "W", "language": "en", "set_app_secret": "abcdef12", "set_access_token": "EAA12345"}
    desk.post(
        "/settings/inboxes/connect/whatsapp/",
        {**form, "set_verify_token": "ascolto-1", "set_phone_number_id": "1234"},
    )
    inbox = ChannelAccount.objects.get()
    assert "ascolto-1" not in str(inbox.settings) + inbox.sealed
    assert inbox.values()["verify_token"] == "ascolto-1"


@pytest.mark.parametrize("outcome", ["Registered for 3 events.", SendRefused])
def test_our_address_is_registered_by_a_button(
    desk: Client, monkeypatch: Any, settings: Any, outcome: Any
) -> None:
    from ascolto.channels.protocol import ErrorClass, Failure

    settings.BASE_URL = "https://care.telvia.example"
    seen: list[str] = []

    def subscribe(self: Adapter, account: Any, hook_url: str) -> str:
        seen.append(hook_url)
        if outcome is SendRefused:
            raise SendRefused(Failure(ErrorClass.REAUTH, "The network refuses our access."))
        return str(outcome)

    inbox = make_inbox("webhook", "Shop", secret="abcdef12", reply_url="")
    address = f"/settings/inboxes/{inbox.pk}/register/"
    assert address not in desk.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    monkeypatch.setattr(type(get_adapter("webhook")), "subscribe", subscribe)
    assert address in desk.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    page = desk.post(address).content.decode()
    assert seen == [f"https://care.telvia.example/hooks/webhook/{inbox.token}"]
    assert ("The network refuses our access." if outcome is SendRefused else outcome) in page


def test_a_channel_that_is_not_told_where_to_call_says_so(desk: Client) -> None:
    inbox = make_inbox("webhook", "Shop", secret="abcdef12", reply_url="")
    page = desk.post(f"/settings/inboxes/{inbox.pk}/register/").content.decode()
    assert "paste the hook address there" in page


def test_a_test_reports_in_the_language_of_the_reader(client: Client) -> None:
    client.force_login(make_agent("Anna Conti", "administrator", language="it"))
    inbox = make_inbox("webhook", "Shop", secret="abcdef12", reply_url="")
    page = client.post(f"/settings/inboxes/{inbox.pk}/test/").content.decode()
    assert "Pronta ad ascoltare" in page


# --- the manual ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(all_adapters()))
def test_every_page_of_the_manual_is_drawn(desk: Client, kind: str) -> None:
    page = desk.get(f"/settings/inboxes/connect/{kind}/manual/")
    assert page.status_code == (200 if page_of(kind) else 404)


def test_the_manual_holds_what_its_page_says_and_nothing_else() -> None:
    shown = drawn(
        "# Title\n\nA `code <b>` and **strong [x](https://x.example)** and [other](y.md) <script>\n\n"
        "1. one\n   more\n\n   ```sh\n   ascolto up\n   ```\n\n2. two\n\n"
        "| a | b |\n| --- | --- |\n| `1` | <i> |\n\n```\n<pre>\n```\n\n- x\n- y"
    )
    assert shown == (
        '<h2>Title</h2>\n<p>A <code>code &lt;b&gt;</code> and <b>strong <a href="https://x.example" rel="noreferrer">x</a></b>'
        " and other &lt;script&gt;</p>\n<ol><li>one more<pre><code>ascolto up</code></pre></li><li>two</li></ol>\n"
        '<div class="table-wrap" tabindex="0"><table><thead><tr><th scope=col>a</th><th scope=col>b</th></tr></thead>'
        "<tbody><tr><td><code>1</code></td><td>&lt;i&gt;</td></tr></tbody></table></div>\n"
        "<pre><code>&lt;pre&gt;</code></pre>\n<ul><li>x</li><li>y</li></ul>"
    )
