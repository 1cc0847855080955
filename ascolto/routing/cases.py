"""A conversation as routing sees it: who has it, whether anybody waits, and when that may be otherwise by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from ascolto.conversations.models import Conversation, Status
from ascolto.routing.weights import LONGEST_TALK, talk_of

SOON = timedelta(minutes=15)  # before a date that somebody promised: then somebody has to see to it
_FIELDS = (
    "pk", "customer_id", "account_id", "team_id", "assignee_id", "status", "is_spam", "waiting_since", "due_at", "promised_for",
    "snoozed_until", "last_message_at", "channels", "customer__language", "customer__group__name", "with_bot",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """What decides whether a conversation needs somebody."""

    id: int
    customer: int
    account: int
    team: int | None
    assignee: int | None
    status: str
    is_spam: bool
    waiting_since: datetime | None
    due_at: datetime | None
    promised_for: datetime | None
    snoozed_until: datetime | None
    last_message_at: datetime
    channels: str
    language: str  # the customer's
    group: str | None
    with_bot: bool = False

    @property
    def channel(self) -> str:
        """The kind it used last."""
        return self.channels.split(",", 1)[0]

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN and not self.is_spam

    def is_snoozed(self, at: datetime) -> bool:
        """Whether somebody put it aside until later."""
        return self.snoozed_until is not None and self.snoozed_until > at

    def is_waiting(self, at: datetime) -> bool:
        """Whether somebody must act: the customer waits, or a date that was promised comes near."""
        if not self.is_open or self.is_snoozed(at) or self.with_bot:
            return False
        return self.waiting_since is not None or (
            self.promised_for is not None and self.promised_for - SOON <= at
        )

    def is_in_hand(self, at: datetime) -> bool:
        """Whether it occupies its owner now."""
        if self.assignee is None or not self.is_open or self.is_snoozed(at):
            return False
        talk = talk_of(self.channel)
        return self.waiting_since is not None or (talk is not None and at < self.last_message_at + talk)

    def turns_at(self, at: datetime) -> datetime | None:
        """When one of the answers above may change although nothing happens."""
        talk, dates = talk_of(self.channel), [self.snoozed_until]
        if self.waiting_since is None and self.promised_for is not None:
            dates.append(self.promised_for - SOON)
        if talk is not None and self.assignee is not None:
            dates.append(self.last_message_at + talk)
        coming = [date for date in dates if date is not None and date > at]
        return min(coming, default=None) if self.is_open else None


def cases(rows: QuerySet[Conversation]) -> list[Case]:
    """These conversations, in one query."""
    return [Case(*row) for row in rows.order_by().values_list(*_FIELDS)]


def cases_of(conversations: Iterable[int]) -> list[Case]:
    """The conversations with these ids."""
    return cases(Conversation.objects.filter(pk__in=list(conversations)))


def all_that_matter(at: datetime) -> QuerySet[Conversation]:
    """Everything open in which somebody waits or was promised a date, or that an owner may be talking in just now."""
    waits = Q(waiting_since__isnull=False) | Q(promised_for__isnull=False)
    talks = Q(assignee__isnull=False, last_message_at__gte=at - LONGEST_TALK)
    return Conversation.objects.filter(waits | talks, status=Status.OPEN, is_spam=False)


def in_hand(agents: Iterable[int], at: datetime) -> dict[int, list[Case]]:
    """What occupies these people now, by person; who has nothing is left out. One query."""
    found: dict[int, list[Case]] = {}
    for case in cases(all_that_matter(at).filter(assignee__in=list(agents))):
        if case.assignee is not None and case.is_in_hand(at):
            found.setdefault(case.assignee, []).append(case)
    return found
