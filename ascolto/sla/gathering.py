"""What happened in conversations, as facts for the clocks: a constant number of queries for any number of conversations.

- A customer's message asks, unless it is automatic, was taken back, or is surely understood (or said by a person) to need no answer.
- A person's answer answers: from the desk, seen as an echo of the network, or noted as given outside. One that failed answered nobody;
  one that was sent again answered when it was.
- What reaches us late asks since it was written, and an echo that is younger answered it. Where somebody at the desk answered or set the
  status before it came, they did not know of it: then it asks since it came.
- Of very long rooms the NEWEST messages and EVENTS are read; clocks that began before them stand for what was there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_datetime

from ascolto.conversations.merging import merges_into
from ascolto.conversations.models import (
    Author,
    Conversation,
    ConversationMerge,
    Delivery,
    Direction,
    Message,
    Visibility,
)
from ascolto.events.models import Event
from ascolto.sla.facts import Fact, What
from ascolto.sla.models import ClockKind, Complaint, SlaClock
from ascolto.understanding.models import Reading

NEWEST = 500  # messages of one conversation that are looked at
EVENTS = 2_000  # events of one conversation that are looked at
STATUS_EVENTS = (
    "conversation.status_changed",
    "conversation.reopened",
    "conversation.spam_marked",
    "message.resent",
    "message.withdrawn",
)


@dataclass(slots=True)
class Gathered:
    """What is known of one conversation. `since`: older messages were not read (None: all were)."""

    conversation: Any  # with the annotations of `with_limits`
    facts: list[Fact] = field(default_factory=list)
    clocks: list[SlaClock] = field(default_factory=list)
    complaint: Complaint | None = None

    @property
    def since(self) -> datetime | None:
        """Where a very long conversation was cut."""
        cut: datetime | None = self.conversation.cut_at
        return cut

    @property
    def channel(self) -> str:
        """The kind of channel that was used last."""
        return str(self.conversation.channels.partition(",")[0])


@dataclass(frozen=True, slots=True)
class _Said:
    """A message, as far as it matters."""

    id: int
    direction: str
    agent: int | None
    channel: str
    kind: str
    occurred_at: datetime
    created_at: datetime


def with_limits(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Conversations with the place from which their messages and events are looked at; empty for nearly all."""
    messages = Message.objects.filter(conversation=OuterRef("pk")).order_by("-occurred_at", "-id")
    events = Event.objects.filter(conversation_id=OuterRef("pk")).order_by("-id")
    return rows.annotate(
        cut_at=Subquery(messages.values("occurred_at")[NEWEST : NEWEST + 1]),
        cut_event=Subquery(events.values("id")[EVENTS : EVENTS + 1]),
    )


def gather(conversations: Sequence[Conversation]) -> dict[int, Gathered]:
    """The facts and the known clocks of each conversation. Call it with rows of `with_limits`, locked where clocks are written."""
    found = {one.pk: Gathered(one) for one in conversations}
    resent = _add_statuses(found)
    for pk, said in _read_messages(found, resent).items():
        _add_messages(found[pk], said)
    for clock in SlaClock.objects.filter(conversation__in=found).order_by("started_at", "id"):
        found[clock.conversation_id].clocks.append(clock)
    for complaint in Complaint.objects.filter(conversation__in=found).select_related("message__account"):
        _add_complaint(found[complaint.conversation_id], complaint)
    for one in found.values():
        if one.since is not None:
            one.facts += _what_clocks_tell(one)
    return found


def _add_statuses(found: dict[int, Gathered]) -> dict[int, datetime]:
    """The statuses as facts; returns which messages were sent again, and when."""
    resent: dict[int, datetime] = {}
    rows = Event.objects.filter(_within(found, "conversation_id", "id", "cut_event"), type__in=STATUS_EVENTS)
    for pk, kind, at, data in rows.order_by("id").values_list(
        "conversation_id", "type", "occurred_at", "data"
    ):
        facts = found[int(pk or 0)].facts
        match kind.partition(".")[2]:
            case "status_changed":
                facts.append(Fact(at, What.STATUS, status=data["status"]))
            case "reopened":
                facts.append(Fact(at, What.STATUS, status="open"))
            case "spam_marked":
                facts.append(Fact(at, What.SPAM if data["spam"] else What.NOT_SPAM))
            case "resent":
                resent[data["message"]] = at
            case "withdrawn" if data.get("reopened"):
                _forget_resolving(facts, data["sent_at"])
    return resent


def _forget_resolving(facts: list[Fact], sent_at: str) -> None:
    """An answer that was sent and resolved with was taken back before it left: the conversation was open all the time."""
    since = datetime.fromisoformat(sent_at)
    facts[:] = [fact for fact in facts if fact.what is not What.STATUS or fact.at < since]


def _within(found: dict[int, Gathered], key: str, column: str, limit: str) -> Q:
    """The rows of these conversations, of very long ones only those after their limit."""
    short = [pk for pk, one in found.items() if getattr(one.conversation, limit) is None]
    rule = Q(**{f"{key}__in": short})
    for pk, one in found.items():
        if (begin := getattr(one.conversation, limit)) is not None:
            rule |= Q(**{key: pk, f"{column}__gt": begin})
    return rule


