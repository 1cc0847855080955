"""A POST with an Idempotency-Key acts once, whatever happens to its answer."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from ascolto.api import idempotency
from ascolto.api.models import IdempotencyRecord
from ascolto.api.problems import Problem
from ascolto.api.tests.conftest import Caller, token_of
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Attachment, Message
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast


def test_the_same_request_again_gives_the_first_answer(cast: Cast, marco: Caller) -> None:
    address = f"/conversations/{cast.writes().pk}/messages"
    first = marco("POST", address, {"text": "Once."}, Idempotency_Key="k-1")
    again = marco("POST", address, {"text": "Once."}, Idempotency_Key="k-1")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert Message.objects.filter(direction="out").count() == 1


def test_a_key_belongs_to_one_request_of_one_token(cast: Cast, marco: Caller, anna: Caller) -> None:
    address = f"/conversations/{cast.writes().pk}/messages"
    marco.post(address, {"text": "Once."}, status=201, Idempotency_Key="k-1")
    assert marco.problem("POST", address, {"text": "Other."}, Idempotency_Key="k-1").type.endswith(
        "/key-reused"
    )
    elsewhere = address.replace("messages", "resolve")
    assert marco.problem("POST", elsewhere, {}, Idempotency_Key="k-1").type.endswith("/key-reused")
    anna.post(address, {"text": "Other."}, status=201, Idempotency_Key="k-1")
    assert Message.objects.filter(direction="out").count() == 2


def test_after_a_refusal_the_key_is_free(cast: Cast, marco: Caller) -> None:
    address = f"/conversations/{cast.writes().pk}/messages"
    assert marco.problem("POST", address, {"text": ""}, Idempotency_Key="k-1").status == 422
    marco.post(address, {"text": "Once."}, status=201, Idempotency_Key="k-1")


def test_an_upload_is_recognised_by_its_content(cast: Cast, marco: Caller) -> None:
    one = marco("POST", "/attachments?name=a", b"one", Content_Type="text/plain", Idempotency_Key="k-1")
    again = marco("POST", "/attachments?name=a", b"one", Content_Type="text/plain", Idempotency_Key="k-1")
    assert one.content == again.content
    other = marco("POST", "/attachments?name=a", b"two", Content_Type="text/plain", Idempotency_Key="k-1")
    assert other.status_code == 422
    assert Attachment.objects.count() == 1


def test_answers_are_forgotten_after_a_day(cast: Cast, marco: Caller) -> None:
    address = f"/conversations/{cast.writes().pk}/messages"
    marco.post(address, {"text": "Once."}, status=201, Idempotency_Key="k-1")
    IdempotencyRecord.objects.update(created_at=now() - timedelta(hours=25))
    marco.post(address, {"text": "Another day."}, status=201, Idempotency_Key="k-1")
    IdempotencyRecord.objects.update(created_at=now() - timedelta(hours=25))
    assert idempotency.forget_old_records() == 1


def test_while_one_is_at_work_the_other_is_told_so(cast: Cast, marco: Caller) -> None:
    token = token_id(marco)

    def act() -> Any:
        with pytest.raises(Problem) as refusal:
            idempotency.answer_once(token=token, key="k-1", request_digest="d", act=lambda: None)  # type: ignore[arg-type,return-value]
        assert (refusal.value.slug, refusal.value.headers["Retry-After"]) == ("in-flight", "1")
        raise Problem("not-found")

    with pytest.raises(Problem, match="nothing here"):
        idempotency.answer_once(token=token, key="k-1", request_digest="d", act=act)
    assert not IdempotencyRecord.objects.exists()


CHANNEL = {"kind": "webhook", "name": "Shop", "settings": {"secret": "a-shared-secret"}}


def test_a_channel_is_connected_once(cast: Cast, administrator: Caller) -> None:
    first = administrator("POST", "/channels", CHANNEL, Idempotency_Key="k-1")
    again = administrator("POST", "/channels", CHANNEL, Idempotency_Key="k-1")
    assert (first.status_code, first.content) == (201, again.content)
    assert (
        administrator.problem("POST", "/channels", {**CHANNEL, "name": "x"}, Idempotency_Key="k-1").status
        == 422
    )
    assert ChannelAccount.objects.filter(name="Shop").count() == 1
    refused = {**CHANNEL, "settings": {}}
    assert administrator.problem("POST", "/channels", refused, Idempotency_Key="k-2").status == 422
    assert administrator("POST", "/channels", CHANNEL, Idempotency_Key="k-2").status_code == 201


def test_who_died_while_waiting_frees_the_key_after_a_while(cast: Cast, administrator: Caller) -> None:
    administrator.post("/channels", CHANNEL, status=201, Idempotency_Key="k-1")
    IdempotencyRecord.objects.update(status=idempotency.AT_WORK, body=b"")
    assert administrator.problem("POST", "/channels", CHANNEL, Idempotency_Key="k-1").type.endswith(
        "/in-flight"
    )
    IdempotencyRecord.objects.update(created_at=now() - timedelta(minutes=11))
    administrator.post("/channels", CHANNEL, status=201, Idempotency_Key="k-1")


def token_id(caller: Caller) -> int:
    return int(caller.get("/me")["token"]["id"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["in one process", "in eight processes"])
def test_eight_at_once_answer_the_customer_once(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if where == "in eight processes":  # those know nothing of each other but what the database tells them
        monkeypatch.setattr(idempotency, "_alone", lambda token, key: nullcontext())
    cast = make_cast()
    address, caller = f"/conversations/{cast.writes().pk}/messages", token_of(cast.marco)
    statuses: list[int] = []
    start = threading.Barrier(8)

    def send() -> None:
        start.wait()
        try:
            statuses.append(caller("POST", address, {"text": "Once."}, Idempotency_Key="k-1").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Message.objects.filter(direction="out").count() == 1
    assert statuses.count(201) >= 1
    assert set(statuses) <= {201, 409}
