"""Asterisk's REST interface: the recordings, and whether anybody is there.

https://docs.asterisk.org/Latest_API/API_Documentation/Asterisk_REST_Interface/
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.protocol import Account, ErrorClass, Failure, Polled, SendRefused
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors.rest import Rest
from ascolto.kit.clock import from_epoch, now

NAME = re.compile(r"ascolto-([0-9A-Za-z-]{1,40}(?:\.[0-9A-Za-z-]{1,20}){0,3})")
_OVERLAP = timedelta(hours=2)
_MIB = 1024 * 1024


def rest(account: Account) -> Rest:
    """Asterisk as this account reaches it. Raises SendRefused when it has no address."""
    config = account.config
    if not config.ari_url:
        words = "Without the address of ARI recordings stay on the telephone system."
        raise SendRefused(Failure(ErrorClass.CONFIG, words, of_message=True))
    pair = base64.b64encode(f"{config.ari_user}:{config.ari_password}".encode()).decode()
    headers = {"authorization": f"Basic {pair}"}
    return Rest(config.ari_url, headers, secrets=(config.ari_password, pair), trusted=account.trusted)


def test(account: Account) -> str:
    """One sentence on what was found. Raises SendRefused."""
    if not account.config.ari_url:
        return "Ready to listen. Without ARI recordings stay on the telephone system."
    about = rest(account).json("GET", "asterisk/info", repeatable=True)
    version = text_of(object_of(about.get("system")).get("version"), 60)
    return f"Connected to Asterisk {version}." if version else "Connected to Asterisk."


def fetch(account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
    """A recording. Raises SendRefused."""
    name = text_of(remote.get("recording"), 100)
    if not NAME.fullmatch(name):
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message names no file that could be fetched."))
    try:
        content, content_type = rest(account).download(f"recordings/stored/{name}/file", limit)
    except SendRefused as refusal:
        if refusal.failure.code == "404":
            words = "Asterisk does not have this recording any more."
            raise SendRefused(Failure(ErrorClass.CONTENT, words, "404")) from refusal
        raise
    return content, content_type or "audio/wav"


def sweep(account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
    """Stored recordings of calls that began since the last look; the first look only begins. Raises SendRefused.

    The name of a recording holds the id of its call, which begins with the second in which the call came.
    """
    begun, since = now(), _since(cursor)
    if since is not None:
        answer = rest(account).get("recordings/stored", max_bytes=8 * _MIB)
        for recording in objects_of(_list(answer.body)):
            name = text_of(recording.get("name"), 100)
            if _is_recent(name, since):
                told = {"event": "stored", "recording": name, "format": text_of(recording.get("format"), 10)}
                yield Polled(raw=json.dumps(told).encode(), cursor=dict(cursor))
    yield Polled(raw=None, cursor={"since": begun.isoformat()})


def _list(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _is_recent(name: str, since: datetime) -> bool:
    found = NAME.fullmatch(name)
    try:
        return found is not None and from_epoch(found[1].split(".")[0].rpartition("-")[2]) >= since
    except ValueError:
        return False


def _since(cursor: Mapping[str, Any]) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(cursor.get("since", "")))
    except ValueError:
        return None
    return found - _OVERLAP if found.tzinfo else None
