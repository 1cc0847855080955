from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

import pytest

from ascolto.channels.adapters.webhook.adapter import adapter
from ascolto.channels.protocol import (
    BadSignature,
    ConfigError,
    ErrorClass,
    HookRequest,
    Malformed,
    Message,
    Outgoing,
    RawDelivery,
    SendRefused,
    Unsupported,
    read_config,
)
from ascolto.kit import http, signature
from ascolto.kit.clock import now
from ascolto.testing.conformance import RECEIVED_AT, AdapterConformance, account_for, hook
from ascolto.testing.networks import LocalServer

SECRET = "whsec_" + base64.b64encode(b"a quiet harbour at six o'clock!!").decode()


def signed(
    body: bytes, *, secret: str = SECRET, at: datetime | None = None, name: str = "msg_1"
) -> HookRequest:
    return hook(body, signature.sign(secret, name, at or now(), body))


class TestWebhook(AdapterConformance):
    adapter = adapter
    values: ClassVar[Mapping[str, str]] = {"secret": SECRET}

    def genuine(self, body: bytes) -> HookRequest:
        return signed(body)

    def values_for(self, base_url: str) -> Mapping[str, str] | None:
        return {"secret": SECRET, "reply_url": f"{base_url}/replies"}

    @pytest.fixture(autouse=True)
    def _local_networks(self) -> Any:
        with http.settings(allow_private=True):
            yield


def account(**values: str) -> Any:
    return account_for(adapter, {"secret": SECRET, **values})


def parse(document: Any, *, name: str = "msg_1", **values: str) -> list[Any]:
    raw = RawDelivery(json.dumps(document).encode(), {"webhook-id": name} if name else {}, RECEIVED_AT)
    return adapter.parse(account(**values), raw)


# --- the signature ---------------------------------------------------------------------------------------------------


def test_the_published_example_of_standard_webhooks_verifies() -> None:
    """The vector that every implementation of the standard carries in its own tests."""
    key = signature.key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature.signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_library_that_is_not_ours_agrees() -> None:
    standardwebhooks = pytest.importorskip(
        "standardwebhooks", reason="pip install standardwebhooks to compare with it"
    )
    body = b'{"text": "Ciao"}'
    theirs = standardwebhooks.Webhook(SECRET)
    at = now()
    headers = {
        "webhook-id": "msg_7",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": theirs.sign("msg_7", at, body.decode()),
    }
    adapter.verify(account(), hook(body, headers))
    assert theirs.verify(body, signature.sign(SECRET, "msg_8", at, body)) == {"text": "Ciao"}


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_future_signature_is_refused(minutes: int) -> None:
    with pytest.raises(BadSignature, match="five minutes"):
        adapter.verify(account(), signed(b"{}", at=now() + timedelta(minutes=minutes)))


@pytest.mark.parametrize("timestamp", ["", "x", "-1", "1e9", "٣", "9" * 40, "1.5"])
def test_a_strange_timestamp_is_refused(timestamp: str) -> None:
    request = signed(b"{}")
    headers = {**request.headers, "webhook-timestamp": timestamp}
    with pytest.raises(BadSignature):
        adapter.verify(account(), dataclasses.replace(request, headers=headers))


def test_two_secrets_are_valid_while_one_is_exchanged() -> None:
    both = account(secret="the new one", old_secret="the old one")
    adapter.verify(both, signed(b"{}", secret="the new one"))
    adapter.verify(both, signed(b"{}", secret="the old one"))
    with pytest.raises(BadSignature):
        adapter.verify(both, signed(b"{}", secret="another"))


def test_a_simple_sender_may_show_the_secret_as_a_bearer() -> None:
    adapter.verify(account(secret="s3cret-word"), hook(b"{}", {"authorization": "Bearer s3cret-word"}))
    for wrong in ("Bearer s3cret-wor", "Basic s3cret-word", "s3cret-word", "", "Bearer ", "bearer è\udcff"):
        with pytest.raises(BadSignature):
            adapter.verify(account(secret="s3cret-word"), hook(b"{}", {"authorization": wrong}))


def test_a_signed_body_that_is_no_json_is_the_sender_s_fault() -> None:
    for body in (b"", b"{", b'{"a":NaN}', b"\xff{}", b"[" * 100_000):
        with pytest.raises(Malformed):
            adapter.verify(account(), signed(body))


def test_a_signed_body_of_another_shape_is_kept_and_a_list_is_read() -> None:
    for body in (b"null", b"7", b'"text"', b"[]", b'{"text": "half of an emoji \\ud83d"}'):
        adapter.verify(account(), signed(body))
        adapter.parse(account(), RawDelivery(body, {}, RECEIVED_AT))
    adapter.verify(account(), signed(b'[{"text": "uno"}]'))
    two = parse([{"text": "uno", "email": "giulia@example.org"}, {"text": "due"}])
    assert [(message.external_id, message.text) for message in two] == [
        ("msg_1:0", "uno"),
        ("msg_1:1", "due"),
    ]


