"""What deliveries of X mean, in both of their formats; and what its refusals mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import ascolto
from ascolto.channels.adapters.x.adapter import adapter
from ascolto.channels.adapters.x.errors import judge
from ascolto.channels.adapters.x.tests.test_x import ACCOUNT, GIULIA, US
from ascolto.channels.protocol import (
    ConsentChanged,
    ErrorClass,
    Failure,
    Inbound,
    Message,
    RawDelivery,
    ReadUpTo,
)
from ascolto.kit import clock
from ascolto.kit.http import Answer
from ascolto.testing.conformance import RECEIVED_AT

FIXTURES = Path(__file__).parents[1] / "fixtures"
SHARED = Path(ascolto.__file__).resolve().parents[2] / "shared" / "fixtures" / "x"
POSTED_AT = datetime(2026, 11, 22, 8, 1, 2, tzinfo=UTC)


def read(body: bytes) -> list[Inbound]:
    return adapter.parse(ACCOUNT, RawDelivery(body=body, headers={}, received_at=RECEIVED_AT))


def message(name: str, place: int = 0) -> Message:
    found = read((FIXTURES / f"{name}.json").read_bytes())[place]
    assert isinstance(found, Message)
    return found


@pytest.mark.parametrize("what", ["mention", "quote", "own_reply"])
def test_both_formats_tell_the_same_post_as_the_same_message(what) -> None:
    new, old = message(f"xaa_{what}"), message(f"aaa_{what}")
    for name in ("external_id", "sender", "occurred_at", "text", "visibility", "outgoing"):
        assert getattr(new, name) == getattr(old, name), name
    assert new.extra.get("summoned") == old.extra.get("summoned")
    assert new.occurred_at == POSTED_AT


def test_both_formats_tell_the_same_direct_message() -> None:
    received, sent = message("xaa_dm_received"), message("xaa_dm_sent")
    assert (received, sent) == (message("aaa_dms", 0), message("aaa_dms", 1))
    assert (received.visibility, received.outgoing, sent.outgoing) == ("private", False, True)
    assert received.sender == sent.sender
    assert sent.sender.handles[0].value == GIULIA
    assert message("xaa_dm_received_plain").sender.handles == received.sender.handles


def test_a_mention_says_where_it_stands_and_how_it_may_be_answered() -> None:
    said = message("xaa_mention")
    assert said.text == "@telvia la fibra non va da ieri & nessuno risponde"
    assert (said.sender.name, said.sender.handles[0].shown) == ("Giulia Conti", "@giulia_conti")
    assert said.extra == {
        "post_id": "2090000000000000101",
        "url": "https://x.com/giulia_conti/status/2090000000000000101",
        "summoned": True,
        "private_link": f"https://x.com/messages/compose?recipient_id={US}",
    }


def test_a_reply_tells_what_it_answers() -> None:
    said = message("xaa_reply")
    assert said.replies_to == ("post:2090000000000000100",)
    assert said.extra["context"] == said.extra["post"]["text"] == "Da oggi la fibra arriva a Lodi"
    assert said.extra["post"]["url"].endswith("/status/2090000000000000100")
    assert said.sender.handles[0].shown == "@giulia_conti"  # told in a wrapping
    assert not message("xaa_reply_without_name").extra["summoned"]


def test_a_changed_post_keeps_its_first_name() -> None:
    said = message("xaa_mention_edited")
    assert said.external_id == message("xaa_mention").external_id
    assert said.revised_at == said.occurred_at
    assert said.extra["post_id"] == "2090000000000000108"


def test_a_long_post_is_whole() -> None:
    for name in ("xaa_mention_long", "aaa_long"):
        assert message(name).text.endswith("dall'inizio alla fine.")
        assert message(name).extra["summoned"] is True


def test_the_clearest_film_is_taken() -> None:
    photo, film = message("xaa_mention_with_files").attachments
    assert (photo.content_type, film.content_type) == ("image/png", "video/mp4")
    assert film.remote == {"url": "https://video.twimg.com/high.mp4?tag=1", "content_type": "video/mp4"}


def test_our_answer_to_ourselves_names_what_it_answers_and_no_customer() -> None:
    said = message("xaa_own_reply_to_ourselves")
    assert (said.outgoing, said.sender.handles) == (True, ())
    assert said.replies_to == ("post:2090000000000000110",)


def test_a_message_that_began_at_a_post_remembers_it() -> None:
    assert message("aaa_dms", 3).replies_to == ("post:2090000000000000110",)


def test_who_blocks_us_wants_no_messages_until_they_take_it_back() -> None:
    blocked, unblocked = read((FIXTURES / "aaa_blocked_by_customer.json").read_bytes())
    assert isinstance(blocked, ConsentChanged)
    assert isinstance(unblocked, ConsentChanged)
    assert (blocked.granted, blocked.scope, blocked.why) == (False, "messages", "blocked")
    assert blocked.sender.handles[0].value == GIULIA
    assert unblocked.granted


def test_what_was_read_is_everything_until_then() -> None:
    for name in ("xaa_dm_read", "aaa_read"):
        (mark,) = read((FIXTURES / f"{name}.json").read_bytes())
        assert isinstance(mark, ReadUpTo)
        assert mark.until == datetime.fromtimestamp(1795334562, UTC)
        assert mark.sender.handles[0].value == GIULIA


def test_users_are_known_by_the_key_under_which_they_stand() -> None:
    if not SHARED.is_dir():
        pytest.skip("no folder ../shared/fixtures beside the repository")
    (said,) = read((SHARED / "chatwoot_twitter_message_create_event.json").read_bytes())
    assert isinstance(said, Message)
    assert (said.sender.handles[0].value, said.text, said.external_id) == ("2", "Blue Bird", "dm:123")
    (post,) = read((SHARED / "chatwoot_tweet_create_event.json").read_bytes())
    assert isinstance(post, Message)
    assert (post.external_id, post.extra["summoned"]) == ("post:1", True)
    assert post.occurred_at == datetime(2020, 2, 5, 8, 39, 31, tzinfo=UTC)
    assert post.sender.name == "SurveyJoy"


# --- what X says no to ------------------------------------------------------------------------------------------------


def said_no(status: int, problem: dict[str, Any], **headers: str) -> Failure:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    failure = judge(Answer(status, told, json.dumps(problem).encode()))
    assert failure is not None
    return failure


def of(name: str) -> str:
    return f"https://api.twitter.com/2/problems/{name}"


@pytest.mark.parametrize(
    ("status", "problem", "error", "of_message"),
    [
        (
            400,
            {"errors": [{"message": "text: too long"}], "title": "Invalid Request"},
            ErrorClass.CONTENT,
            False,
        ),
        (401, {"title": "Unauthorized", "detail": "Unauthorized"}, ErrorClass.REAUTH, False),
        (402, {"title": "Payment Required", "detail": "No credits."}, ErrorClass.CONFIG, False),
        (403, {"detail": "You cannot send messages to this user."}, ErrorClass.BLOCKED, False),
        (
            403,
            {"detail": "You do not have permission to DM one or more participants in this DM conversation."},
            ErrorClass.BLOCKED,
            False,
        ),
        (
            403,
            {"detail": "Reply to this conversation is not allowed because you have not been mentioned."},
            ErrorClass.CONFIG,
            True,
        ),
        (
            403,
            {"detail": "You are not allowed to create a Tweet with duplicate content."},
            ErrorClass.CONTENT,
            False,
        ),
        (403, {"detail": "You have been blocked from performing this action."}, ErrorClass.BLOCKED, False),
        (403, {"detail": "…", "type": of("client-forbidden")}, ErrorClass.CONFIG, False),
        (403, {"detail": "You are not permitted to perform this action."}, ErrorClass.CONFIG, True),
        (403, {"detail": "Your account is suspended and is not permitted."}, ErrorClass.ABUSE_STOP, False),
        (
            404,
            {"detail": "Could not find user.", "type": of("resource-not-found")},
            ErrorClass.RECIPIENT_GONE,
            False,
        ),
        (429, {"title": "UsageCapExceeded", "type": of("usage-capped")}, ErrorClass.CONFIG, False),
        (500, {"title": "Internal Server Error"}, ErrorClass.RETRY, False),
        (503, {"title": "Service Unavailable"}, ErrorClass.RETRY, False),
        (504, {}, ErrorClass.UNCERTAIN, False),
        (
            200,
            {"errors": [{"detail": "gone", "type": of("resource-not-found")}]},
            ErrorClass.RECIPIENT_GONE,
            False,
        ),
    ],
)
def test_every_no_has_its_class(status, problem, error, of_message) -> None:
    failure = said_no(status, problem)
    assert (failure.error, failure.of_message) == (error, of_message)
    assert failure.reason


def test_a_success_with_a_remark_is_a_success() -> None:
    body = json.dumps({"data": {"id": "1"}, "errors": [{"detail": "one expansion is missing"}]}).encode()
    assert judge(Answer(200, {}, body)) is None


def test_the_wait_ends_at_the_moment_that_x_names() -> None:
    with clock.at(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)):
        reset = str(int((clock.now() + timedelta(seconds=90)).timestamp()))
        tomorrow = str(int((clock.now() + timedelta(hours=20)).timestamp()))
        problem = {"title": "Too Many Requests"}
        assert said_no(429, problem, x_rate_limit_reset=reset).retry_after == 90
        day = {"x_user_limit_24hour_remaining": "0", "x_user_limit_24hour_reset": tomorrow}
        used = {"x_rate_limit_remaining": "3", "x_rate_limit_reset": reset}
        assert said_no(429, problem, **day, **used).retry_after == 20 * 3600
        assert said_no(429, problem, x_rate_limit_reset="1").retry_after == 1
        assert said_no(429, problem, x_rate_limit_reset="soon").retry_after == 60
        assert said_no(429, problem, x_rate_limit_reset="9" * 40).retry_after == 86_400
