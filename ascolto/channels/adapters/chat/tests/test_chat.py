from __future__ import annotations

import json
from typing import Any

import pytest

from ascolto.channels.adapters.chat.adapter import adapter, client_id_of, external_id
from ascolto.channels.configuration import split_origins
from ascolto.channels.protocol import (
    ConfigError,
    HookRequest,
    Message,
    Outgoing,
    RawDelivery,
    Refused,
    Unsupported,
    read_config,
)
from ascolto.testing.conformance import RECEIVED_AT, AdapterConformance, account_for, hook


class TestChat(AdapterConformance):
    adapter = adapter
    hooks = False


def parse(**said: Any) -> Any:
    body = json.dumps(
        {"type": "message", "id": "abcd1234", "visitor": {"handle": "v-1"}, "text": "Ciao", **said}
    )
    return adapter.parse(account_for(adapter, {}), RawDelivery(body.encode(), {}, RECEIVED_AT, "chat"))[0]


def test_nobody_gets_in_through_the_hook_address() -> None:
    request: HookRequest = hook(b'{"type": "message"}')
    with pytest.raises(Refused):
        adapter.verify(account_for(adapter, {}), request)


def test_the_same_client_id_of_two_visitors_is_two_messages() -> None:
    giulia, tom = parse(visitor={"handle": "v-giulia"}), parse(visitor={"handle": "v-tom"})
    assert giulia.external_id != tom.external_id
    assert client_id_of(giulia.external_id) == client_id_of(tom.external_id) == "abcd1234"
    assert giulia.external_id == external_id("v-giulia", "abcd1234")


def test_the_visitor_comes_before_the_signed_address() -> None:
    sender = parse(visitor={"handle": "user:1:7", "email": "Giulia@Example.org", "name": "Giulia"}).sender
    assert [(h.namespace, h.value, h.proven) for h in sender.handles] == [
        ("chat", "user:1:7", True),
        ("email", "giulia@example.org", True),
    ]


@pytest.mark.parametrize("client_id", ["", "short", "x" * 65, "a b c d e f", "../../etc", 12345678, None])
def test_a_message_without_a_usable_id_is_set_aside(client_id: Any) -> None:
    assert isinstance(parse(id=client_id), Unsupported)


def test_a_file_needs_a_digest_and_not_a_path() -> None:
    said = parse(
        files=[{"sha256": "../../etc/passwd", "name": "x"}, {"sha256": "a" * 64, "name": "ok.txt"}, 7]
    )
    assert isinstance(said, Message)
    assert [(m.name, m.stored) for m in said.attachments] == [("ok.txt", "a" * 64)]


def test_an_answer_is_delivered_when_it_is_stored() -> None:
    sent = adapter.send(account_for(adapter, {}), Outgoing(tracker="t1", recipient=(), text="Buongiorno"))
    assert sent.delivered
    assert sent.external_ids == ("out:t1",)


def test_origins_are_websites_and_nothing_else() -> None:
    assert split_origins("https://a.example:443, http://b.example:8080/ https://a.example") == (
        "https://a.example",
        "http://b.example:8080",
    )
    for wrong in (
        "a.example",
        "ftp://a.example",
        "https://a.example/path",
        "https://",
        "https://a:b",
        "https://a;b",
    ):
        with pytest.raises(ConfigError):
            split_origins(wrong)


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ConfigError, match="identity_secret"):
        read_config(adapter.Config, {"require_identity": "yes"})
    with pytest.raises(ConfigError, match="accent"):
        read_config(adapter.Config, {"accent": "red;}"})
