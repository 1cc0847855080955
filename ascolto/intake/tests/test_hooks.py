"""Who may come in by `/hooks/`, and how soon a changed inbox is noticed."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from ascolto.channels.actions import change_settings, disable
from ascolto.channels.protocol import HookAnswer, HookRequest
from ascolto.intake import hooks
from ascolto.intake.hooks import Admitted, Door, Doors, admit
from ascolto.testing.factories import make_inbox

pytestmark = pytest.mark.django_db
BODY = b'{"object": "whatsapp_business_account", "entry": []}'


def request(
    body: bytes = BODY, secret: str = "an-app-secret", method: str = "POST", **query: str
) -> HookRequest:
    seal = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": f"sha256={seal}", "x-secret": "not kept"}
    return HookRequest(
        method=method, url="https://care.example/hooks/x", query=query, headers=headers, body=body
    )


def door(**values: str) -> Door:
    inbox = make_inbox("whatsapp", **values)
    doors = Doors()
    doors.reload()
    found = doors.find("whatsapp", inbox.token)
    assert found is not None
    return found


def test_a_signed_delivery_may_be_stored_and_brings_no_header_that_nobody_asked_for() -> None:
    admitted = admit(door(), request())
    assert isinstance(admitted, Admitted)
    assert admitted.entries[0].body == BODY
    assert "x-secret" not in admitted.entries[0].headers


@pytest.mark.parametrize("secret", ["wrong", ""])
def test_a_wrong_signature_is_forbidden(secret: str) -> None:
    refused = admit(door(), request(secret=secret or "x"))
    assert isinstance(refused, HookAnswer)
    assert refused.status in {401, 403}


def test_what_is_signed_but_no_json_is_a_bad_request() -> None:
    refused = admit(door(), request(b"{broken"))
    assert isinstance(refused, HookAnswer)
    assert refused.status == 400


def test_the_handshake_is_answered_only_to_who_knows_the_word() -> None:
    entry = door()
    query = {"hub.mode": "subscribe", "hub.challenge": "42"}
    right = admit(entry, request(method="GET", **{**query, "hub.verify_token": "a-verify-token"}))
    wrong = admit(entry, request(method="GET", **{**query, "hub.verify_token": "guess"}))
    assert isinstance(right, HookAnswer)
    assert isinstance(wrong, HookAnswer)
    assert (right.status, right.body) == (200, b"42")
    assert wrong.status == 403


def test_a_changed_secret_and_a_closed_inbox_are_noticed_without_a_restart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hooks, "FRESH", 0.0)
    inbox = make_inbox("whatsapp")
    doors = Doors()
    doors.reload()
    change_settings(account=inbox, values={"app_secret": "a-new-secret"})
    doors.reload()
    found = doors.find("whatsapp", inbox.token)
    assert found is not None
    assert isinstance(admit(found, request()), HookAnswer)
    assert isinstance(admit(found, request(secret="a-new-secret")), Admitted)
    disable(account=inbox)
    doors.reload()
    closed = doors.find("whatsapp", inbox.token)
    assert closed is not None
    refused = admit(closed, request(secret="a-new-secret"))
    assert isinstance(refused, HookAnswer)
    assert refused.status == 503  # not 410: whoever hears that never comes back


def test_unknown_tokens_do_not_become_questions_to_the_database(django_assert_num_queries: object) -> None:
    doors = Doors()
    doors.reload(missed=True)
    with django_assert_num_queries(0):  # type: ignore[operator]
        for number in range(100):
            assert doors.find("whatsapp", f"guess{number}") is None
            doors.reload(missed=True)
