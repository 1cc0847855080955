"""The way back from a form: an e-mail to the address that was typed in."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from ascolto.channels.protocol import Account, ErrorClass, Failure, Outgoing, SendRefused, Sent
from ascolto.kit.clock import now

TIMEOUT = 30.0
NO_WAY_BACK = "This form has no mail server for its answers: write one in the settings of the inbox, or answer on another channel."


def send(account: Account, outgoing: Outgoing) -> Sent:
    """Mail one answer. Raises SendRefused."""
    config = account.config
    if not config.smtp_host:
        raise SendRefused(Failure(ErrorClass.CONFIG, NO_WAY_BACK))
    to = next((handle.value for handle in outgoing.recipient if handle.namespace == "email"), "")
    if not to:
        raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, "The customer left no e-mail address."))
    message = _compose(account, outgoing, to)
    server = _open(config)
    try:
        server.send_message(message, config.address, [to])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _refused(code, words, ErrorClass.RECIPIENT_GONE) from error
    except smtplib.SMTPSenderRefused as error:
        raise _refused(error.smtp_code, error.smtp_error, ErrorClass.CONFIG) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error, ErrorClass.CONTENT) from error
    except (OSError, smtplib.SMTPException) as error:
        reason = "The connection broke while the answer was handed over."
        raise SendRefused(Failure(ErrorClass.UNCERTAIN, reason)) from error
    finally:
        _close(server)
    return Sent((str(message["Message-ID"]),))


def test(account: Account) -> str:
    """Whether the mail server lets us in. Raises SendRefused."""
    if not account.config.smtp_host:
        return "Ready to listen. Without a mail server this form cannot answer."
    _close(_open(account.config))
    return f"{account.config.smtp_host} accepts mail from {account.config.address}."


def _compose(account: Account, outgoing: Outgoing, to: str) -> EmailMessage:
    config, message = account.config, EmailMessage()
    local, _, domain = config.address.rpartition("@")
    try:
        message["From"] = Address(outgoing.author_name or account.name, local, domain)
        message["To"] = to
        message["Subject"] = " ".join(
            (outgoing.subject or str(outgoing.extra.get("subject", "")) or account.name).split()
        )
    except ValueError as error:
        raise SendRefused(
            Failure(ErrorClass.RECIPIENT_GONE, f"{to} is not an address mail can be sent to.")
        ) from error
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<form.{outgoing.tracker}@{domain}>"
    if outgoing.automatic:
        message["Auto-Submitted"] = "auto-replied"
    message.set_content(outgoing.text)
    for file in outgoing.files:
        kind, _, detail = file.content_type.partition("/")
        message.add_attachment(
            file.read(), maintype=kind, subtype=detail or "octet-stream", filename=file.name
        )
    return message


def _open(config: Any) -> smtplib.SMTP:
    """A connection that may send. Raises SendRefused: nothing has left yet, so it may be repeated."""
    context = ssl.create_default_context()
    server: smtplib.SMTP | None = None
    try:
        if config.smtp_security == "tls":
            server = smtplib.SMTP_SSL(config.smtp_host, config.smtp_port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=TIMEOUT)
            if config.smtp_security == "starttls":
                server.starttls(context=context)
        if config.smtp_user:
            server.login(config.smtp_user, config.smtp_password)
    except smtplib.SMTPAuthenticationError as error:
        _close(server)
        raise SendRefused(Failure(ErrorClass.REAUTH, "The mail server refuses user or password.")) from error
    except smtplib.SMTPNotSupportedError as error:
        _close(server)
        raise SendRefused(Failure(ErrorClass.CONFIG, f"The mail server cannot do this: {error}.")) from error
    except (OSError, UnicodeError, smtplib.SMTPException) as error:
        _close(server)
        reason = f"{config.smtp_host} cannot be reached: {str(error)[:200]}"
        raise SendRefused(Failure(ErrorClass.RETRY, reason)) from error
    return server


def _refused(code: int, reason: bytes | str, permanent: ErrorClass) -> SendRefused:
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    return SendRefused(
        Failure(permanent if code >= 500 else ErrorClass.RETRY, text[:300] or "refused", str(code))
    )


def _close(server: smtplib.SMTP | None) -> None:
    if server is None:
        return
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()
