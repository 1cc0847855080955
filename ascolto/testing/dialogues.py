"""Flows at inboxes, for tests: what the bot says, and what customers press."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ascolto.accounts.models import Agent
from ascolto.bot import live, worker
from ascolto.bot.actions.flows import create_flow, publish
from ascolto.bot.actions.posts import set_post
from ascolto.bot.actions.proving import findings_of
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Author, Conversation, Message
from ascolto.customers.models import Customer
from ascolto.kit.remembering import forget_all
from ascolto.testing.factories import receive
from ascolto.testing.readings import make_reading

CARE = """\
flow: care
title: {it: Assistenza, en: Care}
languages: [it, en]
start: welcome
person: {team: Care}
slots:
  customer_code:
    type: code
    mask: TV999999
    known: [customer_code]
    ask: {it: "Qual è il tuo codice cliente?", en: "What is your customer code?"}
    again: {it: "Il codice comincia con TV e ha sei cifre.", en: "The code begins with TV and has six digits."}
nodes:
  welcome:
    menu: {it: "Di cosa hai bisogno?", en: "What do you need?"}
    options:
      - {id: fault, label: {it: Guasto, en: Fault}, words: {it: [guasto, non va], en: [fault, broken]}, topics: [Fault], next: code}
      - {id: bill, label: {it: Bolletta, en: Bill}, words: {it: [bolletta], en: [bill]}, topics: [Billing], next: bill}
      - {id: complaint, label: {it: Reclamo, en: Complaint}, words: {it: [reclamo], en: [complaint]}, complaint: true, next: person}
      - {id: done, label: {it: Tutto a posto, en: All is well}, next: bye}
  code: {ask: customer_code, next: mark}
  mark: {set: {labels: [fault], priority: high}, next: told}
  told:
    say: {it: "Ho trovato il contratto {customer_code}.", en: "I found contract {customer_code}."}
    next: person
  bill: {look_up: last, found: bye, missing: person}
  bye: {end: {say: {it: "A presto.", en: "Goodbye."}, resolved: true}}
"""


def post_flow(account: ChannelAccount, text: str = CARE, *, by: Agent | None = None, **post: Any) -> None:
    """Let a flow answer at an inbox, at once."""
    version = create_flow(by=by, text=text)
    assert not findings_of(text), [finding.told() for finding in findings_of(text)]
    publish(by=by, version=version)
    set_post(by=by, account=account, flow=version.flow, **post)
    forget_all()
    assert live.at_hand().post_of(account.pk)


CALM: Mapping[str, Any] = {
    "language": "it",
    "language_probability": 0.99,
    "sentiment": "neutral",
    "strength": 0.0,
    "anger": 0.02,
    "intent": "question",
    "probabilities": {"topic": 0.9},
    "unsure": [],
}


def write(inbox: ChannelAccount, customer: Customer, text: str, **read: Any) -> Conversation:
    """A customer writes, it is understood (calmly unless `read` says otherwise), and the bot hears it."""
    message = receive(inbox, text, customer=customer)
    make_reading(message, **{**CALM, **read})
    return _heard(message)


def press(inbox: ChannelAccount, customer: Customer, choice: str, title: str = "") -> Conversation:
    """A customer presses a choice, and the bot hears it."""
    return _heard(receive(inbox, title or choice, customer=customer, extra={"payload": choice}))


def _heard(message: Message) -> Conversation:
    worker.catch_up()
    return Conversation.objects.select_related("customer", "assignee", "team").get(pk=message.conversation_id)


def said_by_bot(conversation: Conversation) -> list[str]:
    """What the bot said, in order."""
    rows = Message.objects.filter(conversation=conversation, author_kind=Author.BOT).order_by("pk")
    return list(rows.values_list("text", flat=True))


def offered(conversation: Conversation) -> dict[str, str]:
    """The choices of the last message of the bot: titles by ids."""
    last = Message.objects.filter(conversation=conversation, author_kind=Author.BOT).latest("pk")
    return {one["id"]: one["title"] for one in last.extra.get("choices", [])}
