"""What updates mean: who wrote, where it is read, what it answers, what is only noise."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import ascolto
from ascolto.channels.adapters.telegram.adapter import adapter
from ascolto.channels.adapters.telegram.errors import MOVED, judge
from ascolto.channels.adapters.telegram.formatting import telegram_html
from ascolto.channels.adapters.telegram.tests.test_telegram import ACCOUNT
from ascolto.channels.protocol import (
    ConsentChanged,
    Edited,
    ErrorClass,
    Inbound,
    Message,
    RawDelivery,
    Reacted,
    Removed,
    ThreadMoved,
)
from ascolto.kit.http import Answer
from ascolto.testing.conformance import RECEIVED_AT

FIXTURES = Path(__file__).parents[1] / "fixtures"
SHARED = Path(ascolto.__file__).resolve().parents[2] / "shared" / "fixtures" / "telegram"


def events(name: str, **changed: Any) -> list[Inbound]:
    document = json.loads((FIXTURES / f"{name}.json").read_text())
    for part in document.values():
        if isinstance(part, dict):
            part.update(changed)
    raw = RawDelivery(body=json.dumps(document).encode(), headers={}, received_at=RECEIVED_AT)
    return adapter.parse(ACCOUNT, raw)


def message(name: str, **changed: Any) -> Message:
    (found,) = events(name, **changed)
    assert isinstance(found, Message)
    return found


def test_giulia_is_her_user_id_and_shown_by_her_name() -> None:
    said = message("text")
    assert said.sender.name == "Giulia Conti"
    assert said.sender.language == "it"
    assert [(handle.namespace, handle.value, handle.shown) for handle in said.sender.handles] == [
        ("telegram", "51234567", "@giulia_conti")
    ]
    assert said.occurred_at == datetime.fromtimestamp(1795338100, UTC)
    assert (said.external_id, said.thread, said.visibility) == ("51234567:100", "", "private")


def test_a_reply_names_what_it_answers_and_what_it_quotes() -> None:
    said = message("reply_with_quote")
    assert said.replies_to == ("51234567:90",)
    assert said.extra["quote"] == "modem"


def test_the_pressed_start_wants_no_answer_and_tells_what_the_link_carried() -> None:
    assert message("start").automatic
    assert message("start_from_link").extra["start"] == "bolletta-2026-10"
    assert not message("text", text="/start mi aiutate a cambiare modem?").automatic


def test_an_album_is_one_message_in_two_pieces() -> None:
    assert message("album_1").album == message("album_2").album == "13579246801"
    assert message("album_1").external_id != message("album_2").external_id


def test_the_largest_photo_is_taken_and_told_in_no_address() -> None:
    (photo,) = message("photo").attachments
    assert photo.remote == {"file_id": "AgAC-large", "content_type": "image/jpeg"}
    assert photo.size == 183000


def test_addresses_behind_words_are_shown() -> None:
    assert message("text_with_link").extra["links"] == ["https://telvia.example/guida"]


def test_a_group_is_one_thread_that_others_read() -> None:
    said = message("group")
    assert (said.visibility, said.thread) == ("public", "chat:-1001234567890")
    assert said.extra["chat_id"] == "-1001234567890"
    assert said.extra["context"] == "Condominio Via Roma"
    assert said.extra["url"].startswith("https://t.me/c/1234567890/")
    assert message("group_topic").thread == "chat:-1001234567890:7"
    assert message("public_group").extra["url"].startswith("https://t.me/condominio_roma/")
    anonymous = message("group_anonymous")
    assert anonymous.sender.handles[0].namespace == "telegram_chat"
    assert not anonymous.automatic


def test_the_direct_messages_of_a_channel_are_private() -> None:
    said = message("channel_direct")
    assert (said.visibility, said.thread) == ("private", "")
    assert said.extra["direct_topic"] == "51234567"


def test_a_group_that_moves_tells_both_of_its_ids() -> None:
    for name in ("group_moves", "group_moved"):
        (moved,) = events(name)
        assert isinstance(moved, ThreadMoved)
        assert (moved.old, moved.new) == ("chat:-4017", "chat:-1001234567890")


def test_a_business_chat_counts_its_messages_for_itself() -> None:
    asked, answered = message("business_message"), message("business_echo")
    assert asked.external_id == "bc-7Qx1:51234567:31"
    assert answered.outgoing
    assert answered.sender.handles[0].value == "51234567"
    removed = events("business_deleted")
    assert [event.external_id for event in removed if isinstance(event, Removed)] == [
        "bc-7Qx1:51234567:31",
        "bc-7Qx1:51234567:32",
    ]
    (edited,) = events("business_edited")
    assert isinstance(edited, Edited)
    assert edited.external_id == asked.external_id


def test_a_button_says_what_stands_on_it() -> None:
    pressed = message("button")
    assert (pressed.text, pressed.extra["payload"]) == ("No", "solved:no")
    assert pressed.replies_to == ("51234567:95",)
    assert message("button_of_an_old_message").text == "csat:5"


def test_blocking_is_a_refusal_of_every_message_until_it_ends() -> None:
    (blocked,), (unblocked,) = events("blocked"), events("unblocked")
    assert isinstance(blocked, ConsentChanged)
    assert isinstance(unblocked, ConsentChanged)
    assert (blocked.granted, blocked.scope, blocked.why) == (False, "messages", "blocked")
    assert unblocked.granted


@pytest.mark.parametrize(
    ("name", "emoji"), [("reaction", "🙏"), ("reaction_taken_away", ""), ("reaction_of_own_picture", "✨")]
)
def test_the_last_reaction_counts(name, emoji) -> None:
    (reaction,) = events(name)
    assert isinstance(reaction, Reacted)
    assert (reaction.external_id, reaction.emoji) == ("51234567:95", emoji)


def test_an_edited_caption_is_an_edited_text() -> None:
    (edited,) = events("edited_caption")
    assert isinstance(edited, Edited)
    assert (edited.external_id, edited.text) == ("51234567:105", "La spia è verde")


def test_numbers_may_come_as_texts() -> None:
    assert message("text", message_id="100").external_id == "51234567:100"


# --- what the Bot API says no to --------------------------------------------------------------------------------------


def said_no(code: int, description: str, **parameters: Any) -> Any:
    body = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    return judge(Answer(code, {}, json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("code", "description", "error", "of_message"),
    [
        (400, "Bad Request: chat not found", ErrorClass.RECIPIENT_GONE, False),
        (400, "Bad Request: message is too long", ErrorClass.CONTENT, False),
        (400, "Bad Request: can't parse entities: Unsupported start tag", ErrorClass.CONTENT, False),
        (400, "Bad Request: not enough rights to send text messages to the chat", ErrorClass.CONFIG, True),
        (400, "Bad Request: BUSINESS_PEER_USAGE_MISSING", ErrorClass.WINDOW_CLOSED, False),
        (401, "Unauthorized", ErrorClass.REAUTH, False),
        (403, "Forbidden: bot was blocked by the user", ErrorClass.BLOCKED, False),
        (403, "Forbidden: user is deactivated", ErrorClass.BLOCKED, False),
        (403, "Forbidden: bot was kicked from the supergroup chat", ErrorClass.RECIPIENT_GONE, False),
        (404, "Not Found", ErrorClass.REAUTH, False),
        (409, "Conflict: terminated by other getUpdates request", ErrorClass.CONFIG, False),
        (413, "Request Entity Too Large", ErrorClass.CONTENT, False),
        (500, "Internal Server Error", ErrorClass.RETRY, False),
        (504, "Gateway Timeout", ErrorClass.UNCERTAIN, False),
    ],
)
def test_every_no_has_its_class(code, description, error, of_message) -> None:
    failure = said_no(code, description)
    assert (failure.error, failure.of_message, failure.reason) == (error, of_message, description)


def test_the_wait_that_telegram_asks_for_is_kept() -> None:
    assert said_no(429, "Too Many Requests: retry after 31", retry_after=31).retry_after == 31
    assert said_no(429, "Too Many Requests", retry_after="soon").retry_after == 60
    assert said_no(400, "Bad Request: upgraded", migrate_to_chat_id=-1001).code == f"{MOVED}-1001"


def test_the_collected_errors_are_understood() -> None:
    if not SHARED.is_dir():
        pytest.skip("no folder ../shared/fixtures beside the repository")
    expected = {"403_blocked": ErrorClass.BLOCKED, "409_getupdates_conflict": ErrorClass.CONFIG}
    for name, error in expected.items():
        failure = judge(Answer(int(name[:3]), {}, (SHARED / f"doc_error_{name}.json").read_bytes()))
        assert failure is not None
        assert failure.error is error


# --- formatting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>a</p><p>b</p>", "a\nb"),
        ("<b>a<i>b</b>c</i>", "<b>a<i>b</i></b>c"),
        (
            "<a href='https://x.example/?a=1&amp;b=\"'>x</a>",
            '<a href="https://x.example/?a=1&amp;b=&quot;">x</a>',
        ),
        ("<a href='javascript:x'>x</a>", "x"),
        ("<img src=x onerror=y>&lt;b&gt;", "&lt;b&gt;"),
        ("<style>p{}</style><h1>T</h1>x<br>y", "T\nx\ny"),
        ("<strong>open", "<b>open</b>"),
        ("</b></p>x", "x"),
    ],
)
def test_html_becomes_what_telegram_reads(html, said) -> None:
    assert telegram_html(html) == said