# --- reading ---------------------------------------------------------------------------------------------------------


def test_the_usual_shapes_need_no_mapping() -> None:
    message = parse(
        {"data": {"text": "Ciao", "customer": {"id": 7, "email": "G@Example.org", "name": "Giulia"}}}
    )[0]
    assert (message.text, message.sender.name, message.external_id) == ("Ciao", "Giulia", "msg_1")
    assert [(h.namespace, h.value) for h in message.sender.handles] == [
        ("external:1", "7"),
        ("email", "g@example.org"),
    ]


@pytest.mark.parametrize(
    ("sender", "handle"),
    [
        ("Giulia@Example.org", ("email", "giulia@example.org")),
        ("+39 347 123 4567", ("phone", "+393471234567")),
        ("the web shop", ("external:1", "message msg_1")),  # a name of many senders, maybe: of nobody
    ],
)
def test_a_sender_may_be_named_by_a_plain_text(sender: str, handle: tuple[str, str]) -> None:
    [named] = parse({"text": "Ciao", "from": sender})[0].sender.handles
    assert (named.namespace, named.value) == handle


def test_own_paths_lead_into_any_shape() -> None:
    found = parse(
        {"payload": {"lines": [{"said": "Uno", "who": ["x", "tom@example.org"]}]}},
        text_path="payload.lines.0.said",
        sender_email_path="$.payload.lines.0.who.1",
    )
    assert (found[0].text, found[0].sender.handles[0].value) == ("Uno", "tom@example.org")


def test_one_body_may_bring_several_messages_and_a_bad_one_hurts_nobody() -> None:
    found = parse({"events": [{"text": "Uno"}, 7, {"text": "Tre"}]}, items_path="events")
    assert [type(event) for event in found] == [Message, Unsupported, Message]
    assert [found[0].external_id, found[2].external_id] == ["msg_1:0", "msg_1:2"]


def test_what_one_body_brings_too_much_is_told() -> None:
    found = parse([{"text": "one of many"}] * 10_002)
    assert len(found) == 10_001
    assert found[-1].what == "only 10000 of 10002 messages are read"


def test_strangers_never_share_a_history() -> None:
    one, two = parse({"text": "Uno"}, name="a")[0], parse({"text": "Due"}, name="b")[0]
    assert one.sender.handles != two.sender.handles
    assert not one.sender.handles[0].proven


def test_without_any_id_the_same_bytes_are_the_same_message() -> None:
    assert parse({"text": "Uno"}, name="")[0].external_id == parse({"text": "Uno"}, name="")[0].external_id
    assert parse({"text": "Uno"}, name="")[0].external_id != parse({"text": "Due"}, name="")[0].external_id


def test_a_time_is_read_in_every_usual_spelling() -> None:
    expected = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    for told in (
        "2026-11-22T08:00:00Z",
        "2026-11-22T09:00:00+01:00",
        int(expected.timestamp()),
        expected.timestamp() * 1000,
    ):
        assert parse({"text": "x", "timestamp": told})[0].occurred_at == expected
    assert parse({"text": "x", "timestamp": "tomorrow"})[0].occurred_at == RECEIVED_AT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text_path", "a..b"),
        ("id_path", "|"),
        ("secret", "whsec_*"),
        ("reply_url", "ftp://x"),
        ("text_path", "a." * 30 + "b"),
    ],
)
def test_settings_that_cannot_work_are_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {"secret": "x", name: value})
    assert refusal.value.field == name


# --- answering -------------------------------------------------------------------------------------------------------


class _Shop(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got = (dict(self.headers), body)  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()


def test_an_answer_is_posted_signed_and_under_one_name() -> None:
    with LocalServer(_Shop) as shop, http.settings(allow_private=True):
        target = account(reply_url=f"{shop.url}/replies")
        sent = adapter.send(
            target, Outgoing(tracker="t-9", recipient=(), text="È partito.", reply_to="order-71")
        )
        headers, body = shop.got  # type: ignore[attr-defined]
        told = {name.lower(): value for name, value in headers.items()}
        signature.check((SECRET,), told, body, now())
        document = json.loads(body)
        assert (told["webhook-id"], document["id"], sent.external_ids) == ("t-9", "t-9", ("t-9",))
        assert document["data"]["text"] == "È partito."
        assert document["data"]["in_reply_to"] == "order-71"
        assert "204" in adapter.test(target)


def test_an_address_inside_the_house_may_be_written_down_by_the_operator() -> None:
    with pytest.raises(SendRefused) as refusal:  # it is asked, and nobody listens there
        adapter.send(account(reply_url="http://127.0.0.1:9/"), Outgoing(tracker="t", recipient=(), text="x"))
    assert refusal.value.failure.error is ErrorClass.RETRY


def test_without_an_address_for_replies_the_agent_is_told_what_to_do() -> None:
    with pytest.raises(SendRefused, match="no way back") as refusal:
        adapter.send(account(), Outgoing(tracker="t", recipient=(), text="x"))
    assert refusal.value.failure.error is ErrorClass.CONFIG
