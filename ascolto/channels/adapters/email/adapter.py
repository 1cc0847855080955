"""E-mail: any mailbox with IMAP and SMTP. See docs/channels/email.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from ascolto.channels.adapters.email import access, compose, headers, imap, sentbox, signing, smtp
from ascolto.channels.adapters.email.origin import own_addresses
from ascolto.channels.adapters.email.parsing import read_mail
from ascolto.channels.capabilities import Attachments, Capabilities
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ConfigError,
    Inbound,
    OAuth,
    Outgoing,
    Polled,
    RawDelivery,
    Renewed,
    Sent,
    setting,
)
from ascolto.channels.vendors import oauth as tokens

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
_TYPED = ("imap_user", "imap_password", "smtp_user", "smtp_password", "display_name", "folder", "sent_folder")
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
    smtp_host: str = setting("SMTP server", example="smtp.telvia.example", help="The server that sends.")
    sign_in: str = setting(
        "Way to sign in",
        default="password",
        choices=tuple(signing.WAYS),
        also={"gmail": "google", "office365": "microsoft", "microsoft365": "microsoft", "oauth": "other"},
        help="Gmail and Microsoft 365 take no passwords any more: choose google or microsoft and sign in there.",
    )
    imap_password: str = setting(
        "IMAP password", secret=True, default="", help="With two-step sign-in: a password for apps."
    )
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
    copy_sent: str = setting(
        "Copy in the Sent folder",
        default="auto",
        choices=("auto", "yes", "no"),
        advanced=True,
        help="auto: unless the provider makes one itself, as Gmail and Microsoft 365 do.",
    )
    sent_folder: str = setting(
        "Sent folder", default="", advanced=True, help="Empty: the one that the server calls so."
    )
    client_id: str = setting(
        "Client ID",
        default="",
        help="Of the app that you registered at Google or Microsoft; only to sign in there.",
    )
    client_secret: str = setting("Client secret", secret=True, default="")
    tenant: str = setting(
        "Microsoft tenant",
        default="organizations",
        advanced=True,
        help="The directory ID for an app of one organisation; common takes private accounts too.",
    )
    access_token: str = setting("Access token", secret=True, default="", advanced=True)
    refresh_token: str = setting("Refresh token", secret=True, default="", advanced=True)
    authorize_url: str = setting(
        "Sign-in address", default="", advanced=True, help="Of another provider, with the way other."
    )
    grant_url: str = setting(
        "Address for tokens", default="", advanced=True, help="Of another provider, with the way other."
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
        for name in (*_TYPED, "access_token", "refresh_token"):
            if _CONTROL.search(getattr(self, name)):
                raise ConfigError(name, "has characters that cannot be typed: copy it again")
        if not 0 <= self.history_days <= 365:
            raise ConfigError("history_days", "is not between 0 and 365")
        self._check_sign_in()
        if self.imap_security == "starttls" and self.imap_port == 993:
            raise ConfigError("imap_port", "993 is the port of ssl: choose ssl, or port 143")

    def _check_sign_in(self) -> None:
        if self.sign_in == signing.PASSWORD:
            if not self.imap_password:
                raise ConfigError("imap_password", "is required (IMAP password).")
            return
        if not self.refresh_token and not self.access_token:
            raise ConfigError("sign_in", "is not done yet: use the button that signs in, or choose password")
        if not re.fullmatch(r"[A-Za-z0-9.-]{1,100}", self.tenant):
            raise ConfigError(
                "tenant", "is letters, digits, dots and hyphens: organizations, common or a directory ID"
            )
        if self.sign_in == "other" and not (self.authorize_url and self.grant_url):
            raise ConfigError(
                "authorize_url", "is needed, and the address for tokens: the provider names both"
            )


class Email(Adapter):
    """See docs/channels/email.md."""

    kind = "email"
    one_access = False
    label = "E-mail"
    Config = Config
    capabilities = Capabilities(
        marks="html",
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
    oauth = signing.MICROSOFT  # unless `oauth_with` names another
    renews_every = timedelta(minutes=30)  # tokens last an hour or a little more
    sentences = (
        "%(where)s refused the sign-in: %(what)s",
        "%(where)s takes no password: sign in at the provider instead.",
        "The certified mail was returned: %(kind)s.",
        "%(where)s: the host name or the password has letters that the server cannot take.",
        "The server cannot search: %(what)s",
        "The server does not tell what it has: %(what)s",
        "The server does not hand out mail %(number)s: %(what)s",
        "The server answered something else than SMTP: %(what)s",
    )
    guide = (
        "Write the address that customers write to, and the servers that your provider names for IMAP and SMTP.",
        "With an ordinary provider: write user and password. With two-step sign-in make a password for apps.",
        "Gmail: imap.gmail.com (993, ssl) and smtp.gmail.com (465, ssl).",
        "Microsoft 365: outlook.office365.com (993, ssl) and smtp.office365.com (587, starttls).",
        "For Gmail and Microsoft 365 register an app there (Google Cloud console, Microsoft Entra) with the redirect address shown here.",
        "Write its client ID and secret, choose google or microsoft as the way to sign in, and press the button that signs in.",
        "In Microsoft 365 an administrator must allow authenticated SMTP for the mailbox.",
        "Press Test the connection: it signs in to both servers. Mails of the last day come in at once.",
    )

    def __init__(self, wait: smtp.TimeOuts | None = None) -> None:
        self.wait_times = wait or smtp.TimeOuts()
        self._mailboxes = imap.Mailboxes()
        self._sent = sentbox.SentBox()

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        return read_mail(account, raw)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        recipient = compose.recipient_of(outgoing, own_addresses(account.config))
        identity, content = compose.compose(account, outgoing, recipient)
        sender = compose.on_the_wire(account.config.address)
        smtp.deliver(account.config, sender, compose.on_the_wire(recipient), content, self.wait_times)
        self._sent.keep(account.id, account.config, content)
        return Sent((identity,))

    def poll(self, account: Account, cursor: Mapping[str, object]) -> Iterator[Polled]:
        return self._mailboxes.read_new(account.id, account.config, cursor)

    def wait(self, account: Account, seconds: float) -> None:
        self._mailboxes.wait(account.id, account.config, seconds)

    def oauth_with(self, settings: Mapping[str, str]) -> OAuth | None:
        return signing.WAYS.get(settings.get("sign_in", ""), None) or self.oauth

    def renew(self, account: Account) -> Renewed | None:
        way = signing.WAYS.get(account.config.sign_in)
        if way is None:
            return None
        values = tokens.values_of(account.config)
        return tokens.refresh(way, values, account.config.refresh_token, trusted=account.trusted)

    def test(self, account: Account) -> str:
        count = imap.count_mails(account.config, access.CONNECT_SECONDS)
        with smtp.connected(account.config, self.wait_times):
            pass
        return f"Both servers let us in. The folder {account.config.folder} has {count} mails."


adapter = Email()
