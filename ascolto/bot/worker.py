"""The loop of the bot's own process: it hears what customers write where it answers first. Of all machines one does, the others wait.

It follows the log with a cursor of its own. A press of a choice is answered at once; words wait until they are understood, at most
PATIENCE. The cursor never passes a message that is waited for, so that a kill loses none; a dialogue remembers what it heard, so that
hearing again changes nothing. Several conversations are answered in one transaction: to write to the disk costs as much as an answer.
What another system must be asked is asked by threads of their own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Exists, OuterRef

from ascolto.bot import external, putting, running
from ascolto.bot.asking_systems import ask_system
from ascolto.bot.external_inboxes import inboxes
from ascolto.bot.models import Dialogue
from ascolto.bot.posting import lately
from ascolto.bot.state import Failed, Outcome
from ascolto.channels.models import ChannelAccount
from ascolto.channels.registry import get_adapter
from ascolto.conversations.models import Conversation, Message
from ascolto.events.exclusive import exclusively
from ascolto.events.log import Position, cursor_of, latest_position, move_cursor, read_after
from ascolto.events.models import Cursor, Event
from ascolto.events.pulse import Pulse, Rest
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
CURSOR = "bot"
TAKE = 500
PAUSE = 0.02  # seconds between two looks when nothing happens
SHORT_PAUSE = 0.005  # while customers write
IN_ANY_CASE = 5.0  # seconds between two looks when nobody seems to write
RETRY = 1.0  # seconds between two tries to become the one
PATIENCE = timedelta(seconds=3)  # for a message to be understood
MOST_CALLS = 8  # other systems that are asked at once
TOGETHER = 8  # conversations that are answered in one transaction
KEEP_AFTER = 0.5  # seconds between two times that the cursor is written
IDLE = timedelta(hours=12)  # without a word of the customer: then people look at it
IDLE_LIVE = timedelta(minutes=15)  # where the customer sits before it
FORGOTTEN = timedelta(minutes=2)  # the bot holds it, and nothing is under way in it
LOOK_FOR_IDLE = 30.0  # seconds


def run(stop: threading.Event) -> None:
    """Answer until `stop`, while nobody else does; a database that is away for a while is waited for."""
    while not stop.is_set():
        try:
            with exclusively(CURSOR) as mine:
                if mine:
                    with Following() as following:
                        following.work(stop)
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
        except Exception:
            log.exception("the bot stopped; it begins anew from where the cursor is")
        stop.wait(RETRY)
    connection.close()


@dataclass(slots=True)
class _Waiting:
    """Messages of one conversation that are to be answered: since where in the log, and until when their meaning is waited for."""

    before: Position  # the place in the log before the first of them
    until: float
    messages: list[int] = field(default_factory=list)
    unread: set[int] = field(default_factory=set)


class Following:
    """One turn of being the one that answers."""

    def __init__(self) -> None:
        if not Cursor.objects.filter(name=CURSOR).exists():
            move_cursor(CURSOR, latest_position())
        self.position: Position = cursor_of(CURSOR)
        self._kept = self.position
        self._waiting: dict[int, _Waiting] = {}
        self._fresh: set[int] = set()  # messages of the last look
        self._calls: dict[Future[Outcome] | putting.Pending, int] = {}
        self._threads = ThreadPoolExecutor(MOST_CALLS, thread_name_prefix="bot-asks")
        given = Dialogue.objects.filter(status=Dialogue.Status.RUNNING, task_by__isnull=False)
        self._tasks = set(
            given.values_list("conversation_id", flat=True)
        )  # where a person gave the bot a part
        self._idle_at = self._keep_at = 0.0
        external.forget_when()
        self._ask_again()

    def __enter__(self) -> Following:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def work(self, stop: threading.Event) -> None:
        """Until `stop`."""
        pulse, rest, looked, taken = Pulse(), Rest(SHORT_PAUSE, PAUSE), 0.0, 1
        while not stop.is_set():
            begun = time.monotonic()
            look = pulse.beats() or taken > 0 or begun > looked + IN_ANY_CASE
            looked = begun if look else looked
            taken = self.turn(look=look)
            pause = rest.after(taken)
            if not taken:
                stop.wait(pause)

    def turn(self, *, look: bool = True) -> int:
        """One look at the log, at what was waited for and at what others answered; returns how much there was."""
        taken = self.read_next() if look else 0
        taken += self._answer_ready() + self._take_outcomes() + external.ring_if_due(now())
        if time.monotonic() > self._idle_at:
            self._idle_at = time.monotonic() + LOOK_FOR_IDLE
            taken += let_go_of_idle(now()) + let_go_of_forgotten(now(), self._waiting)
        self._keep_position()
        return taken

    def catch_up(self) -> int:
        """Everything that the log holds, now, in this thread, without waiting for what is not understood yet."""
        total = 0
        while taken := self.turn() + self._answer_ready(patient=False) + self._finish_calls():
            total += taken
        self._keep_at = 0.0
        self._keep_position()
        return total

    def read_next(self) -> int:
        """Hear the next events; returns how many there were."""
        events = read_after(self.position, TAKE)
        external.follow(events)
        for event in events:
            self._hear(event)
            self.position = Position(event.xid, event.pk)
        self._forget_presses()
        return len(events)

    # --- what is heard -----------------------------------------------------------------------------------------------------

    def _hear(self, event: Event) -> None:
        conversation, data = event.conversation_id, event.data
        if conversation is None:
            return
        if event.type == "message.received" and _is_for_us(data):
            if event.account_id in lately.now().posts or conversation in self._tasks:
                self._await(conversation, data["message"], self.position)
        elif event.type == "conversation.given_to_bot":
            self._tasks.add(conversation)
            self._begin_task(conversation)
        elif event.type == "conversation.left_by_bot":
            self._tasks.discard(conversation)
        elif event.type == "message.understood" and conversation in self._waiting:
            self._waiting[conversation].unread.discard(data["message"])
        elif _is_by_a_person(event):
            self._silence(conversation, event.occurred_at)

    def _begin_task(self, conversation: int) -> None:
        wanted = running.wanted_by_task(conversation)
        if wanted is not None and wanted.dialogue not in self._calls.values():
            self._ask(wanted)

    def _await(self, conversation: int, message: int, before: Position) -> None:
        waiting = self._waiting.setdefault(
            conversation, _Waiting(before, time.monotonic() + PATIENCE.total_seconds())
        )
        waiting.messages.append(message)
        waiting.unread.add(message)
        self._fresh.add(message)

    def _silence(self, conversation: int, at: datetime) -> None:
        """What began after it (a task that this very person gave) goes on."""
        rows = Dialogue.objects.filter(conversation=conversation, status=Dialogue.Status.RUNNING)
        for dialogue in rows.filter(started_at__lt=at):
            self._waiting.pop(conversation, None)
            running.silence(dialogue)

    # --- what is answered ----------------------------------------------------------------------------------------------------

    def _answer_ready(self, *, patient: bool = True) -> int:
        """The first of those whose turn it is; the others have theirs after the next look at the log."""
        at = time.monotonic()
        ready = (pk for pk, one in self._waiting.items() if not one.unread or at >= one.until or not patient)
        answered = list(islice(ready, TOGETHER))
        if answered:
            for wanted in running.hear_together({pk: self._waiting[pk].messages for pk in answered}):
                self._ask(wanted)
        for conversation in answered:
            del self._waiting[conversation]
        return len(answered)

    def _forget_presses(self) -> None:
        """A press of a choice, or a file, needs no understanding."""
        fresh, self._fresh = self._fresh, set()
        plain = presses_among(fresh) if fresh else set()
        for one in self._waiting.values():
            one.unread -= plain

    # --- what others are asked --------------------------------------------------------------------------------------------------

    def _ask(self, wanted: running.Wanted) -> None:
        call = wanted.call
        if isinstance(call, putting.Wording):
            self._calls[putting.start(call)] = wanted.dialogue
            return
        key = f"dialogue-{wanted.dialogue}-{call.action}-{len(self._calls)}-{time.time_ns()}"
        asked = self._threads.submit(_asked, call.action, dict(call.values), call.timeout, key)
        self._calls[asked] = wanted.dialogue

    def _take_outcomes(self) -> int:
        done = [asked for asked in self._calls if asked.done()]
        for asked in done:
            dialogue = self._calls.pop(asked)
            wanted = running.resume(dialogue, asked.result())
            if wanted is not None:
                self._ask(wanted)
        return len(done)

    def _finish_calls(self) -> int:
        for asked in list(self._calls):
            asked.result()
        return self._take_outcomes()

    def _ask_again(self) -> None:
        """Dialogues that were awaiting another system when the last process ended: it may have been asked, the answer is lost."""
        rows = Dialogue.objects.filter(status=Dialogue.Status.RUNNING, state__has_key="awaiting")
        for pk, told in rows.values_list("pk", "state"):
            if told["awaiting"] and (wanted := running.resume(pk, Failed())):
                self._ask(wanted)

    def _keep_position(self) -> None:
        """Never past a message that is still waited for."""
        places = [one.before for one in self._waiting.values()]
        place = min([self.position, *places])
        if place != self._kept and time.monotonic() > self._keep_at:
            self._keep_at = time.monotonic() + KEEP_AFTER
            move_cursor(CURSOR, place)
            self._kept = place


def _asked(action: str, values: dict[str, str], timeout: timedelta, key: str) -> Outcome:
    """In a thread of its own; whatever goes wrong is a failure of the other system."""
    try:
        return ask_system(action, values, timeout=timeout, idempotency_key=key)
    except Exception:
        log.exception("another system could not be asked", extra={"action": action})
        return Failed()
    finally:
        connection.close()


def _is_for_us(data: Mapping[str, Any]) -> bool:
    is_by_hand = not data.get("automatic") and not data.get("echo")
    return is_by_hand and data.get("visibility") == "private"


def _is_by_a_person(event: Event) -> bool:
    """Somebody of the house has it, or answered."""
    if event.type == "conversation.assigned":
        return bool(event.data.get("assignee"))
    is_said = event.type == "message.added" and event.actor_kind == "agent"
    return is_said and event.data.get("visibility") != "note"


def presses_among(messages: set[int]) -> set[int]:
    """Those without words of the customer's own: presses of a choice, and files alone."""
    rows = Message.objects.filter(pk__in=messages).values_list("pk", "extra", "text")
    return {pk for pk, extra, text in rows if (extra or {}).get("payload") or not text}


