"""Handing a mail to the company's server, step by step, so that every failure is named for what it is.

Until the final dot nothing has left and everything may be repeated. After it, silence means that nobody knows.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.kit.text import excerpt

CONNECT_SECONDS: Final = 15.0
ANSWER_SECONDS: Final = 60.0  # after the final dot a server may still scan the mail
WHOLE_SECONDS: Final = 300.0  # of one session: a server that answers letter by letter holds nobody for ever

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_OUR_FAULT = re.compile(r"relay|authenticat|not authori[sz]ed|sender|log ?in|access denied", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TimeOuts:
    """How long to wait; tests wait less."""

    connect: float = CONNECT_SECONDS
    answer: float = ANSWER_SECONDS
    whole: float = WHOLE_SECONDS


def refused(error: ErrorClass, reason: str, code: str = "") -> SendRefused:
    """A refusal with the server's words on one line."""
    return SendRefused(Failure(error, excerpt(reason, 400) or error.value, code))


@contextmanager
def connected(config: Any, wait: TimeOuts) -> Iterator[smtplib.SMTP]:
    """A session with the server, encrypted and signed in as configured. Raises SendRefused."""
    try:
        server = _open(config, wait)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise _connecting_failed(error, config) from error
    limit = threading.Timer(wait.whole, _hang_up, [server])
    limit.daemon = True
    limit.start()
    try:
        yield server
    finally:
        limit.cancel()
        with suppress(smtplib.SMTPException, OSError, ValueError):
            if server.sock is not None:
                server.sock.settimeout(2)
            server.quit()
        server.close()


def _hang_up(server: smtplib.SMTP) -> None:
    """End the session from outside: whoever reads meets its end."""
    with suppress(OSError, AttributeError):
        server.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]


def _open(config: Any, wait: TimeOuts) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if config.smtp_security == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            config.smtp_host, config.smtp_port, timeout=wait.connect, context=context
        )
    else:
        server = smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=wait.connect)
    try:
        if server.sock is not None:
            server.sock.settimeout(wait.answer)
        server.ehlo_or_helo_if_needed()
        if config.smtp_security == "starttls":
            server.starttls(context=context)
            server.ehlo()
        if _user(config) and server.has_extn("auth"):  # a relay that asks for no password gets none
            _sign_in(server, config)
    except BaseException:
        server.close()
        raise
    return server


def _user(config: Any) -> str:
    """Who signs in. With a token it is the mailbox's owner, here as there."""
    user = config.smtp_user
    return str(user if user or config.sign_in == "password" else config.imap_user)


def _sign_in(server: smtplib.SMTP, config: Any) -> None:
    if config.sign_in == "password":
        server.login(config.smtp_user, config.smtp_password)
        return
    token = bearer(_user(config), config.access_token).decode()

    def present(question: bytes | None = None) -> str:
        return "" if question else token  # a refusal comes as a question, which is answered with nothing

    server.auth("XOAUTH2", present, initial_response_ok=True)


