"""Receive what customers wrote: a whole batch at once, since every query then costs once a batch and not once a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from ascolto.accounts.models import Company
from ascolto.channels.protocol import Message as Incoming
from ascolto.conversations.actions.news import apply_early_news
from ascolto.conversations.files import make_attachments
from ascolto.conversations.models import Author, Conversation, Delivery, Direction, Message, Status
from ascolto.events.log import Actor, emit_all, make_event
from ascolto.events.models import Event
from ascolto.kit import bulk
from ascolto.kit.clock import now
from ascolto.kit.text import clean, excerpt

CHANGED_BY_RECEIVING = [
    "status",
    "channels",
    "has_public",
    "waiting_since",
    "due_at",
    "snoozed_until",
    "last_message_at",
    "last_inbound_at",
    "preview",
    "resolved_at",
    "version",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A parsed message with the customer who was recognised. `threaded`: the network names what a message answers."""

    account_id: int
    channel: str
    message: Incoming
    customer_id: int
    identity_id: int
    threaded: bool = False

    @property
    def key(self) -> tuple[int, str]:
        """What makes a message itself on its network."""
        return (self.account_id, self.message.external_id[:255])

    @property
    def digest(self) -> str:
        """Of the content, where the adapter tells it because the network's ids cannot be trusted."""
        return str(self.message.extra.get("digest", ""))


def receive_messages(items: Sequence[Received]) -> int:
    """Store the messages that are not known yet in the right conversations; returns how many were new.

    Call it in a transaction. A message is known by (account, external id): delivering it again changes nothing.
    """
    fresh = _without_known(items)
    if not fresh:
        return 0
    company, moment = Company.current(), now()
    finder = _Finder(fresh, moment - timedelta(days=company.reopen_days))
    placed = [(item, finder.conversation_for(item, moment)) for item in fresh]
    events = _save_conversations(placed, finder, company, moment)
    messages = [_message(item, conversation, moment) for item, conversation in placed]
    bulk.insert(connection, messages)
    make_attachments(
        (message, item.message.attachments) for message, (item, _) in zip(messages, placed, strict=True)
    )
    emit_all(events + [_event(message, item) for message, (item, _) in zip(messages, placed, strict=True)])
    apply_early_news(messages)
    return len(messages)


def _without_known(items: Sequence[Received]) -> list[Received]:
    """The items that are new, each once, in the order of their own times."""
    known = _known({key for item in items for key in (item.key, _apart(item).key)})
    fresh: dict[tuple[int, str], Received] = {}
    for item in items:
        digest = known.get(item.key, fresh[item.key].digest if item.key in fresh else None)
        if digest is None:
            fresh[item.key] = item
        elif digest and item.digest and digest != item.digest:
            other = _apart(item)
            if other.key not in known:
                fresh.setdefault(other.key, other)
    return sorted(fresh.values(), key=lambda item: item.message.occurred_at)


def _apart(item: Received) -> Received:
    """The same under an id of its own: some senders give one id to different mails, and none may be lost."""
    if not item.digest:
        return item
    external = f"{item.message.external_id[:238]}#{item.digest[:16]}"
    return replace(item, message=replace(item.message, external_id=external))


def _known(keys: Iterable[tuple[int, str]]) -> dict[tuple[int | None, str | None], str]:
    """The digest (empty where none was told) of each message that is here already."""
    by_account: dict[int, list[str]] = {}
    for account, external in keys:
        by_account.setdefault(account, []).append(external)
    condition = Q(pk__in=[])
    for account, externals in by_account.items():
        condition |= Q(account_id=account, external_id__in=externals)
    rows = Message.objects.filter(condition).values_list("account_id", "external_id", "extra")
    return {(account, external): str(extra.get("digest", "")) for account, external, extra in rows}


class _Finder:
    """Finds, for each message, the conversation it belongs to; locks those rows until the transaction ends."""

    def __init__(self, items: Sequence[Received], reopen_after: datetime) -> None:
        self.reopen_after = reopen_after
        self.fresh: list[Conversation] = []
        self.touched: dict[int, Conversation] = {}
        self.reopened: set[int] = set()
        self._answers = self._find_answers(items)
        self._by_id: dict[int, Conversation] = {}
        self._latest: dict[int, Conversation] = {}
        self._ended: dict[int, int] = {}
        self._load(items)

    def _find_answers(self, items: Sequence[Received]) -> dict[tuple[int | None, str | None], int]:
        """Conversation ids by (account, external id) of the messages that these answer."""
        wanted = {(i.account_id, external) for i in items if i.threaded for external in i.message.replies_to}
        if not wanted:
            return {}
        rows = Message.objects.filter(
            account_id__in={account for account, _ in wanted},
            external_id__in={external for _, external in wanted},
        ).values_list("account_id", "external_id", "conversation_id")
        return {(account, external): conversation for account, external, conversation in rows}

    def _load(self, items: Sequence[Received]) -> None:
        named = set(self._answers.values())
        named |= {int(i.message.conversation_token) for i in items if i.message.conversation_token.isdigit()}
        customers = {item.customer_id for item in items}
        recent = ~Q(status=Status.RESOLVED) | Q(resolved_at__gte=self.reopen_after)
        wanted = Q(customer_id__in=customers, is_spam=False) & recent
        if named:
            wanted |= Q(pk__in=named, customer_id__in=customers)
        rows = Conversation.objects.select_for_update(of=("self",)).filter(wanted).order_by("id")
        for conversation in rows:
            self._by_id[conversation.pk] = conversation
            best = self._latest.get(conversation.customer_id)
            if best is None or _rank(conversation) > _rank(best):
                self._latest[conversation.customer_id] = conversation
        self._ended = _last_ended(customers - self._latest.keys())

    def conversation_for(self, item: Received, moment: datetime) -> Conversation:
        """The conversation the message answers, else the customer's current one, else a new one."""
        found = self._answered(item) or self._latest.get(item.customer_id)
        if found is not None and found.status == Status.RESOLVED and not self._may_reopen(item, found):
            return self._begin(item, moment, previous=found.pk)
        if found is None:
            return self._begin(item, moment, previous=self._ended.get(item.customer_id))
        return found

    def _answered(self, item: Received) -> Conversation | None:
        """Only a conversation of the same customer: a forged reference must not open another person's thread."""
        candidates = [self._answers.get((item.account_id, external)) for external in item.message.replies_to]
        if item.message.conversation_token.isdigit():
            candidates.insert(0, int(item.message.conversation_token))
        for pk in candidates:
            conversation = self._by_id.get(pk) if pk is not None else None
            if conversation is not None and conversation.customer_id == item.customer_id:
                return conversation
        return None

    def _may_reopen(self, item: Received, conversation: Conversation) -> bool:
        if conversation.resolved_at is not None and conversation.resolved_at < self.reopen_after:
            return False
        return not item.threaded or self._answered(item) is conversation

    def _begin(self, item: Received, moment: datetime, previous: int | None = None) -> Conversation:
        conversation = Conversation(
            customer_id=item.customer_id,
            account_id=item.account_id,
            subject=excerpt(clean(item.message.subject, 1000), 300),
            created_at=moment,
            last_message_at=min(item.message.occurred_at, moment),
            previous_id=previous,
            version=0,
        )
        self.fresh.append(conversation)
        self._latest[item.customer_id] = conversation
        return conversation


