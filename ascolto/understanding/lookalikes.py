"""Groups of messages of different customers that say the same: kept for a day in this process, told by rows.

The first message of a group gets its row when a second customer says the same. What is in memory is made anew from the rows at every
start and whenever a transaction fails, so a kill neither loses nor counts anybody twice: the size of a group is the number of different
customers among its messages.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ascolto.conversations.models import Direction, Message, Visibility
from ascolto.events.log import emit_all, make_event
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.understanding.engine.lookalikes import Leaders, essence_of
from ascolto.understanding.models import Intent, Lookalike, Reading
from ascolto.understanding.written import own_words

WINDOW = timedelta(hours=24)
MOST_AT_START = 20_000  # messages that are looked at again when this part starts
_CHUNK = 1_000


def told_at(size: int) -> bool:
    """Whether a group of this size is worth an event: 3, 5, 10, 20, 50, 100, 200, 500 …"""
    if size in {3, 5}:
        return True
    while size >= 10 and size % 10 == 0:
        size //= 10
        if size in {1, 2, 5}:
            return True
    return False


@dataclass(slots=True)
class _Group:
    members: dict[int, int] = field(default_factory=dict)  # message: customer
    row: int | None = None  # the Lookalike, once there are two customers

    @property
    def size(self) -> int:
        return len(set(self.members.values()))


@dataclass(slots=True)
class Groups:
    """The groups of the last day. Make it anew when what it told could not be stored."""

    leaders: Leaders = field(default_factory=Leaders)
    groups: dict[int, _Group] = field(default_factory=dict)  # by the message that began it
    of_message: dict[int, int] = field(default_factory=dict)

    def rebuild(self) -> int:
        """Look again at the messages of the last day; returns how many there were."""
        since = now() - WINDOW
        recent = Message.objects.filter(created_at__gte=since, direction=Direction.IN, reading__isnull=False)
        ids = list(recent.order_by("-pk").values_list("pk", flat=True)[:MOST_AT_START])[::-1]
        for start in range(0, len(ids), _CHUNK):
            for message in _comparable(ids[start : start + _CHUNK]):
                self.place(message)
        for pk, first in Lookalike.objects.filter(last_at__gte=since).values_list("pk", "first_id"):
            if first in self.groups:
                self.groups[first].row = pk
        return len(ids)

    def place(self, message: Message) -> int | None:
        """Put a message into a group, in memory; returns the message that began it, None where it says too little."""
        essence = essence_of(own_words(message.text, message.extra))
        known = self.of_message.get(message.pk)
        if known is not None and essence is not None and self.leaders.leads(known, essence):
            return known
        self.remove(message.pk)  # it was edited and says something else now
        if essence is None:
            return None
        moment = int(message.created_at.timestamp())
        leader = self.leaders.find(essence)
        if leader is None:
            leader = message.pk
            self.leaders.add(leader, essence, moment)
            self.groups[leader] = _Group()
        else:
            self.leaders.touch(leader, moment)
        self.groups[leader].members[message.pk] = message.conversation.customer_id
        self.of_message[message.pk] = leader
        return leader

    def remove(self, message: int) -> int | None:
        """A message that was edited or taken back; when it began its group, what it said goes with it. Returns the group that goes on."""
        leader = self.of_message.pop(message, None)
        if leader is None:
            return None
        self.groups[leader].members.pop(message, None)
        if message != leader:
            return leader
        self.leaders.remove(leader)
        self._drop(leader)
        return None

    def forget_old(self) -> None:
        """Let go of groups that were not heard for a day, and of those that the leaders had no room for."""
        self.leaders.forget_before(int((now() - WINDOW).timestamp()))
        for leader in [leader for leader in self.groups if leader not in self.leaders]:
            self._drop(leader)

    def _drop(self, leader: int) -> None:
        for message in self.groups.pop(leader).members:
            self.of_message.pop(message, None)


def _comparable(ids: Collection[int]) -> list[Message]:
    """Of these messages those of customers that may say what others say: no notes, nothing taken back, no mere thanks."""
    rows = Message.objects.filter(pk__in=ids, direction=Direction.IN, author_kind="customer", removed_at=None)
    rows = rows.filter(is_automatic=False, reading__isnull=False).exclude(visibility=Visibility.NOTE)
    rows = rows.exclude(reading__intent=Intent.THANKS)
    return list(rows.select_related("conversation").defer("html").order_by("pk"))


def group_messages(groups: Groups, read: Collection[int], removed: Collection[int] = ()) -> None:
    """Put messages that were read into groups, take those away that were taken back, and say where a group has grown noticeably.

    Call it in a transaction. When that fails, `groups` says more than the rows: make it anew.
    """
    messages = _comparable(set(read) - set(removed))
    before = {message.pk: groups.of_message.get(message.pk) for message in messages}
    shrunk = {groups.remove(pk) for pk in removed}
    joined: dict[int, list[Message]] = {}
    for message in messages:
        leader = groups.place(message)
        if leader is not None:
            joined.setdefault(leader, []).append(message)
        if before[message.pk] not in {None, leader}:
            Reading.objects.filter(message=message).update(lookalike=None)
            shrunk.add(before[message.pk])
    told = [
        event for leader in sorted(joined) for event in _store(groups.groups[leader], leader, joined[leader])
    ]
    for leader in shrunk - {None} - joined.keys():
        if leader in groups.groups and (row := groups.groups[leader].row):
            Lookalike.objects.filter(pk=row).update(size=groups.groups[leader].size)
    emit_all(told)


def _store(group: _Group, leader: int, joined: Sequence[Message]) -> list[Event]:
    """Bring the row of a group up to date; returns what is to be told."""
    if group.size < 2:
        return []
    last = max(joined, key=lambda message: (message.occurred_at, message.pk))
    row = Lookalike.objects.select_for_update().filter(pk=group.row).first() if group.row else None
    members = [message.pk for message in joined]
    if row is None:
        row = Lookalike(first_id=leader, size=1, first_at=joined[0].occurred_at, last_at=last.occurred_at)
        first = Message.objects.filter(pk=leader).values_list("occurred_at", flat=True).first()
        row.first_at = min(row.first_at, first or row.first_at)
        members = list(group.members)
    known, row.size = row.size, group.size
    row.last_at = max(row.last_at, last.occurred_at)
    row.save()
    group.row = row.pk
    Reading.objects.filter(message__in=members).update(lookalike=row)
    return [_event(row, size, last) for size in range(known + 1, row.size + 1) if told_at(size)]


def _event(row: Lookalike, size: int, last: Message) -> Event:
    return make_event(
        "lookalike.grown",
        conversation=last.conversation_id,
        account=last.account_id,
        lookalike=row.pk,
        size=size,
        message=last.pk,
    )
