"""What all review sites have in common: a review with stars as a message, the company's reply as ours, and what is gone.

A site has one reply to a review; a second one replaces it. The network gives it no id of its own that would stay (or tells it too late),
so that its external id is made of the review's id and of its words: `<review>/reply:<print>`. The same words are the same reply, whoever
tells us of them first: the answer to our request, the next poll, or a poll after the answer was lost.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ascolto.channels.protocol import (
    Account,
    Adapter,
    ConfigError,
    ErrorClass,
    Failure,
    Handle,
    Inbound,
    Malformed,
    Message,
    Outgoing,
    RawDelivery,
    Receipt,
    ReceiptStatus,
    Removed,
    Sender,
    SendRefused,
    Sent,
    Unsupported,
)
from ascolto.channels.reading import iso_moment_of, read_body, text_of
from ascolto.channels.vendors import polling
from ascolto.kit.text import clean

LONGEST = 20_000
LONGEST_ID = 220
SENTENCES = (  # what adapters of review sites say, for their `sentences`
    "Reviews can only be answered in public.",
    "A reply needs the review that it answers.",
    "The reply has %(length)s characters; at most %(limit)s are taken.",
    "The reply has %(length)s bytes; at most %(limit)s are taken.",
)
_SPACES = re.compile(r"\s+")
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review as its site tells it. `author` is a handle of the site's; nobody, and the review itself stands for its author."""

    id: str
    site: str  # namespace of handles
    at: datetime
    revised_at: datetime | None = None
    author: str = ""
    name: str = ""
    rating: int = 0
    title: str = ""
    text: str = ""
    language: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def message(self, *, automatic: bool = False) -> Message:
        """The review as a message that everybody reads."""
        extra = {name: value for name, value in self.extra.items() if value not in ("", None, [], {})}
        if 1 <= self.rating <= 5:
            extra["rating"] = self.rating
        if self.title:
            extra["title"] = self.title
        return Message(
            external_id=self.id,
            sender=self.sender(),
            occurred_at=self.at,
            text=self.text,
            visibility="public",
            kind="review",
            revised_at=self.revised_at or self.at,
            automatic=automatic,
            extra=extra,
        )

    def sender(self) -> Sender:
        """Who wrote it. Without an author's id nobody can say that two reviews come from one person."""
        handle = (
            Handle(self.site, self.author)
            if self.author
            else Handle(f"{self.site}_review", self.id, shown=self.name)
        )
        return Sender((handle,), name=self.name, language=self.language)

    def reply(self, text: str, at: datetime) -> Message:
        """The company's reply as the site shows it: ours, wherever it was written."""
        return Message(
            external_id=reply_id(self.id, text),
            sender=self.sender(),
            occurred_at=at,
            text=text,
            visibility="public",
            outgoing=True,
            replies_to=(self.id,),
        )

    def receipt(self, text: str, status: ReceiptStatus, at: datetime, reason: str = "") -> Receipt:
        """What became of a reply."""
        failure = Failure(ErrorClass.CONTENT, reason) if status is ReceiptStatus.FAILED else None
        return Receipt(external_id=reply_id(self.id, text), status=status, occurred_at=at, failure=failure)


def reply_id(review_id: str, text: str) -> str:
    """The external id of a reply: the same for the same words, however the site spaces them."""
    words = _SPACES.sub(" ", unicodedata.normalize("NFC", clean(text))).strip()
    print = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{review_id[:LONGEST_ID]}/reply:{print}"


def published_id(outgoing: Outgoing, review_id: str) -> str:
    """`reply_id` of what was just published; another one where the thread holds a reply with the same words already."""
    own = reply_id(review_id, outgoing.text)
    return own if own not in outgoing.references else f"{own}~{outgoing.tracker}"[:255]


def reviewed(outgoing: Outgoing) -> str:
    """The id of the review that a reply answers. Raises SendRefused when it answers none."""
    review_id = text_of(outgoing.extra.get("review_id"), 255) or outgoing.reply_to
    if not review_id or "/reply:" in review_id:
        reason = "A reply needs the review that it answers."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason, of_message=True))
    return review_id


def check_text(text: str, length: int, limit: int, what: str) -> None:
    """Raises SendRefused for a reply that is empty or too long."""
    if not text.strip():
        raise SendRefused(Failure(ErrorClass.CONTENT, "The message is empty.", of_message=True))
    if length > limit:
        reason = f"The reply has {length} {what}; at most {limit} are taken."
        raise SendRefused(Failure(ErrorClass.CONTENT, reason, of_message=True))


def no_private_side() -> SendRefused:
    """Review sites let nobody write to a reviewer in private."""
    reason = "Reviews can only be answered in public."
    return SendRefused(Failure(ErrorClass.CONFIG, reason, of_message=True))


def read_removed(document: Mapping[str, Any], received_at: datetime) -> list[Inbound]:
    """What a sweep found to be gone (`vendors.polling`)."""
    gone = document.get("removed")
    at = iso_moment_of(document.get("at"), received_at)
    ids = [text_of(id, 255).strip() for id in gone] if isinstance(gone, list) else []
    return [Removed(external_id=id, occurred_at=at) for id in ids if id]


def stars(value: Any) -> int:
    """A rating of 1 to 5, from a number or a text; 0 for none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0
    try:
        number = float(value)
    except ValueError:
        return 0
    return round(number) if 1 <= number <= 5 else 0


def language_of(value: Any) -> str:
    """A language tag; empty for anything else."""
    text = text_of(value, 20).strip()
    return text.replace("_", "-") if _LANGUAGE.fullmatch(text) else ""


def check_backfill(days: int) -> None:
    """Raises ConfigError for a history that is no number of days."""
    if not 0 <= days <= 3650:
        raise ConfigError("backfill_days", "is a number of days from 0 to 3650.")


def check_address(name: str, address: str, example: str) -> None:
    """Raises ConfigError for what is not the address of an API."""
    if not _ADDRESS.fullmatch(address):
        raise ConfigError(name, f"is not a web address; write for example {example}")


class ReviewAdapter(Adapter):
    """Base of the adapters of review sites: JSON from a poll or a hook, nobody to write to in private."""

    def read(
        self, account: Account, document: Mapping[str, Any], received_at: datetime, *, history: bool
    ) -> list[Inbound]:
        """Everything a document of the site tells. `history`: from well before the inbox was connected."""
        raise NotImplementedError

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            document = read_body(raw.body)
        except Malformed as error:
            return [Unsupported(what=str(error))]
        if "removed" in document:
            return read_removed(document, raw.received_at) or [
                Unsupported(what="removed reviews without ids")
            ]
        return self.read(account, document, raw.received_at, history=polling.HISTORY in raw.headers)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        raise no_private_side()
