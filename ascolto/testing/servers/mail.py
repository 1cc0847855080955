"""Postfix and Dovecot as a mail house of their own: private folders, ports of the loopback, mail that never leaves the machine.

    with MailHouse() as house:
        house.settings()                      # how an account of kind "email" reaches help@telvia.example
        house.send("giulia@example.org", …)   # a customer's program hands a mail over
        house.mails("giulia@example.org")     # what lies in a mailbox

Both domains, telvia.example and example.org, are delivered here by LMTP; whoever is in no list is unknown (550), and `gone@example.org`
is known to Postfix but not to Dovecot, so that a mail to it comes back as a real report. Postfix starts as root only.
"""

from __future__ import annotations

import contextlib
import imaplib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ascolto.testing.servers import RunningServer, ServerMissing, free_port
from ascolto.testing.servers.certificate import make_certificate
from ascolto.testing.servers.tokens import Tokens

HELP: Final = "help@telvia.example"
GIULIA: Final = "giulia@example.org"
PEOPLE: Final = (HELP, GIULIA, "anna@example.org")
GONE: Final = "gone@example.org"
PASSWORD: Final = "p4ssword-of-all"
LARGEST: Final = 12_000_000

_MASTER = """
127.0.0.1:{mx} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_MAIN = """
compatibility_level = 3.6
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.telvia.example
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = telvia.example, example.org
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:5.1.2 nothing leaves this machine
relay_transport = error:5.1.2 nothing leaves this machine
smtpd_relay_restrictions = reject_unauth_destination
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_client_connection_rate_limit = 0
message_size_limit = {largest}
mailbox_size_limit = 0
virtual_mailbox_limit = 0
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
maillog_file = /dev/stdout
"""
_DOVECOT = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = ascolto-{imap}
log_path = /dev/stderr
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
  default_fields = uid=mail gid=mail home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imap}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  inet_listener auth-inet {{
    address = 127.0.0.1
    port = {auth}
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@telvia.example
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
"""


def _need(program: str, package: str) -> str:
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise ServerMissing(f"{package} is not installed: apt-get install {package}")
    return found


class Dovecot(RunningServer):
    """The mailboxes: IMAP over TLS, LMTP, and who may sign in."""

    name = "dovecot"

    def __init__(self) -> None:
        super().__init__()
        self.lmtp_port, self.auth_port = free_port(), free_port()
        self.tokens = Tokens()
        self.certificate, self.key = self.folder / "certificate.pem", self.folder / "key.pem"

    def prepare(self) -> Sequence[str | Path]:
        program = _need("dovecot", "dovecot-imapd")
        if os.geteuid() != 0:
            raise ServerMissing("Dovecot with several users runs as root only")
        self.folder.chmod(0o755)
        owner = pwd.getpwnam("mail")
        for name in ("run", "state", "mail"):
            (self.folder / name).mkdir(exist_ok=True)
        os.chown(self.folder / "mail", owner.pw_uid, owner.pw_gid)
        if not self.certificate.exists():
            make_certificate(self.certificate, self.key)
        (self.folder / "users").write_text("".join(f"{who}:{{plain}}{PASSWORD}::::::\n" for who in PEOPLE))
        tokens = f"tokeninfo_url = {self.tokens.url}/?token=\nusername_attribute = email\nactive_attribute = active\nactive_value = yes\n"
        (self.folder / "oauth2.conf").write_text(tokens)
        config = self.folder / "dovecot.conf"
        config.write_text(
            _DOVECOT.format(
                folder=self.folder,
                imap=self.port,
                lmtp=self.lmtp_port,
                auth=self.auth_port,
                certificate=self.certificate,
                key=self.key,
            )
        )
        return [program, "-F", "-c", config]

    def stop(self) -> None:
        """End it and whoever answers for its tokens."""
        super().stop()
        self.tokens.stop()

    def is_ready(self) -> bool:
        return _greets(self.lmtp_port, b"220") and _listens(self.port) and _listens(self.auth_port)

    def stop_only(self) -> None:
        """End it and keep its files: `start` goes on with them."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
        self._rest()

    def kill(self) -> None:
        """The whole server dies without a word, as in a power cut."""
        if self._process is not None:
            children = _children_of(self._process.pid)  # an orphan would keep its mailbox and sockets
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            for pid in children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._rest()

    def _rest(self) -> None:
        """Wait for its children, which leave a moment after it."""
        self._process = None
        self._await(lambda: not any(map(_listens, (self.port, self.lmtp_port, self.auth_port))))

    def forget_uids(self, user: str) -> None:
        """As after a restore: the mails are there, all of them under new numbers. Only while it does not run."""
        for path in (self.folder / "mail" / user).glob("dovecot*"):
            path.unlink()


def _children_of(parent: int) -> list[int]:
    """The processes that a process has started and not outlived."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int(entry.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(entry.parent.name))
    return found


