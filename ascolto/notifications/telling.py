"""Follows the log: whom does it concern? A constant number of queries for a batch of events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import F

from ascolto.accounts.models import Agent, Company
from ascolto.accounts.permissions import PERMISSIONS
from ascolto.conversations.access import sights_of
from ascolto.conversations.models import Conversation, Follower
from ascolto.events.log import SYSTEM, emit_all, make_event
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.notifications.kinds import (
    ADMINISTRATORS,
    APPROVERS,
    ASSIGNEE,
    BY_EVENT,
    FOLLOWERS,
    KINDS,
    LEADS,
    Kind,
)
from ascolto.notifications.models import Notification, Wishes
from ascolto.notifications.wishes import local, quiet_of, wishes_of

READER = "notifications"


@dataclass(slots=True)
class Concern:
    """One person and one kind about one conversation (or about none): the newest event behind it, and how many."""

    agent: int
    kind: Kind
    event: Event
    times: int = 1


@dataclass(slots=True)
class Heard:
    """What a batch of events needs to know, read once."""

    rows: dict[int, Conversation]
    followers: dict[int, list[int]]
    holders: dict[int, int | None]  # who held its conversation when the event happened, by event
    people: dict[int, Agent] = field(default_factory=dict)


def follow(events: Sequence[Event]) -> None:
    """Tell everybody whom these events concern; hearing an event again changes nothing."""
    wanted = [event for event in events if event.type in BY_EVENT]
    if not wanted:
        return
    heard = _read(events)
    concerns = _allowed(_concerns(wanted, heard), heard)
    if concerns:
        _write(concerns, heard)


def _read(events: Sequence[Event]) -> Heard:
    ids = {event.conversation_id for event in events if event.conversation_id and event.type in BY_EVENT}
    fields = ("pk", "account_id", "assignee_id", "team_id")
    rows = {row.pk: row for row in Conversation.objects.filter(pk__in=ids).only(*fields)}
    followers: dict[int, list[int]] = {}
    for conversation, agent in Follower.objects.filter(conversation__in=ids).values_list(
        "conversation_id", "agent_id"
    ):
        followers.setdefault(conversation, []).append(agent)
    return Heard(rows, followers, _holders(events, rows))


def _holders(events: Sequence[Event], rows: dict[int, Conversation]) -> dict[int, int | None]:
    """Who held the conversation at each event: from who holds it now, back through what this batch tells."""
    held = {pk: row.assignee_id for pk, row in rows.items()}
    found = {}
    for event in reversed(events):
        if event.conversation_id in held:
            found[event.pk] = held[event.conversation_id]
            if event.type == "conversation.assigned":
                held[event.conversation_id] = event.data.get("previous_assignee")
    return found


def _concerns(events: Iterable[Event], heard: Heard) -> list[Concern]:
    """Whom it concerns, before anybody asked whether they may know."""
    house = _House()
    found: dict[tuple[int, str, int | None], Concern] = {}
    for event in events:
        for kind in BY_EVENT[event.type]:
            for agent in _named(kind.events[event.type](event), event, heard, house):
                if event.actor_kind == "agent" and event.actor_id == agent:
                    continue
                key = (agent, kind.key, event.conversation_id)
                if (known := found.get(key)) is None:
                    found[key] = Concern(agent, kind, event)
                else:
                    known.event, known.times = event, known.times + 1
    return list(found.values())


class _House:
    """Who leads, administers, approves: asked once a batch, when somebody needs to know."""

    def __init__(self) -> None:
        self._known: dict[str, list[int]] = {}

    def of(self, role: str) -> list[int]:
        if role not in self._known:
            people = Agent.objects.filter(is_active=True)
            permission = {LEADS: "charter.manage", ADMINISTRATORS: "inboxes.manage"}.get(
                role, "conversations.approve"
            )
            assert permission in PERMISSIONS
            self._known[role] = [agent.pk for agent in people if agent.may(permission)]
        return self._known[role]


def _named(whom: Iterable[int | str | None], event: Event, heard: Heard, house: _House) -> set[int]:
    found: set[int] = set()
    row = heard.rows.get(event.conversation_id or 0)
    for one in whom:
        if isinstance(one, int):
            found.add(one)
        elif one == ASSIGNEE and (holder := heard.holders.get(event.pk)):
            found.add(holder)
        elif one == FOLLOWERS and row is not None:
            found.update(heard.followers.get(row.pk, ()))
        elif one in {LEADS, ADMINISTRATORS, APPROVERS}:
            found.update(house.of(str(one)))
    return found


def _allowed(concerns: list[Concern], heard: Heard) -> list[Concern]:
    """Only people who are here, may see the conversation, and did not mute this kind."""
    ids = {one.agent for one in concerns}
    heard.people = {agent.pk: agent for agent in Agent.objects.filter(pk__in=ids, is_active=True)}
    sights = sights_of(heard.people.values())
    wishes = wishes_of(heard.people)

    def may_hear(one: Concern) -> bool:
        if one.agent not in heard.people or one.kind.key in wishes[one.agent].muted:
            return False
        row = heard.rows.get(one.event.conversation_id or 0)
        if one.kind.leads_to:
            return True
        if row is None:
            return one.event.conversation_id is None
        return sights[one.agent].allows(
            conversation=row.pk, account=row.account_id, assignee=row.assignee_id, team=row.team_id
        )

    return [one for one in concerns if may_hear(one)]


def _write(concerns: list[Concern], heard: Heard) -> None:
    """One row for each, or one more time on the row that nobody saw yet; whoever has a page open hears at once."""
    unseen = {
        (row.agent_id, row.kind, row.conversation_id): row
        for row in Notification.objects.filter(
            agent__in={one.agent for one in concerns},
            seen_at=None,
            conversation__in={one.event.conversation_id for one in concerns if one.event.conversation_id},
        )
    }
    wishes, zone = wishes_of(heard.people), Company.current().time_zone
    fresh, told = [], []
    for one in concerns:
        known = unseen.get((one.agent, one.kind.key, one.event.conversation_id))
        if known is not None and known.event_id >= one.event.pk:
            continue
        told.append(one.agent)
        if known is None:
            fresh.append(_made(one, heard.people[one.agent], wishes[one.agent], zone))
        else:
            Notification.objects.filter(pk=known.pk).update(
                times=F("times") + one.times, event_id=one.event.pk, at=one.event.occurred_at
            )
    Notification.objects.bulk_create(fresh, ignore_conflicts=True)
    emit_all([make_event("notification.made", actor=SYSTEM, agent=agent) for agent in dict.fromkeys(told)])


def _made(one: Concern, agent: Agent, wishes: Wishes, zone: str) -> Notification:
    event = one.event
    return Notification(
        agent_id=one.agent,
        kind=one.kind.key,
        conversation_id=event.conversation_id,
        actor_id=event.actor_id if event.actor_kind == "agent" else None,
        data={"event": event.type, "message": event.data.get("message")},
        times=one.times,
        event_id=event.pk,
        at=event.occurred_at,
        push_at=now() if rings(one.kind.key, agent, wishes, zone) else None,
    )


def rings(kind: str, agent: Agent, wishes: Wishes, zone: str) -> bool:
    """Whether this kind may ring outside the page for this person now."""
    if not wishes.by_browser or not KINDS[kind].rings or kind in wishes.quiet:
        return False
    return not quiet_of(wishes).covers(local(agent, zone, now()))
