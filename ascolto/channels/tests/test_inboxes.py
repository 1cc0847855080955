"""Anna connects inboxes; what she types must not lead into the company's own network, and secrets stay secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ascolto.accounts.models import Agent, Role, Team
from ascolto.channels import actions, addresses
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.protocol import ConfigError, ErrorClass, SendRefused
from ascolto.channels.registry import UnknownChannel, get_adapter
from ascolto.channels.selectors import find_account, hook_url, settings_of
from ascolto.events.models import Event
from ascolto.testing.factories import make_agent, make_team

pytestmark = pytest.mark.django_db
SECRET = "a-shared-secret"


@pytest.fixture
def anna() -> Agent:
    return make_agent("Anna Conti", Role.ADMINISTRATOR)


def connect(**fields: Any) -> ChannelAccount:
    return actions.connect(**{"kind": "webhook", "name": "Shop", "values": {"secret": SECRET}, **fields})


def test_a_connected_inbox_has_a_hook_address_and_its_secret_is_sealed(anna: Agent) -> None:
    inbox = connect(agent=anna)
    assert hook_url(inbox, "https://care.example/") == f"https://care.example/hooks/webhook/{inbox.token}"
    assert SECRET not in json.dumps(inbox.settings) + inbox.sealed
    assert ChannelAccount.objects.get().values()["secret"] == SECRET
    assert inbox.health.state == "quiet"
    event = Event.objects.get(type="channel.connected")
    assert (event.actor_id, event.account_id) == (anna.pk, inbox.pk)
    assert SECRET not in json.dumps(event.data)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"values": {}}, "secret"),
        ({"values": {"secret": SECRET, "colour": "red"}}, "colour"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"values": {"secret": "x" * 20_001}}, "secret"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_a_wrong_setting_is_named(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        connect(**fields)
    assert refusal.value.field == named
    assert not ChannelAccount.objects.exists()


def test_a_channel_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownChannel):
        connect(kind="pigeon")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://localhost/",
        "http://[::1]/",
        "http://10.0.0.8/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://user@192.168.1.1/",
    ],
)
def test_a_browser_may_not_name_an_address_of_the_house_but_the_shell_may(anna: Agent, url: str) -> None:
    values = {"secret": SECRET, "reply_url": url}
    with pytest.raises(ConfigError) as refusal:
        connect(agent=anna, values=values)
    assert refusal.value.field == "reply_url"
    assert connect(values=values).values()["reply_url"] == url


def test_where_the_operator_allows_it_a_browser_may_too(anna: Agent, settings: Any) -> None:
    settings.ALLOW_PRIVATE_NETWORKS = True
    connect(agent=anna, values={"secret": SECRET, "reply_url": "http://127.0.0.1:9/"})


def test_a_name_is_judged_by_every_address_behind_it() -> None:
    book = {"good.example": ["93.184.215.14"], "mixed.example": ["93.184.215.14", "10.0.0.1"]}
    config = get_adapter("webhook").Config

    def check(host: str) -> None:
        values = {"secret": "https://not-an-address", "reply_url": f"https://{host}/x"}
        addresses.refuse_private(
            config, {"reply_url": values["reply_url"]}, resolve=lambda name: book.get(name, [])
        )

    check("good.example")
    for host in ("mixed.example", "nowhere.example"):
        with pytest.raises(ConfigError):
            check(host)


def test_an_empty_secret_keeps_the_stored_one_and_other_empty_settings_go(anna: Agent) -> None:
    inbox = connect(values={"secret": SECRET, "old_secret": "before", "id_path": "my.id"})
    actions.change_settings(agent=anna, account=inbox, name="Store", values={"secret": "", "id_path": ""})
    kept = ChannelAccount.objects.get()
    assert kept.values() == {"secret": SECRET, "old_secret": "before"}
    assert kept.name == "Store"
    assert Event.objects.get(type="channel.changed").data["fields"] == ["id_path", "name"]
    actions.change_settings(agent=anna, account=inbox, clear=["old_secret"])
    assert ChannelAccount.objects.get().values() == {"secret": SECRET}


def test_a_change_that_does_not_work_changes_nothing(anna: Agent) -> None:
    inbox = connect()
    with pytest.raises(ConfigError):
        actions.change_settings(agent=anna, account=inbox, name="Other", values={"id_path": "a..b|"})
    kept = ChannelAccount.objects.get()
    assert (kept.name, kept.values()) == ("Shop", {"secret": SECRET})


def test_a_stored_secret_does_not_follow_to_a_new_address(anna: Agent) -> None:
    inbox = connect(values={"secret": SECRET, "reply_url": "http://127.0.0.1:9/"})
    public = {"reply_url": "https://93.184.215.14/"}
    with pytest.raises(ConfigError) as refusal:
        actions.change_settings(agent=anna, account=inbox, values=public)
    assert refusal.value.field == "secret"
    actions.change_settings(agent=anna, account=inbox, values={**public, "secret": "a-new-one"})
    assert ChannelAccount.objects.get().values()["reply_url"] == public["reply_url"]


def test_the_shells_private_address_stays_when_a_browser_changes_something_else(anna: Agent) -> None:
    inbox = connect(values={"secret": SECRET, "reply_url": "http://127.0.0.1:9/"})
    actions.change_settings(
        agent=anna, account=inbox, name="Shop 2", values={"reply_url": "http://127.0.0.1:9/"}
    )
    assert ChannelAccount.objects.get().name == "Shop 2"


def test_new_settings_and_switching_on_lift_the_error_that_stopped_the_inbox() -> None:
    inbox = connect()
    ChannelHealth.objects.update(error_class="reauth", error="The token is refused.")
    assert ChannelHealth.objects.get().state == "broken"
    actions.change_settings(account=inbox, values={"secret": "another-secret"})
    assert ChannelHealth.objects.get().state == "quiet"
    ChannelHealth.objects.update(error_class="reauth", error="The token is refused.")
    actions.disable(account=inbox)
    assert ChannelHealth.objects.get().state == "broken"
    actions.enable(account=inbox)
    assert ChannelHealth.objects.get().state == "quiet"
    assert [event.type for event in Event.objects.filter(type__contains="abled").order_by("id")] == [
        "channel.disabled",
        "channel.enabled",
    ]


def test_a_team_that_alone_sees_an_inbox_cannot_be_dissolved(anna: Agent) -> None:
    care = make_team("Care")
    inbox = connect(teams=[care])
    with pytest.raises(ValidationError):
        actions.dissolve_team(by=anna, team=care)
    actions.change_settings(agent=anna, account=inbox, teams=[])
    actions.dissolve_team(by=anna, team=care)
    assert not Team.objects.exists()


def test_an_inbox_is_found_by_number_or_by_a_name_that_only_it_has() -> None:
    inbox = connect()
    assert find_account(str(inbox.pk)) == find_account("Shop") == inbox
    connect()
    assert find_account("Shop") is None
    assert find_account("9" * 30) is None


def test_the_form_knows_what_a_channel_wants() -> None:
    fields = {item.name: item for item in settings_of(get_adapter("webhook"))}
    assert fields["secret"].is_required
    assert fields["secret"].is_secret
    assert fields["old_secret"].is_advanced
    assert not fields["reply_url"].is_required


def test_an_address_from_a_browser_is_guarded_again_at_every_request(anna: Agent) -> None:
    """Its name was public when it was checked; whoever owns the name may point it elsewhere afterwards."""
    inbox = connect(agent=anna, values={"secret": SECRET, "reply_url": "https://93.184.215.14/"})
    assert not ChannelAccount.objects.get().as_account().trusted
    ChannelAccount.objects.filter(pk=inbox.pk).update(
        settings={**inbox.settings, "reply_url": "http://127.0.0.1:9/"}
    )
    account = ChannelAccount.objects.get()
    with pytest.raises(SendRefused) as refusal:
        account.adapter.test(account.as_account())
    assert refusal.value.failure.error == ErrorClass.CONFIG


def test_only_the_shell_makes_an_inbox_trusted_again(anna: Agent) -> None:
    inbox = connect(values={"secret": SECRET, "reply_url": "http://127.0.0.1:9/"})
    assert inbox.as_account().trusted
    actions.change_settings(agent=anna, account=inbox, name="Store")
    assert ChannelAccount.objects.get().is_trusted
    new = {"reply_url": "https://93.184.215.14/", "secret": "another-secret"}
    actions.change_settings(agent=anna, account=inbox, values=new)
    assert not ChannelAccount.objects.get().is_trusted
    actions.change_settings(account=inbox, values={"reply_url": "http://127.0.0.1:9/"})
    assert ChannelAccount.objects.get().is_trusted


@pytest.mark.parametrize(
    ("said", "meant"), [("SSL", "ssl"), ("tls", "ssl"), ("STARTTLS", "starttls"), ("plain", "none")]
)
def test_other_words_for_a_choice_are_understood_and_kept_in_ours(said: str, meant: str) -> None:
    values = {
        **dict.fromkeys(("imap_host", "smtp_host"), "127.0.0.1"),
        **{"imap_user": "care", "imap_password": SECRET, "address": "care@telvia.example"},
        **{"imap_port": "1143", "imap_security": said, "smtp_security": said},
    }
    mailbox = connect(kind="email", values=values)
    assert (mailbox.values()["imap_security"], mailbox.values()["smtp_security"]) == (meant, meant)
    actions.change_settings(account=mailbox, values={"smtp_security": "Off"})
    assert mailbox.values()["smtp_security"] == "none"