def _read_messages(found: dict[int, Gathered], resent: dict[int, datetime]) -> dict[int, list[_Said]]:
    """The customers' messages that ask, and the answers of people."""
    rows = Message.objects.filter(_within(found, "conversation", "occurred_at", "cut_at"))
    rows = rows.filter(is_automatic=False, removed_at=None).exclude(visibility=Visibility.NOTE)
    asking = Q(direction=Direction.IN, author_kind=Author.CUSTOMER)
    answering = Q(direction=Direction.OUT, author_kind=Author.AGENT) & ~Q(delivery=Delivery.FAILED)
    said: defaultdict[int, list[_Said]] = defaultdict(list)
    columns = ("conversation_id", "id", "direction", "agent_id", "account__kind", "kind", "occurred_at")
    for pk, message, direction, agent, channel, kind, at, created in rows.filter(
        asking | answering
    ).values_list(*columns, "created_at"):
        moment = max(at, resent.get(message, at))
        said[pk].append(_Said(message, direction, agent, channel or "", kind, moment, created))
    thanks = _need_nothing(found)
    for merge in merges_into(found):
        said[merge.target_id] = _without_the_past_of(merge, said[merge.target_id])
    return {pk: [one for one in rows if one.id not in thanks] for pk, rows in said.items()}


def _without_the_past_of(merge: ConversationMerge, said: Sequence[_Said]) -> list[_Said]:
    """Of what a merge brought only that for which the customer still waited: the rest was settled where it came from.

    Whoever decided something in the target before the merge did not know of it.
    """
    moved = set(merge.moved["messages"])
    waiting = parse_datetime(merge.before["source"]["waiting_since"] or "")
    kept = []
    for one in said:
        if one.id not in moved:
            kept.append(one)
        elif one.direction == Direction.IN and waiting and max(one.occurred_at, one.created_at) >= waiting:
            kept.append(replace(one, created_at=merge.at))
    return kept


def _need_nothing(conversations: Iterable[int]) -> set[int]:
    """Messages that surely need no answer, or of which a person said so."""
    rows = Reading.objects.filter(message__conversation__in=conversations, needs_answer=False)
    rows = rows.filter(message__direction=Direction.IN)
    return {
        message
        for message, unsure, corrected in rows.values_list("message_id", "unsure", "corrected")
        if "needs_answer" in corrected or "needs_answer" not in unsure
    }


def _add_messages(one: Gathered, said: Sequence[_Said]) -> None:
    at_the_desk = sorted(
        [each.occurred_at for each in said if _is_from_the_desk(each)]
        + [fact.at for fact in one.facts if fact.what is What.STATUS and fact.status != "open"]
    )
    for each in said:
        if each.direction == Direction.OUT:
            fact = Fact(each.occurred_at, What.ANSWERED, each.id, each.channel, by=each.agent)
        else:
            at = _asked_at(each, at_the_desk)
            fact = Fact(at, What.ASKED, each.id, each.channel)
        one.facts.append(fact)


def _is_from_the_desk(said: _Said) -> bool:
    """Written by somebody who saw what we had, and not what the network had."""
    return said.direction == Direction.OUT and said.agent is not None and said.kind != "outside"


def _asked_at(said: _Said, at_the_desk: Sequence[datetime]) -> datetime:
    """When the message asks: when it was written, or when it came, where somebody decided between without knowing of it."""
    place = bisect_right(at_the_desk, said.occurred_at)
    unseen = place < len(at_the_desk) and at_the_desk[place] < said.created_at
    return said.created_at if unseen else said.occurred_at


def _add_complaint(one: Gathered, complaint: Complaint) -> None:
    one.complaint = complaint
    account = complaint.message.account if complaint.message else None
    channel = account.kind if account else ""
    one.facts.append(Fact(complaint.received_at, What.COMPLAINED, complaint.message_id or 0, channel))
    if complaint.withdrawn_at is not None:
        one.facts.append(Fact(complaint.withdrawn_at, What.WITHDREW))


def _what_clocks_tell(one: Gathered) -> list[Fact]:
    """What happened before the cut, as the clocks that were computed then remember it."""
    assert one.since is not None
    facts = []
    for clock in one.clocks:
        if clock.started_at > one.since or clock.kind == ClockKind.COMPLAINT:
            continue
        facts += _told_by(clock)
    return facts


def _told_by(clock: SlaClock) -> list[Fact]:
    stopped = clock.stopped_at
    if clock.kind == ClockKind.RESOLUTION:
        return [] if stopped is None else [Fact(stopped, What.STATUS, status="resolved")]
    asked = Fact(clock.started_at, What.ASKED, clock.message_id or 0, clock.channel)
    if stopped is None or clock.state == SlaClock.State.DROPPED:
        return [asked]
    return [asked, Fact(stopped, What.ANSWERED, 0, clock.channel, by=clock.answered_by_id)]
