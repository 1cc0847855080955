"""One request to the server and what it says, judged. Touches no database: it runs in a thread of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ascolto.generation.models import Outcome
from ascolto.generation.wire import LONGEST_ANSWER, Completion, error_text, other_dialect, read_completion
from ascolto.kit import http
from ascolto.kit.text import clean, excerpt

_KEYS = re.compile(r"\b(?:sk|pk|key|gsk|xai|hf|nvapi)[-_][\w*.…-]{6,}|\bBearer\s+\S+", re.IGNORECASE)
_CONNECT = 3.0  # seconds at most to reach the server


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request as it leaves. `trusted`: the server may be inside our own network."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    seconds: float
    trusted: bool
    dialect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a request."""

    outcome: Outcome
    completion: Completion | None = None
    status: int | None = None
    detail: str = ""
    bytes_in: int = 0
    milliseconds: int = 0
    retry_after: float | None = None  # seconds, where it was told
    dialect: Mapping[str, Any] | None = None  # how it wants to be asked


def put(order: Order) -> Said:
    """Ask, and wait for the whole answer at most `order.seconds`. Never raises."""
    begun = time.monotonic()
    said = _put(order)
    hidden = [value for name, value in order.headers.items() if name not in {"content-type", "accept"}]
    detail = without_secrets(said.detail, hidden)
    return replace(said, milliseconds=round((time.monotonic() - begun) * 1000), detail=detail)


def _put(order: Order) -> Said:
    try:
        answer = http.request(
            "POST",
            order.url,
            headers=order.headers,
            content=order.body,
            max_bytes=LONGEST_ANSWER,
            trusted_origins=[order.url] if order.trusted else [],
            connect_timeout=min(_CONNECT, order.seconds),
            read_timeout=order.seconds,
            whole_timeout=order.seconds,
        )
    except http.NotSent as error:
        return Said(Outcome.NOT_SENT, detail=str(error))
    except http.AnswerTooLarge as error:
        return Said(Outcome.TOO_LARGE, detail=str(error), bytes_in=LONGEST_ANSWER)
    except http.OutcomeUnknown as error:
        late = "in time" in str(error)
        return Said(Outcome.LATE if late else Outcome.BROKEN_OFF, detail=str(error))
    except Exception as error:  # nothing a server says may end the worker
        return Said(Outcome.BROKEN_OFF, detail=type(error).__name__)
    return judge(answer, order.dialect)


def judge(answer: http.Answer, dialect: Mapping[str, Any] | None = None) -> Said:
    """What an answer means."""
    document, size = answer.json_object(), len(answer.body)
    if answer.status != 200:
        other = other_dialect(document, dialect or {}) if answer.status in {400, 422} else None
        return Said(
            _refusal(answer.status),
            status=answer.status,
            detail=error_text(document),
            bytes_in=size,
            retry_after=answer.retry_after,
            dialect=other,
        )
    completion = read_completion(document)
    if completion is None:
        return Said(Outcome.GARBAGE, status=200, detail=error_text(document), bytes_in=size)
    if completion.is_declined:
        return Said(Outcome.DECLINED, completion, 200, bytes_in=size)
    outcome = Outcome.ANSWERED if completion.text else Outcome.EMPTY
    return Said(outcome, completion, 200, bytes_in=size)


def _refusal(status: int) -> Outcome:
    if status in {429, 503}:
        return Outcome.BUSY
    if status in {401, 403}:
        return Outcome.NOT_LET_IN
    if status == 404:
        return Outcome.UNKNOWN_MODEL
    if status >= 500:
        return Outcome.FAILED
    return Outcome.REJECTED if 400 <= status < 500 else Outcome.GARBAGE


def without_secrets(text: str, secrets: Collection[str]) -> str:
    """A server's words for our log: short, on one line, without keys, which some servers say back."""
    for secret in secrets:
        for part in {secret, secret.removeprefix("Bearer ")}:
            if len(part) >= 4:
                text = text.replace(part, "…")
    return excerpt(_KEYS.sub("…", clean(text, 2000)), 290)
