"""What reaches the log, and what never does."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from ascolto.config.logs import JsonLines, Readable, redact

SECRETS = [
    "access_token=EAAG12345678",
    '{"password": "hunter22222"}',
    "Authorization: Bearer asc_abcdefgh123",
    "https://api.telvia.example/bot12345678:AAabcd/send",
    "hub.verify_token=my-secret-word",
    "api_key: 0123456789abcdef",
]


def record(message: str, **extra: object) -> logging.LogRecord:
    """A line that somebody in the intake writes."""
    made = logging.LogRecord("ascolto.intake", logging.WARNING, __file__, 1, message, (), None)
    vars(made).update(extra)
    return made


@pytest.mark.parametrize("text", SECRETS)
def test_a_credential_is_blotted_out(text: str) -> None:
    secrets = (
        "EAAG12345678",
        "hunter22222",
        "asc_abcdefgh123",
        "12345678:AAabcd",
        "my-secret-word",
        "0123456789abcdef",
    )
    assert not any(secret in redact(text) for secret in secrets)


def test_ordinary_words_stay() -> None:
    text = "delivery set aside: the token of the inbox is unknown"
    assert redact(text) == text


def test_machines_read_one_object_a_line_with_the_extras() -> None:
    line = json.loads(JsonLines().format(record("took\ntwo", account=7, secret="token=abcdefgh99")))
    assert (line["message"], line["level"], line["account"]) == ("took\ntwo", "warning", 7)
    assert "abcdefgh99" not in json.dumps(line)


def test_an_error_comes_with_its_trace_and_without_its_secret() -> None:
    try:
        raise ValueError("password=hunter22222 refused")
    except ValueError:
        made = record("broke")
        made.exc_info = sys.exc_info()
    for style in (JsonLines(), Readable()):
        text = style.format(made)
        assert "ValueError" in text
        assert "hunter22222" not in text
