"""What travels between the listener beside Asterisk and the hook address: signed JSON, both ends ours."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.protocol import BadSignature
from ascolto.channels.vendors import calls
from ascolto.channels.vendors.calls import CallTurn
from ascolto.channels.vendors.ivr_state import Ask, Connect, Line, Phrase, Record, Turn

SIGNATURE, TIMESTAMP = "x-ascolto-signature", "x-ascolto-timestamp"
TOLERANCE = timedelta(minutes=5)  # between the clocks of two machines; older deliveries are replays


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The seal of a delivery."""
    sealed = timestamp.encode("utf-8", "replace") + b"." + body
    return "sha256=" + hmac.digest(secret.encode(), sealed, "sha256").hex()


def signed(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a delivery."""
    timestamp = str(int(now.timestamp()))
    seal = signature(secret, timestamp, body)
    return {TIMESTAMP: timestamp, SIGNATURE: seal, "content-type": "application/json"}


def check(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raises BadSignature for what is not the listener's, and for what is too old."""
    timestamp = headers.get(TIMESTAMP, "")
    given = headers.get(SIGNATURE, "").encode("utf-8", "replace")
    if not hmac.compare_digest(signature(secret, timestamp, body).encode(), given):
        raise BadSignature("The signature is missing or not the listener's.")
    is_time = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12
    if not is_time or abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise BadSignature("The delivery is too old, or a clock is wrong.")


def document_of(line: Line, turn: Turn, call_id: str) -> dict[str, Any]:
    """A turn for the listener: what to play, what to do, and the state to bring back."""
    says = [part for phrase in turn.phrases for part in _parts(line, phrase)]
    return {"say": says, "then": _then(line, turn.then, call_id), "state": turn.state.to_query()}


def flow_document(line: Line, turn: CallTurn, call_id: str) -> dict[str, Any]:
    """A turn of a flow for the listener: words for a voice, and the name of a sound file for where there is none."""
    says = []
    for part in turn.says:
        said = {"text": part.text, "language": part.language}
        if part.name:
            said["file"] = f"{part.language}/flow/{part.name}"
        says.append({**said, **({"digits": part.digits} if part.digits else {})})
    return {"say": says, "then": _then(line, turn.then, call_id), "state": calls.to_query(turn)}


def _then(line: Line, then: calls.Then, call_id: str) -> dict[str, Any]:
    if isinstance(then, Ask):
        return {"do": "ask", "most": then.most, "seconds": then.seconds}
    if isinstance(then, Record):
        return {"do": "record", "seconds": then.seconds, "name": recording_name(call_id)}
    if isinstance(then, Connect):
        return {"do": "connect", "to": then.to or line.agents, "seconds": then.seconds}
    return {"do": "hang_up"}


def recording_name(call_id: str) -> str:
    """The file of a call's message, below Asterisk's folder of recordings."""
    kept = "".join(
        char if char.isascii() and (char.isalnum() or char in ".-") else "-" for char in call_id[:60]
    )
    return f"ascolto-{kept.strip('.') or 'call'}"


def _parts(line: Line, phrase: Phrase) -> list[dict[str, Any]]:
    """Asterisk has no voice of its own: a phrase is a sound file, then digits or a time that it can say."""
    key = f"need-{line.needs.index(phrase.need) + 1}" if phrase.need in line.needs else phrase.key
    said: list[dict[str, Any]] = [{"file": f"{phrase.language}/{key.replace('_', '-')}"}]
    if phrase.digits and phrase.key != "connecting":  # there the number stands in the middle of the sentence
        said.append({"digits": phrase.digits})
    if phrase.moment is not None:
        said.append({"time": int(phrase.moment.timestamp()), "zone": line.hours.zone.key})
    return said
