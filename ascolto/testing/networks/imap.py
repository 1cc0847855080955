"""The IMAP4rev1 side of the mail stand-in: what a program that reads a mailbox needs, with IDLE (RFC 2177)."""

from __future__ import annotations

import base64
import re
import select
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ascolto.testing.networks.mail import Mailbox, MailNetwork, StoredMail

_LITERAL = re.compile(rb"\{(\d+)\+?\}\r?\n$")
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|\(([^()]*)\)|(\S+)')


class ImapConversation:
    """One client's session."""

    def __init__(self, network: MailNetwork, connection: socket.socket) -> None:
        self._network, self._connection = network, connection
        self._file = connection.makefile("rb")
        self._box: Mailbox | None = None
        self._is_in = False
        self._told = 0  # how many mails the client knows of

    def run(self) -> None:
        """Answer until the client leaves."""
        self._send("* OK [CAPABILITY IMAP4rev1] A stand-in is ready")
        while (line := self._read_command()) is not None:
            tag, _, rest = line.partition(" ")
            name, _, arguments = rest.partition(" ")
            answer = getattr(self, f"_do_{name.lower()}", None)
            if answer is None:
                self._send(f"{tag} BAD Unknown command {name}")
                continue
            if answer(tag, arguments) is False:
                return

    # --- the wire ---

    def _send(self, text: str | bytes) -> None:
        raw = text.encode() if isinstance(text, str) else text
        self._connection.sendall(raw + b"\r\n")

    def _read_command(self) -> str | None:
        """A command line with its literals written as quoted strings; None when the client left."""
        whole = b""
        while True:
            line = self._file.readline(100_000)
            if not line:
                return None
            match = _LITERAL.search(line)
            if match is None:
                return (whole + line.rstrip(b"\r\n")).decode("utf-8", "surrogateescape")
            self._send("+ Go on")
            content = self._file.read(int(match.group(1)))
            quoted = content.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
            whole += line[: match.start()] + b'"' + quoted + b'"'

    # --- signing in and out ---

    def _capabilities(self) -> str:
        words = [
            "IMAP4rev1",
            *(f"AUTH={name}" for name in self._mechanisms()),
            *(["IDLE"] if self._network.with_idle else []),
        ]
        if self._network.offers_starttls and not isinstance(self._connection, ssl.SSLSocket):
            words.append("STARTTLS")
        return " ".join(words)

    def _do_capability(self, tag: str, arguments: str) -> None:
        self._send(f"* CAPABILITY {self._capabilities()}")
        self._send(f"{tag} OK Done")

    def _do_starttls(self, tag: str, arguments: str) -> None:
        certificate = self._network.certificate
        if certificate is None or not self._network.offers_starttls:
            self._send(f"{tag} NO No TLS here")
            return
        self._send(f"{tag} OK Go ahead")
        self._file.close()
        self._connection = certificate.wrap_socket(self._connection, server_side=True)
        self._file = self._connection.makefile("rb")

    def _do_login(self, tag: str, arguments: str) -> None:
        words = _tokens(arguments)
        self._sign_in(tag, words[0] if words else "", words[1] if len(words) > 1 else "")

    def _do_authenticate(self, tag: str, arguments: str) -> None:
        mechanism, _, given = arguments.partition(" ")
        if mechanism.upper() not in self._mechanisms():
            self._send(f"{tag} NO [CANNOT] No such mechanism")
            return
        if given:  # no SASL-IR here
            self._send(f"{tag} BAD Wait for the question")
            return
        self._send("+ ")
        line = self._file.readline(20_000).strip()
        try:
            said = base64.b64decode(line, validate=True).decode()
        except ValueError:
            self._send(f"{tag} BAD Not base64")
            return
        if mechanism.upper() == "XOAUTH2":
            self._present_token(tag, said)
            return
        parts = said.split("\0")
        self._sign_in(tag, parts[1] if len(parts) == 3 else "", parts[-1])

    def _present_token(self, tag: str, said: str) -> None:
        """What Google documents: a refused token is answered by a question, which the client answers with nothing."""
        self._network.logins += 1
        if self._network.knows_token(said):
            self._is_in = True
            self._send(f"{tag} OK Welcome")
            return
        error = b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}'
        self._send(b"+ " + base64.b64encode(error))
        if self._file.readline(100).strip():
            self._send(f"{tag} BAD Answer with an empty line")
            return
        self._send(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")

    def _mechanisms(self) -> list[str]:
        return [
            *(["PLAIN"] if self._network.takes_passwords else []),
            *(["XOAUTH2"] if self._network.access_tokens else []),
        ]

    def _sign_in(self, tag: str, user: str, password: str) -> None:
        self._network.logins += 1
        if not self._network.takes_passwords:
            self._send(f"{tag} NO [AUTHENTICATIONFAILED] Basic authentication is disabled")
        elif self._network.imap_outage == "unavailable":
            self._send(f"{tag} NO [UNAVAILABLE] Come back later")
        elif self._network.imap_outage == "refuses password" or (user, password) != (
            self._network.user,
            self._network.password,
        ):
            self._send(f"{tag} NO [AUTHENTICATIONFAILED] Wrong user or password")
        else:
            self._is_in = True
            self._send(f"{tag} OK Welcome")

    def _do_logout(self, tag: str, arguments: str) -> bool:
        self._send("* BYE See you")
        self._send(f"{tag} OK Done")
        return False

    # --- folders ---

    def _do_select(self, tag: str, arguments: str, mode: str = "READ-WRITE") -> None:
        words = _tokens(arguments)
        box = self._network.folders.get(words[0] if words else "") if self._is_in else None
        if box is None:
            self._send(f"{tag} NO [NONEXISTENT] No such folder")
            return
        self._box = box
        with box.changed:
            self._told = len(box.mails)
            self._send(f"* {self._told} EXISTS")
            self._send("* 0 RECENT")
            self._send("* FLAGS (\\Seen)")
            self._send(f"* OK [UIDVALIDITY {box.uidvalidity}] UIDs valid")
            self._send(f"* OK [UIDNEXT {box.uidnext}] Next UID")
        self._send(f"{tag} OK [{mode}] Opened")

    def _do_examine(self, tag: str, arguments: str) -> None:
        self._do_select(tag, arguments, "READ-ONLY")

    def _do_list(self, tag: str, arguments: str) -> None:
        if not self._is_in:
            self._send(f"{tag} BAD Not now")
            return
        for name in self._network.folders:
            mark = "\\HasNoChildren \\Sent" if name in self._network.sent_folders else "\\HasNoChildren"
            self._send(f'* LIST ({mark}) "/" "{name}"')
        self._send(f"{tag} OK Done")

    def _do_append(self, tag: str, arguments: str) -> None:
        words = _tokens(arguments)
        box = self._network.folders.get(words[0]) if self._is_in else None
        if box is None:
            self._send(f"{tag} NO [TRYCREATE] No such folder")
            return
        uid = box.append(words[-1].encode("utf-8", "surrogateescape"))
        flags = re.search(r"\(([^()]*)\)", arguments.partition('"')[0] or arguments[:200])
        box.mails[-1].flags |= set(flags.group(1).split()) if flags else set()
        self._send(f"{tag} OK [APPENDUID {box.uidvalidity} {uid}] Done")

    def _do_noop(self, tag: str, arguments: str) -> None:
        self._tell_news()
        self._send(f"{tag} OK Done")

    def _tell_news(self) -> None:
        if self._box is not None and len(self._box.mails) != self._told:
            self._told = len(self._box.mails)
            self._send(f"* {self._told} EXISTS")

    def _do_idle(self, tag: str, arguments: str) -> bool:
        box = self._box
        if box is None or not self._network.with_idle:
            self._send(f"{tag} BAD Nothing to wait for")
            return True
        self._send("+ idling")
        self._network.idling.release()
        while not self._network.stopping.is_set():
            with box.changed:
                self._tell_news()
            if select.select([self._connection], [], [], 0.02)[0]:
                if not self._file.readline(100).strip().upper().startswith(b"DONE"):
                    return False
                self._send(f"{tag} OK Done")
                return True
        return False

    # --- mails ---

    def _do_uid(self, tag: str, arguments: str) -> None:
        name, _, rest = arguments.partition(" ")
        if self._box is None or name.upper() not in {"SEARCH", "FETCH"}:
            self._send(f"{tag} BAD Not now")
        elif name.upper() == "SEARCH":
            with self._box.changed:
                found = [str(mail.uid) for mail in _search(self._box, rest)]
            self._send(f"* SEARCH {' '.join(found)}".rstrip())
            self._send(f"{tag} OK Done")
        else:
            self._fetch(tag, rest)

    def _fetch(self, tag: str, arguments: str) -> None:
        wanted, _, items = arguments.partition(" ")
        box = self._box
        if box is None:
            return
        with box.changed:
            uids = set(_uid_set(wanted, box))
            chosen = [(number, mail) for number, mail in enumerate(box.mails, 1) if mail.uid in uids]
        for number, mail in chosen:
            self._send(f"* {number} FETCH (".encode() + b" ".join(_fetched(mail, items)) + b")")
        self._send(f"{tag} OK Done")


def _tokens(text: str) -> list[str]:
    found = []
    for match in _TOKEN.finditer(text):
        quoted, grouped, plain = match.groups()
        found.append(
            re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted is not None else grouped or plain or ""
        )
    return found


def _uid_set(text: str, box: Mailbox) -> Iterator[int]:
    highest = max((mail.uid for mail in box.mails), default=0)
    for part in text.split(","):
        ends = [highest if end == "*" else int(end) for end in part.split(":")]
        low, high = min(ends), max(ends)  # `9:*` in a mailbox whose last is 7 means 7:9, and so the last mail
        yield from (mail.uid for mail in box.mails if low <= mail.uid <= high)


def _search(box: Mailbox, criteria: str) -> list[StoredMail]:
    words = _tokens(criteria)
    found = list(box.mails)
    if "UID" in words:
        uids = set(_uid_set(words[words.index("UID") + 1], box))
        found = [mail for mail in found if mail.uid in uids]
    if "SINCE" in words:
        day = datetime.strptime(words[words.index("SINCE") + 1], "%d-%b-%Y").replace(tzinfo=UTC)
        found = [mail for mail in found if mail.arrived_at >= day]
    if "UNSEEN" in words:
        found = [mail for mail in found if "\\Seen" not in mail.flags]
    return found


def _fetched(mail: StoredMail, items: str) -> Iterator[bytes]:
    yield f"UID {mail.uid}".encode()
    if "INTERNALDATE" in items:
        yield f'INTERNALDATE "{mail.arrived_at.astimezone(UTC):%d-%b-%Y %H:%M:%S} +0000"'.encode()
    if "RFC822.SIZE" in items:
        yield f"RFC822.SIZE {len(mail.content)}".encode()
    if "FLAGS" in items:
        yield f"FLAGS ({' '.join(sorted(mail.flags))})".encode()
    match: Any = re.search(r"BODY(\.PEEK)?\[([A-Z]*)\](?:<(\d+)\.(\d+)>)?", items)
    if match:
        if not match.group(1):
            mail.flags.add("\\Seen")
        content, start = mail.content, ""
        if match.group(2) == "HEADER":
            content = content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        if match.group(3):
            start = f"<{match.group(3)}>"
            content = content[int(match.group(3)) :][: int(match.group(4))]
        yield f"BODY[{match.group(2)}]{start} {{{len(content)}}}\r\n".encode() + content
