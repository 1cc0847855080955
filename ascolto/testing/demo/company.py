"""Telvia's people, teams and inboxes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from ascolto.accounts.actions import change_company, create_agent, create_team
from ascolto.accounts.models import Agent, Company, Role
from ascolto.accounts.selectors import has_administrator
from ascolto.channels.actions import connect
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Conversation
from ascolto.kit import clock
from ascolto.testing.demo import arranged, bot_posts, organised

VISITOR = "anna@telvia.example"
PEOPLE = (
    (VISITOR, "Anna Bianchi", Role.ADMINISTRATOR, ("Network", "Billing", "Shop")),
    ("marco@telvia.example", "Marco Rossi", Role.AGENT, ("Network", "Billing")),
    ("sofia@telvia.example", "Sofia Greco", Role.AGENT, ("Network", "Shop")),
    ("giorgia@telvia.example", "Giorgia Leone", Role.AGENT, ("Network", "Billing", "Shop")),
    ("viktor@telvia.example", "Viktor Haas", Role.GUEST, ()),
)
COLLEAGUES = tuple(
    email for email, _, role, _ in PEOPLE if role == Role.AGENT
)  # who work while a visitor looks around
SINCE = timedelta(days=21)  # so long ago Telvia began with Ascolto
NEWCOMER_SINCE = timedelta(days=3)
SECRET = "telvia-demo-stand-in"  # shared with our own stand-ins, on this machine only
MAIL_USER = "care@telvia.example"


class NotEmpty(Exception):
    """This database belongs to somebody: the demo must not mix with real customers."""


def password() -> str:
    """The password of every demo person: another one in each installation, the same one at each start."""
    seal = hmac.new(settings.SECRET_KEY.encode(), b"demo", hashlib.sha256).digest()
    return "telvia-" + base64.b32encode(seal)[:8].decode().lower()


def check_free() -> None:
    """Raises NotEmpty when there is anything real here."""
    if Company.objects.filter(is_demo=True).exists():
        return
    real = has_administrator() or ChannelAccount.objects.exists() or Conversation.objects.exists()
    if real:
        raise NotEmpty(
            "This database holds real data, and the demo does not mix with it. Give the demo a directory of its own:"
            " ASCOLTO_DATA=demo-data ascolto demo"
        )


@transaction.atomic
def found() -> Agent:
    """Make the company once; returns the person as whom a visitor looks around. Raises NotEmpty."""
    check_free()
    known = Agent.objects.filter(email=VISITOR).first()
    if known is not None:
        return known
    with clock.at(clock.now() - SINCE):
        visitor = _found()
    with clock.at(clock.now() - NEWCOMER_SINCE):
        organised.hire(password())
    return visitor


def _found() -> Agent:
    Company.current()
    change_company(by=None, name="Telvia", time_zone="Europe/Rome")
    Company.objects.update(is_demo=True)
    people = {e: create_agent(email=e, name=n, password=password(), role=r) for e, n, r, _ in PEOPLE}
    for name in ("Network", "Billing", "Shop"):
        create_team(name=name, members=[people[e] for e, _, _, teams in PEOPLE if name in teams])
    for kind, name, values in _inboxes():
        connect(kind=kind, name=name, values=values)
    ChannelAccount.objects.update(is_demo=True)
    arranged.arrange(people[VISITOR])
    organised.organise(people[VISITOR])
    bot_posts.prepare(people[VISITOR])
    return people[VISITOR]


def ask_networks(they_run: bool) -> None:
    """Let the inboxes that ask their networks do so, or not: a stand-in that is not there would be an inbox that stopped."""
    asking = [
        one.pk for one in ChannelAccount.objects.filter(is_demo=True) if one.adapter.polls_every is not None
    ]
    ChannelAccount.objects.filter(pk__in=asking).update(is_enabled=they_run)


def _inboxes() -> list[tuple[str, str, dict[str, str]]]:
    """Their networks are stand-ins whose addresses are known once they run (world.py)."""
    nowhere = {"imap_host": "127.0.0.1", "imap_port": "9", "smtp_host": "127.0.0.1", "smtp_port": "9"}
    mail = {"imap_security": "none", "smtp_security": "none", "imap_user": MAIL_USER, "smtp_user": MAIL_USER}
    secrets = {"imap_password": SECRET, "smtp_password": SECRET, "address": MAIL_USER}
    whatsapp = {
        "app_secret": SECRET,
        "verify_token": SECRET,
        "access_token": SECRET,
        "phone_number_id": "1000",
    }
    answers = {"address": MAIL_USER, "smtp_host": "127.0.0.1", "smtp_port": "9", "smtp_security": "none"}
    return [
        ("whatsapp", "Telvia WhatsApp", {**whatsapp, "api_base": "http://127.0.0.1:9"}),
        ("email", "care@telvia.example", {**nowhere, **mail, **secrets}),
        (
            "chat",
            "Website chat",
            {"title": "Telvia", "greeting": "Ciao! Come possiamo aiutarti? / How can we help?"},
        ),
        ("form", "Contact form", {"title": "Telvia", **answers}),
        ("webhook", "Telvia app", {"secret": SECRET, "reply_url": "http://127.0.0.1:9/replies"}),
    ]
