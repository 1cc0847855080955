"""Many customers say the same: groups with their counts, as far as the agent may see their conversations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto.accounts.models import Agent
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Conversation, Message
from ascolto.kit.clock import now
from ascolto.kit.text import excerpt
from ascolto.understanding.engine.borrowed import without_persons
from ascolto.understanding.models import Lookalike, Reading
from ascolto.understanding.written import own_words

FEWEST = 3  # customers, before anybody is told
HOURS = 24
MOST_GROUPS = 50
MOST_MESSAGES = 5_000  # looked at for one page


@dataclass(frozen=True, slots=True)
class Group:
    """Customers who say the same. All counts are of customers, not of messages."""

    id: int
    people: int
    in_the_last_hour: int
    growth: float | None  # this hour against the mean of the hours before it; None: there was none before
    channels: tuple[tuple[str, int], ...]  # the most frequent first
    per_hour: tuple[
        int, ...
    ]  # the last HOURS, the oldest first; whoever writes twice counts where they wrote first
    first_at: datetime
    last_at: datetime
    sample: str  # what one of them wrote, without persons
    conversation: int  # of the sample


def lookalike_groups(agent: Agent, *, fewest: int = FEWEST, most: int = MOST_GROUPS) -> list[Group]:
    """Groups that were heard in the last day, the largest first; counted among the conversations that the agent sees."""
    since = now() - timedelta(hours=HOURS)
    recent = Lookalike.objects.filter(size__gte=fewest, last_at__gte=since).order_by("-size", "-last_at")
    found = _groups(agent, list(recent.values_list("pk", flat=True)[:most]))
    return sorted(
        (group for group in found if group.people >= fewest), key=lambda group: (-group.people, group.id)
    )


def lookalike_group(agent: Agent, pk: int) -> Group | None:
    """One group, if the agent sees anything of it."""
    return next(iter(_groups(agent, [pk])), None)


def group_of_conversation(agent: Agent, conversation: Conversation, *, fewest: int = FEWEST) -> Group | None:
    """The largest group that a message of this conversation belongs to, for the banner: "43 people say the same"."""
    readings = Reading.objects.filter(message__conversation=conversation, lookalike__size__gte=fewest)
    recent = readings.filter(lookalike__last_at__gte=now() - timedelta(hours=HOURS))
    pk = recent.order_by("-lookalike__size").values_list("lookalike_id", flat=True).first()
    group = lookalike_group(agent, pk) if pk else None
    return group if group and group.people >= fewest else None


def conversations_of_group(agent: Agent, pk: int) -> list[int]:
    """The conversations of a group that the agent sees, the newest first."""
    rows = (
        visible_conversations(agent)
        .filter(messages__reading__lookalike=pk)
        .order_by("-last_message_at", "-pk")
    )
    return list(dict.fromkeys(rows.values_list("pk", flat=True)[:MOST_MESSAGES]))


def _groups(agent: Agent, pks: Collection[int]) -> list[Group]:
    rows = Message.objects.filter(reading__lookalike__in=pks, removed_at=None, conversation__is_spam=False)
    rows = rows.filter(conversation__in=visible_conversations(agent)).select_related(
        "conversation__customer", "account"
    )
    by_group: dict[int, list[Message]] = defaultdict(list)
    for message in (
        rows.select_related("reading").defer("html").order_by("-occurred_at", "-pk")[:MOST_MESSAGES]
    ):
        by_group[message.reading.lookalike_id or 0].append(message)
    return [_group(pk, messages) for pk, messages in by_group.items()]


def _group(pk: int, newest_first: Sequence[Message]) -> Group:
    first_of: dict[int, Message] = {}
    for message in reversed(newest_first):
        first_of.setdefault(message.conversation.customer_id, message)
    people = list(first_of.values())
    hours, moment = [0] * HOURS, now()
    for message in people:
        ago = int((moment - message.occurred_at).total_seconds() // 3600)
        if 0 <= ago < HOURS:
            hours[HOURS - 1 - ago] += 1
    channels = Counter(message.account.kind for message in people if message.account)
    sample = newest_first[-1]
    return Group(
        id=pk,
        people=len(people),
        in_the_last_hour=hours[-1],
        growth=_growth(hours),
        channels=tuple(channels.most_common()),
        per_hour=tuple(hours),
        first_at=newest_first[-1].occurred_at,
        last_at=newest_first[0].occurred_at,
        sample=excerpt(
            without_persons(own_words(sample.text, sample.extra), [sample.conversation.customer.name]), 200
        ),
        conversation=sample.conversation_id,
    )


def _growth(hours: Sequence[int]) -> float | None:
    """How many times as many as in an hour before: this hour against the mean since it began."""
    begin = next((place for place, count in enumerate(hours) if count), len(hours))
    before = hours[begin:-1]
    return round(hours[-1] / (sum(before) / len(before)), 2) if before else None
