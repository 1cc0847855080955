"""Message ids: ours carry a token that only we can make, so that an answer finds its conversation and nobody can forge one.

<t.{signed tracker and conversation}@domain>   Message-ID of a mail of ours
<c.{signed conversation}@domain>               first of its References: survives relays that rewrite Message-IDs
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ascolto.channels.protocol import Account

_OURS = re.compile(r"<([tc])\.([A-Za-z0-9_=-]{4,400})@[^<>\s@]{1,200}>")
_PLAIN = re.compile(r"[A-Za-z0-9._~-]{1,80}")
_REAL_ID = re.compile(r"(<[^<>\s]{3,250}>)(?:#[0-9a-f]{16})?")
_POOR_ID = re.compile(
    r"<[^@]*>|<0*@.*>|<.*@(?:localhost(?:\.localdomain)?|127\.0\.0\.1|\[[^\]]*\]|)>", re.IGNORECASE
)
MAX_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class OwnId:
    """What a message id of ours says."""

    tracker: str
    conversation: str


def message_id(account: Account, tracker: str, conversation: str) -> str:
    """The Message-ID of a dispatch: the same at every attempt."""
    if not _PLAIN.fullmatch(tracker):
        tracker = hashlib.sha256(tracker.encode("utf-8", "replace")).hexdigest()[:40]
    conversation = conversation if _PLAIN.fullmatch(conversation) else ""
    return _seal(account, "t", f"{tracker}/{conversation}")


def anchor(account: Account, conversation: str) -> str:
    """The id that stands for a conversation as a whole; empty without one."""
    return _seal(account, "c", conversation) if _PLAIN.fullmatch(conversation) else ""


def _seal(account: Account, kind: str, text: str) -> str:
    signed = account.sign(f"{kind}/{text}")
    safe = re.sub(
        r"[^A-Za-z0-9_-]", lambda match: "".join(f"={byte:02x}" for byte in match.group().encode()), signed
    )
    return f"<{kind}.{safe}@{domain_of(account.config.address)}>"


def domain_of(address: str) -> str:
    """What stands after the @, in ASCII."""
    domain = address.rpartition("@")[2]
    try:
        return domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError:
        return "localhost"


def read_own_id(account: Account, text: str) -> OwnId | None:
    """What a message id says when we made it; None for everybody else's and for forged ones."""
    match = _OURS.fullmatch(text)
    if match is None:
        return None
    kind, safe = match.groups()
    try:
        signed = b"".join(
            bytes.fromhex(piece[1:]) if piece.startswith("=") else piece.encode()
            for piece in re.findall(r"=[0-9a-f]{2}|[^=]+", safe)
        )
        opened = account.unsign(signed.decode())
    except (UnicodeError, ValueError):
        return None
    if opened is None or not opened.startswith(f"{kind}/"):
        return None
    rest = opened.removeprefix(f"{kind}/")
    if kind == "c":
        return OwnId("", rest)
    tracker, _, conversation = rest.partition("/")
    return OwnId(tracker, conversation)


def conversation_of(account: Account, ids: Iterable[str]) -> str:
    """The conversation that the nearest id of ours names; empty when none is ours."""
    for text in ids:
        own = read_own_id(account, text)
        if own is not None and own.conversation:
            return own.conversation
    return ""


def thread(in_reply_to: list[str], references: list[str]) -> tuple[str, ...]:
    """The ids a mail answers, nearest first: In-Reply-To, then References from the last."""
    return tuple(dict.fromkeys([*in_reply_to, *reversed(references)]))[:MAX_REFERENCES]


def real_ids(ids: Iterable[str]) -> list[str]:
    """Those that may stand in a header, as they came: ids that we made up for mails without one may not."""
    found = [match.group(1) for text in ids if text.isascii() and (match := _REAL_ID.fullmatch(text))]
    return [text for text in dict.fromkeys(found) if not text.endswith("@no-message-id>")]


def inbound_id(ids: list[str], digest: str) -> str:
    """The id by which a customer's mail is known. Some programs give every mail the same poor one: it is told apart by what
    the mail says, so that none is taken for another."""
    if not ids or len(ids[0]) > 230:
        return f"<{digest[:40]}@no-message-id>"
    return f"{ids[0]}#{digest[:16]}" if _POOR_ID.fullmatch(ids[0]) else ids[0]


def made_up_id(raw: bytes) -> str:
    """An id for a mail that has none: the same bytes are the same mail."""
    return f"<{hashlib.sha256(raw).hexdigest()[:40]}@no-message-id>"