def let_go_of_idle(at: datetime) -> int:
    """Dialogues in which the customer said nothing more: people look at what is left. Returns how many."""
    rows = Dialogue.objects.filter(
        status=Dialogue.Status.RUNNING, changed_at__lt=at - IDLE_LIVE, conversation__isnull=False
    )
    found = list(rows.order_by("changed_at").values_list("conversation_id", "account_id", "changed_at")[:200])
    live_accounts = _live_accounts({account for _, account, _ in found})
    idle = [pk for pk, account, changed in found if account in live_accounts or changed < at - IDLE]
    for pk in idle:
        running.give_up(pk, "silent")
    return len(idle)


def let_go_of_forgotten(at: datetime, waiting: Collection[int]) -> int:
    """Conversations that the bot holds though nothing is under way in them (it was switched off, or began after them) are people's.

    `waiting`: those that it is about to answer. Returns how many there were.
    """
    running_ones = Dialogue.objects.filter(conversation=OuterRef("pk"), status=Dialogue.Status.RUNNING)
    rows = Conversation.objects.filter(with_bot=True, last_message_at__lt=at - FORGOTTEN)
    rows = rows.exclude(account__in=inboxes()).exclude(Exists(running_ones))
    found = [pk for pk in rows.values_list("pk", flat=True)[:200] if pk not in waiting]
    for pk in found:
        running.give_up(pk, "broken")
    return len(found)


def _live_accounts(accounts: set[int]) -> set[int]:
    rows = ChannelAccount.objects.filter(pk__in=accounts).values_list("pk", "kind")
    sheets = {pk: get_adapter(kind).capabilities for pk, kind in rows}
    return {pk for pk, sheet in sheets.items() if sheet.live or sheet.voice}


def catch_up() -> int:
    """Let the bot answer everything there is, now, in this thread: for tests and commands. Returns how much there was."""
    with Following() as following:
        return following.catch_up()
