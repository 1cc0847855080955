"""What the gaps of a saved reply are filled with in one conversation. Rooms that know more of a customer register it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from ascolto.accounts.models import Agent, Company
from ascolto.channels.looks import look_of
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.knowledge.variables import FIELD

Fields = Callable[
    [Conversation], Mapping[str, str]
]  # the customer's fields by key, in the words of the language that is active
_fields: list[Fields] = []


def register_fields(fields: Fields) -> None:
    """Let a room fill {field:…} in; called at the start. A later room's value wins."""
    if fields not in _fields:
        _fields.append(fields)


def values_for(agent: Agent, conversation: Conversation, language: str) -> dict[str, str]:
    """Every variable of a conversation, times in the words of `language`; what is not known is empty."""
    customer, company = conversation.customer, Company.current()
    values = {
        "customer": customer.name,
        "first_name": customer.name.split()[0] if customer.name.strip() else "",
        "agent": agent.public_name or agent.name,
        "number": conversation.number,
        "company": company.name,
        "channel": _channel(conversation, language),
        "due": _moment(conversation.due_at, language),
        "waited": _span(conversation.waiting_since, language),
    }
    with override(language or None):
        for fields in _fields:
            values |= {f"{FIELD}{key}": value for key, value in fields(conversation).items()}
    return values


def _channel(conversation: Conversation, language: str) -> str:
    kind = conversation.channels.partition(",")[0] or (
        conversation.account.kind if conversation.account else ""
    )
    with override(language or None):
        return str(look_of(kind).label) if kind else ""


def _moment(at: datetime | None, language: str) -> str:
    """`18:00` today, else the day too."""
    if at is None:
        return ""
    local, today = timezone.localtime(at), timezone.localtime(now()).date()
    with override(language or None):
        time = date_format(local, "TIME_FORMAT")
        return time if local.date() == today else f"{date_format(local, 'DATE_FORMAT')}, {time}"


def _span(since: datetime | None, language: str) -> str:
    """How long the customer has waited: `2 h`, `35 min`; days beyond two of them."""
    if since is None:
        return ""
    minutes = max(0, int((now() - since).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} {'giorni' if language == 'it' else 'd'}"
