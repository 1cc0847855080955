"""An answer as a mail: headers that thread, in any language; text, HTML where there is some, files."""

from __future__ import annotations

import re
from email import encoders
from email.charset import QP, Charset
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import encode_rfc2231, format_datetime

from ascolto.channels.adapters.email import headers, markup, references
from ascolto.channels.protocol import Account, ErrorClass, Failure, File, Outgoing, SendRefused
from ascolto.kit.clock import now

_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_ANSWERED = re.compile(
    r"^\s*(?:re|r|aw|sv|vs|antw|odp|rif|res|ynt|回复|答复)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)
_READABLE = Charset("utf-8")
_READABLE.body_encoding = QP


def recipient_of(outgoing: Outgoing, own: frozenset[str]) -> str:
    """The address an answer goes to: where the customer asked for it, else where the mail came from. Raises SendRefused."""
    addresses = [handle.value for handle in outgoing.recipient if handle.namespace == "email"]
    asked = str(outgoing.extra.get("reply_to") or "")
    for candidate in (asked, *addresses):
        boxes = headers.read_mailboxes([candidate])
        if len(boxes) == 1 and boxes[0].address == candidate.strip().lower() and candidate.isprintable():
            if boxes[0].address in own:
                raise SendRefused(
                    Failure(
                        ErrorClass.CONFIG,
                        "The address is this inbox's own: the answer would come back to us.",
                    )
                )
            return boxes[0].address
    raise SendRefused(
        Failure(ErrorClass.RECIPIENT_GONE, "This customer has no e-mail address that can be answered.")
    )


def compose(account: Account, outgoing: Outgoing, recipient: str) -> tuple[str, bytes]:
    """The Message-ID and the bytes of the mail, with CRLF line ends."""
    body = _body(outgoing)
    message: MIMEBase = body
    if outgoing.files:
        message = MIMEMultipart("mixed")
        message.attach(body)
        for file in outgoing.files:
            message.attach(_file_part(file))
    identity = references.message_id(account, outgoing.tracker, outgoing.conversation_token)
    for name, value in _headers(account, outgoing, recipient, identity).items():
        if value:
            message[name] = value
    return identity, message.as_bytes(policy=message.policy.clone(linesep="\r\n", max_line_length=None))


def _body(outgoing: Outgoing) -> MIMEBase:
    text = MIMEText(outgoing.text.replace("\r\n", "\n").replace("\r", "\n") + "\n", "plain", _READABLE)  # type: ignore[arg-type]
    page = markup.sanitise(outgoing.html).html if outgoing.html else ""
    if not page:
        return text
    both = MIMEMultipart("alternative")
    both.attach(text)
    both.attach(MIMEText(f"<!doctype html><html><body>{page}</body></html>", "html", _READABLE))  # type: ignore[arg-type]
    return both


def _file_part(file: File) -> MIMEBase:
    main, _, sub = file.content_type.partition(";")[0].strip().lower().partition("/")
    if (
        not re.fullmatch(r"[a-z0-9.+-]+", main)
        or not re.fullmatch(r"[a-z0-9.+_-]+", sub)
        or main in {"multipart", "message"}
    ):
        main, sub = "application", "octet-stream"
    part = MIMEBase(main, sub)
    part.set_payload(file.read())
    encoders.encode_base64(part)
    name = (
        _CONTROLS.sub(" ", file.name).replace("/", "_").replace("\\", "_").replace('"', "'")[:150] or "file"
    )
    if name.isascii():
        part.add_header("Content-Disposition", "attachment", filename=name)
    else:
        part["Content-Disposition"] = f"attachment; filename*={encode_rfc2231(name, 'utf-8')}"
        part.set_param("name", str(Header(name, "utf-8", maxlinelen=70).encode()), header="Content-Type")
    return part


def _headers(account: Account, outgoing: Outgoing, recipient: str, identity: str) -> dict[str, str]:
    anchor = references.anchor(account, outgoing.conversation_token)
    answered = references.real_ids([outgoing.reply_to])
    thread = references.real_ids([*outgoing.references, *answered])
    listed = list(dict.fromkeys([*([anchor] if anchor else []), *thread[-references.MAX_REFERENCES :]]))
    automatic = "auto-replied" if answered else "auto-generated"
    return {
        "From": _address(_from_name(account, outgoing), account.config.address),
        "To": _address("", recipient),
        "Subject": _encoded(subject_of(account, outgoing), "Subject"),
        "Date": format_datetime(now()),
        "Message-ID": identity,
        "X-Ascolto-Id": identity,
        "In-Reply-To": "".join(answered),
        "References": "\n ".join(listed),
        "Auto-Submitted": automatic if outgoing.automatic else "",
        "X-Auto-Response-Suppress": "All" if outgoing.automatic else "",
    }


def _from_name(account: Account, outgoing: Outgoing) -> str:
    shown = account.config.display_name or account.name
    return f"{outgoing.author_name} ({shown})" if outgoing.author_name and not outgoing.automatic else shown


def subject_of(account: Account, outgoing: Outgoing) -> str:
    """The subject: that of the thread, marked as an answer once."""
    subject = _CONTROLS.sub(" ", outgoing.subject or str(outgoing.extra.get("subject") or "")).strip()[:300]
    if not subject:
        return account.config.display_name or account.name
    return f"Re: {subject}" if outgoing.reply_to and not _ANSWERED.match(subject) else subject


def _encoded(text: str, header: str) -> str:
    """A header text that no relay trips over."""
    text = _CONTROLS.sub(" ", text).strip()
    if text.isascii():
        return text if "=?" not in text else Header(text.replace("=?", "= ?"), "us-ascii").encode()
    return Header(text, "utf-8", header_name=header).encode()


def on_the_wire(address: str) -> str:
    """An address as servers write it: the domain in ASCII."""
    return f"{address.rpartition('@')[0]}@{references.domain_of(address)}"


def _address(name: str, address: str) -> str:
    address = on_the_wire(address)
    name = _CONTROLS.sub(" ", name).strip()
    if not name:
        return address
    if name.isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{_encoded(name, 'From')} <{address}>"