def bearer(user: str, token: str) -> bytes:
    """What XOAUTH2 says, before base64."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()


def _connecting_failed(error: Exception, config: Any) -> SendRefused:
    where = f"{config.smtp_host}:{config.smtp_port}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        kind = ErrorClass.RETRY if 400 <= error.smtp_code < 500 else ErrorClass.REAUTH
        return refused(
            kind,
            f"{where} refused the {'password' if config.sign_in == 'password' else 'sign-in'}: {_words(error.smtp_error)}",
            str(error.smtp_code),
        )
    if type(error) is smtplib.SMTPException:  # of its ways to sign in, we have none
        return refused(ErrorClass.CONFIG, f"{where} takes no password: sign in at the provider instead.")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return refused(ErrorClass.CONFIG, f"{where}: {error}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return refused(
            ErrorClass.CONFIG, f"The certificate of {where} cannot be trusted: {error.verify_message}"
        )
    if isinstance(error, smtplib.SMTPResponseException):
        kind = ErrorClass.CONFIG if 500 <= error.smtp_code < 600 else ErrorClass.RETRY
        return refused(kind, f"{where}: {_words(error.smtp_error)}", str(error.smtp_code))
    if isinstance(error, ssl.SSLError):
        return refused(ErrorClass.CONFIG, f"{where} does not speak TLS as configured: {error.reason}")
    if isinstance(error, UnicodeError):
        return refused(
            ErrorClass.CONFIG,
            f"{where}: the host name or the password has letters that the server cannot take.",
        )
    return refused(ErrorClass.RETRY, f"{where} cannot be reached: {error}")


def deliver(config: Any, sender: str, recipient: str, content: bytes, wait: TimeOuts) -> str:
    """Hand one mail over; the server's words. Raises SendRefused."""
    with connected(config, wait) as server:
        try:
            _envelope(server, sender, recipient, len(content))
            code, answer = server.docmd("DATA")
        except smtplib.SMTPNotSupportedError as error:
            raise refused(ErrorClass.CONTENT, str(error)) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise refused(ErrorClass.RETRY, f"The server broke off before the mail left: {error}") from error
        if code != 354:
            raise _data_refused(code, answer)
        try:
            server.send(_stuffed(content))
        except (smtplib.SMTPException, OSError) as error:  # the final dot did not leave
            raise refused(
                ErrorClass.RETRY, f"The server broke off while the mail was leaving: {error}"
            ) from error
        try:
            code, answer = server.getreply()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise refused(
                ErrorClass.UNCERTAIN,
                f"The server took the whole mail and did not say what became of it: {error}",
            ) from error
        if 200 <= code < 300:
            return _words(answer)
        if 400 <= code < 600:
            raise _data_refused(code, answer)
        raise refused(
            ErrorClass.UNCERTAIN, f"The server answered something else than SMTP: {_words(answer)}", str(code)
        )


def _envelope(server: smtplib.SMTP, sender: str, recipient: str, size: int) -> None:
    options = []
    limit = server.esmtp_features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < size:
        megabytes = int(limit) / 1_000_000
        raise refused(
            ErrorClass.CONTENT, f"The mail is too large: the server takes {megabytes:.1f} MB, files included."
        )
    if server.has_extn("size"):
        options.append(f"SIZE={size}")
    if not (sender + recipient).isascii():
        if not server.has_extn("smtputf8"):
            raise refused(
                ErrorClass.CONTENT, "The server cannot send to addresses with letters outside ASCII."
            )
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    code, answer = server.mail(sender, options)
    if code != 250:
        raise _sender_refused(code, answer)
    code, answer = server.rcpt(recipient)
    if code not in {250, 251, 252}:
        raise _recipient_refused(code, answer)


def _sender_refused(code: int, answer: bytes) -> SendRefused:
    words = _words(answer)
    if 400 <= code < 500 or code < 200:
        return refused(ErrorClass.RETRY, words, str(code))
    if code == 552 or "5.3.4" in words:
        return refused(ErrorClass.CONTENT, words, str(code))
    return refused(ErrorClass.REAUTH if code in {530, 535} else ErrorClass.CONFIG, words, str(code))


def _recipient_refused(code: int, answer: bytes) -> SendRefused:
    words = _words(answer)
    if 400 <= code < 500 or code < 200:
        return refused(ErrorClass.RETRY, words, str(code))
    policy = _ENHANCED.search(words)
    if code in {530, 535}:
        return refused(ErrorClass.REAUTH, words, str(code))
    if policy and policy.group(2) == "7" and _OUR_FAULT.search(words):
        return refused(ErrorClass.CONFIG, words, str(code))
    return refused(ErrorClass.RECIPIENT_GONE, words, str(code))


def _data_refused(code: int, answer: bytes) -> SendRefused:
    words = _words(answer)
    if 400 <= code < 500 or code < 200:
        return refused(ErrorClass.RETRY, words, str(code))
    enhanced = _ENHANCED.search(words)
    if enhanced and enhanced.group(2) == "1":
        return refused(ErrorClass.RECIPIENT_GONE, words, str(code))
    return refused(ErrorClass.REAUTH if code in {530, 535} else ErrorClass.CONTENT, words, str(code))


def _stuffed(content: bytes) -> bytes:
    """The mail as it goes over the wire: CRLF everywhere, leading dots doubled, the final dot."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _words(answer: bytes | str | None) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer or "")
    return excerpt(text, 400)
