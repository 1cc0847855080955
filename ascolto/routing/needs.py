"""What a waiting conversation needs: topic, language, channel, team, and the people who know the customer already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from ascolto.conversations.models import Direction, Message, Visibility
from ascolto.customers.models import CustomerGroup
from ascolto.events.models import Event
from ascolto.routing.cases import Case
from ascolto.routing.crew import Crew
from ascolto.routing.matching import Waiting
from ascolto.sla.models import ClockKind, SlaClock
from ascolto.understanding.models import Reading

REMEMBERED = timedelta(days=30)  # how long who answered a customer is the one who knows them
UNPROMISED = timedelta(days=1)  # nothing was promised: as if it were a day
Chosen = Sequence[int] | QuerySet[Any]  # conversations: ids, or a query for them


@dataclass(slots=True)
class Known:
    """What the database tells of one conversation beyond its row."""

    topic: int | None = None
    language: str = ""
    answered: list[int] = field(default_factory=list)  # who answered the customer, the last one first
    refused: set[int] = field(default_factory=set)  # who gave it back
    promised: timedelta | None = None
    warned: bool = False  # the promise is in danger


@dataclass(frozen=True, slots=True)
class Need:
    """A conversation for the board, who knows the customer (here or not), and the team that a rule gives it to."""

    waiting: Waiting
    knows: tuple[int, ...]
    by_rule: str  # "topic", "language", "channel"; empty: it had its team already, or has none


def look_at(chosen: Chosen, found: Iterable[Case]) -> dict[int, Known]:
    """What is known of these conversations, by id: four queries, however many they are."""
    by_id = {case.id: case for case in found}
    known = {pk: Known() for pk in by_id}
    _hear(chosen, known)
    _remember(chosen, by_id, known)
    _excuse(chosen, by_id, known)
    _measure(chosen, known)
    return known


def _hear(chosen: Chosen, known: dict[int, Known]) -> None:
    """Topic and language of what was not answered yet; what was said last counts."""
    rows = Reading.objects.filter(
        message__conversation__in=chosen,
        message__direction=Direction.IN,
        message__occurred_at__gte=F("message__conversation__waiting_since"),
    )
    for conversation, topic, language in rows.order_by("message__occurred_at", "message_id").values_list(
        "message__conversation_id", "topic_id", "language"
    ):
        one = known.get(conversation)
        if one is not None:
            one.topic = topic or one.topic
            one.language = one.language if language in {"", "und"} else language


def _remember(chosen: Chosen, by_id: dict[int, Case], known: dict[int, Known]) -> None:
    """Who answered the customer lately, in whichever conversation."""
    newest = max((case.last_message_at for case in by_id.values()), default=None)
    if newest is None:
        return
    customers: dict[int, list[int]] = {}
    for case in by_id.values():
        customers.setdefault(case.customer, []).append(case.id)
    whose: Any = (
        list(customers) if not isinstance(chosen, QuerySet) else chosen.order_by().values("customer_id")
    )
    rows = Message.objects.filter(
        conversation__customer__in=whose,
        direction=Direction.OUT,
        agent__isnull=False,
        occurred_at__gte=newest - REMEMBERED,
    ).exclude(visibility=Visibility.NOTE)
    for customer, agent in rows.order_by("-occurred_at", "-id").values_list(
        "conversation__customer_id", "agent_id"
    ):
        for conversation in customers.get(customer, ()):
            if agent not in known[conversation].answered:
                known[conversation].answered.append(agent)


def _excuse(chosen: Chosen, by_id: dict[int, Case], known: dict[int, Known]) -> None:
    """Who gave it back since the customer began to wait must not get it again."""
    ids: Any = chosen if not isinstance(chosen, QuerySet) else chosen.order_by().values("pk")
    rows = Event.objects.filter(conversation_id__in=ids, type="routing.returned", actor_kind="agent")
    for conversation, agent, holder, at in rows.values_list(
        "conversation_id", "actor_id", "data__previous_assignee", "occurred_at"
    ):
        case = by_id.get(conversation or 0)
        if case is None or agent is None or agent != holder:
            continue
        if case.waiting_since is None or at >= case.waiting_since:
            known[case.id].refused.add(agent)


def _measure(chosen: Chosen, known: dict[int, Known]) -> None:
    """How long the promise is, and whether it is in danger."""
    kinds = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
    rows = SlaClock.objects.filter(conversation__in=chosen, kind__in=kinds, stopped_at__isnull=True)
    for conversation, kind, first, following, warned_at in rows.order_by("-due_at").values_list(
        "conversation_id", "kind", "policy__first_response", "policy__next_response", "warned_at"
    ):
        if (one := known.get(conversation)) is not None:
            one.promised = (first if kind == ClockKind.FIRST_RESPONSE else following) or one.promised
            one.warned = one.warned or warned_at is not None


def need_of(case: Case, known: Known, crew: Crew, at: datetime) -> Need:
    """The conversation as the board takes it."""
    language = known.language or case.language or None
    team, by_rule = case.team, ""
    if team is None:
        found = crew.queue_for(topic=known.topic, language=language, channel=case.channel)
        if found is not None:
            team, by_rule = found[0].team, found[1]
    since = case.waiting_since or at
    due_at = case.due_at or since + UNPROMISED
    refused = crew.blind(case.account, team)
    limit = since + timedelta(minutes=crew.rules.continuity_minutes)
    waiting = Waiting(
        id=case.id,
        due_at=due_at,
        since=since,
        weight=crew.weight(case.channel),
        channel=case.channel or None,
        language=language,
        topic=known.topic,
        team=team,
        preferred=tuple(
            agent
            for agent in known.answered
            if agent in crew.members and agent not in refused and crew.members[agent].is_back_by(limit, at)
        ),
        refused=refused | known.refused if known.refused else refused,
        promised=length_of(case, known),
        group=case.group or "",
    )
    return Need(waiting, tuple(known.answered), by_rule)


def length_of(case: Case, known: Known) -> timedelta:
    """How long the promise is: as the policy says, else from the first message to its end."""
    if known.promised is not None:
        return known.promised
    if case.due_at is None or case.waiting_since is None:
        return UNPROMISED
    return max(case.due_at - case.waiting_since, timedelta(minutes=1))


def in_danger_at(case: Case, known: Known, crew: Crew) -> datetime | None:
    """When a promise is in danger: where others begin to help. None: nothing was promised."""
    if case.due_at is None:
        return None
    left = max(0, 100 - crew.rules.overflow_at)
    return case.due_at - length_of(case, known) * left / 100


def group_names() -> dict[str, str]:
    """Customer groups by id, as RoutingRules.group_minutes names them."""
    return {str(pk): name for pk, name in CustomerGroup.objects.values_list("pk", "name")}


def only_waiting(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Of conversations those in which somebody waits or was promised a date."""
    return rows.filter(Q(waiting_since__isnull=False) | Q(promised_for__isnull=False))
