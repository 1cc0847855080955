"""The networks around the demo company, on this machine: whatever Telvia's inboxes talk to."""

from __future__ import annotations

from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from django.conf import settings

from ascolto.channels.actions import change_settings
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Conversation
from ascolto.customers.models import Identity
from ascolto.kit.clock import now
from ascolto.testing.demo.company import MAIL_USER, SECRET, ask_networks
from ascolto.testing.demo.neighbourhood import Neighbourhood
from ascolto.testing.demo.pens import Pens
from ascolto.testing.networks import LocalServer
from ascolto.testing.networks.mail import MailNetwork
from ascolto.testing.networks.whatsapp import WhatsAppNetwork


class _TakesAnswers(BaseHTTPRequestHandler):
    """Telvia's own app: takes the answers to what was written in it."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


class World:
    """A context manager: the stand-ins run, and the inboxes know where."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self.whatsapp = WhatsAppNetwork(
            app_secret=SECRET, access_token=SECRET, verify_token=SECRET, phone_number_id="1000"
        )
        self.whatsapp.statuses = {"sent": 0.2, "delivered": 1.0, "read": 4.0}
        self.mail = MailNetwork(user=MAIL_USER, password=SECRET)
        self.app = LocalServer(_TakesAnswers)
        self.base_url = f"http://127.0.0.1:{settings.ENVIRONMENT.port}"
        self.neighbourhood = Neighbourhood(self.base_url)
        self.pens = Pens({}, self.base_url, self.whatsapp, self.mail, self.neighbourhood)

    def __enter__(self) -> Self:
        self._open.enter_context(self.whatsapp)
        self._open.enter_context(self.mail)
        self._open.enter_context(self.app)
        self._open.enter_context(self.neighbourhood)
        accounts = {a.kind: a for a in ChannelAccount.objects.filter(is_demo=True)}
        self.pens.accounts = accounts
        change_settings(account=accounts["whatsapp"], values={"api_base": self.whatsapp.url})
        ports = {"imap_port": str(self.mail.imap_port), "smtp_port": str(self.mail.smtp_port)}
        change_settings(account=accounts["email"], values=ports)
        change_settings(account=accounts["form"], values={"smtp_port": ports["smtp_port"]})
        change_settings(account=accounts["webhook"], values={"reply_url": f"{self.app.url}/replies"})
        self.whatsapp.mailman.url = f"{self.base_url}/hooks/whatsapp/{accounts['whatsapp'].token}"
        self._remember_telephones()
        ask_networks(True)
        return self

    def is_new(self) -> bool:
        """Whether nobody of the neighbourhood has written yet."""
        return not Conversation.objects.filter(account__kind__in=self.neighbourhood.networks).exists()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ask_networks(False)
        self._open.close()

    def _remember_telephones(self) -> None:
        """People of the past have telephones too, and wrote lately: they can be answered."""
        known = Identity.objects.filter(namespace="phone").select_related("customer")
        for identity in known:
            customer = self.whatsapp.add_customer(identity.value, identity.customer.name)
            customer.last_wrote_at = now()
            self.pens._telephones[identity.customer.name] = customer
