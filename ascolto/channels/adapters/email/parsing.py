"""A mail's bytes as what they tell: a message of a customer, or news of a mail of ours. Takes any bytes and never raises."""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message as Part
from typing import Any

from ascolto.channels.adapters.email import (
    automation,
    bounces,
    charsets,
    headers,
    markup,
    parts,
    quoting,
    references,
    repair,
    trust,
)
from ascolto.channels.protocol import (
    Account,
    AccountNews,
    Handle,
    Inbound,
    Media,
    Message,
    RawDelivery,
    Receipt,
    ReceiptStatus,
    Sender,
    Unsupported,
)
from ascolto.kit.text import clean

MAX_TEXT = 200_000  # characters that a desk shows; a longer text is also kept as a file
MAX_VALUES = 50  # values of one header name
MAX_LISTED = 50  # addresses of To and Cc that are kept for display
AT_ONCE = timedelta(seconds=60)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?", re.IGNORECASE)
_STATUS = {"failed": ReceiptStatus.FAILED, "delivered": ReceiptStatus.DELIVERED, "read": ReceiptStatus.READ}


def read_mail(account: Account, raw: RawDelivery) -> list[Inbound]:
    """Everything a mail tells."""
    try:
        return _Mail(account, raw).read()
    except (
        Exception
    ) as error:  # a mail nobody could imagine: kept, shown as one, never a stop for its neighbours
        return [_salvage(account, raw, error)]


