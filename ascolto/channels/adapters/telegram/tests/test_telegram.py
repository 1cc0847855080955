"""The conformance suite on the Telegram adapter, and who may knock at its door."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ascolto.channels.adapters.telegram.adapter import Config, adapter
from ascolto.channels.protocol import BadSignature, ConfigError, Handle, HookRequest, Outgoing, read_config
from ascolto.testing.conformance import AdapterConformance, account_for, hook

VALUES = {"bot_token": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "hook_secret": "telvia-knocks_7"}
ACCOUNT = account_for(adapter, VALUES)


class TestTelegram(AdapterConformance):
    adapter = adapter
    values = VALUES
    signed = False  # Telegram shows a secret; it does not sign the body
    not_deliveries = ("doc_error",)

    def genuine(self, body: bytes) -> HookRequest:
        return hook(body, {"x-telegram-bot-api-secret-token": VALUES["hook_secret"]})

    def values_for(self, base_url: str) -> Mapping[str, str]:
        return {**VALUES, "api_base": base_url}

    def outgoing(self) -> Outgoing:
        return Outgoing(tracker="d-1", recipient=(Handle("telegram", "51234567"),), text="Buongiorno Giulia.")


@pytest.mark.parametrize(
    "shown", ["", "telvia-knocks_8", "telvia-knocks_", "telvia-knocks_7 ", "è\x00\ud800"]
)
def test_who_does_not_know_the_secret_is_not_heard(shown) -> None:
    with pytest.raises(BadSignature):
        adapter.verify(ACCOUNT, hook(b"{}", {"x-telegram-bot-api-secret-token": shown}))
    with pytest.raises(BadSignature):
        adapter.verify(ACCOUNT, hook(b"{}"))


def test_without_a_secret_of_ones_own_it_follows_from_the_token() -> None:
    one = read_config(Config, {"bot_token": VALUES["bot_token"]})
    other = read_config(Config, {"bot_token": VALUES["bot_token"][:-1] + "x"})
    assert len(one.secret) == 64
    assert one.secret != other.secret
    assert one.bot_token not in one.secret


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bot_token", "telvia_bot"),
        ("bot_token", "110201543:AAH/../x"),
        ("hook_secret", "con spazi"),
        ("api_base", "api.telegram.org"),
        ("receives", "pigeon"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name, value) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(Config, {**VALUES, name: value})
    assert refusal.value.field == name
