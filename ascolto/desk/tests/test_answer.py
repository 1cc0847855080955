"""Marco answers: once, to the right readers, within what the channel takes; and he can undo what he changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ascolto.channels.models import ChannelHealth
from ascolto.conversations.actions import assign, snooze
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.delivery.models import Dispatch
from ascolto.desk.composer import make_composer
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_inbox, make_team

As = Callable[..., Client]
HX = {"HX-Request": "true"}


def _reply(
    client: Client, conversation: Conversation, headers: dict[str, str] | None = HX, **fields: Any
) -> Any:
    data = {"mode": "private", "text": "We are on it."} | fields
    return client.post(f"/c/{conversation.number}/reply/", data, headers=headers or {})


def test_marco_answers_and_the_message_is_on_its_way(cast: Cast, as_: As) -> None:
    conversation = cast.writes()
    answer = _reply(as_(cast.marco), conversation, **{"way-private": f"private:{cast.inbox.pk}"})
    assert answer.status_code == 201
    assert "On its way" in answer.content.decode()
    sent = Message.objects.get(direction="out")
    assert (sent.text, sent.agent, sent.visibility, sent.delivery) == (
        "We are on it.",
        cast.marco,
        "private",
        "queued",
    )
    conversation.refresh_from_db()
    assert conversation.assignee == cast.marco


def test_the_same_key_twice_is_one_message(cast: Cast, as_: As) -> None:
    conversation, marco = cast.writes(), as_(cast.marco)
    answers = [_reply(marco, conversation, client_key="the-same") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert Message.objects.filter(direction="out").count() == 1


def test_without_scripts_the_form_works_too(cast: Cast, as_: As) -> None:
    conversation = cast.writes()
    file = SimpleUploadedFile("a.txt", b"hello", "text/plain")
    answer = _reply(as_(cast.marco), conversation, headers=None, mode="note", files=[file])
    assert answer.status_code == 302
    assert Message.objects.get(visibility="note").attachments.get().name == "a.txt"
    refused = _reply(as_(cast.marco), conversation, headers=None, text="x" * 150_000)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "guard" in page
    assert "x" * 1000 in page  # the text is still there


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": "   "}, "empty"),
        ({"text": "x" * 199_000}, "19900"),
        ({"text": "y" * 200_001}, "far too long"),
        ({"mode": "public"}, "publicly"),
        ({"mode": "shout"}, "who should read"),
        ({"way-private": "private:999999"}, "not there any more"),
        ({"way-private": "private:x"}, "not there any more"),
        ({"attachments": "12345"}, "not available any more"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_the_reason(
    cast: Cast, as_: As, fields: dict[str, str], reason: str
) -> None:
    conversation = cast.writes()
    answer = _reply(as_(cast.marco), conversation, **fields)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not Message.objects.filter(direction="out").exists()


def test_hostile_characters_break_nothing(cast: Cast, as_: As) -> None:
    conversation = cast.writes()
    hostile = "a\x00b\ud800\u202e"
    data = {"client_key": hostile, "text": hostile, "template": hostile, "template_values": hostile}
    encoded = {key: value.encode("utf-8", "surrogatepass") for key, value in data.items()}
    assert _reply(as_(cast.marco), conversation, **encoded).status_code == 201
    base = f"/c/{conversation.number}/"
    for part, field in (
        ("labels/", "new"),
        ("labels/", "labels"),
        ("subject/", "subject"),
        ("snooze/", "until"),
    ):
        answer = as_(cast.marco).post(
            base + part, {field: hostile.encode("utf-8", "surrogatepass")}, headers=HX
        )
        assert answer.status_code in {200, 422}


def test_send_and_resolve(cast: Cast, as_: As) -> None:
    conversation = cast.writes()
    answer = _reply(as_(cast.marco), conversation, then="resolve")
    assert "resolved" in json.loads(answer.headers["HX-Trigger"])["toast"]["text"].lower()
    conversation.refresh_from_db()
    assert conversation.status == "resolved"


def test_an_uploaded_file_goes_with_the_answer_and_only_with_its_uploaders(cast: Cast, as_: As) -> None:
    conversation = cast.writes()
    file = SimpleUploadedFile("bill.pdf", b"%PDF-1.4 bill", "application/pdf")
    kept = as_(cast.marco).post("/files/", {"file": file})
    assert kept.status_code == 201
    assert _reply(as_(cast.anna), conversation, attachments=kept.json()["id"]).status_code == 422
    assert (
        _reply(as_(cast.marco), conversation, mode="note", attachments=kept.json()["id"]).status_code == 201
    )
    assert Attachment.objects.get().message.visibility == "note"
    assert as_(cast.marco).post("/files/", {}).status_code == 400


def test_a_file_that_is_too_large_is_refused_with_the_reason(cast: Cast, as_: As, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    file = SimpleUploadedFile("film.bin", b"0" * (1024 * 1024 + 1), "video/mp4")
    answer = as_(cast.marco).post("/files/", {"file": file})
    assert answer.status_code == 413
    assert "film.bin" in answer.json()["error"]
    assert not Attachment.objects.exists()


def test_the_composer_says_why_a_channel_is_shut(cast: Cast) -> None:
    conversation = cast.writes()
    assert [way.shut for way in make_composer(cast.marco, conversation).ways] == [""]
    ChannelHealth.objects.update_or_create(
        account=cast.inbox, defaults={"error_class": "reauth", "error": "The password was refused."}
    )
    assert "The password was refused." in make_composer(cast.marco, conversation).ways[0].shut
    cast.inbox.is_enabled = False
    cast.inbox.save()
    assert "switched off" in make_composer(cast.marco, conversation).ways[0].shut


def test_when_the_window_is_over_the_composer_asks_for_a_template(cast: Cast, as_: As) -> None:
    whatsapp = make_inbox("whatsapp", teams=[cast.care])
    conversation = cast.writes("Hello?", inbox=whatsapp, at=now() - timedelta(hours=30))
    way = make_composer(cast.marco, conversation).ways[0]
    assert way.needs_template
    page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
    assert "The time for a free answer" in page
    assert _reply(as_(cast.marco), conversation).status_code == 422
    fields = {
        "template": "order_update",
        "template_language": "it",
        "template_values": "Giulia\n4711",
        "text": "",
    }
    assert _reply(as_(cast.marco), conversation, **fields).status_code == 201
    template = {"name": "order_update", "language": "it", "body": ["Giulia", "4711"]}
    assert Message.objects.get(direction="out").extra["template"] == template


def test_public_and_private_are_different_ways(cast: Cast, as_: As) -> None:
    conversation = cast.writes("In front of everybody", visibility="public")
    composer = make_composer(cast.marco, conversation)
    assert [way.visibility for way in composer.ways] == ["public"]
    assert composer.mode == "public"
    page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
    assert "Everybody reads it" in page
    assert _reply(as_(cast.marco), conversation).status_code == 422


def test_every_change_can_be_undone(cast: Cast, as_: As) -> None:
    conversation, marco = cast.writes(), as_(cast.marco)
    base = f"/c/{conversation.number}/"
    later = (now() + timedelta(hours=3)).isoformat()
    changes: list[tuple[str, dict[str, Any], Callable[[Conversation], Any]]] = [
        ("status/", {"status": "pending"}, lambda c: c.status),
        ("priority/", {"priority": "40"}, lambda c: c.priority),
        ("assign/", {"assignee": cast.anna.pk}, lambda c: c.assignee_id),
        ("assign/", {"team": cast.care.pk}, lambda c: c.team_id),
        ("labels/", {"labels": ["Billing"], "new": "Modem, Urgent"}, lambda c: sorted(c.labels.values_list("name", flat=True))),
        ("snooze/", {"until": later}, lambda c: c.snoozed_until),
        ("subject/", {"subject": "The bill of May"}, lambda c: c.subject),
        ("spam/", {"spam": "1"}, lambda c: c.is_spam),
    ]  # fmt: skip
    for address, fields, value in changes:
        before = value(Conversation.objects.get(pk=conversation.pk))
        answer = marco.post(base + address, fields, headers=HX)
        assert answer.status_code == 200, address
        assert 'id="th-head"' in answer.content.decode()
        assert value(Conversation.objects.get(pk=conversation.pk)) != before, address
        said = json.loads(answer.headers["HX-Trigger"])["toast"]
        assert said["text"]
        marco.post(said["undo"], said["fields"], headers=HX)
        assert value(Conversation.objects.get(pk=conversation.pk)) == before, address


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("status/", {"status": "lost"}),
        ("priority/", {"priority": "7"}),
        ("priority/", {}),
        ("assign/", {"assignee": "999999"}),
        ("assign/", {"team": "x"}),
        ("labels/", {"new": "x" * 100}),
        ("snooze/", {"until": "2001-01-01T00:00"}),
        ("snooze/", {"until": "2026-99-99T00:00"}),
        ("snooze/", {"until": "soon"}),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_in_words(
    cast: Cast, as_: As, address: str, fields: dict[str, str]
) -> None:
    conversation = cast.writes()
    for headers in (HX, {}):
        answer = as_(cast.marco).post(f"/c/{conversation.number}/{address}", fields, headers=headers)
        assert answer.status_code == 422
        if headers:
            assert json.loads(answer.headers["HX-Trigger"])["toast"]["text"]


def test_the_choices_come_when_asked_for_and_as_pages_without_scripts(cast: Cast, as_: As) -> None:
    conversation, marco = cast.writes(), as_(cast.marco)
    make_team("Network")
    assign(agent=cast.marco, conversation=conversation, assignee=cast.marco, team=cast.care)
    snooze(agent=cast.marco, conversation=conversation, until=now() + timedelta(hours=2))
    for part, words in (
        ("assign/", "Leave it to nobody"),
        ("labels/", "add a label"),
        ("snooze/", "Tomorrow morning"),
        ("subject/", "Subject"),
    ):
        address = f"/c/{conversation.number}/{part}"
        assert words in marco.get(address, headers=HX).content.decode()
        page = marco.get(address).content.decode()
        assert words in page
        assert "<html" in page
    assert marco.post(f"/c/{conversation.number}/labels/", {"new": "Modem"}).status_code == 302


def test_a_message_that_did_not_arrive_is_sent_again_with_one_click(cast: Cast, as_: As) -> None:
    conversation, marco = cast.writes(), as_(cast.marco)
    _reply(marco, conversation)
    sent = Message.objects.get(direction="out")
    Message.objects.filter(pk=sent.pk).update(delivery="failed", delivery_error="The network said no.")
    Dispatch.objects.filter(message=sent).update(state="failed", finished_at=now())
    page = marco.get(f"/c/{conversation.number}/").content.decode()
    assert "Not delivered" in page
    assert "The network said no." in page
    assert "Send again" in page
    again = marco.post(f"/c/{conversation.number}/messages/{sent.pk}/resend/", headers=HX)
    assert again.status_code == 200
    assert "On its way" in again.content.decode()


def test_a_message_that_arrived_is_not_sent_again(cast: Cast, as_: As) -> None:
    conversation, marco = cast.writes(), as_(cast.marco)
    _reply(marco, conversation)
    sent = Message.objects.get(direction="out")
    Message.objects.filter(pk=sent.pk).update(delivery="read")
    Dispatch.objects.filter(message=sent).update(state="sent", finished_at=now())
    assert marco.post(f"/c/{conversation.number}/messages/{sent.pk}/resend/", headers=HX).status_code == 422


def test_marco_answers_the_message_that_he_chose(cast: Cast, as_: As) -> None:
    conversation = cast.writes("One", external_id="a-1")
    cast.writes("Two")
    first = Message.objects.get(external_id="a-1")
    page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
    assert f'data-inbox="{cast.inbox.pk}"' in page
    assert 'name="answers"' in page
    fields = {"mode": "private", "text": "Yes.", "answers": str(first.pk), "client_key": "k-answers"}
    assert as_(cast.marco).post(f"/c/{conversation.number}/reply/", fields).status_code == 302
    assert Message.objects.get(direction="out").in_reply_to == first
    for hostile in ("999999999", "x" * 1000, "\x00", "-1", "١٢"):
        fields |= {"answers": hostile, "client_key": f"k-{hostile[:3]!r}"}
        answer = as_(cast.marco).post(
            f"/c/{conversation.number}/reply/", fields, headers={"HX-Request": "true"}
        )
        assert answer.status_code in {201, 422}
