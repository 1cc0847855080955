"""Reports about mails of ours: bounces and delivery notices (RFC 3464), read receipts (RFC 8098), and the plain bounces of old servers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_string
from email.message import Message as Part

from ascolto.channels.adapters.email import headers, parts
from ascolto.channels.protocol import ErrorClass, Failure
from ascolto.kit.text import excerpt

_REPORTS = {"message/delivery-status", "message/global-delivery-status"}
_READ = {"message/disposition-notification", "message/global-disposition-notification"}
_ORIGINALS = {
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
}
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_ID_IN_TEXT = re.compile(r"^[\s>|]{0,10}message-id:\s{0,4}(<[^<>\s]{3,400}>)", re.IGNORECASE | re.MULTILINE)
_DAEMON = re.compile(
    r"mailer[-._]?daemon|postmaster|mail[-._]?delivery|microsoftexchange|bounce", re.IGNORECASE
)
_RETURNED = re.compile(
    r"undeliver|delivery status notification|returned mail|mail delivery (?:failed|failure)|delivery (?:failure|failed)|failure notice"
    r"|could not be delivered|unzustellbar|nicht zugestellt|mancat[ao] (?:consegna|recapito)|non recapit|messaggio non consegnato"
    r"|non remis|échec de (?:la )?(?:remise|livraison)|no se (?:puede|pudo|ha podido) entregar|no entregado|não (?:foi )?entregue"
    r"|onbestelbaar|kunde inte levereras|ikke leveres|niedostarcz|nedoručiteln|не доставлен|недоставлен|配信不能|退信",
    re.IGNORECASE,
)
_WAITS = re.compile(
    r"delayed|will (?:continue|keep|be retried)|not yet been delivered|still trying|warning|do not need to resend|verzögert|in ritardo",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"gave up|given up|giving up|permanent|could not be delivered|undeliverable", re.IGNORECASE
)
_DIAGNOSIS = re.compile(r"(?<![\d.])5\d\d[ -](?:5\.\d{1,3}\.\d{1,3} )?[^\r\n]{3,250}")
MAX_RECIPIENTS = 200
_RANK = {"failed": 4, "delivered": 3, "relayed": 2, "expanded": 2, "delayed": 1}


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a mail. `action`: failed, delayed, delivered, relayed, read."""

    action: str
    status: str = ""
    diagnostic: str = ""
    recipient: str = ""
    original_ids: tuple[str, ...] = ()  # the nearest first; several when a relay rewrote it
    stated: Failure | None = None  # what a certified provider said of the failure

    @property
    def failure(self) -> Failure:
        """The reason in the product's words."""
        if self.stated is not None:
            return self.stated
        reason = excerpt(self.diagnostic or "The mail came back.", 400)
        return Failure(classify(self.status), reason, self.status)


def classify(status: str) -> ErrorClass:
    """An enhanced status code (RFC 3463) as an error class."""
    match = _STATUS.match(status)
    if match is None:
        return ErrorClass.UNKNOWN
    group, subject, detail = match.groups()
    if group == "4":  # given up after trying for days
        return ErrorClass.RECIPIENT_GONE if subject in {"1", "2", "4"} else ErrorClass.UNKNOWN
    if subject in {"1", "2", "4"} and (subject, detail) not in {("1", "7"), ("1", "8"), ("2", "3")}:
        return ErrorClass.RECIPIENT_GONE
    if (subject, detail) in {("1", "7"), ("1", "8")}:
        return ErrorClass.CONFIG
    if (subject, detail) == ("2", "3") or subject in {"3", "6"}:
        return ErrorClass.CONTENT
    return ErrorClass.BLOCKED if subject == "7" else ErrorClass.UNKNOWN


def read_report(message: Part) -> Report | None:
    """The report in a mail, or None when it is no report."""
    if parts.content_type(message) != "multipart/report" or not message.is_multipart():
        return None
    children = [part for part in _walk(message) if part is not message]
    ids = _original_ids(children)
    for part in children:
        kind = parts.content_type(part)
        if kind in _READ:
            fields = _blocks(part)
            ids = tuple(headers.read_message_ids(_all(fields, "original-message-id"))) + ids
            if any("displayed" in value.lower() for value in _all(fields, "disposition")):
                return Report("read", original_ids=ids)
            return Report("other", original_ids=ids)
        if kind == "message/feedback-report":
            return Report("complaint", original_ids=ids)
        if kind in _REPORTS:
            return _read_status(_blocks(part), ids)
    return None


def _walk(message: Part, limit: int = 200) -> list[Part]:
    found: list[Part] = []
    waiting = [message]
    while waiting and len(found) < limit:
        part = waiting.pop(0)
        found.append(part)
        if part.is_multipart():
            waiting[:0] = [child for child in part.get_payload() if isinstance(child, Part)]
    return found


