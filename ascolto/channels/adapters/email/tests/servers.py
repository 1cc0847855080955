"""What the tests over real sockets share: accounts on the stand-in, and adapters that wait less."""

from __future__ import annotations

from ascolto.channels.adapters.email import imap, sentbox
from ascolto.channels.adapters.email.adapter import Email, adapter
from ascolto.channels.adapters.email.smtp import TimeOuts
from ascolto.channels.protocol import Account, Handle, Outgoing, Polled
from ascolto.testing.conformance import account_for
from ascolto.testing.networks.mail import MailNetwork

GIULIA = Handle("email", "giulia@example.org")


def quick() -> Email:
    """An adapter whose patience is short."""
    made = Email(TimeOuts(connect=2, answer=0.5, whole=1.5))
    made._mailboxes = imap.Mailboxes(seconds=1)
    made._sent = sentbox.SentBox(seconds=1)
    return made


def account(network: MailNetwork, **changed: str) -> Account:
    return account_for(adapter, network.settings(**changed))


def answer(text: str = "Good morning Giulia, a technician is on the way.", **changed: object) -> Outgoing:
    values: dict[str, object] = {"tracker": "d-1", "recipient": (GIULIA,), "text": text, "subject": "No line"}
    return Outgoing(**{**values, **changed})  # type: ignore[arg-type]


class Reader:
    """Polls like the intake does: every item's cursor is stored with it."""

    def __init__(self, email: Email, account: Account) -> None:
        self.email, self.account = email, account
        self.cursor: dict[str, object] = {}
        self.items: list[Polled] = []

    def poll(self) -> list[bytes]:
        """The mails of one look."""
        found = []
        for item in self.email.poll(self.account, self.cursor):
            self.cursor = dict(item.cursor)
            self.items.append(item)
            if item.raw is not None:
                found.append(item.raw)
        return found
