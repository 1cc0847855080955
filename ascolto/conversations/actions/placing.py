"""Where a received message belongs: the conversation it answers, the customer's current one, or a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from ascolto.channels.protocol import Message as Incoming
from ascolto.conversations.merging import MOST_IN_A_ROW, parts_of
from ascolto.conversations.models import Conversation, ConversationThread, Message, MessageAlias, Status
from ascolto.customers.refusing import refused_among
from ascolto.kit.text import clean, excerpt

Key = tuple[int | None, str | None]  # account and the network's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A parsed message with the customer who was recognised. `threaded`: the network names what a message answers.

    An echo of an answer given outside the desk may not tell whose it is: then there is neither customer nor identity.
    `parts`: the network's ids of the pieces of an album.
    """

    account_id: int
    channel: str
    message: Incoming
    customer_id: int | None
    identity_id: int | None
    threaded: bool = False
    parts: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[int, str]:
        """What makes a message itself on its network."""
        return (self.account_id, self.message.external_id[:255])

    @property
    def digest(self) -> str:
        """Of the content, where the adapter tells it because the network's ids cannot be trusted."""
        return str(self.message.extra.get("digest", ""))

    @property
    def thread_key(self) -> tuple[int, str] | None:
        """The network's thread that is a conversation of its own."""
        return (self.account_id, self.message.thread[:255]) if self.message.thread else None

    def apart(self) -> Received:
        """The same under an id of its own: some senders give one id to different mails, and none may be lost."""
        if not self.digest:
            return self
        external = f"{self.message.external_id[:238]}#{self.digest[:16]}"
        return replace(self, message=replace(self.message, external_id=external))


def by_account(keys: Iterable[tuple[int, str]]) -> Q:
    """Rows with one of these (account, external id)."""
    wanted: dict[int, list[str]] = {}
    for account, external in keys:
        wanted.setdefault(account, []).append(external)
    condition = Q(pk__in=[])
    for account, externals in wanted.items():
        condition |= Q(account_id=account, external_id__in=externals)
    return condition


def aliased(keys: Iterable[tuple[int, str]]) -> dict[Key, int]:
    """The messages (ids) that are also known by these ids."""
    rows = MessageAlias.objects.filter(by_account(keys))
    return {
        (account, external): message
        for account, external, message in rows.values_list("account_id", "external_id", "message_id")
    }


