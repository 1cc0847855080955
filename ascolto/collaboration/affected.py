"""Whom a problem affects, and in which words they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.collaboration.models import Problem, ProblemLink
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Visibility
from ascolto.kit.clock import now
from ascolto.kit.ids import reference_number

AT_MOST = 20_000  # customers of one announcement


@dataclass(frozen=True, slots=True)
class Affected:
    """A customer and the conversation in which they would be told. `window_ends_at`: until when a free answer may leave there."""

    conversation: int
    customer: int
    name: str
    language: str
    channel: str
    window_ends_at: datetime | None

    @property
    def number(self) -> str:
        return reference_number(self.conversation)

    @property
    def is_shut(self) -> bool:
        """Whether the time for a free answer is over there."""
        return self.window_ends_at is not None and self.window_ends_at <= now()


def affected(agent: Agent, problem: Problem) -> list[Affected]:
    """Every customer once, in the linked conversation that was last active, among those the agent may see. Three queries."""
    linked = ProblemLink.objects.filter(problem=problem).values("conversation")
    rows = (
        visible_conversations(agent)
        .filter(pk__in=linked, is_spam=False, merged_into=None)
        .order_by("-last_message_at", "-pk")
        .values_list(
            "pk", "customer_id", "customer__name", "customer__language", "channels", "account_id", "last_inbound_at"
        )[:AT_MOST]
    )  # fmt: skip
    accounts = {one.pk: one for one in ChannelAccount.objects.all()}
    found: dict[int, Affected] = {}
    for pk, customer, name, language, channels, account, inbound in rows:
        if customer not in found:
            ends = _window(accounts.get(account), inbound)
            found[customer] = Affected(pk, customer, name, language, channels.split(",")[0], ends)
    return list(found.values())


def _window(account: ChannelAccount | None, inbound: datetime | None) -> datetime | None:
    window = account.capabilities.limits(Visibility.PRIVATE).window() if account is not None else None
    return inbound + window if window and inbound else None


def text_for(texts: Mapping[str, str], language: str) -> str:
    """The text in this language, in its family ("pt-br" reads "pt"), or the one for all others; empty where there is none."""
    code = language.lower().replace("_", "-")
    return texts.get(code) or texts.get(code.partition("-")[0]) or texts.get("", "")
