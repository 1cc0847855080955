"""The SMTP side of the mail stand-in (RFC 5321, with SIZE, AUTH, STARTTLS and SMTPUTF8), able to suffer every outage."""

from __future__ import annotations

import base64
import binascii
import re
import socket
import ssl
from typing import TYPE_CHECKING, Final

from ascolto.testing.networks import break_off

if TYPE_CHECKING:
    from ascolto.testing.networks.mail import MailNetwork

_PATH: Final = re.compile(r"^(?:FROM|TO):\s*<([^<>]*)>(.*)$", re.IGNORECASE)
_REFUSED_RECIPIENT: Final = {
    "busy": "451 4.3.2 Try again later",
    "unknown recipient": "550 5.1.1 User unknown",
    "no relay": "550 5.7.1 Relay access denied",
}
_AFTER_DATA: Final = {
    "busy after data": "451 4.7.1 Greylisted, come back",
    "refuses content": "554 5.6.0 The content is refused",
}


class SmtpConversation:
    """One client's session."""

    def __init__(self, network: MailNetwork, connection: socket.socket) -> None:
        self._network, self._connection = network, connection
        self._file = connection.makefile("rb")
        self._sender: str | None = None
        self._recipients: list[str] = []

    def run(self) -> None:
        """Answer until the client leaves, or the outage ends the session."""
        self._send("220 mail.telvia.example ESMTP stand-in")
        while line := self._file.readline(20_000):
            name, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            answer = getattr(self, f"_do_{name.lower()}", None)
            if answer is None:
                self._send("502 5.5.2 Unknown command")
            elif answer(rest) is False:
                return

    def _send(self, text: str) -> None:
        self._connection.sendall(text.encode() + b"\r\n")

    def _line(self) -> bytes:
        return self._file.readline(20_000).strip()

    def _suffer(self, silent: bool) -> bool:
        """The connection dies, at once or after a long silence."""
        if silent:
            self._network.stopping.wait(30)
        self._file.close()
        break_off(self._connection)
        return False

    # --- who speaks ---

    def _do_ehlo(self, rest: str) -> None:
        features = ["mail.telvia.example", f"SIZE {self._network.size_limit}", "8BITMIME", "SMTPUTF8"]
        if self._network.offers_starttls and not isinstance(self._connection, ssl.SSLSocket):
            features.append("STARTTLS")
        features += ["ENHANCEDSTATUSCODES", f"AUTH {' '.join(self._mechanisms())}"]
        for feature in features[:-1]:
            self._send(f"250-{feature}")
        self._send(f"250 {features[-1]}")

    def _do_helo(self, rest: str) -> None:
        self._send("250 mail.telvia.example")

    def _do_starttls(self, rest: str) -> None:
        certificate = self._network.certificate
        if certificate is None or not self._network.offers_starttls:
            self._send("454 4.7.0 TLS not available")
            return
        self._send("220 2.0.0 Go ahead")
        self._file.close()
        self._connection = certificate.wrap_socket(self._connection, server_side=True)
        self._file = self._connection.makefile("rb")

    def _do_auth(self, rest: str) -> None:
        mechanism, _, given = rest.partition(" ")
        if mechanism.upper() not in self._mechanisms():
            self._send("504 5.7.4 Unrecognized authentication type")
            return
        if mechanism.upper() == "XOAUTH2":
            self._present_token(given)
            return
        try:
            if mechanism.upper() == "PLAIN":
                words = self._decoded(given or self._ask("")).split("\0")
                user, password = (words[1], words[2]) if len(words) == 3 else ("", "")
            else:
                user = self._decoded(given or self._ask("VXNlcm5hbWU6"))
                password = self._decoded(self._ask("UGFzc3dvcmQ6"))
        except (binascii.Error, UnicodeError):
            self._send("501 5.5.2 Not base64")
            return
        known = (user, password) == (self._network.user, self._network.password)
        self._send("235 2.7.0 Welcome" if known else "535 5.7.8 Wrong user or password")

    def _mechanisms(self) -> list[str]:
        passwords = ["PLAIN", "LOGIN"] if self._network.takes_passwords else []
        return [*passwords, *(["XOAUTH2"] if self._network.access_tokens else [])]

    def _present_token(self, given: str) -> None:
        try:
            said = self._decoded(given or self._ask(""))
        except (binascii.Error, UnicodeError):
            self._send("501 5.5.2 Not base64")
            return
        if self._network.knows_token(said):
            self._send("235 2.7.0 Welcome")
            return
        error = base64.b64encode(b'{"status":"401","schemes":"bearer"}').decode()
        if self._ask(error):
            self._send("501 5.5.2 Answer with an empty line")
            return
        self._send("535 5.7.3 Authentication unsuccessful")

    def _ask(self, question: str) -> str:
        self._send(f"334 {question}")
        return self._line().decode("ascii", "replace")

    def _decoded(self, text: str) -> str:
        return base64.b64decode(text, validate=True).decode()

    # --- one mail ---

    def _do_mail(self, rest: str) -> None:
        match = _PATH.match(rest)
        size = re.search(r"\bSIZE=(\d{1,12})", rest)
        if match is None:
            self._send("501 5.5.4 Write MAIL FROM:<address>")
        elif self._network.smtp_outage == "sender refused":
            self._send("550 5.7.60 This account may not send as that address")
        elif size and int(size.group(1)) > self._network.size_limit:
            self._send("552 5.3.4 Too large")
        else:
            self._sender, self._recipients = match.group(1), []
            self._send("250 2.1.0 OK")

    def _do_rcpt(self, rest: str) -> bool:
        outage, match = self._network.smtp_outage, _PATH.match(rest)
        if outage in {"breaks off early", "hangs early"}:
            return self._suffer(silent=outage == "hangs early")
        if self._sender is None or match is None:
            self._send("503 5.5.1 Not now")
        elif outage in _REFUSED_RECIPIENT:
            self._send(_REFUSED_RECIPIENT[outage])
        else:
            self._recipients.append(match.group(1))
            self._send("250 2.1.5 OK")
        return True

    def _do_data(self, rest: str) -> bool:
        if self._sender is None or not self._recipients:
            self._send("503 5.5.1 Not now")
            return True
        self._send("354 End with a dot")
        content = self._read_content()
        if content is None:
            return False
        sender, recipients, outage = self._sender, tuple(self._recipients), self._network.smtp_outage
        self._do_reset()
        if outage in _AFTER_DATA:
            self._send(_AFTER_DATA[outage])
            return True
        if len(content) > self._network.size_limit:
            self._send("552 5.3.4 Too large")
            return True
        self._network.accept(sender, recipients, content)
        if outage in {"breaks off", "hangs"}:
            return self._suffer(silent=outage == "hangs")
        while outage == "drips" and not self._network.stopping.wait(0.02):
            self._connection.sendall(b"x")
        self._send("<html>It works!</html>" if outage == "nonsense" else "250 2.0.0 Queued")
        return True

    def _read_content(self) -> bytes | None:
        """The mail up to the final dot; None when the client left before it."""
        lines: list[bytes] = []
        while line := self._file.readline():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None

    def _do_reset(self) -> None:
        self._sender, self._recipients = None, []

    def _do_rset(self, rest: str) -> None:
        self._do_reset()
        self._send("250 2.0.0 OK")

    def _do_noop(self, rest: str) -> None:
        self._send("250 2.0.0 OK")

    def _do_quit(self, rest: str) -> bool:
        self._send("221 2.0.0 Bye")
        return False
