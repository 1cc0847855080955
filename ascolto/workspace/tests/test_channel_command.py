"""The person with the shell connects inboxes while the product runs."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ascolto.channels.models import ChannelAccount
from ascolto.testing.factories import make_inbox, make_team

pytestmark = pytest.mark.django_db


def channel(*words: str) -> str:
    out = StringIO()
    call_command("channel", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_add_prints_the_hook_address_alone_on_its_last_line(settings: Any) -> None:
    settings.BASE_URL = "https://care.telvia.example"
    printed = channel("add", "webhook", "--name", "Shop", "--set", "secret=a=b=c")
    inbox = ChannelAccount.objects.get()
    assert printed == f"https://care.telvia.example/hooks/webhook/{inbox.token}\n"
    assert inbox.values()["secret"] == "a=b=c"


def test_without_a_public_address_it_is_the_port_of_this_machine() -> None:
    assert channel("add", "webhook", "--name", "Shop", "--set", "secret=abc").startswith(
        "http://localhost:8000/hooks/"
    )


def test_the_shell_may_name_a_server_of_the_house_and_a_team(tmp_path: Path) -> None:
    care = make_team("Care")
    key = tmp_path / "secret"
    key.write_text("from-a-file\n")
    settings = ["--set-file", f"secret={key}", "--set", "reply_url=http://127.0.0.1:9/"]
    channel("add", "webhook", "--name", "Shop", "--team", "Care", "--language", "it", *settings)
    inbox = ChannelAccount.objects.get()
    assert inbox.values() == {"secret": "from-a-file", "reply_url": "http://127.0.0.1:9/"}
    assert (list(inbox.teams.all()), inbox.language) == ([care], "it")


def test_several_settings_may_follow_one_set() -> None:
    channel("add", "webhook", "--name", "Shop", "--set", "secret=abc", "reply_url=http://127.0.0.1:9/")
    assert ChannelAccount.objects.get().values() == {"secret": "abc", "reply_url": "http://127.0.0.1:9/"}


@pytest.mark.parametrize(
    "words",
    [
        ["add", "pigeon", "--name", "X"],
        ["add", "webhook", "--name", "X"],
        ["add", "webhook", "--name", "X", "--set", "secret"],
        ["add", "webhook", "--name", "X", "--set", "colour=red"],
        ["add", "webhook", "--name", "X", "--set", "secret=a", "--team", "Nobody"],
        ["add", "webhook", "--name", "X", "--set-file", "secret=/does/not/exist"],
        ["test", "77"],
        ["disable", "Nothing"],
    ],
)
def test_a_mistake_is_told_and_nothing_is_made(words: list[str]) -> None:
    with pytest.raises(CommandError) as told:
        channel(*words)
    assert str(told.value)
    assert not ChannelAccount.objects.exists()


def test_list_shows_how_inboxes_do_and_no_secret() -> None:
    inbox = make_inbox("webhook", "Shop")
    rows = json.loads(channel("list", "--json"))
    assert [(row["id"], row["kind"], row["state"], row["enabled"]) for row in rows] == [
        (inbox.pk, "webhook", "quiet", True)
    ]
    assert "Shop" in channel("list")
    assert inbox.values()["secret"] not in channel("list") + json.dumps(rows)


def test_inboxes_are_switched_and_changed_by_name_or_number() -> None:
    inbox = make_inbox("webhook", "Shop")
    channel("disable", "Shop")
    assert not ChannelAccount.objects.get().is_enabled
    channel("enable", str(inbox.pk))
    assert ChannelAccount.objects.get().is_enabled
    channel("change", "Shop", "--name", "Store", "--set", "id_path=my.id")
    changed = ChannelAccount.objects.get()
    assert (changed.name, changed.values()["id_path"]) == ("Store", "my.id")


def test_kinds_names_every_setting() -> None:
    assert "secret" in channel("kinds")


def test_test_makes_a_round_trip_and_says_what_was_found() -> None:
    make_inbox("webhook", "Shop", reply_url="")
    assert channel("test", "Shop").strip()


def test_a_test_that_does_not_succeed_names_the_inbox() -> None:
    make_inbox("whatsapp", "Support", api_base="http://127.0.0.1:9")
    with pytest.raises(CommandError, match="Support: "):
        channel("test", "Support")


def test_the_guide_of_a_channel_is_shown_with_its_settings() -> None:
    told = channel("add", "slack", "--guide")
    assert "1. At api.slack.com/apps choose Create New App" in told
    assert "/settings/inboxes/oauth/callback/" in told
    assert "signing_secret" in told
    assert not ChannelAccount.objects.exists()
    with pytest.raises(CommandError, match="--name is missing"):
        channel("add", "slack")
