"""A loop of the background process: conversations find people as soon as something happens.

Of all machines one routes, the others wait to take over. It follows the log from where it stands when it starts, since everything before
is in the tables from which it starts; between two events it sleeps until the next time that matters is there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection

from ascolto.events.exclusive import exclusively
from ascolto.events.log import Position, latest_position, move_cursor, read_after
from ascolto.events.models import Event
from ascolto.events.pulse import Pulse
from ascolto.kit.clock import now
from ascolto.routing.actions.presence import follow_preferences, go_offline_all
from ascolto.routing.router import Router

log = logging.getLogger(__name__)
CURSOR = "routing"
TAKE = 500
PAUSE = 0.03  # seconds between two looks when nothing happens
PATIENCE = 1.0  # seconds between two tries to become the one that routes
TELL = 1.0  # seconds between two notes of how far it came
_PEOPLE = frozenset({"agent.presence_changed", "agent.created", "agent.deactivated"})
_HOUSE = frozenset(
    {
        "team.created", "team.changed", "company.changed", "channel.connected", "channel.changed", "channel.enabled",
        "channel.disabled", "customer_group.changed",
    }
)  # fmt: skip
_IDLE = frozenset(  # of conversations, and nothing about who should have them
    {
        "message.sent", "message.delivered", "message.read", "message.delivery_failed", "message.delivery_uncertain", "message.reacted",
        "message.file_arrived", "message.moderated", "conversation.labelled", "conversation.renamed", "conversation.wait_told",
        "charter.stopped", "charter.overridden", "suggestion.judged", "lookalike.grown",
    }
)  # fmt: skip
_RIGHTS = frozenset({"role", "teams", "name", "is_active"})  # of agent.changed


def run(stop: threading.Event) -> None:
    """Route until `stop`, while nobody else does; a database that is away for a while is waited for."""
    while not stop.is_set():
        try:
            with exclusively(CURSOR) as mine:
                if mine:
                    Following().work(stop)
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
        except Exception:
            log.exception("routing failed; it begins anew from the tables")
        stop.wait(PATIENCE)
    connection.close()


class Following:
    """One turn of being the one that routes."""

    def __init__(self) -> None:
        self.position: Position = latest_position()
        self.router = Router(now())
        self._asleep = self.router.sleeps(now())
        self._told, self._told_at = Position(0, 0), 0.0

    def work(self, stop: threading.Event) -> None:
        """Until `stop`."""
        pulse = Pulse()
        while not stop.is_set():
            if not self.turn(look=pulse.beats()):
                stop.wait(PAUSE)
        self._tell(at_once=True)

    def turn(self, *, look: bool = True) -> bool:
        """Everything there is to do now; whether there was anything."""
        taken = 0
        if look:
            while events := read_after(self.position, TAKE):
                self.hear(events)
                taken += len(events)
        at = now()
        self.router.ring(at)
        self._wake_or_sleep(at)
        done = 0 if self._asleep else self.router.decide(at) or self.router.sort_into_teams()
        self._tell()
        return bool(taken or done)

    def hear(self, events: Sequence[Event]) -> None:
        """What happened: only which conversations and people it concerns, for their rows tell how they stand now."""
        at, heard = now(), Heard(events)
        self.position = Position(events[-1].xid, events[-1].pk)
        if heard.gone:
            go_offline_all(heard.gone)
        if heard.switched:
            follow_preferences(agents=heard.switched)
        if heard.house:
            self.router = Router(at)
            return
        if heard.people:
            self.router.meet(heard.people, at)
        self._wake_or_sleep(at)
        if self._asleep:
            return
        for conversation, received_at in heard.received.items():
            self.router.note_unread(conversation, received_at)
        for conversation in heard.understood:
            self.router.note_read(conversation)
        for customer in heard.customers:
            heard.conversations.update(self.router.hands.of_customer(customer))
        self.router.look(heard.conversations, at)

    def _wake_or_sleep(self, at: datetime) -> None:
        """While nobody is here conversations are not followed; with the first person everything is read again."""
        asleep = self.router.sleeps(at)
        if self._asleep and not asleep:
            self.router = Router(at)
        self._asleep = asleep

    def _tell(self, *, at_once: bool = False) -> None:
        """Note how far it came, for those who watch over readers of the log."""
        if self.position != self._told and (at_once or time.monotonic() - self._told_at >= TELL):
            move_cursor(CURSOR, self.position)
            self._told, self._told_at = self.position, time.monotonic()


class Heard:
    """Whom and what a batch of events concerns."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.conversations: set[int] = set()
        self.received: dict[int, datetime] = {}
        self.understood: set[int] = set()
        self.customers: set[int] = set()
        self.people: set[int] = set()
        self.switched: set[int] = set()  # the switch among their preferences moved
        self.gone: set[int] = set()
        self.house = False
        for event in events:
            self._note(event)

    def _note(self, event: Event) -> None:
        kind, data = event.type, event.data
        if event.conversation_id is not None:
            if kind in _IDLE:
                return
            self.conversations.add(event.conversation_id)
            if kind == "message.received" and not data.get("echo"):
                self.received[event.conversation_id] = event.occurred_at
            elif kind == "message.understood":
                self.received.pop(event.conversation_id, None)
                self.understood.add(event.conversation_id)
        elif kind in _PEOPLE:
            self.people.add(data["agent"])
            if kind == "agent.deactivated":
                self.gone.add(data["agent"])
        elif kind == "agent.changed":
            self._note_changed(data)
        elif kind == "routing.changed" and data.get("agent"):
            self.people.add(data["agent"])
        elif kind in _HOUSE or kind == "routing.changed":
            self.house = True
        elif kind == "customer.changed" and event.customer_id is not None:
            self.customers.add(event.customer_id)

    def _note_changed(self, data: dict[str, object]) -> None:
        fields, agent = data.get("fields"), data.get("agent")
        if not isinstance(fields, list) or not isinstance(agent, int):
            return
        if "is_available" in fields:
            self.switched.add(agent)
        if _RIGHTS & set(fields):
            self.people.add(agent)
