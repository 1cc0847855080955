"""Another system is asked for a flow: only one that an administrator allowed, only what it may be told, never for long.

It runs in the background process, outside of transactions: up to MOST_SECONDS pass before it says something. What leaves is signed
(Standard Webhooks); its `webhook-id` is the same when the same question is asked again, so that the other side acts once.
"""

from __future__ import annotations

import json
import logging
import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from ascolto.bot.models import BotAction
from ascolto.bot.sealed import Secrets
from ascolto.bot.state import LONGEST_VALUE, NOTHING, Answered, Failed
from ascolto.generation.breaker import Breaker
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.kit.vault import Unreadable

log = logging.getLogger(__name__)
MOST_SECONDS = 10.0
LEAST_SECONDS = 0.5
CONNECT_SECONDS = 3.0
LARGEST_ANSWER = 64 * 1024
MOST_VALUES = 40
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Report:
    """What came of asking. `outcome`: answered, unknown, off, paused, unreadable, not_sent, late, failed,
    refused, not_json."""

    outcome: str
    values: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None
    detail: str = ""
    milliseconds: int = 0

    @property
    def is_answer(self) -> bool:
        return self.outcome == "answered"


class Breakers:
    """Who is left alone, in this process: by action and address, so that a changed address begins anew."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], Breaker] = {}
        self._lock = threading.Lock()

    def may_ask(self, action: BotAction) -> bool:
        """Whether the system is not being left alone."""
        with self._lock:
            return not self._kept.get((action.pk, action.url), Breaker()).is_paused(now())

    def note(self, action: BotAction, *, worked: bool) -> None:
        """Remember how it went."""
        with self._lock:
            key = (action.pk, action.url)
            if worked:
                self._kept.pop(key, None)
            else:
                self._kept[key] = self._kept.get(key, Breaker()).failed(now())

    def forget(self) -> None:
        """Everybody is asked again."""
        with self._lock:
            self._kept.clear()


breakers = Breakers()


def ask_system(
    action_name: str, values: Mapping[str, str], *, timeout: timedelta, idempotency_key: str
) -> Answered | Failed:
    """Ask the system that is allowed under this name. Never raises for what the other side does."""
    action = BotAction.objects.filter(name=action_name).first()
    if action is None or not action.is_enabled:
        log.warning("a flow asks for an action that is %s", "switched off" if action else "not there")
        return Failed()
    if not breakers.may_ask(action):
        return Failed()
    report = ask_once(action, values, timeout=timeout, idempotency_key=idempotency_key)
    if not report.is_answer:
        log.warning("action %s failed: %s (HTTP %s)", action.pk, report.outcome, report.status)
    return Answered(report.values) if report.is_answer else Failed()


def ask_once(
    action: BotAction, values: Mapping[str, str], *, timeout: timedelta, idempotency_key: str
) -> Report:
    """One request, with everything that is worth telling about it."""
    try:
        secret = Secrets.opened(action.secret)
    except Unreadable:
        return Report("unreadable")
    body = _body(action, values, idempotency_key)
    begun = time.monotonic()
    report = _put(action, secret.headers(idempotency_key, now(), body), body, _seconds(timeout))
    breakers.note(action, worked=report.outcome in {"answered", "refused"})
    spent = round((time.monotonic() - begun) * 1000)
    return Report(report.outcome, report.values, report.status, report.detail, spent)


def _seconds(timeout: timedelta) -> float:
    return min(max(timeout.total_seconds(), LEAST_SECONDS), MOST_SECONDS)


def _body(action: BotAction, values: Mapping[str, str], key: str) -> bytes:
    """What leaves: only slots that the administrator wrote down, and that the customer told."""
    told = {
        name: str(values[name])[:LONGEST_VALUE]
        for name in action.sends
        if values.get(name, NOTHING) != NOTHING
    }
    document = {
        "id": key,
        "type": "action.asked",
        "occurred_at": now().isoformat(),
        "data": {"action": action.name, "values": told},
    }
    return json.dumps(document, ensure_ascii=True).encode()


def _put(action: BotAction, headers: Mapping[str, str], body: bytes, seconds: float) -> Report:
    try:
        answer = http.request(
            "POST",
            action.url,
            headers=headers,
            content=body,
            max_bytes=LARGEST_ANSWER,
            connect_timeout=min(CONNECT_SECONDS, seconds),
            read_timeout=seconds,
            whole_timeout=seconds,
        )
    except http.NotSent as error:
        return Report("not_sent", detail=_told(error, action))
    except http.RequestFailed as error:
        return Report("late", detail=_told(error, action))
    if not answer.is_success:
        is_ours = 400 <= answer.status < 500 and answer.status not in {408, 429}
        return Report("refused" if is_ours else "failed", status=answer.status)
    document = answer.json_object() if answer.body.strip() else {}
    if document is None:
        return Report("not_json", status=answer.status)
    return Report("answered", scalars(document), answer.status)


def _told(error: Exception, action: BotAction) -> str:
    """The reason, without what an address may hide behind its host (a token in the path or the query)."""
    parts = urlsplit(action.url)
    text = str(error)
    for hidden in (parts.query, parts.path.strip("/"), parts.password or ""):
        text = text.replace(hidden, "…") if hidden else text
    return clean(text, 300)


def scalars(document: Mapping[str, Any]) -> dict[str, str]:
    """The texts, numbers and yes-or-no at the top of an answer, as texts of bounded length; everything else is left out."""
    found: dict[str, str] = {}
    for name, value in document.items():
        text = _scalar(value)
        key = clean(name, LONGEST_NAME).strip()
        if text is not None and key and len(name) <= LONGEST_NAME:
            found[key] = text
        if len(found) >= MOST_VALUES:
            break
    return found


def _scalar(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return clean(value, LONGEST_VALUE).strip()
    if isinstance(value, float):
        return f"{value:.15g}" if math.isfinite(value) else None
    return str(value) if isinstance(value, int) else None
