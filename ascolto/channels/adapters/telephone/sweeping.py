"""Calls and recordings that hooks missed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ascolto.channels.protocol import Account, Polled
from ascolto.channels.reading import text_of
from ascolto.channels.vendors import twilio, twilio_messages
from ascolto.kit.clock import now

_PAGE = "200"
_ENDED = {"completed", "busy", "failed", "no-answer", "canceled"}


def sweep(account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """Calls to our number that ended since the last look, each with its recordings; the first look only begins. Raises SendRefused."""
    begun, since = now(), twilio_messages.since_of(cursor)
    if since is not None:
        for resource in sorted(_calls(account, since), key=_age):
            yield Polled(raw=json.dumps(resource).encode(), cursor=dict(cursor))
    yield Polled(raw=None, cursor={"since": begun.isoformat()})


def _calls(account: Account, since: datetime) -> Iterator[dict[str, Any]]:
    number = twilio.e164(account.config.number) or account.config.number
    params = {"To": number, "StartTime>": since.strftime("%Y-%m-%d"), "PageSize": _PAGE}
    for call in twilio_messages.pages(account, "Calls.json", "calls", params):
        is_over = text_of(call.get("status"), 20) in _ENDED
        sid = text_of(call.get("sid"), 64)
        if is_over and sid.isalnum() and twilio.moment_of(call.get("date_updated"), now()) >= since:
            recordings = twilio_messages.pages(
                account, f"Calls/{sid}/Recordings.json", "recordings", {"PageSize": "50"}
            )
            yield {**call, "recordings": list(recordings)}


def _age(resource: Mapping[str, Any]) -> datetime:
    return twilio.moment_of(resource.get("date_created"), now())
