"""Reads for the screens of the language model."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Conversation
from ascolto.generation.access import purposes_for
from ascolto.generation.health import breaker_of, health_of
from ascolto.generation.material import language_of_agent, language_of_customer
from ascolto.generation.models import (
    SWITCHED,
    Departure,
    Generated,
    InboxSwitch,
    ModelServer,
    Outcome,
    Purpose,
    ServerHealth,
)
from ascolto.kit.clock import now
from ascolto.kit.vault import Unreadable

PAGE = 50
EXPORT = 20_000  # rows of a CSV file


@dataclass(frozen=True, slots=True)
class ConversationTools:
    """What an agent may ask a model for in a conversation; the desk draws it with `generation/_tools.html`."""

    number: str
    purposes: frozenset[str]
    reads: str = ""  # language of the agent
    writes: str = ""  # language of the customer

    def __bool__(self) -> bool:
        return bool(self.purposes)

    @property
    def suggests(self) -> bool:
        return Purpose.SUGGESTION in self.purposes

    @property
    def summarises(self) -> bool:
        return Purpose.SUMMARY in self.purposes

    @property
    def translates(self) -> bool:
        return Purpose.TRANSLATION in self.purposes

    @property
    def differ(self) -> bool:
        """Whether agent and customer write in different languages."""
        return self.reads[:2] != self.writes[:2]


def conversation_tools(agent: Agent, conversation: Conversation) -> ConversationTools:
    """The tools of one conversation that the agent may see; empty (false) while everything is off. One query then."""
    purposes = frozenset(purposes_for(agent, conversation))
    if not purposes:
        return ConversationTools(conversation.number, purposes)
    return ConversationTools(
        conversation.number, purposes, language_of_agent(agent), language_of_customer(conversation)
    )


# --- settings --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Status:
    """How the server does, for the settings screen. `state`: off, unused, working, failing, paused."""

    server: ModelServer
    health: ServerHealth
    state: str
    left_today: int
    has_key: bool
    headers: tuple[str, ...]  # names of further headers
    is_readable: bool


def status_now() -> Status:
    """The server's status at this moment."""
    server = ModelServer.current()
    health, moment = health_of(server), now()
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        secrets, is_readable = server.secrets(), True
    except Unreadable:
        secrets, is_readable = {}, False
    return Status(
        server=server,
        health=health,
        state=_state(server, health, moment),
        left_today=Departure.objects.filter(left_at__gte=start).count(),
        has_key=bool(secrets.get("api_key")) or not is_readable,
        headers=tuple(secrets.get("headers", {})),
        is_readable=is_readable,
    )


def _state(server: ModelServer, health: ServerHealth, moment: datetime) -> str:
    if not server.is_enabled:
        return "off"
    if breaker_of(health).is_paused(moment):
        return "paused"
    if health.error:
        return "failing"
    return "working" if health.success_at else "unused"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An inbox and what its texts may leave for."""

    account: ChannelAccount
    purposes: frozenset[str]


def inbox_rows() -> list[InboxRow]:
    """Every inbox with its switches."""
    switched: dict[int, set[str]] = {}
    for account, purpose in InboxSwitch.objects.values_list("account_id", "purpose"):
        switched.setdefault(account, set()).add(purpose)
    return [InboxRow(row, frozenset(switched.get(row.pk, ()))) for row in ChannelAccount.objects.all()]


def last_test() -> Generated | None:
    """The test that was asked for last."""
    return Generated.objects.filter(purpose=Purpose.TEST).order_by("-id").first()


# --- the log of what left --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sieve:
    """What of the log is wanted."""

    purpose: str = ""
    account: int | None = None
    agent: int | None = None
    failed: bool = False

    def condition(self) -> Q:
        rule = Q()
        if self.purpose in PURPOSE_KEYS:
            rule &= Q(purpose=self.purpose)
        if self.account is not None:
            rule &= Q(account_id=self.account)
        if self.agent is not None:
            rule &= Q(agent_id=self.agent)
        return rule & ~Q(outcome__in=[Outcome.ANSWERED, Outcome.ON_ITS_WAY]) if self.failed else rule


PURPOSE_KEYS: Collection[str] = frozenset(purpose.value for purpose in (*SWITCHED, Purpose.TEST))


def departures_before(sieve: Sieve, before: int | None = None) -> tuple[list[Departure], int | None]:
    """A page of what left, the newest first, and the key to ask for the next page with."""
    rows = Departure.objects.filter(sieve.condition()).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("agent", "account", "conversation").defer("request")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def departures_to_export(sieve: Sieve) -> list[Departure]:
    """What left, for a file; without the texts."""
    rows = Departure.objects.filter(sieve.condition()).order_by("-id")
    return list(rows.select_related("agent", "account").defer("request")[:EXPORT])


def people_in_log() -> list[tuple[int, str]]:
    """Who asked, for the filter."""
    asked = Departure.objects.exclude(agent=None).values_list("agent_id", flat=True).distinct()
    return list(Agent.objects.filter(pk__in=asked).order_by("name").values_list("pk", "name"))
