"""A mail's bytes as what they tell: a message of a customer, or news of a mail of ours. Takes any bytes and never raises."""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import Message as Part
from typing import Any

from ascolto.channels.adapters.email import (
    automation,
    bounces,
    calendars,
    charsets,
    headers,
    markup,
    origin,
    parts,
    pec,
    quoting,
    references,
    repair,
)
from ascolto.channels.protocol import (
    Account,
    AccountNews,
    Amended,
    Handle,
    Ignored,
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
_STATUS = {
    "sent": ReceiptStatus.SENT,
    "failed": ReceiptStatus.FAILED,
    "delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.READ,
}


def read_mail(account: Account, raw: RawDelivery) -> list[Inbound]:
    """Everything a mail tells."""
    try:
        return _Mail(account, raw).read()
    except (
        Exception
    ) as error:  # a mail nobody could imagine: kept, shown as one, never a stop for its neighbours
        return [_salvage(account, raw, error)]


@dataclass(frozen=True, slots=True)
class _Outer:
    """The certified envelope that a mail came in."""

    envelope: pec.Envelope
    origin: origin.Origin
    content: bytes

    def __iter__(self) -> Iterator[Any]:
        yield from (self.envelope, self.origin)


class _Mail:
    def __init__(self, account: Account, raw: RawDelivery, outer: _Outer | None = None) -> None:
        self.account, self.config = account, account.config
        self.raw, self.outer = raw, outer
        self.part = _parse(raw.body)
        self._values: dict[str, list[str]] = {}
        label = parts.declared_charset(self.part)
        for name, value in list(self.part.raw_items())[:2_000]:
            kept = self._values.setdefault(str(name).lower(), [])
            if len(kept) < MAX_VALUES:
                kept.append(headers.with_letters(str(value), label))
        self.own = origin.own_addresses(self.config)
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
        if self.outer is None and (found := self._certified()):
            return found
        report = bounces.read_report(self.part)
        if report is not None and (news := self._news(report)):
            return news
        body = parts.read_body(self.part)
        plain = bounces.read_plain(self.part, self.values, body.text) if report is None else None
        if plain is not None and (news := self._news(plain)):
            return news
        return [self._message(ids, body, report)]

    # --- certified mail ---

    def _certified(self) -> list[Inbound]:
        """What a PEC provider tells: news of a mail of ours, or the mail in its envelope."""
        notice = pec.read_notice(self.part, self.values)
        if notice is not None:
            report = bounces.Report(
                notice.action,
                notice.kind,
                notice.reason,
                original_ids=notice.original_ids,
                stated=notice.failure,
            )
            return self._news(report) or [
                Ignored(what=f"a PEC receipt ({notice.kind}) on a mail sent elsewhere")
            ]
        envelope = pec.open_envelope(self.part, self.values)
        if envelope is None or not envelope.content:
            return []
        outer = origin.find(self.account, self.raw_values, self.values, "")
        inner = replace(self.raw, body=envelope.content)
        return _Mail(self.account, inner, _Outer(envelope, outer, self.raw.body)).read()

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
            if own is not None and own.tracker:
                return [self._told(report, text[:255], own.tracker)]
        return []

    def _told(self, report: bounces.Report, external_id: str, tracker: str) -> Inbound:
        if report.action == "complaint":
            return AccountNews(
                title="A recipient called a mail of ours spam.", level="warning", detail={"mail": external_id}
            )
        if report.action in {"delayed", "relayed", "expanded"}:
            note = {"recipient": report.recipient, "status": report.status, "reason": report.diagnostic[:400]}
            told = {report.action: {name: value for name, value in note.items() if value}}
            if report.action == "delayed":
                told["warnings"] = ["delayed"]  # type: ignore[assignment]
            return Amended(external_id=external_id, occurred_at=self.arrived_at, extra=told)
        if report.action not in _STATUS:
            return Ignored(what=f"a report on a mail of ours ({report.action})")
        return Receipt(
            external_id=external_id,
            status=_STATUS[report.action],
            occurred_at=self.arrived_at,
            tracker=tracker,
            failure=report.failure if report.action == "failed" else None,
        )

    # --- messages ---

    def _message(self, ids: list[str], body: parts.Body, report: bounces.Report | None) -> Message:
        in_reply_to = headers.read_message_ids(self.raw_values("in-reply-to"))
        replies_to = references.thread(in_reply_to, headers.read_message_ids(self.raw_values("references")))
        digest = self._digest(body)
        external_id = references.inbound_id(ids, digest)
        writer = self._origin(external_id)
        shown = markup.sanitise(body.html) if body.html else markup.Cleaned("")
        event = self._event(body)
        text = clean(body.text, MAX_TEXT).strip("\n")
        if event and not text.strip():
            text = calendars.as_text(event)
        halves = quoting.cut(text)
        subject = " ".join(self.values("subject")[:1])[:500]
        extra = {**self._extra(writer, body, shown, halves), "digest": digest[:32]}
        if event:
            extra |= {"event": event, "context": calendars.in_a_line(event)}
        if report is not None:
            extra["report"] = {
                "action": report.action,
                "status": report.status,
                "recipient": report.recipient,
            }
        return Message(
            external_id=external_id,
            sender=writer.sender,
            occurred_at=self._written_at(),
            text=text,
            html=shown.html,
            subject=subject,
            attachments=self._files(body),
            replies_to=tuple(text[:255] for text in replies_to),
            conversation_token=references.conversation_of(self.account, replies_to),
            automatic=report is not None or automation.is_automatic(self.values, writer.address, self.own),
            extra=extra,
        )

    def _event(self, body: parts.Body) -> dict[str, Any]:
        """The first event that came along."""
        for file in body.files[:20]:
            if calendars.is_calendar(file.content_type, file.name) and (
                event := calendars.read_event(file.data or b"")
            ):
                return event
        return {}

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
        """The files; where something did not fit or was sealed, the whole mail as a file of its own."""
        files = list(body.files)
        if body.left_out or len(body.text) > MAX_TEXT:
            files.append(_as_file("whole-mail.eml", self.raw.body))
        elif (
            body.is_encrypted or body.signed
        ):  # for whoever has the key, or checks the signature over its very bytes
            name = "encrypted-mail.eml" if body.is_encrypted else "signed-mail.eml"
            files.append(_as_file(name, self.raw.body))
        if self.outer is not None:
            files.append(_as_file("busta-pec.eml", self.outer.content))
        return tuple(files)

    def _origin(self, external_id: str) -> origin.Origin:
        """Who wrote. Of a certified mail the provider says whether it is true, and only of the sender that it names."""
        found = origin.find(self.account, self.raw_values, self.values, external_id)
        if self.outer is None or not found.address:
            return found
        envelope, outer = self.outer
        proven = (
            outer.sender.handles[0].proven and envelope.sender == found.address and not envelope.is_anomaly
        )
        handle = replace(found.sender.handles[0], proven=proven)
        answer_to = found.answer_to if proven else found.address
        return origin.Origin(replace(found.sender, handles=(handle,)), found.address, answer_to, outer.checks)

    def _extra(
        self, writer: origin.Origin, body: parts.Body, shown: markup.Cleaned, halves: quoting.Cut
    ) -> dict[str, Any]:
        extra: dict[str, Any] = {"visible_text": halves.visible}
        if halves.quoted:
            extra["quoted_text"] = halves.quoted
        for name in ("to", "cc"):
            boxes = headers.read_mailboxes(self.raw_values(name))
            if boxes:
                extra[name] = [box.address for box in boxes[:MAX_LISTED]]
        if writer.answer_to and writer.answer_to != writer.address:
            extra["reply_to"] = writer.answer_to
        if writer.checks:
            extra["checks"] = writer.checks[:200]
        if shown.remote_images:
            extra["remote_images"] = shown.remote_images
        if subject := " ".join(self.values("subject")[:1]):
            extra["subject"] = subject[:300]
        if body.signed:
            extra["signed"] = body.signed
        if self.outer is not None:
            extra["pec"] = self.outer.envelope.told
        warnings = self._warnings(writer, body)
        if warnings:
            extra["warnings"] = warnings
        return extra

    def _warnings(self, writer: origin.Origin, body: parts.Body) -> list[str]:
        """What a person should know before believing or answering the mail; the desk has the words."""
        found = []
        if writer.sender.handles and not writer.sender.handles[0].proven:
            found.append("sender_not_proven")
        if writer.answer_to and writer.answer_to != writer.address:
            found.append("answers_go_elsewhere")
        if self.outer is not None and self.outer.envelope.is_anomaly:
            found.append("pec_anomaly")
        if body.is_encrypted:
            found.append("encrypted")
        if body.left_out:
            found.append("files_left_out")
        if len(body.text) > MAX_TEXT:
            found.append("text_shortened")
        if "truncated" in self.raw.headers:
            found.append("truncated")
        return found


def _as_file(name: str, content: bytes) -> Media:
    return Media(name=name, content_type="message/rfc822", data=content, size=len(content))


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
    stranger = origin.nobody(account, external_id)
    sender = (
        Sender((Handle("email", boxes[0].address, proven=False),), boxes[0].name)
        if boxes
        else stranger.sender
    )
    whole = _as_file("whole-mail.eml", raw.body)
    extra: Mapping[str, Any] = {"warnings": ["unreadable"], "visible_text": "", "error": type(error).__name__}
    return Message(
        external_id=external_id,
        sender=sender,
        occurred_at=raw.received_at,
        attachments=(whole,),
        automatic=False,
        extra=extra,
    )
