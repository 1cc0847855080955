"""E-mail: any mailbox with IMAP and SMTP. See docs/channels/email.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from ascolto.channels.adapters.email import compose, headers, imap, smtp
from ascolto.channels.adapters.email.origin import own_addresses
from ascolto.channels.adapters.email.parsing import read_mail
from ascolto.channels.capabilities import Attachments, Capabilities
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ConfigError,
    Inbound,
    Outgoing,
    Polled,
    RawDelivery,
    Sent,
    setting,
)

SECURITY = ("ssl", "starttls", "none")
_ALSO = {
    "tls": "ssl",
    "ssl/tls": "ssl",
    "smtps": "ssl",
    "imaps": "ssl",
    "plain": "none",
    "off": "none",
    "no": "none",
}
_HOST = re.compile(r"[A-Za-z0-9_.:\[\]\-]{1,253}|[^\x00-\x20/@?#]{1,253}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Config:
    """The mailbox that is read, the server that sends, and the address customers see."""

    address: str = setting(
        "Address",
        example="help@telvia.example",
        help="The address that customers write to and get answers from.",
    )
    imap_host: str = setting("IMAP server", example="imap.telvia.example", help="Where the mailbox is read.")
    imap_user: str = setting("IMAP user", help="Often the whole address.")
    imap_password: str = setting(
        "IMAP password", secret=True, help="With two-step sign-in: a password for apps."
    )
    smtp_host: str = setting("SMTP server", example="smtp.telvia.example", help="The server that sends.")
    imap_port: int = setting("IMAP port", default=993, help="993 with ssl, 143 with starttls.")
    imap_security: str = setting(
        "IMAP encryption", default="ssl", choices=SECURITY, also=_ALSO, help="none only on your own network."
    )
    smtp_port: int = setting("SMTP port", default=465, help="465 with ssl, 587 with starttls.")
    smtp_security: str = setting(
        "SMTP encryption", default="ssl", choices=SECURITY, also=_ALSO, help="none only on your own network."
    )
    smtp_user: str = setting("SMTP user", default="", help="Empty when the server asks for none.")
    smtp_password: str = setting("SMTP password", default="", secret=True)
    display_name: str = setting(
        "Name shown", default="", help="What customers see beside the address. Empty: the inbox's name."
    )
    folder: str = setting(
        "Folder", default="INBOX", advanced=True, help="The folder that is read. Mails stay there, untouched."
    )
    history_days: int = setting(
        "Days to look back",
        default=1,
        advanced=True,
        help="How old the mails may be that the first look brings in, in days.",
    )
    authserv_id: str = setting(
        "Name of your receiving server",
        default="",
        advanced=True,
        help="As it stands first in Authentication-Results. Empty: the topmost of these headers is believed.",
    )

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        boxes = headers.read_mailboxes([self.address])
        if len(boxes) != 1 or boxes[0].address != self.address.lower():
            raise ConfigError("address", "is not an e-mail address: write for example help@telvia.example")
        for name in ("imap_host", "smtp_host"):
            if not _HOST.fullmatch(getattr(self, name)):
                raise ConfigError(name, "is not a server's name: write for example mail.telvia.example")
        for name in ("imap_port", "smtp_port"):
            if not 1 <= getattr(self, name) <= 65_535:
                raise ConfigError(name, "is not a port: write a number between 1 and 65535")
        for name in ("imap_user", "imap_password", "smtp_user", "smtp_password", "display_name", "folder"):
            if _CONTROL.search(getattr(self, name)):
                raise ConfigError(name, "has characters that cannot be typed: copy it again")
        if not 0 <= self.history_days <= 365:
            raise ConfigError("history_days", "is not between 0 and 365")
        if self.imap_security == "starttls" and self.imap_port == 993:
            raise ConfigError("imap_port", "993 is the port of ssl: choose ssl, or port 143")


class Email(Adapter):
    """See docs/channels/email.md."""

    kind = "email"
    one_access = False
    label = "E-mail"
    Config = Config
    capabilities = Capabilities(
        max_length=200_000,
        attachments=Attachments(max_count=20, max_bytes={"*": 20 * 1024 * 1024}),
        receipts=frozenset({"sent"}),
        threads=True,
        html=True,
        subject=True,
        starts=True,
    )
    kept_headers = ("internal-date", "uid", "truncated")
    namespaces = ("email",)
    rate = (5.0, 10)
    polls_every = timedelta(seconds=60)
    icon = "i-ch-email"

    def __init__(self, wait: smtp.TimeOuts | None = None) -> None:
        self.wait_times = wait or smtp.TimeOuts()
        self._mailboxes = imap.Mailboxes()

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        return read_mail(account, raw)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        recipient = compose.recipient_of(outgoing, own_addresses(account.config))
        identity, content = compose.compose(account, outgoing, recipient)
        sender = compose.on_the_wire(account.config.address)
        smtp.deliver(account.config, sender, compose.on_the_wire(recipient), content, self.wait_times)
        return Sent((identity,))

    def poll(self, account: Account, cursor: Mapping[str, object]) -> Iterator[Polled]:
        return self._mailboxes.read_new(account.id, account.config, cursor)

    def wait(self, account: Account, seconds: float) -> None:
        self._mailboxes.wait(account.id, account.config, seconds)

    def test(self, account: Account) -> str:
        count = imap.count_mails(account.config, imap.CONNECT_SECONDS)
        with smtp.connected(account.config, self.wait_times):
            pass
        return f"Both servers let us in. The folder {account.config.folder} has {count} mails."


adapter = Email()