class Postfix(RunningServer):
    """The way in and out: port `port` for the world, `submission_port` for those who sign in."""

    name = "postfix"

    def __init__(self, dovecot: Dovecot) -> None:
        super().__init__()
        self.submission_port = free_port()
        self._dovecot = dovecot

    def prepare(self) -> Sequence[str | Path]:
        program = _need("postfix", "postfix")
        if os.geteuid() != 0:
            raise ServerMissing("Postfix starts as root only")
        self.folder.chmod(0o755)
        config = self.folder / "conf"
        for name in ("conf", "queue", "data"):
            (self.folder / name).mkdir(exist_ok=True)
        owner = pwd.getpwnam("postfix")
        os.chown(self.folder / "data", owner.pw_uid, owner.pw_gid)
        (self.folder / "mailboxes").write_text("".join(f"{who} x\n" for who in (*PEOPLE, GONE)))
        ports = {"mx": self.port, "submission": self.submission_port}
        (config / "master.cf").write_text(_MASTER.format(**ports))
        (config / "main.cf").write_text(
            _MAIN.format(
                folder=self.folder,
                lmtp=self._dovecot.lmtp_port,
                auth=self._dovecot.auth_port,
                certificate=self._dovecot.certificate,
                key=self._dovecot.key,
                largest=LARGEST,
            )
        )
        return [program, "-c", config, "start-fg"]

    def is_ready(self) -> bool:
        return _greets(self.port, b"220") and _greets(self.submission_port, b"220")

    def stop_only(self) -> None:
        """End it by its own command, since its parts are processes of their own; what waits stays in its queue."""
        if self._process is not None and self._process.poll() is None:
            command = [_need("postfix", "postfix"), "-c", str(self.folder / "conf"), "stop"]
            subprocess.run(command, capture_output=True, timeout=30, check=False)
            self._process.wait(20)
        self._process = None

    def stop(self) -> None:
        """End it and remove its files."""
        self.stop_only()
        super().stop()


def _greets(port: int, words: bytes) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 2) as door:
        return door.recv(100).startswith(words)
    return False


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 2):
        return True
    return False


class MailHouse:
    """Both servers, and what people do there. A context manager. Raises ServerMissing."""

    def __init__(self) -> None:
        self.dovecot = Dovecot()
        self.postfix = Postfix(self.dovecot)

    def __enter__(self) -> Self:
        try:
            self.dovecot.start()
            self.postfix.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End both."""
        self.postfix.stop()
        self.dovecot.stop()

    @property
    def certificate(self) -> Path:
        """What a client must trust (`SSL_CERT_FILE`)."""
        return self.dovecot.certificate

    def settings(self, **changed: str) -> dict[str, str]:
        """Settings of an account of kind `email` for help@telvia.example."""
        return {
            "address": HELP,
            "imap_host": "127.0.0.1",
            "imap_port": str(self.dovecot.port),
            "imap_security": "ssl",
            "imap_user": HELP,
            "imap_password": PASSWORD,
            "smtp_host": "127.0.0.1",
            "smtp_port": str(self.postfix.submission_port),
            "smtp_security": "starttls",
            "smtp_user": HELP,
            "smtp_password": PASSWORD,
            **changed,
        }

    def send(self, sender: str, content: bytes, *recipients: str) -> None:
        """A customer's program hands a mail over at the public door."""
        with smtplib.SMTP("127.0.0.1", self.postfix.port, timeout=20) as server:
            server.sendmail(sender, recipients or (HELP,), content)

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """What lies in a folder of somebody, oldest first."""
        with self._signed_in(user) as box:
            if box.select(folder, readonly=True)[0] != "OK":
                return []
            numbers = box.search(None, "ALL")[1][0].split()
            found = [box.fetch(number.decode(), "(BODY.PEEK[])")[1][0] for number in numbers]
        return [item[1] for item in found if isinstance(item, tuple)]

    def flags(self, user: str, folder: str) -> list[bytes]:
        """The flags of every mail in a folder."""
        with self._signed_in(user) as box:
            box.select(folder, readonly=True)
            found = box.fetch("1:*", "(FLAGS)")[1]
        return [item for item in found if isinstance(item, bytes)]

    @contextlib.contextmanager
    def _signed_in(self, user: str) -> Iterator[imaplib.IMAP4_SSL]:
        context = ssl.create_default_context(cafile=str(self.certificate))
        with imaplib.IMAP4_SSL("127.0.0.1", self.dovecot.port, ssl_context=context, timeout=20) as box:
            box.login(user, PASSWORD)
            yield box
