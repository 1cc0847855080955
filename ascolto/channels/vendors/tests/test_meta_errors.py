"""What every documented error of Messenger, Instagram and a page's comments means for a message of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

import ascolto
from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.channels.vendors.meta_graph import Graph, Meanings
from ascolto.channels.vendors.meta_sending import DM_MEANINGS, PUBLIC_MEANINGS
from ascolto.testing.networks import LocalServer

SHARED = Path(ascolto.__file__).resolve().parents[2] / "shared" / "fixtures"
COLLECTED = {
    "error_100_no_user": ErrorClass.RECIPIENT_GONE,
    "error_10_window": ErrorClass.WINDOW_CLOSED,
    "error_1200_temp": ErrorClass.RETRY,
    "error_190_token": ErrorClass.REAUTH,
    "error_2_transient": ErrorClass.RETRY,
    "error_368_blocked": ErrorClass.ABUSE_STOP,
    "error_4_app_rate": ErrorClass.RETRY_AFTER,
    "error_551_unavailable": ErrorClass.BLOCKED,
}


class Answers(LocalServer):
    """A Graph API that says no."""

    def __init__(self) -> None:
        super().__init__(_Answer)
        self.body = b"{}"


class _Answer(BaseHTTPRequestHandler):
    server: Answers

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(400)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)


@pytest.fixture
def answers() -> Iterator[Answers]:
    with Answers() as running:
        yield running


def meaning(answers: Answers, body: bytes, meanings: Meanings) -> Failure:
    answers.body = body
    with pytest.raises(SendRefused) as refusal:
        Graph(answers.url, "v25.0", "EAAs3cr3t", meanings).post("me", "messages", json={})
    assert refusal.value.failure.reason
    return refusal.value.failure


def error(code: int, subcode: int | None = None, **more: Any) -> bytes:
    told = {"message": f"(#{code}) no", "type": "OAuthException", "code": code, **more}
    return json.dumps({"error": told | ({"error_subcode": subcode} if subcode else {})}).encode()


@pytest.mark.parametrize("name", COLLECTED)
def test_collected_errors_mean_what_the_reference_says(answers, name) -> None:
    path = SHARED / "messenger" / f"{name}.json"
    if not path.is_file():
        pytest.skip("no folder ../shared/fixtures beside the repository")
    assert meaning(answers, path.read_bytes(), DM_MEANINGS).error is COLLECTED[name]


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (10, 2018278, ErrorClass.WINDOW_CLOSED),
        (10, 2534022, ErrorClass.WINDOW_CLOSED),
        (10, None, ErrorClass.CONFIG),
        (200, 2534048, ErrorClass.CONFIG),
        (230, None, ErrorClass.CONFIG),
        (551, None, ErrorClass.BLOCKED),
        (10, 2018108, ErrorClass.BLOCKED),
        (100, 2018001, ErrorClass.RECIPIENT_GONE),
        (100, None, ErrorClass.CONTENT),
        (100, 33, ErrorClass.CONFIG),
        (100, 2018109, ErrorClass.CONTENT),
        (613, None, ErrorClass.RETRY_AFTER),
        (80006, None, ErrorClass.RETRY_AFTER),
        (17, None, ErrorClass.RETRY_AFTER),
        (32, None, ErrorClass.RETRY_AFTER),
        (1, None, ErrorClass.RETRY),
        (190, 460, ErrorClass.REAUTH),
        (9, 2018352, ErrorClass.ABUSE_STOP),
        (368, None, ErrorClass.ABUSE_STOP),
    ],
)
def test_what_an_error_of_a_private_message_means(answers, code, subcode, expected) -> None:
    failure = meaning(answers, error(code, subcode), DM_MEANINGS)
    assert (failure.error, failure.code, failure.of_message) == (expected, str(code), False)


@pytest.mark.parametrize(
    ("code", "subcode"), [(10900, None), (10901, None), (10902, None), (10903, None), (10, 2018065)]
)
def test_what_one_message_may_not_is_no_broken_inbox(answers, code, subcode) -> None:
    failure = meaning(answers, error(code, subcode), DM_MEANINGS)
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (100, 33, ErrorClass.RECIPIENT_GONE),
        (200, 2534048, ErrorClass.CONFIG),
        (200, None, ErrorClass.CONFIG),
        (100, None, ErrorClass.CONTENT),
        (80001, None, ErrorClass.RETRY_AFTER),
        (9, None, ErrorClass.ABUSE_STOP),
        (368, 1390008, ErrorClass.ABUSE_STOP),
        (2500, None, ErrorClass.CONFIG),
    ],
)
def test_what_an_error_of_a_public_answer_means(answers, code, subcode, expected) -> None:
    assert meaning(answers, error(code, subcode), PUBLIC_MEANINGS).error is expected