def _last_ended(customers: set[int]) -> dict[int, int]:
    """The last conversation of each of these customers, which is too old to be reopened."""
    if not customers:
        return {}
    rows = Conversation.objects.filter(customer_id__in=customers, is_spam=False).order_by("last_message_at")
    return dict(rows.values_list("customer_id", "pk"))


def _rank(conversation: Conversation) -> tuple[bool, datetime]:
    return (conversation.status != Status.RESOLVED, conversation.last_message_at)


def _save_conversations(
    placed: Sequence[tuple[Received, Conversation]], finder: _Finder, company: Company, moment: datetime
) -> list[Event]:
    reopened = {}
    for item, conversation in placed:
        if _absorb(conversation, item, company, moment):
            reopened[id(conversation)] = conversation
    bulk.insert(connection, finder.fresh)
    fresh = {id(conversation) for conversation in finder.fresh}
    changed = list({id(c): c for _, c in placed if id(c) not in fresh}.values())
    bulk.update(connection, changed, CHANGED_BY_RECEIVING)
    events = [_created(conversation) for conversation in finder.fresh]
    events += [
        make_event("conversation.reopened", conversation=c.pk, customer=c.customer_id, account=c.account_id)
        for c in reopened.values()
        if id(c) not in fresh
    ]
    return events


def _created(conversation: Conversation) -> Event:
    return make_event(
        "conversation.created",
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        channel=conversation.channels.split(",")[0],
        previous=conversation.previous_id,
    )


def _absorb(conversation: Conversation, item: Received, company: Company, moment: datetime) -> bool:
    """Let the message change the conversation; whether it reopened it."""
    message, at = item.message, min(item.message.occurred_at, moment)
    kinds = [kind for kind in conversation.channels.split(",") if kind and kind != item.channel]
    conversation.channels = ",".join([item.channel, *kinds])[:200]
    conversation.has_public = conversation.has_public or message.visibility == "public"
    if at >= conversation.last_message_at:
        conversation.preview = excerpt(
            message.extra.get("visible_text") or message.text or message.subject, 200
        )
    conversation.last_message_at = max(conversation.last_message_at, at)
    conversation.version += 1
    if message.outgoing:
        conversation.waiting_since = conversation.due_at = None
        return False
    conversation.last_inbound_at = max(conversation.last_inbound_at or at, at)
    if message.automatic:
        return False
    if conversation.waiting_since is None or at < conversation.waiting_since:
        conversation.waiting_since = at
        conversation.due_at = at + timedelta(minutes=company.promise_minutes)
    conversation.snoozed_until = None
    if conversation.status in {Status.PENDING, Status.RESOLVED}:
        conversation.status, conversation.resolved_at = Status.OPEN, None
        return True
    return False


def _message(item: Received, conversation: Conversation, moment: datetime) -> Message:
    incoming = item.message
    return Message(
        conversation=conversation,
        account_id=item.account_id,
        direction=Direction.OUT if incoming.outgoing else Direction.IN,
        visibility=incoming.visibility,
        author_kind=Author.AGENT if incoming.outgoing else Author.CUSTOMER,
        identity_id=item.identity_id,
        kind=incoming.kind[:20],
        text=clean(incoming.text),
        html=clean(incoming.html, 500_000),
        subject=excerpt(clean(incoming.subject, 1000), 300),
        external_id=incoming.external_id[:255],
        is_automatic=incoming.automatic,
        delivery=Delivery.SENT if incoming.outgoing else Delivery.NONE,
        extra=dict(incoming.extra),
        occurred_at=min(incoming.occurred_at, moment),
        created_at=moment,
    )


def _event(message: Message, item: Received) -> Event:
    return make_event(
        "message.received",
        actor=Actor() if item.message.outgoing else Actor("customer", item.customer_id),
        conversation=message.conversation_id,
        customer=item.customer_id,
        account=item.account_id,
        message=message.pk,
        channel=item.channel,
        visibility=message.visibility,
        automatic=message.is_automatic,
        echo=item.message.outgoing,
    )