class _Mail:
    def __init__(self, account: Account, raw: RawDelivery) -> None:
        self.account, self.config = account, account.config
        self.raw = raw
        self.part = _parse(raw.body)
        self._values: dict[str, list[str]] = {}
        label = parts.declared_charset(self.part)
        for name, value in list(self.part.raw_items())[:2_000]:
            kept = self._values.setdefault(str(name).lower(), [])
            if len(kept) < MAX_VALUES:
                kept.append(headers.with_letters(str(value), label))
        self.own = own_addresses(self.config)
        self.arrived_at = _arrival(raw)

    def raw_values(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def values(self, name: str) -> list[str]:
        """The decoded values of a header."""
        return [headers.decode_text(value) for value in self.raw_values(name)]

    def read(self) -> list[Inbound]:
        if not self._values and not self.raw.body.strip(b"\0 \r\n\t"):
            return [Unsupported(what="an empty mail")]
        ids = headers.read_message_ids(self.raw_values("message-id"), 1)
        if (own := self._own_echo(ids)) is not None:
            return [own]
        report = bounces.read_report(self.part)
        if report is not None and (news := self._news(report)):
            return news
        body = parts.read_body(self.part)
        if report is None and (news := self._plain_bounce(body.text)):
            return news
        return [self._message(ids, body, report)]

    # --- news of mails of ours ---

    def _own_echo(self, ids: list[str]) -> Inbound | None:
        """A mail of ours that came back to its own mailbox (a copy, a group): it left, so we know that."""
        own = references.read_own_id(self.account, ids[0]) if ids else None
        if own is None or not own.tracker:
            return None
        return Receipt(
            external_id=ids[0][:255],
            status=ReceiptStatus.SENT,
            occurred_at=self.arrived_at,
            tracker=own.tracker,
        )

    def _news(self, report: bounces.Report) -> list[Inbound]:
        """A report about a mail that we sent; about anybody else's, nothing (it is then shown as a message)."""
        answered = headers.read_message_ids(self.raw_values("in-reply-to") + self.raw_values("references"))
        for text in (*report.original_ids, *answered):
            own = references.read_own_id(self.account, text)
            if own is None or not own.tracker:
                continue
            if report.action in {"delayed", "relayed", "expanded", "other"}:
                title = (
                    f"A mail is {report.action}." if report.action != "other" else "A report on a mail came."
                )
                return [
                    AccountNews(title=title, detail={"recipient": report.recipient, "status": report.status})
                ]
            failure = report.failure if report.action == "failed" else None
            return [
                Receipt(
                    external_id=text[:255],
                    status=_STATUS[report.action],
                    occurred_at=self.arrived_at,
                    tracker=own.tracker,
                    failure=failure,
                )
            ]
        return []

    def _plain_bounce(self, text: str) -> list[Inbound]:
        """The bounce of a server that knows no reports: a machine without return path quotes a Message-ID of ours."""
        senders = headers.read_mailboxes(self.raw_values("from"))
        sender = senders[0].address if senders else ""
        null_path = any(value.replace(" ", "") in {"<>", ""} for value in self.values("return-path"))
        if not (null_path or sender.startswith(("mailer-daemon@", "postmaster@", "mailerdaemon@"))):
            return []
        if any(value.lower().startswith("auto-replied") for value in self.values("auto-submitted")):
            return []  # somebody's holiday notice
        ids = bounces.ids_in_text(text)
        status = bounces.status_in_text(text)
        if not ids and not (self.raw_values("x-failed-recipients") or status.startswith("5")):
            return []
        return self._news(
            bounces.Report("failed", status, status and f"Returned with status {status}.", original_ids=ids)
        )

    # --- messages ---

    def _message(self, ids: list[str], body: parts.Body, report: bounces.Report | None) -> Message:
        in_reply_to = headers.read_message_ids(self.raw_values("in-reply-to"))
        replies_to = references.thread(in_reply_to, headers.read_message_ids(self.raw_values("references")))
        digest = self._digest(body)
        external_id = references.inbound_id(ids, digest)
        origin = self._origin(external_id)
        shown = markup.sanitise(body.html) if body.html else markup.Cleaned("")
        text = clean(body.text, MAX_TEXT).strip("\n")
        halves = quoting.cut(text)
        subject = " ".join(self.values("subject")[:1])[:500]
        extra = {**self._extra(origin, body, shown, halves), "digest": digest[:32]}
        if report is not None:
            extra["report"] = {
                "action": report.action,
                "status": report.status,
                "recipient": report.recipient,
            }
        return Message(
            external_id=external_id,
            sender=origin.sender,
            occurred_at=self._written_at(),
            text=text,
            html=shown.html,
            subject=subject,
            attachments=self._files(body),
            replies_to=tuple(text[:255] for text in replies_to),
            conversation_token=references.conversation_of(self.account, replies_to),
            automatic=report is not None or automation.is_automatic(self.values, origin.address, self.own),
            extra=extra,
        )

    def _digest(self, body: parts.Body) -> str:
        """What the mail says, whichever way it came: two copies by two aliases have the same."""
        said = [
            *(value for name in ("from", "date", "subject") for value in self.raw_values(name)),
            body.text,
            body.html,
        ]
        whole = hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass"))
        for media in body.files:
            whole.update(media.data or b"")
        return whole.hexdigest()

    def _written_at(self) -> datetime:
        """The Date. It tells whole seconds only: of a mail that came at once the moment of its arrival is kept, so that an
        answer within the same second does not stand before its question."""
        written = headers.read_date(self.raw_values("date"), self.arrived_at)
        came_at_once = timedelta(0) <= self.raw.received_at - written <= AT_ONCE
        return self.raw.received_at if came_at_once else written

    def _files(self, body: parts.Body) -> tuple[Media, ...]:
        """The files; where something did not fit, the whole mail as a file of its own."""
        if not body.left_out and len(body.text) <= MAX_TEXT:
            return tuple(body.files)
        whole = Media(
            name="whole-mail.eml", content_type="message/rfc822", data=self.raw.body, size=len(self.raw.body)
        )
        return (*body.files, whole)

    def _origin(self, external_id: str) -> _Origin:
        """Who wrote: the From; where it is missing or our own (a web form, a group), the Reply-To or whom the group names."""
        written = headers.read_mailboxes(self.raw_values("from"))
        reply_to = headers.read_mailboxes(self.raw_values("reply-to"))
        forwarded = headers.read_mailboxes(self.raw_values("x-original-from"))
        others = headers.read_mailboxes(self.raw_values("sender") + self.raw_values("return-path"))
        writer = next((box for box in written if box.address not in self.own), None)
        is_stand_in = writer is None
        if writer is None:
            replacements = [box for box in (*forwarded, *reply_to, *others) if box.address not in self.own]
            writer = next(iter([*replacements, *written]), None)
        language = "".join(self.values("content-language")[:1])
        language = language if _LANGUAGE.fullmatch(language) else ""
        if writer is None:
            return _nobody(self.account, external_id, headers.lonely_name(self.raw_values("from")), language)
        ambiguous = is_stand_in or len(self.raw_values("from")) > 1
        verdict = trust.judge(
            self.values("authentication-results"),
            writer.address,
            authority=self.config.authserv_id,
            is_ambiguous=ambiguous,
        )
        name = writer.name or next((box.name for box in written if box.address == writer.address), "")
        if not name and not written:
            name = headers.lonely_name(self.raw_values("from"))
        sender = Sender(
            handles=(Handle("email", writer.address, verdict.proven),), name=name, language=language
        )
        elsewhere = next((box.address for box in reply_to if box.address not in self.own), "")
        answer_to = elsewhere if verdict.proven and elsewhere else writer.address
        return _Origin(sender, writer.address, answer_to, verdict.found)

    def _extra(
        self, origin: _Origin, body: parts.Body, shown: markup.Cleaned, halves: quoting.Cut
    ) -> dict[str, Any]:
        extra: dict[str, Any] = {"visible_text": halves.visible}
        if halves.quoted:
            extra["quoted_text"] = halves.quoted
        for name in ("to", "cc"):
            boxes = headers.read_mailboxes(self.raw_values(name))
            if boxes:
                extra[name] = [box.address for box in boxes[:MAX_LISTED]]
        if origin.answer_to and origin.answer_to != origin.address:
            extra["reply_to"] = origin.answer_to
        if origin.checks:
            extra["checks"] = origin.checks[:200]
        if shown.remote_images:
            extra["remote_images"] = shown.remote_images
        if subject := " ".join(self.values("subject")[:1]):
            extra["subject"] = subject[:300]
        warnings = self._warnings(origin, body)
        if warnings:
            extra["warnings"] = warnings
        return extra

    def _warnings(self, origin: _Origin, body: parts.Body) -> list[str]:
        """What a person should know before believing or answering the mail; the desk has the words."""
        found = []
        if origin.sender.handles and not origin.sender.handles[0].proven:
            found.append("sender_not_proven")
        if origin.answer_to and origin.answer_to != origin.address:
            found.append("answers_go_elsewhere")
        if body.is_encrypted:
            found.append("encrypted")
        if body.left_out:
            found.append("files_left_out")
        if len(body.text) > MAX_TEXT:
            found.append("text_shortened")
        if "truncated" in self.raw.headers:
            found.append("truncated")
        return found


@dataclass(frozen=True, slots=True)
class _Origin:
    """The sender, where an answer goes, and what the receiving server had found."""

    sender: Sender
    address: str
    answer_to: str
    checks: str


def _nobody(account: Account, external_id: str, name: str, language: str) -> _Origin:
    """A mail without any address: a person of its own, so that strangers never share a history."""
    handle = Handle(f"external:{account.id}", f"mail {external_id}"[:255], proven=False)
    return _Origin(Sender((handle,), name, language), "", "", "")


def own_addresses(config: Any) -> frozenset[str]:
    """The addresses that are this inbox."""
    candidates = (config.address, config.imap_user, config.smtp_user)
    return frozenset(box.address for box in headers.read_mailboxes(candidates))


def _arrival(raw: RawDelivery) -> datetime:
    """When the mail server took it; where the poller did not tell, when we did."""
    try:
        moment = datetime.fromisoformat(raw.headers.get("internal-date", ""))
    except ValueError:
        return raw.received_at
    return min(moment.astimezone(UTC), raw.received_at) if moment.tzinfo else raw.received_at


def _parse(content: bytes) -> Part:
    """The mail as a tree; structure beyond any sense is read as text."""
    content = repair.tidy(content)
    try:
        return email.message_from_bytes(content)
    except RecursionError:
        head, gap, rest = repair.split(content)
        flat = email.message_from_bytes(head + gap)
        for name in ("content-type", "content-transfer-encoding"):
            del flat[name]
        flat.set_payload(charsets.decode(rest[: parts.MAX_BODY]))
        return flat


def _salvage(account: Account, raw: RawDelivery, error: Exception) -> Inbound:
    """The mail as a file, when reading it failed."""
    text = charsets.decode(raw.body[:20_000])
    found = re.search(r"^from:.{0,200}", text, re.IGNORECASE | re.MULTILINE)
    boxes = headers.read_mailboxes([found.group()[5:]] if found else [])
    external_id = references.made_up_id(raw.body)
    origin = _nobody(account, external_id, "", "")
    sender = (
        Sender((Handle("email", boxes[0].address, proven=False),), boxes[0].name) if boxes else origin.sender
    )
    whole = Media(name="whole-mail.eml", content_type="message/rfc822", data=raw.body, size=len(raw.body))
    extra: Mapping[str, Any] = {"warnings": ["unreadable"], "visible_text": "", "error": type(error).__name__}
    return Message(
        external_id=external_id,
        sender=sender,
        occurred_at=raw.received_at,
        attachments=(whole,),
        automatic=False,
        extra=extra,
    )
