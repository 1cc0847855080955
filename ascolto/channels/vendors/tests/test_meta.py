"""What an answer of the Graph API means, and readers that give something of their own type whatever they get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.channels import reading
from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.channels.vendors.meta_graph import Graph, Meanings
from ascolto.testing.networks import LocalServer
from ascolto.testing.wellformed import check_text

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Answers(LocalServer):
    """A Graph API that answers what the test wants."""

    def __init__(self) -> None:
        super().__init__(_Answer)
        self.status, self.body, self.extra = 200, b"{}", {}
        self.asked: list[str] = []


class _Answer(BaseHTTPRequestHandler):
    server: Answers

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        for name, value in {"Content-Length": str(len(self.server.body)), **self.server.extra}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    do_GET = do_POST = _answer  # noqa: N815


@pytest.fixture
def answers() -> Iterator[Answers]:
    with Answers() as running:
        yield running


def graph(answers: Answers) -> Graph:
    meanings = Meanings(
        codes={131047: ErrorClass.WINDOW_CLOSED, 10900: ErrorClass.CONFIG},
        subcodes={2018278: ErrorClass.WINDOW_CLOSED},
        waits={4711: 3.0},
        of_message=frozenset({10900}),
        words={10900: "Answered already."},
    )
    return Graph(answers.url, "v25.0", "EAAs3cr3t", meanings)


def failed(answers: Answers, status: int, error: Any = None, **headers: str) -> Failure:
    answers.status, answers.extra = status, {name.replace("_", "-"): value for name, value in headers.items()}
    answers.body = b"<html>" if error is None else json.dumps({"error": error}).encode()
    with pytest.raises(SendRefused) as refusal:
        graph(answers).post("1", "messages", json={})
    assert refusal.value.failure.reason
    return refusal.value.failure


@pytest.mark.parametrize(
    ("status", "error", "meaning"),
    [
        (400, {"code": 131047}, ErrorClass.WINDOW_CLOSED),
        (400, {"code": "131047"}, ErrorClass.WINDOW_CLOSED),
        (401, {"code": 190}, ErrorClass.REAUTH),
        (400, {"code": 190, "error_subcode": 463}, ErrorClass.REAUTH),
        (403, {"code": 10}, ErrorClass.CONFIG),
        (403, {"code": 230}, ErrorClass.CONFIG),
        (400, {"code": 100}, ErrorClass.CONTENT),
        (400, {"code": 100, "error_subcode": 33}, ErrorClass.CONFIG),
        (400, {"code": 368}, ErrorClass.ABUSE_STOP),
        (400, {"code": 4}, ErrorClass.RETRY_AFTER),
        (400, {"code": 80014}, ErrorClass.RETRY_AFTER),
        (500, {"code": 2}, ErrorClass.RETRY),
        (400, {"code": 5_000_000, "is_transient": True}, ErrorClass.RETRY),
        (400, {"code": 5_000_000}, ErrorClass.CONTENT),
        (418, {"code": 5_000_000}, ErrorClass.UNKNOWN),
        (200, {"code": 131047}, ErrorClass.WINDOW_CLOSED),
        (500, None, ErrorClass.RETRY),
        (502, None, ErrorClass.RETRY),
        (503, None, ErrorClass.RETRY),
        (504, None, ErrorClass.UNCERTAIN),
        (504, {"code": 5_000_000}, ErrorClass.RETRY),
        (429, None, ErrorClass.RETRY_AFTER),
        (413, None, ErrorClass.CONTENT),
        (404, None, ErrorClass.CONFIG),
        (302, None, ErrorClass.CONFIG),
        (200, None, ErrorClass.UNCERTAIN),
    ],
)
def test_every_answer_that_is_no_success_has_a_meaning(answers, status, error, meaning) -> None:
    assert failed(answers, status, error).error is meaning


@pytest.mark.parametrize(
    "error", [[], "x", 7, {"code": []}, {"code": True}, {"error_data": "x"}, {"message": {}}]
)
def test_an_error_of_another_shape_is_read_by_its_status(answers, error) -> None:
    assert failed(answers, 503, error).error is ErrorClass.RETRY


def test_the_wait_is_the_headers_the_usages_or_our_own(answers) -> None:
    usage = json.dumps({"10": [{"type": "messenger", "estimated_time_to_regain_access": 3}, {}], "11": "x"})
    assert failed(answers, 429, {"code": 4}, Retry_After="9").retry_after == 9
    assert failed(answers, 429, {"code": 4}, X_Business_Use_Case_Usage=usage).retry_after == 180
    assert failed(answers, 429, {"code": 4}, X_Business_Use_Case_Usage="[[").retry_after == 60
    assert failed(answers, 429, {"code": 4711}).retry_after == 3


def test_the_reason_is_the_networks_most_telling_words_without_our_token(answers) -> None:
    error = {"code": 190, "message": "Malformed access token EAAs3cr3t"}
    assert failed(answers, 401, error).reason == "Malformed access token …"
    error |= {"error_data": {"details": "Details"}}
    assert failed(answers, 401, error).reason == "Details"
    assert failed(answers, 401, {**error, "error_user_msg": "For people"}).reason == "For people"


def test_a_look_and_an_upload_may_be_repeated_whatever_became_of_them(answers) -> None:
    answers.status = 504
    for ask in (
        lambda: graph(answers).get("1"),
        lambda: graph(answers).upload("1", "media", data={}, files={"f": ("a", b"x", "a/b")}),
    ):
        with pytest.raises(SendRefused) as refusal:
            ask()
        assert refusal.value.failure.error is ErrorClass.RETRY


def test_a_success_of_many_pages_is_uncertain_since_it_was_carried_out(answers) -> None:
    answers.body = b'{"message_id": "m_1", "x": "' + b"x" * (3 * 1024 * 1024) + b'"}'
    with pytest.raises(SendRefused) as refusal:
        graph(answers).post("1", "messages", json={})
    assert refusal.value.failure.error is ErrorClass.UNCERTAIN


def test_what_concerns_one_message_only_says_so_in_our_words(answers) -> None:
    failure = failed(answers, 400, {"code": 10900, "message": "Activity already replied to"})
    assert (failure.error, failure.of_message, failure.reason) == (
        ErrorClass.CONFIG,
        True,
        "Answered already.",
    )
    assert failed(answers, 400, {"code": 10, "error_subcode": 2018278}).error is ErrorClass.WINDOW_CLOSED
    assert failed(answers, 400, {"code": 10, "error_subcode": "2018278"}).error is ErrorClass.WINDOW_CLOSED


def test_an_address_names_its_version_once(answers) -> None:
    graph(answers).get("1", "templates", params={"limit": "2"})
    Graph(f"{answers.url}/v30.1/", "v25.0", "t").get("1")
    assert answers.asked == ["/v25.0/1/templates?limit=2", "/v30.1/1"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=30,
)


@settings(deadline=None, derandomize=True, database=None)
@given(anything)
def test_what_may_be_anything_is_read_into_what_every_database_stores(value) -> None:
    kept = reading.plain(value)
    json.dumps(kept, allow_nan=False)
    check_text(kept)
    check_text(reading.text_of(value))
    assert isinstance(reading.object_of(value), dict)
    assert all(isinstance(item, dict) for item in reading.objects_of(value))
    assert reading.moment_of(value, NOON) <= NOON + timedelta(days=1)


def test_deep_and_wide_json_is_cut() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = {"a": deep}
    assert len(json.dumps(reading.plain(deep))) < 100
    assert len(reading.plain(list(range(1000)))) == 50
    assert len(reading.plain({str(number): 1 for number in range(1000)})) == 50
    assert len(reading.plain("x" * 9000)) == 2000
