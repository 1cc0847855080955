"""Marco's program answers Giulia, leaves notes, sends files."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ascolto.api.routing import BASE
from ascolto.api.tests.conftest import Caller, token_of
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Attachment, Message
from ascolto.delivery.models import Dispatch
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, receive

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def test_an_answer_is_on_its_way_with_its_delivery_state(cast: Cast, marco: Caller) -> None:
    conversation = cast.writes()
    made = marco.post(f"/conversations/{conversation.pk}/messages", {"text": "It works again."}, status=201)
    assert (made["direction"], made["visibility"], made["delivery"]) == ("out", "private", "queued")
    assert made["author"] == {"kind": "agent", "id": cast.marco.pk, "name": "Marco Villa"}
    assert made["channel"] == "webhook"
    assert Dispatch.objects.get().message_id == made["id"]
    assert marco.get(f"/conversations/{conversation.pk}")["waiting_since"] is None


def test_a_note_stays_in_the_house(cast: Cast, marco: Caller) -> None:
    conversation = cast.writes()
    note = {"text": "She called twice.", "visibility": "note"}
    made = marco.post(f"/conversations/{conversation.pk}/messages", note, status=201)
    assert (made["visibility"], made["delivery"], made["channel"]) == ("note", None, None)
    assert not Dispatch.objects.exists()
    wrong = marco.problem(
        "POST", f"/conversations/{conversation.pk}/messages", {**note, "channel": "webhook"}
    )
    assert wrong.errors[0].field == "channel"


def test_the_thread_is_told_oldest_first_in_pages(cast: Cast, marco: Caller) -> None:
    for minute in (3, 1, 2):
        conversation = cast.writes(f"Message {minute}", at=now() - timedelta(hours=1, minutes=-minute))
    address = f"/conversations/{conversation.pk}/messages"
    assert [m["text"] for m in marco.get(address)["data"]] == ["Message 1", "Message 2", "Message 3"]
    first = marco.get(f"{address}?limit=2")
    rest = marco.get(f"{address}?limit=2&cursor={first['meta']['next_cursor']}")
    assert [m["text"] for m in first["data"] + rest["data"]] == ["Message 1", "Message 2", "Message 3"]
    assert rest["meta"]["next_cursor"] is None
    assert marco.problem("GET", f"{address}?cursor=nonsense").errors[0].field == "?cursor"
    incoming = first["data"][0]
    assert (incoming["direction"], incoming["delivery"], incoming["channel"]) == ("in", None, "webhook")
    assert incoming["external_id"]


def test_the_channel_can_be_chosen_by_kind_and_by_id(cast: Cast, marco: Caller) -> None:
    conversation = cast.writes()
    address = f"/conversations/{conversation.pk}/messages"
    for channel in ("webhook", cast.inbox.pk, str(cast.inbox.pk), None):
        assert (
            marco.post(address, {"text": "Hello", "channel": channel, "attachments": None}, status=201)[
                "channel_id"
            ]
            == cast.inbox.pk
        )
    for channel in ("email", 999_999):
        assert (
            marco.problem("POST", address, {"text": "Hello", "channel": channel}).errors[0].field == "channel"
        )


def test_what_the_house_refuses_comes_with_a_code_and_a_way_out(cast: Cast, marco: Caller) -> None:
    conversation = cast.writes()
    address = f"/conversations/{conversation.pk}/messages"
    empty = marco.problem("POST", address, {"text": "  "})
    assert (empty.status, empty.type, empty.code) == (422, "/api/problems/refused", "empty")
    public = marco.problem("POST", address, {"text": "Hello", "visibility": "public"})
    assert (public.code, public.fix) == ("no_way", "Choose another channel.")
    assert not Message.objects.filter(direction="out").exists()


def test_what_failed_is_sent_again_and_what_arrived_is_not(cast: Cast, marco: Caller, viktor: Caller) -> None:
    conversation = cast.writes()
    address = f"/conversations/{conversation.pk}/messages"
    made = marco.post(address, {"text": "It works again."}, status=201)
    again = f"{address}/{made['id']}/resend"
    assert marco.problem("POST", again, {}).code == "on_its_way"
    Dispatch.objects.update(state="failed", finished_at=now())
    Message.objects.filter(pk=made["id"]).update(delivery="failed", delivery_error="The network said no.")
    assert viktor.problem("POST", again, {}).status == 404
    assert marco.post(again)["delivery"] == "queued"
    for nothing in (f"{address}/999999/resend", f"{address}/x/resend"):
        assert marco.problem("POST", nothing, {}).status == 404


def test_a_file_is_uploaded_sent_and_read_back(cast: Cast, marco: Caller, viktor: Caller) -> None:
    conversation = cast.writes()
    response = marco("POST", "/attachments?name=pole.png", PNG, Content_Type="image/png")
    file = response.json()
    assert (response.status_code, file["name"], file["content_type"], file["size"]) == (
        201,
        "pole.png",
        "image/png",
        len(PNG),
    )
    assert response["Location"].endswith(f"/attachments/{file['id']}")
    assert viktor.problem("GET", f"/attachments/{file['id']}").status == 404
    note = {"text": "", "visibility": "note", "attachments": [file["id"]]}
    made = marco.post(f"/conversations/{conversation.pk}/messages", note, status=201)
    assert made["attachments"] == [file]
    assert marco.get(f"/attachments/{file['id']}") == file
    content = marco("GET", f"/attachments/{file['id']}/content")
    assert b"".join(content.streaming_content) == PNG
    assert "sandbox" in content["Content-Security-Policy"]
    again = marco.problem("POST", f"/conversations/{conversation.pk}/messages", note)
    assert again.errors[0].field == "attachments"
    assert viktor.problem("GET", f"/attachments/{file['id']}/content").status == 404


def test_a_file_is_uploaded_with_a_form_too(cast: Cast, marco: Caller) -> None:
    file = SimpleUploadedFile("page.html", b"<script>alert(1)</script>", content_type="text/html")
    headers = {"Authorization": f"Bearer {marco.token}"}
    response = Client().post(f"{BASE}/attachments", {"file": file}, headers=headers)
    assert response.status_code == 201, response.content
    content = marco("GET", f"/attachments/{response.json()['id']}/content")
    assert content["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "content_type", ["application/octet-stream", "multipart/form-data; boundary=x", "application/json"]
)
def test_an_upload_that_is_no_file_is_refused(marco: Caller, content_type: str) -> None:
    assert marco.problem("POST", "/attachments", b"", Content_Type=content_type).status in {400, 415, 422}
    assert not Attachment.objects.exists()


def test_an_upload_has_a_limit(marco: Caller, settings: object) -> None:
    settings.MAX_UPLOAD_BYTES = 10  # type: ignore[attr-defined]
    assert marco.problem("POST", "/attachments?name=a", b"x" * 11, Content_Type="text/plain").status == 413
    assert not Attachment.objects.exists()


def test_a_file_that_is_still_with_the_network_is_not_ready(cast: Cast, marco: Caller) -> None:
    message = receive(cast.inbox, customer=cast.giulia)
    file = Attachment.objects.create(message=message, name="voice.ogg", state="pending", remote={})
    assert marco.get(f"/attachments/{file.pk}")["state"] == "pending"
    response = marco("GET", f"/attachments/{file.pk}/content")
    assert (response.status_code, response["Retry-After"]) == (409, "5")


def test_another_persons_upload_cannot_be_sent(cast: Cast, marco: Caller, anna: Caller) -> None:
    conversation = cast.writes()
    file = anna("POST", "/attachments?name=a.txt", b"text", Content_Type="text/plain").json()
    body = {"text": "Look", "attachments": [file["id"]]}
    assert (
        marco.problem("POST", f"/conversations/{conversation.pk}/messages", body).errors[0].field
        == "attachments"
    )


def test_a_token_that_only_reads_cannot_write(cast: Cast) -> None:
    conversation = cast.writes()
    reader = token_of(cast.marco, "conversations:read")
    refusal = reader("POST", f"/conversations/{conversation.pk}/messages", {"text": "Hello"})
    assert refusal.status_code == 403
    assert 'scope="messages:write"' in refusal["WWW-Authenticate"]


def test_a_bot_is_told_from_people_and_its_choices_are_in_the_message(cast: Cast, marco: Caller) -> None:
    conversation = cast.writes("Hello?")
    menu = [{"id": "bill", "title": "My bill", "about": ""}]
    add_reply(agent=None, author="bot", conversation=conversation, text="What is it about?", choices=menu)
    told = marco.get(f"/conversations/{conversation.pk}/messages")["data"][-1]
    assert told["author"] == {"kind": "bot", "id": None, "name": ""}
    assert told["is_automatic"] is True
    assert told["extra"]["choices"] == menu
