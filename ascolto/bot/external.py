"""External bots are told what customers write where they answer first; one that is late, or cannot be reached, leaves it to people.

    follow(events)     # what happened, out of the log: writes errands, and sends them
    ring(now())        # errands that were not sent yet, and those whose time is up
    next_ring()        # when to ring again
    ring_if_due(now()) # both, for a loop

An errand is a row before anything leaves: after a kill it is told again, with the same `webhook-id`. Requests are made by threads of
their own. Whoever asks for a person gets one, whatever the bot would have said.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Min

from ascolto.bot import live
from ascolto.bot.actions.external import give_up
from ascolto.bot.external_events import message_created
from ascolto.bot.external_inboxes import inboxes, resting
from ascolto.bot.models import BotErrand, ExternalBot
from ascolto.bot.outward import host_of
from ascolto.bot.person_wishes import wants_person
from ascolto.bot.sealed import Secrets
from ascolto.conversations.actions import leave_to_people
from ascolto.conversations.models import Conversation, Direction, Message, Visibility
from ascolto.events.models import Event
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.kit.vault import Unreadable
from ascolto.understanding.written import own_words

log = logging.getLogger(__name__)
AT_ONCE = 8  # requests
SECONDS = 5.0  # for one request; a bot that thinks for longer answers it at once and writes later
RETRY_AFTER = 1.0  # seconds
LARGEST_ANSWER = 64 * 1024
MOST_AT_A_TIME = 500
LOOKED_AT = 1_000  # characters of a message in which a wish for a person is looked for
KEPT_FOR = timedelta(days=30)


class Errands:
    """What bots are told. `start`: does work beside this thread (tests do it at once)."""

    def __init__(self, start: Callable[[Callable[[], None]], object] | None = None) -> None:
        self._start = start
        self._threads: ThreadPoolExecutor | None = None
        self._under_way: set[int] = set()  # conversations
        self._lock = threading.Lock()
        self._ring: tuple[datetime | None] | None = None  # when, once it was looked up
        self.pause = threading.Event()  # between two tries; set it and nobody waits
        self._forget_at = datetime.min.replace(tzinfo=now().tzinfo)

    def follow(self, events: Sequence[Event]) -> None:
        """Write down and tell what customers wrote to bots."""
        wanted = [event.data["message"] for event in events if _is_heard(event)]
        stamp = live.at_hand().stamp if wanted else ""
        answering: Mapping[int, int] = inboxes(stamp) if wanted else {}
        bots = {**resting(stamp), **answering} if wanted else {}
        if not bots:
            return
        found = _messages_for(bots, wanted)
        people = {
            message.conversation_id: why for message in found if (why := _why_for_people(message, answering))
        }
        told = [message for message in found if message.conversation_id not in people]
        seconds = dict(ExternalBot.objects.filter(pk__in=bots.values()).values_list("account_id", "seconds"))
        at = now()
        errands = [
            BotErrand(
                bot_id=bots[message.conversation.account_id],
                conversation_id=message.conversation_id,
                message=message,
                due_at=at + timedelta(seconds=seconds.get(message.conversation.account_id, 30)),
            )
            for message in told
        ]
        BotErrand.objects.bulk_create(errands, ignore_conflicts=True)
        self._ring = None
        for message in found:
            if why := people.pop(message.conversation_id, ""):
                bot = bots[message.conversation.account_id]
                _to_people(bot, message.conversation_id, why)
        for conversation in dict.fromkeys(message.conversation_id for message in told):
            self._send(conversation)

    def ring(self, at: datetime) -> int:
        """Send what was not sent (after a kill), and give to people what nobody answered in time. Returns how many."""
        self._ring = None
        count = 0
        for conversation in self._unsent():
            self._send(conversation)
            count += 1
        rows = BotErrand.objects.filter(settled_at=None, due_at__lte=at).order_by("due_at")
        late = dict.fromkeys(rows.values_list("conversation_id", "bot_id")[:MOST_AT_A_TIME])
        for conversation, bot in late:
            _to_people(bot, conversation, "late")
        if at > self._forget_at:
            self._forget_at = at + timedelta(hours=1)
            forget_old_errands(at)
        return count + len(late)

    def next_ring(self) -> datetime | None:
        """When something is due; None while nobody is waited for. Looked up once after each thing that may have changed it here."""
        if self._ring is None:
            open_ones = BotErrand.objects.filter(settled_at=None)
            due = now() if self._unsent() else open_ones.aggregate(first=Min("due_at"))["first"]
            self._ring = (due,)
        return self._ring[0]

    def ring_if_due(self, at: datetime) -> int:
        """Ring where it is time. Returns how much there was."""
        due = self.next_ring()
        return self.ring(at) if due is not None and due <= at else 0

    def forget_when(self) -> None:
        """Look anew when something is due: rows were changed by somebody else."""
        self._ring = None

    def _unsent(self) -> list[int]:
        rows = BotErrand.objects.filter(settled_at=None, told_at=None).order_by("pk")
        found = dict.fromkeys(rows.values_list("conversation_id", flat=True)[:MOST_AT_A_TIME])
        with self._lock:
            return [conversation for conversation in found if conversation not in self._under_way]

    def _send(self, conversation: int) -> None:
        """Tell the errands of a conversation in their order, unless that is being done."""
        with self._lock:
            if conversation in self._under_way:
                return
            self._under_way.add(conversation)
            if self._start is None and self._threads is None:
                self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="external-bots")
        start = self._start or self._threads.submit  # type: ignore[union-attr]
        start(lambda: self._tell_all(conversation))

    def _tell_all(self, conversation: int) -> None:
        try:
            while (errand := self._next(conversation)) is not None:
                if not self._tell(errand):
                    _to_people(errand.bot_id, conversation, "failed")
        except Exception:
            log.exception("an external bot could not be told; its time will be up")
            with self._lock:
                self._under_way.discard(conversation)
            self._ring = None
        finally:
            if self._start is None:
                connection.close()

    def _next(self, conversation: int) -> BotErrand | None:
        """The errand that is to be told next. Under the lock, so that none is forgotten that is written meanwhile."""
        with self._lock:
            rows = BotErrand.objects.filter(conversation_id=conversation, settled_at=None, told_at=None)
            rows = rows.select_related(
                "bot__account", "message__conversation__customer", "message__identity"
            ).prefetch_related("message__attachments")
            found = rows.order_by("pk").first()
            if found is None:
                self._under_way.discard(conversation)
            return found

    def _tell(self, errand: BotErrand) -> bool:
        """Whether the bot knows of the message now; it is tried twice."""
        for is_again in (False, True):
            if is_again:
                self.pause.wait(RETRY_AFTER)
            outcome = post(errand)
            if outcome == "told":
                BotErrand.objects.filter(pk=errand.pk).update(told_at=now())
                return True
            if outcome == "refused":
                break
        return False


def _to_people(bot: int, conversation: int, why: str) -> None:
    """A person goes on. Where telling so fails for a reason nobody foresaw, the conversation is let go all the same."""
    try:
        give_up(bot_id=bot, conversation_id=conversation, outcome=why)
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("a bot could not be relieved", extra={"conversation": conversation})
        rows = BotErrand.objects.filter(conversation=conversation, settled_at=None)
        rows.update(settled_at=now(), outcome="failed")
        leave_to_people(conversation=Conversation.objects.get(pk=conversation), why="broken")


def _is_heard(event: Event) -> bool:
    data = event.data
    is_spoken = not data.get("automatic") and not data.get("echo")
    return event.type == "message.received" and is_spoken and data.get("visibility") == Visibility.PRIVATE


def _messages_for(bots: Mapping[int, int], wanted: Sequence[int]) -> list[Message]:
    """Those messages that a bot has to answer: at its inbox, in a conversation that it holds."""
    rows = Message.objects.filter(
        pk__in=wanted,
        conversation__account__in=bots,
        direction=Direction.IN,
        removed_at=None,
        conversation__with_bot=True,
        conversation__assignee=None,
        conversation__merged_into=None,
        conversation__is_spam=False,
    )
    return list(rows.select_related("conversation__customer").order_by("pk"))


def _why_for_people(message: Message, answering: Mapping[int, int]) -> str:
    """Why this goes to people and not to the bot: it is off, the customer asks for one, or writes where the bot is not."""
    if message.conversation.account_id not in answering:
        return "stopped"
    if message.account_id != message.conversation.account_id:
        return "moved"
    said = own_words(message.text, message.extra or {})
    return "asked" if wants_person(said[:LOOKED_AT]) else ""


def post(errand: BotErrand) -> str:
    """Send one errand: "told", "refused" (it will not do to try again) or "failed"."""
    bot = errand.bot
    try:
        secrets = Secrets.opened(bot.secret)
    except Unreadable:
        log.error("the secret of external bot %s cannot be opened", bot.pk)
        return "refused"
    body = message_created(bot, errand.message)
    try:
        answer = http.request(
            "POST",
            bot.url,
            headers=secrets.headers(f"message-{errand.message_id}", now(), body),
            content=body,
            max_bytes=LARGEST_ANSWER,
            connect_timeout=3.0,
            read_timeout=SECONDS,
            whole_timeout=SECONDS,
        )
    except http.AnswerTooLarge:
        return "told"  # it took it; what it says besides is not needed
    except http.RequestFailed as error:
        log.warning("external bot %s at %s: %s", bot.pk, host_of(bot.url), type(error).__name__)
        return "failed"
    if answer.is_success:
        return "told"
    log.warning("external bot %s at %s: HTTP %s", bot.pk, host_of(bot.url), answer.status)
    return "refused" if 400 <= answer.status < 500 and answer.status not in {408, 429} else "failed"


def forget_old_errands(at: datetime) -> int:
    """Errands that nobody asks about any more; returns how many went."""
    old = BotErrand.objects.filter(settled_at__lt=at - KEPT_FOR).values_list("pk", flat=True)[:1_000]
    return BotErrand.objects.filter(pk__in=list(old)).delete()[0]


_errands = Errands()
follow, ring_if_due = _errands.follow, _errands.ring_if_due
ring, next_ring, forget_when = _errands.ring, _errands.next_ring, _errands.forget_when
