"""Getting into a mailbox: the connection, its encryption, and signing in by password or by a token (XOAUTH2)."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import imap_tools

from ascolto.channels.adapters.email.smtp import bearer, refused
from ascolto.channels.protocol import ErrorClass
from ascolto.kit.text import excerpt

CONNECT_SECONDS: Final = 20.0
_TEMPORARY = re.compile(r"unavailable|temporar|try again|too many|limit|timeout|in use|busy", re.IGNORECASE)


@contextmanager
def named_failures(config: Any) -> Iterator[None]:
    """Whatever a connection dies of is a reason to try again later. Raises SendRefused."""
    try:
        yield
    except (imap_tools.ImapToolsError, imaplib.IMAP4.error, OSError, ValueError) as error:
        raise refused(ErrorClass.RETRY, f"{config.imap_host}: {words(error)}") from error


def sign_in(config: Any, seconds: float) -> imap_tools.BaseMailBox:
    """A session with the server. Raises SendRefused."""
    box = _connect(config, seconds)
    try:
        with named_failures(config):
            _login(box, config)
    except BaseException:
        leave(box)
        raise
    return box


def leave(box: imap_tools.BaseMailBox) -> None:
    """Close the connection; whatever the server still wants to say, we are gone."""
    with suppress(Exception):
        box.client.sock.settimeout(2)
        box.logout()
    with suppress(OSError):
        box.client.shutdown()


def _connect(config: Any, seconds: float) -> imap_tools.BaseMailBox:
    where = f"{config.imap_host}:{config.imap_port}"
    context = ssl.create_default_context()
    try:
        if config.imap_security == "ssl":
            return imap_tools.MailBox(
                config.imap_host, config.imap_port, timeout=seconds, ssl_context=context
            )
        if config.imap_security == "starttls":
            return imap_tools.MailBoxStartTls(
                config.imap_host, config.imap_port, timeout=seconds, ssl_context=context
            )
        return imap_tools.MailBoxUnencrypted(config.imap_host, config.imap_port, timeout=seconds)
    except ssl.SSLCertVerificationError as error:
        raise refused(
            ErrorClass.CONFIG, f"The certificate of {where} cannot be trusted: {error.verify_message}"
        ) from error
    except ssl.SSLError as error:
        raise refused(
            ErrorClass.CONFIG, f"{where} does not speak TLS as configured: {error.reason}"
        ) from error
    except imap_tools.MailboxStarttlsError as error:
        raise refused(ErrorClass.CONFIG, f"{where} offers no STARTTLS.") from error
    except (imaplib.IMAP4.error, imap_tools.ImapToolsError) as error:
        kind = ErrorClass.CONFIG if "TLS not supported" in str(error) else ErrorClass.RETRY
        raise refused(kind, f"{where}: {words(error)}") from error
    except (OSError, ValueError) as error:
        raise refused(ErrorClass.RETRY, f"{where} cannot be reached: {words(error)}") from error


def _login(box: imap_tools.BaseMailBox, config: Any) -> None:
    by_token = config.sign_in != "password"
    user, password = config.imap_user, config.imap_password
    try:
        if by_token:
            _present_token(box, bearer(user, config.access_token))
        elif (user + password).isascii():
            box.login(user, password, initial_folder=None)
        else:
            box.login_utf8(user, password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (imap_tools.MailboxLoginError, imaplib.IMAP4.error) as error:
        said = words(error)
        kind = ErrorClass.RETRY if _TEMPORARY.search(said) else ErrorClass.REAUTH
        what = "sign-in" if by_token else "password"
        raise refused(kind, f"{config.imap_host} refused the {what}: {said}") from error


def _present_token(box: imap_tools.BaseMailBox, token: bytes) -> None:
    """AUTHENTICATE XOAUTH2: the token answers the empty question; the question after a refusal is answered with nothing."""
    box.client.authenticate("XOAUTH2", lambda question: b"" if question else token)


def words(error: Any) -> str:
    """What the server said, on one line."""
    if isinstance(error, list):
        error = b" ".join(item for item in error if isinstance(item, bytes)).decode("utf-8", "replace")
    if isinstance(error, imap_tools.UnexpectedCommandStatusError):
        said = error.command_result[1]
        return words(list(said)) if isinstance(said, (list, tuple)) else excerpt(str(said), 300)
    return excerpt(str(error), 300)
