"""Follows the log for a whole web process, in one thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError, connection

from ascolto.conversations.models import Conversation
from ascolto.events.log import Position, latest_position, read_after
from ascolto.events.models import Event
from ascolto.realtime.frames import Frame, HouseNews, PersonalNews

log = logging.getLogger(__name__)
PAUSE = 0.02  # seconds between two looks at the log
# after these, somebody may see more or less than before
CHANGES_SIGHT = frozenset(
    {"agent.changed", "agent.deactivated", "agent.signed_out", "agent.password_changed", "team.changed"}
    | {"channel.connected", "channel.changed", "channel.enabled", "channel.disabled"}
    | {"conversation.participant_added", "conversation.participant_removed"}
)

# after these, a banner or a composer may look different
ABOUT_INBOXES = frozenset(
    {"channel.failed", "channel.recovered", "channel.silent", "channel.heard", "channel.expiring"}
    | {"channel.changed", "channel.enabled", "channel.disabled"}
    | {"problem.changed"}  # on the cards of all its conversations
)


def frames_of(events: Sequence[Event]) -> list[Frame | HouseNews | PersonalNews]:
    """The events about conversations, with the conversations' present state (one query), and about inboxes."""
    ids = {event.conversation_id for event in events if event.conversation_id is not None}
    fields = ("version", "account_id", "assignee_id", "team_id", "customer_id")
    rows = Conversation.objects.filter(pk__in=ids).values_list("pk", *fields)
    present = {pk: values for pk, *values in rows}
    frames: list[Frame | HouseNews | PersonalNews] = []
    for event in events:
        if event.conversation_id in present:
            frames.append(_frame(event, present[event.conversation_id]))
        elif event.type in ABOUT_INBOXES:
            frames.append(HouseNews(Position(event.xid, event.pk)))
        elif event.type == "notification.made":
            frames.append(PersonalNews(Position(event.xid, event.pk), event.data["agent"]))
    return frames


def _frame(event: Event, values: list[int | None]) -> Frame:
    version, account, assignee, team, customer = values
    return Frame(
        position=Position(event.xid, event.pk),
        type=event.type,
        conversation=event.conversation_id or 0,
        customer=customer,
        account=account,
        channel_account=event.account_id,
        assignee=assignee,
        team=team,
        version=version or 0,
        message=event.data.get("message"),
        previous_assignee=event.data.get("previous_assignee"),
        previous_team=event.data.get("previous_team"),
    )


class Tailer:
    """Reads what is new and hands it over: `publish(position, frames, sight_changed)` is called in this thread.

    While nobody listens (`has_listeners`) only the position moves on (frames are None): they cost a query.
    """

    def __init__(
        self,
        publish: Callable[[Position, list[Frame | HouseNews | PersonalNews] | None, bool], object],
        has_listeners: Callable[[], bool],
    ) -> None:
        self._publish, self._has_listeners = publish, has_listeners
        self._stop = threading.Event()
        self._version = -1
        self.position = latest_position()
        self._thread = threading.Thread(target=self._run, name="tailer", daemon=True)

    def start(self) -> None:
        """Follow the log from now on."""
        self._thread.start()

    def close(self) -> None:
        """Stop following."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(PAUSE):
            try:
                while self._has_changed() and self._step():
                    pass
            except (DatabaseError, InterfaceError):
                log.exception("the log cannot be read; trying again")
                connection.close()
                self._version = -1
                self._stop.wait(1)
        connection.close()

    def _has_changed(self) -> bool:
        """SQLite says for almost nothing whether anybody wrote; PostgreSQL is asked for the events themselves."""
        if connection.vendor != "sqlite":
            return True
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            version = cursor.fetchone()[0]
        changed, self._version = version != self._version, version
        return bool(changed)

    def _step(self) -> bool:
        """Read once; whether there may be more."""
        if not self._has_listeners():
            return self._skip()
        events = read_after(self.position)
        if not events:
            return False
        self.position = Position(events[-1].xid, events[-1].pk)
        self._publish(self.position, frames_of(events), any(e.type in CHANGES_SIGHT for e in events))
        if connection.vendor == "sqlite":
            self._version = -1  # look once more before resting
        return True

    def _skip(self) -> bool:
        """Nobody listens: go to the end of the log without reading it."""
        latest = latest_position()
        if latest > self.position:
            self.position = latest
            self._publish(latest, None, True)
        return False