def _blocks(part: Part) -> list[Part]:
    """The groups of fields in a report; the standard library parses them as messages, unless they are encoded."""
    payload = part.get_payload()
    if isinstance(payload, list):
        blocks = [block for block in payload if isinstance(block, Part)]
        if len(blocks) == 1 and not blocks[0].keys() and isinstance(blocks[0].get_payload(), str):
            return [message_from_string(str(blocks[0].get_payload()))]
        return blocks
    text = parts.text_of(part)
    return [
        message_from_string(block.lstrip("\n"))
        for block in re.split(r"\n\s*\n", text)[:MAX_RECIPIENTS]
        if block.strip()
    ]


def _all(blocks: list[Part], name: str) -> list[str]:
    return [headers.decode_text(str(value)) for block in blocks for value in block.get_all(name, [])]


def _read_status(blocks: list[Part], ids: tuple[str, ...]) -> Report:
    best: Report | None = None
    for block in blocks[:MAX_RECIPIENTS]:
        action = " ".join(_all([block], "action")).strip().lower().partition(" ")[0]
        if action not in _RANK:
            continue
        diagnostic = " ".join(_all([block], "diagnostic-code"))
        status = _STATUS.search(" ".join(_all([block], "status")) + " " + diagnostic)
        boxes = headers.read_mailboxes(
            value.rpartition(";")[2]
            for value in _all([block], "original-recipient") + _all([block], "final-recipient")
        )
        report = Report(
            action=action,
            status=status.group() if status else "",
            diagnostic=re.sub(r"^\s*smtp\s*;\s*", "", diagnostic, flags=re.IGNORECASE),
            recipient=boxes[0].address if boxes else "",
            original_ids=ids,
        )
        if best is None or _RANK[report.action] > _RANK[best.action]:
            best = report
    return best or Report("other", original_ids=ids)


def _original_ids(children: list[Part]) -> tuple[str, ...]:
    """Message-ID (and our own header) of the mail that came back."""
    found: list[str] = []
    for part in children:
        if parts.content_type(part) not in _ORIGINALS:
            continue
        payload = part.get_payload()
        inner = (
            payload[0]
            if isinstance(payload, list) and payload
            else message_from_string(parts.text_of(part)[:50_000])
        )
        if isinstance(inner, Part):
            found += headers.read_message_ids(_all([inner], "x-ascolto-id"))
            found += headers.read_message_ids(_all([inner], "message-id"))
    return tuple(dict.fromkeys(found))


def read_plain(message: Part, values: Callable[[str], list[str]], text: str) -> Report | None:
    """The bounce of a server that sends no reports (qmail, Exchange, exim): a machine returns a mail, whose Message-ID stands
    in the text, in the mail attached, or in the header of the bounce."""
    if any(value.lower().startswith("auto-replied") for value in values("auto-submitted")):
        return None  # somebody's holiday notice
    senders = headers.read_mailboxes(values("from"))
    local = senders[0].address.partition("@")[0] if senders else ""
    by_machine = _DAEMON.match(local) or any(
        value.replace(" ", "") in {"<>", ""} for value in values("return-path")
    )
    returned = _RETURNED.search(" ".join(values("subject")))
    marked = any(values(name) for name in ("x-failed-recipients", "x-ms-exchange-message-is-ndr"))
    if not (by_machine or marked or returned):
        return None
    quoted = (*_original_ids([part for part in _walk(message) if part is not message]), *ids_in_text(text))
    status = status_in_text(text)
    if not quoted and not (marked or returned or status.startswith("5")):
        return None
    if not quoted and not by_machine and not marked:
        return None  # a subject alone, and nothing that came back
    waits = status.startswith("4") or (not status and not marked)
    if waits and _WAITS.search(text[:5_000]) and not _GIVEN_UP.search(text[:5_000]):
        return Report("delayed", status, original_ids=quoted)
    said = _DIAGNOSIS.search(text[:20_000])
    words = said.group().strip() if said else f"Returned with status {status}." if status else ""
    return Report("failed", status or _enhanced(words), words, original_ids=quoted)


def _enhanced(words: str) -> str:
    """What the three digits of an SMTP answer mean as a status."""
    return "5.1.1" if words.startswith(("550", "551", "553")) else "5.2.2" if words.startswith("552") else ""


def ids_in_text(text: str) -> tuple[str, ...]:
    """Message ids of mails quoted in the plain bounces of old servers."""
    return tuple(dict.fromkeys(_ID_IN_TEXT.findall(text[:100_000])))


def status_in_text(text: str) -> str:
    """The first status code of a plain bounce."""
    match = _STATUS.search(text[:20_000])
    return match.group() if match else ""
