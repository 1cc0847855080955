"""Mails with a known parse, collected beside the repository, and how many of them we read alike.

`python -m ascolto.channels.adapters.email.tests.corpus` prints the score and every difference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ascolto
from ascolto.channels.adapters.email.adapter import adapter
from ascolto.channels.protocol import Message, RawDelivery
from ascolto.testing.conformance import account_for

FOLDER = Path(ascolto.__file__).resolve().parents[2] / "shared" / "fixtures" / "email-hostile"
VALUES = {
    "address": "desk@ascolto.example",
    "imap_host": "imap.ascolto.example",
    "imap_user": "desk@ascolto.example",
    "imap_password": "secret",
    "smtp_host": "smtp.ascolto.example",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Where we read something else than the collection says."""

    mail: str
    what: str
    expected: object
    found: object


def expected_parses() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each mail with the root of its known parse."""
    for path in sorted(FOLDER.glob("*.json")):
        if not path.name.endswith(".crlf.json"):
            yield path.with_suffix(".eml"), json.loads(path.read_text())


def read(content: bytes) -> Message | None:
    """The message in a mail."""
    account = account_for(adapter, VALUES)
    raw = RawDelivery(body=content, headers={}, received_at=datetime(2026, 11, 22, tzinfo=UTC))
    return next((event for event in adapter.parse(account, raw) if isinstance(event, Message)), None)


def score() -> tuple[dict[str, tuple[int, int]], list[Difference]]:
    """How many of how many are alike, for sender, subject and names of files; and the others."""
    counts = {what: [0, 0] for what in ("sender", "subject", "files")}
    differences = []
    for path, expected in expected_parses():
        mail = read(path.read_bytes())
        for what, wanted in _wanted(expected).items():
            found = _found(mail, what)
            counts[what][1] += 1
            if _alike(wanted, found):
                counts[what][0] += 1
            else:
                differences.append(Difference(path.name, what, wanted, found))
    return {what: (right, whole) for what, (right, whole) in counts.items()}, differences


def _alike(wanted: object, found: object) -> bool:
    """The collection's parser loses 8-bit letters, keeps folders in names, and leaves uuencoded files in the text."""
    if isinstance(wanted, list) and isinstance(found, list):
        left = list(found)
        for name in wanted:
            match = next((other for other in left if _same(name, other)), None)
            if match is None:
                return False
            left.remove(match)
        return True
    return _same(str(wanted), str(found))


def _same(wanted: str, found: str) -> bool:
    wanted = re.sub(r"^.*/|^C:TEMP", "", wanted) if "/u/" in wanted or wanted.startswith("C:") else wanted
    return re.fullmatch(re.escape(wanted).replace("\ufffd", "."), found) is not None


def _wanted(expected: dict[str, Any]) -> dict[str, object]:
    head = {_name(header["name"]): header["value"] for header in expected["parts"][0]["headers"]}
    wanted: dict[str, object] = {}
    boxes = [*_boxes(head.get("from")), *_boxes(head.get("reply_to"))]
    if boxes:
        wanted["sender"] = boxes[0].lower()
    if isinstance(head.get("subject"), dict):
        wanted["subject"] = " ".join(str(head["subject"].get("Text", "")).split())
    names = [name for place in expected["attachments"] if (name := _file_name(expected["parts"][place]))]
    if names:
        wanted["files"] = sorted(names)
    return wanted


def _name(name: Any) -> str:
    return str(name.get("other", "")).lower() if isinstance(name, dict) else str(name)


def _boxes(value: Any) -> Iterator[str]:
    addresses = value.get("Address", {}) if isinstance(value, dict) else {}
    for box in addresses.get("List", []):
        if "@" in (box.get("address") or ""):
            yield box["address"]
    for group in addresses.get("Group", []):
        for box in group.get("addresses", []):
            if "@" in (box.get("address") or ""):
                yield box["address"]


def _file_name(part: dict[str, Any]) -> str:
    stated: dict[str, str] = {}
    for header in part["headers"]:
        if _name(header["name"]) in {"content_type", "content_disposition"}:
            kind = (header["value"] or {}).get("ContentType") if isinstance(header["value"], dict) else None
            for attribute in (kind or {}).get("attributes") or []:
                stated.setdefault(attribute["name"], attribute["value"])
    return stated.get("filename") or stated.get("name") or ""


def _found(mail: Message | None, what: str) -> object:
    if mail is None:
        return None
    if what == "sender":
        return mail.sender.handles[0].value
    if what == "subject":
        return mail.subject
    return sorted(file.name for file in mail.attachments)


if __name__ == "__main__":
    scores, others = score()
    for what, (right, whole) in scores.items():
        print(f"{what}: {right} of {whole}")
    for other in others:
        print(f"  {other.mail}: {other.what}: {other.expected!r} ≠ {other.found!r}")