class Finder:
    """Finds, for each message, the conversation it belongs to; locks those rows until the transaction ends."""

    def __init__(self, items: Sequence[Received], reopen_after: datetime) -> None:
        self.reopen_after = reopen_after
        self.fresh: list[Conversation] = []
        self.threads: dict[tuple[int, str], Conversation] = {}  # threads that got a conversation just now
        self.answered: dict[Key, int] = {}  # the ids of messages that are answered
        self.written_to: dict[
            Key, int
        ] = {}  # items that went on elsewhere, since what they were for was merged
        self._refused = refused_among(item.identity_id for item in items)  # whose messages are spam
        self._spam: dict[int, Conversation] = {}
        self._answers = self._find_answers(items)
        self._by_id: dict[int, Conversation] = {}
        self._parts: dict[int, set[int]] = {}  # customers of what became part of a conversation
        self._latest: dict[int, Conversation] = {}
        self._ended: dict[int, int] = {}
        self._load(items)

    def _find_answers(self, items: Sequence[Received]) -> dict[Key, int]:
        """Conversation ids by (account, external id) of the messages that these answer."""
        answering = [item for item in items if item.threaded or item.customer_id is None]
        wanted = {(item.account_id, external) for item in answering for external in item.message.replies_to}
        if not wanted:
            return {}
        rows = Message.objects.filter(by_account(wanted))
        found: dict[Key, int] = {}
        columns = ("account_id", "external_id", "conversation_id", "pk")
        for account, external, conversation, pk in rows.values_list(*columns):
            found[account, external], self.answered[account, external] = conversation, pk
        if missing := wanted - found.keys():
            others = MessageAlias.objects.filter(by_account(missing))
            columns = ("account_id", "external_id", "message__conversation_id", "message_id")
            for account, external, conversation, pk in others.values_list(*columns):
                found[account, external], self.answered[account, external] = conversation, pk
        return found

    def answers(self, item: Received) -> int | None:
        """The message that this one answers, as far as it is here."""
        ids = (self.answered.get((item.account_id, external)) for external in item.message.replies_to)
        return next((pk for pk in ids if pk is not None), None)

    def _load(self, items: Sequence[Received]) -> None:
        known = _conversations_of_threads({item.thread_key for item in items if item.thread_key})
        named = set(self._answers.values())
        named |= {int(i.message.conversation_token) for i in items if i.message.conversation_token.isdigit()}
        customers = {item.customer_id for item in items if item.customer_id is not None}
        # somebody may write in a room and, in the same batch, only to us
        alone = {item.customer_id for item in items if item.customer_id and not item.thread_key}
        recent = ~Q(status=Status.RESOLVED) | Q(resolved_at__gte=self.reopen_after)
        wanted = Q(customer_id__in=alone, is_spam=False) & recent
        if named:
            wanted |= Q(pk__in=named)
        if known:
            wanted |= Q(pk__in=list(known.values()))
        rows = Conversation.objects.select_for_update(of=("self",)).filter(wanted).order_by("id")
        for conversation in rows:
            self._by_id[conversation.pk] = conversation
            best = self._latest.get(conversation.customer_id)
            if not conversation.is_room and (best is None or _rank(conversation) > _rank(best)):
                self._latest[conversation.customer_id] = conversation
        self._follow_merges()
        self._load_spam(items)
        self._rooms = {key: self._by_id[pk] for key, pk in known.items() if pk in self._by_id}
        self._ended = _last_ended(customers - self._latest.keys())
        self._load_parts(items)

    def _load_spam(self, items: Sequence[Received]) -> None:
        """Where the messages of those go from whom we take nothing."""
        theirs = {item.customer_id for item in items if item.customer_id and self.is_refused(item)}
        if theirs:
            rows = Conversation.objects.select_for_update(of=("self",)).filter(
                customer_id__in=theirs, is_spam=True, status=Status.RESOLVED, merged_into=None
            )
            self._spam = {row.customer_id: row for row in rows.order_by("id")}

    def is_refused(self, item: Received) -> bool:
        """Whether we take nothing from whoever wrote it."""
        return item.identity_id in self._refused and not item.message.outgoing

    def _spam_of(self, item: Received, moment: datetime) -> Conversation:
        assert item.customer_id is not None
        if item.customer_id not in self._spam:
            made = self._spam[item.customer_id] = self._begin(item, moment)
            made.is_spam, made.is_room = True, False
            made.status, made.resolved_at = Status.RESOLVED, moment
            if self._latest.get(item.customer_id) is made:
                del self._latest[item.customer_id]
        return self._spam[item.customer_id]

    def _follow_merges(self) -> None:
        """What the merged ones became part of, locked as well."""
        for _ in range(MOST_IN_A_ROW):
            ends = {c.merged_into_id for c in self._by_id.values() if c.merged_into_id} - self._by_id.keys()
            if not ends:
                return
            rows = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=ends).order_by("id")
            self._by_id |= {row.pk: row for row in rows}

    def _load_parts(self, items: Sequence[Received]) -> None:
        """Whose conversations became part of one of another customer: they go on writing there."""
        named = {pk for item in items for pk in self._candidates(item) if self._is_of_another(item, pk)}
        if not named:
            return
        parts = parts_of(named)
        every = {pk for of in parts.values() for pk in of}
        customers = dict(Conversation.objects.filter(pk__in=every).values_list("pk", "customer_id"))
        self._parts = {pk: {customers[part] for part in of if part in customers} for pk, of in parts.items()}

    def _is_of_another(self, item: Received, pk: int) -> bool:
        found = self._by_id.get(pk)
        return found is not None and item.customer_id not in {None, found.customer_id}

    def _final(self, item: Received, found: Conversation) -> Conversation:
        """What a merged conversation became part of."""
        end = found
        for _ in range(MOST_IN_A_ROW):
            if end.merged_into_id is None or end.merged_into_id not in self._by_id:
                break
            end = self._by_id[end.merged_into_id]
        if end is not found:
            self.written_to[item.key] = found.pk
        return end

    def conversation_for(self, item: Received, moment: datetime) -> Conversation | None:
        """The conversation the message answers, else the customer's current one, else a new one.

        None for the echo of an answer to something that is not here (yet).
        """
        if self.is_refused(item) and item.customer_id is not None:
            return self._spam_of(item, moment)
        if item.thread_key is not None:
            return self._room(item, item.thread_key, moment)
        found = self._answered(item)
        if item.customer_id is None:
            return found
        found = found or self._current(item, item.customer_id)
        if found is not None and found.status == Status.RESOLVED and not self._may_reopen(item, found):
            return self._begin(item, moment, previous=found.pk)
        if found is None:
            return self._begin(item, moment, previous=self._ended.get(item.customer_id))
        return found

    def _current(self, item: Received, customer: int) -> Conversation | None:
        found = self._latest.get(customer)
        return self._final(item, found) if found is not None else None

    def _room(self, item: Received, key: tuple[int, str], moment: datetime) -> Conversation | None:
        found = self._rooms.get(key)
        found = self._final(item, found) if found is not None else None
        if item.customer_id is None or (found is not None and not self._is_over(found)):
            return found
        previous = found.pk if found else None
        self._rooms[key] = self.threads[key] = self._begin(item, moment, previous=previous)
        return self._rooms[key]

    def _is_over(self, conversation: Conversation) -> bool:
        return (
            conversation.status == Status.RESOLVED
            and conversation.resolved_at is not None
            and conversation.resolved_at < self.reopen_after
        )

    def _answered(self, item: Received) -> Conversation | None:
        """Only a conversation of the same customer: a forged reference must not open another person's thread."""
        for pk in self._candidates(item):
            conversation = self._by_id.get(pk)
            if conversation is None:
                continue
            if item.customer_id in {None, conversation.customer_id, *self._parts.get(pk, ())}:
                return self._final(item, conversation)
        return None

    def _candidates(self, item: Received) -> list[int]:
        found = [self._answers.get((item.account_id, external)) for external in item.message.replies_to]
        if item.message.conversation_token.isdigit():
            found.insert(0, int(item.message.conversation_token))
        return [pk for pk in found if pk is not None]

    def _may_reopen(self, item: Received, conversation: Conversation) -> bool:
        return not self._is_over(conversation) and (not item.threaded or self._answered(item) is conversation)

    def _begin(self, item: Received, moment: datetime, previous: int | None = None) -> Conversation:
        assert item.customer_id is not None
        conversation = Conversation(
            customer_id=item.customer_id,
            account_id=item.account_id,
            subject=excerpt(clean(item.message.subject, 1000), 300),
            created_at=moment,
            last_message_at=min(item.message.occurred_at, moment),
            previous_id=previous,
            is_room=item.thread_key is not None,
            version=0,
        )
        self.fresh.append(conversation)
        if item.thread_key is None:
            self._latest[item.customer_id] = conversation
        return conversation


