"""A mail server on this machine: a mailbox over IMAP4rev1 with IDLE, and an SMTP server that can suffer every outage.

with MailNetwork() as network:
    network.deliver(b"From: giulia@example.org\r\n…")     # a customer's mail arrives
    network.settings()                                     # how an account of kind "email" reaches it
    network.take_sent()                                    # what was sent through it, oldest first
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from ascolto.kit.clock import now
from ascolto.kit.ids import new_token
from ascolto.testing.networks import break_off
from ascolto.testing.networks.imap import ImapConversation

SMTP_OUTAGES: Final = (
    "busy",  # 451 to the recipient
    "busy after data",  # 451 after the final dot
    "unknown recipient",  # 550 5.1.1
    "no relay",  # 550 5.7.1
    "refuses content",  # 554 after the final dot
    "sender refused",  # 550 to MAIL FROM
    "breaks off early",  # a reset before DATA
    "breaks off",  # takes the whole mail, then a reset
    "hangs",  # takes the whole mail, then silence
    "hangs early",  # silence at the recipient
    "nonsense",  # answers the whole mail with something that is no SMTP
)


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that the SMTP server took."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(slots=True)
class StoredMail:
    """A mail in the mailbox."""

    uid: int
    content: bytes
    arrived_at: datetime
    flags: set[str] = field(default_factory=set)


class Mailbox:
    """One folder. Everybody who waits hears of a new mail."""

    def __init__(self) -> None:
        self.uidvalidity = 1
        self.mails: list[StoredMail] = []
        self.changed = threading.Condition()
        self._next = 1

    @property
    def uidnext(self) -> int:
        return self._next

    def append(self, content: bytes, arrived_at: datetime | None = None) -> int:
        """Put a mail in; its UID."""
        with self.changed:
            uid, self._next = self._next, self._next + 1
            self.mails.append(StoredMail(uid, content, arrived_at or now()))
            self.changed.notify_all()
        return uid

    def remove(self, uid: int) -> None:
        """As if somebody deleted it in another program."""
        with self.changed:
            self.mails[:] = [mail for mail in self.mails if mail.uid != uid]
            self.changed.notify_all()

    def rebuild(self) -> None:
        """As after a move to another server: the same mails, all with new UIDs."""
        with self.changed:
            self.uidvalidity += 1
            for number, mail in enumerate(self.mails, 1):
                mail.uid = number
            self._next = len(self.mails) + 1
            self.changed.notify_all()


class MailNetwork:
    """Both servers, each in a thread. A context manager."""

    def __init__(
        self,
        *,
        user: str = "help@telvia.example",
        password: str = "p4ss word",
        certificate: ssl.SSLContext | None = None,
        with_idle: bool = True,
        size_limit: int = 30_000_000,
    ) -> None:
        self.user, self.password, self.certificate = user, password, certificate
        self.mailbox = Mailbox()
        self.folders = {"INBOX": self.mailbox}
        self.sent: list[SentMail] = []
        self.on_mail: Callable[[SentMail], None] | None = None
        self.smtp_outage = ""
        self.imap_outage = ""  # "refuses password", "unavailable", "breaks off", "hangs"
        self.with_idle, self.size_limit = with_idle, size_limit
        self.idling = threading.Semaphore(0)  # released once for every IDLE that begins
        self.logins = 0
        self.stopping = threading.Event()
        self._arrived = threading.Condition()
        self._imap = _ImapServer(self)
        self._smtp = _SmtpServer(self)

    # --- for tests and the demo ---

    def deliver(self, content: bytes | str, *, age: timedelta = timedelta(0)) -> int:
        """A mail arrives; its UID."""
        raw = content.encode() if isinstance(content, str) else content
        return self.mailbox.append(raw, now() - age)

    def settings(self, **changed: str) -> dict[str, str]:
        """Settings of an account of kind `email` on these servers."""
        security = "ssl" if self.certificate else "none"
        return {
            "address": self.user,
            "imap_host": "127.0.0.1",
            "imap_port": str(self.imap_port),
            "imap_security": security,
            "imap_user": self.user,
            "imap_password": self.password,
            "smtp_host": "127.0.0.1",
            "smtp_port": str(self.smtp_port),
            "smtp_security": security,
            "smtp_user": self.user,
            "smtp_password": self.password,
            **changed,
        }

    def take_sent(self) -> list[SentMail]:
        """What was sent since the last look."""
        with self._arrived:
            taken, self.sent = self.sent, []
        return taken

    def wait_sent(self, count: int = 1, seconds: float = 10) -> list[SentMail]:
        """Wait until that many mails were sent; all there are."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self.sent) >= count, seconds)
            return list(self.sent)

    def accept(self, mail: SentMail) -> None:
        """A mail was sent through the SMTP server."""
        with self._arrived:
            self.sent.append(mail)
            self._arrived.notify_all()
        if self.on_mail is not None:
            self.on_mail(mail)

    # --- running ---

    @property
    def imap_port(self) -> int:
        return int(self._imap.server_address[1])

    @property
    def smtp_port(self) -> int:
        return self._smtp.port

    def start(self) -> Self:
        """Answer from now on."""
        self._imap.start()
        self._smtp.start()
        return self

    def stop(self) -> None:
        """Close both doors and let go of whoever waits."""
        self.stopping.set()
        with self.mailbox.changed:
            self.mailbox.changed.notify_all()
        self._imap.stop()
        self._smtp.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _ImapServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, network: MailNetwork) -> None:
        self.network = network
        self._thread: threading.Thread | None = None
        super().__init__(("127.0.0.1", 0), _ImapConnection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients of a stand-in break off on purpose."""

    def start(self) -> None:
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
            self._thread = None
        self.server_close()


class _ImapConnection(socketserver.BaseRequestHandler):
    server: _ImapServer

    def handle(self) -> None:
        network, connection = self.server.network, self.request
        if network.imap_outage == "hangs":
            network.stopping.wait(30)
        if network.imap_outage in {"hangs", "breaks off"}:
            break_off(connection)
            return
        connection.settimeout(60)
        connection.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )  # many short lines: none waits for the next
        if network.certificate is not None:
            connection = network.certificate.wrap_socket(connection, server_side=True)
        with contextlib.suppress(OSError):
            ImapConversation(network, connection).run()
        connection.close()


class _SmtpServer:
    """aiosmtpd in a loop of its own, on any free port."""

    def __init__(self, network: MailNetwork) -> None:
        self.network, self.port = network, 0
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # it warns of its own oddities
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._server = self._loop.run_until_complete(
            self._loop.create_server(self._conversation, "127.0.0.1", 0, ssl=self.network.certificate)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._thread = None

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _conversation(self) -> SMTP:
        return SMTP(
            _SmtpAnswers(self.network),
            hostname="mail.telvia.example",
            data_size_limit=self.network.size_limit,
            enable_SMTPUTF8=True,
            authenticator=self._check_password,
            auth_require_tls=False,
            loop=self._loop,
        )

    def _check_password(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        expected = LoginPassword(self.network.user.encode(), self.network.password.encode())
        return AuthResult(success=isinstance(data, LoginPassword) and data == expected, handled=False)


class _SmtpAnswers:
    """What the SMTP server says, in health and in trouble."""

    def __init__(self, network: MailNetwork) -> None:
        self._network = network

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._network.smtp_outage == "sender refused":
            return "550 5.7.60 This account may not send as that address"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        outage = self._network.smtp_outage
        if outage == "breaks off early":
            _reset(server)
        if outage == "hangs early":
            await asyncio.sleep(3600)
        refusals = {
            "busy": "451 4.3.2 Try again later",
            "unknown recipient": "550 5.1.1 User unknown",
            "no relay": "550 5.7.1 Relay access denied",
        }
        if outage in refusals:
            return refusals[outage]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        outage = self._network.smtp_outage
        if outage == "busy after data":
            return "451 4.7.1 Greylisted, come back"
        if outage == "refuses content":
            return "554 5.6.0 The content is refused"
        content = envelope.original_content or b""
        self._network.accept(SentMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        if outage == "breaks off":
            _reset(server)
        if outage == "hangs":
            await asyncio.sleep(3600)
        return "<html>It works!</html>" if outage == "nonsense" else "250 2.0.0 Queued"


def _reset(server: SMTP) -> None:
    transport = server.transport
    if transport is not None:
        transport.abort()  # type: ignore[attr-defined]
    raise asyncio.CancelledError


def example_mail(
    text: str = "Good morning, my line is dead since yesterday.",
    *,
    sender: str = "Giulia Rossi <giulia@example.org>",
    to: str = "help@telvia.example",
    subject: str = "No line",
    message_id: str = "",
    moment: datetime | None = None,
    **headers: str,
) -> bytes:
    """A plain mail. Further headers by keyword: `in_reply_to="<…>"`."""
    moment = moment or datetime.now(UTC)
    identity = message_id or f"<{new_token(12)}@example.org>"
    lines = [
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        f"Date: {moment:%a, %d %b %Y %H:%M:%S +0000}",
    ]
    lines += [f"Message-ID: {identity}", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
    lines += ["Content-Transfer-Encoding: 8bit"]
    lines += [f"{re.sub('_', '-', name).title()}: {value}" for name, value in headers.items()]
    return ("\r\n".join([*lines, "", text, ""])).encode()
