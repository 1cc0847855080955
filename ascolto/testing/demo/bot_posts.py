"""Telvia's automatic assistant: the ready-made flows from the beginning, at the website's chat and on WhatsApp since the past is told.

What happened before it began stays as it was: people answered. Who writes now meets it first, and most want a person.
"""

from __future__ import annotations

from ascolto.accounts.models import Agent
from ascolto.bot.actions.posts import set_post
from ascolto.bot.models import BotFlow, BotPost
from ascolto.bot.ready_made import ENTRY, install
from ascolto.channels.models import ChannelAccount

INBOXES = ("chat", "whatsapp")
A_PERSON = {
    "it": "Preferisco un operatore, grazie.",
    "en": "An agent please.",
}  # to the bot, by who wrote a whole message


def prepare(visitor: Agent) -> None:
    """The flows, published; called once, when the company is founded."""
    install(visitor)


def begin() -> None:
    """Let them answer from now on."""
    flow = BotFlow.objects.get(slug=ENTRY)
    for account in ChannelAccount.objects.filter(is_demo=True, kind__in=INBOXES):
        if not BotPost.objects.filter(account=account).exists():
            set_post(by=None, account=account, flow=flow)
