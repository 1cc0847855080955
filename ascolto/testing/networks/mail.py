"""A mail server on this machine: a mailbox over IMAP4rev1 with IDLE, and an SMTP server that can suffer every outage.

with MailNetwork() as network:
    network.deliver(b"From: giulia@example.org\r\n…")     # a customer's mail arrives
    network.settings()                                     # how an account of kind "email" reaches it
    network.take_sent()                                    # what was sent through it, oldest first
"""

from __future__ import annotations

import contextlib
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

from ascolto.kit.clock import now
from ascolto.kit.ids import new_token
from ascolto.testing.networks import break_off
from ascolto.testing.networks.imap import ImapConversation
from ascolto.testing.networks.smtp import SmtpConversation

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
    "drips",  # takes the whole mail, then answers letter by letter without end
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
        starttls: bool = False,
        with_idle: bool = True,
        size_limit: int = 30_000_000,
    ) -> None:
        self.user, self.password, self.certificate = user, password, certificate
        self.offers_starttls = starttls and certificate is not None
        self.mailbox = Mailbox()
        self.folders = {"INBOX": self.mailbox}
        self.sent: list[SentMail] = []
        self.on_mail: Callable[[SentMail], None] | None = None
        self.sent_folders: set[str] = set()  # those of `folders` that are marked as such
        self.access_tokens: set[str] = set()  # good for XOAUTH2, on both servers
        self.takes_passwords = True
        self.smtp_outage = ""
        self.imap_outage = ""  # "refuses password", "unavailable", "breaks off", "hangs"
        self.with_idle, self.size_limit = with_idle, size_limit
        self.idling = threading.Semaphore(0)  # released once for every IDLE that begins
        self.logins = 0
        self.stopping = threading.Event()
        self._arrived = threading.Condition()
        self._imap = _Server(self, "imap")
        self._smtp = _Server(self, "smtp")

    # --- for tests and the demo ---

    def deliver(self, content: bytes | str, *, age: timedelta = timedelta(0)) -> int:
        """A mail arrives; its UID."""
        raw = content.encode() if isinstance(content, str) else content
        return self.mailbox.append(raw, now() - age)

    def add_sent_folder(self, name: str = "Sent", *, marked: bool = True) -> Mailbox:
        """A folder for what was sent, as most mailboxes have one."""
        self.folders[name] = Mailbox()
        if marked:
            self.sent_folders.add(name)
        return self.folders[name]

    def knows_token(self, said: str) -> bool:
        """Whether an XOAUTH2 answer is exactly what the providers document, with a token that is good."""
        known = {f"user={self.user}\x01auth=Bearer {token}\x01\x01" for token in self.access_tokens}
        return said in known

    def settings(self, **changed: str) -> dict[str, str]:
        """Settings of an account of kind `email` on these servers."""
        security = "starttls" if self.offers_starttls else "ssl" if self.certificate else "none"
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

    def accept(self, sender: str, recipients: tuple[str, ...], content: bytes) -> None:
        """A mail was sent through the SMTP server."""
        mail = SentMail(sender, recipients, content)
        with self._arrived:
            self.sent.append(mail)
            self._arrived.notify_all()
        if self.on_mail is not None:
            self.on_mail(mail)

    # --- running ---

    @property
    def imap_port(self) -> int:
        return self._imap.port

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


class _Server(socketserver.ThreadingTCPServer):
    """One of the two doors, in a thread of its own; every client in another."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, network: MailNetwork, protocol: str) -> None:
        self.network, self.protocol = network, protocol
        self._thread: threading.Thread | None = None
        super().__init__(("127.0.0.1", 0), _Connection)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients of a stand-in break off on purpose."""

    def start(self) -> None:
        serve = {"poll_interval": 0.02}
        self._thread = threading.Thread(target=self.serve_forever, kwargs=serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
            self._thread = None
        self.server_close()


class _Connection(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        network, connection = self.server.network, self.request
        if self.server.protocol == "imap" and network.imap_outage in {"hangs", "breaks off"}:
            if network.imap_outage == "hangs":
                network.stopping.wait(30)
            break_off(connection)
            return
        connection.settimeout(60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # many short lines: none waits
        conversation = ImapConversation if self.server.protocol == "imap" else SmtpConversation
        with contextlib.suppress(OSError, ValueError):  # ValueError: a socket that we closed ourselves
            if network.certificate is not None and not network.offers_starttls:
                connection = network.certificate.wrap_socket(connection, server_side=True)
            conversation(network, connection).run()
        with contextlib.suppress(OSError):
            connection.close()


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