def keep_threads(threads: Mapping[tuple[int, str], Conversation]) -> None:
    """Remember which conversation a network's thread is from now on."""
    if not threads:
        return
    ConversationThread.objects.bulk_create(
        [
            ConversationThread(account_id=account, key=key, conversation=c)
            for (account, key), c in threads.items()
        ],
        update_conflicts=True,
        unique_fields=["account", "key"],
        update_fields=["conversation"],
    )


def move_thread(*, account_id: int, old: str, new: str) -> None:
    """A thread of the network got another name; what is known under the new one already stays there."""
    threads = ConversationThread.objects.filter(account_id=account_id)
    for thread in threads.filter(Q(key=old[:255]) | Q(key__startswith=f"{old}:"[:255])):
        key = (new + thread.key[len(old) :])[:255]
        if not threads.filter(key=key).exists():
            thread.key = key
            thread.save(update_fields=["key"])


def _conversations_of_threads(keys: set[tuple[int, str]]) -> dict[tuple[int, str], int]:
    if not keys:
        return {}
    rows = ConversationThread.objects.filter(
        account_id__in={account for account, _ in keys}, key__in={key for _, key in keys}
    )
    found = rows.values_list("account_id", "key", "conversation_id")
    return {(account, key): pk for account, key, pk in found if (account, key) in keys}


def _last_ended(customers: set[int]) -> dict[int, int]:
    """The last conversation of each of these customers, which is too old to be reopened."""
    if not customers:
        return {}
    rows = Conversation.objects.filter(
        customer_id__in=customers, is_spam=False, is_room=False, merged_into=None
    )
    rows = rows.order_by("last_message_at")
    return dict(rows.values_list("customer_id", "pk"))


def _rank(conversation: Conversation) -> tuple[bool, datetime]:
    return (conversation.status != Status.RESOLVED, conversation.last_message_at)
