"""Receive what customers wrote: a whole batch at once, since every query then costs once a batch and not once a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection

from ascolto.accounts.models import Company
from ascolto.channels.protocol import Message as Incoming
from ascolto.conversations.actions.albums import extend, gather, keep_aliases
from ascolto.conversations.actions.early import apply_early_news
from ascolto.conversations.actions.echoes import adopt, park
from ascolto.conversations.actions.placing import Finder, Key, Received, aliased, by_account, keep_threads
from ascolto.conversations.actions.revising import revise
from ascolto.conversations.files import make_attachments
from ascolto.conversations.holding import bot_answers_first
from ascolto.conversations.models import Author, Conversation, Delivery, Direction, Message, Status
from ascolto.conversations.promises import Asked, end_waiting, promise_answer, promise_answers
from ascolto.customers.actions import note_written_again
from ascolto.events.log import Actor, emit_all, make_event
from ascolto.events.models import Event
from ascolto.kit import bulk
from ascolto.kit.clock import now
from ascolto.kit.text import clean, excerpt

CHANGED_BY_RECEIVING = [
    "status",
    "channels",
    "has_public",
    "with_bot",
    "waiting_since",
    "due_at",
    "snoozed_until",
    "last_message_at",
    "last_inbound_at",
    "preview",
    "resolved_at",
    "version",
]


def receive_messages(items: Sequence[Received]) -> int:
    """Store the messages that are not known yet in the right conversations; returns how many were new.

    Call it in a transaction. A message is known by (account, external id): delivering it again changes nothing, unless the
    network says that its author revised it.
    """
    gathered = gather(items)
    fresh, known = _without_known(gathered)
    _tell_changed(extend(known, items))
    revise([item for item in known if item.message.revised_at is not None])
    fresh = adopt(fresh)
    if not fresh:
        return 0
    company, moment = Company.current(), now()
    finder = Finder(fresh, moment - timedelta(days=company.reopen_days))
    found = [(item, finder.conversation_for(item, moment)) for item in fresh]
    placed = [(item, conversation) for item, conversation in found if conversation is not None]
    for item, conversation in found:
        if conversation is None:
            park(item)
    return len(_store(placed, finder, moment))


def _store(
    placed: Sequence[tuple[Received, Conversation]], finder: Finder, moment: datetime
) -> list[Message]:
    events = _save_conversations(placed, finder, moment)
    keep_threads(finder.threads)
    messages = [_message(item, conversation, moment, finder) for item, conversation in placed]
    bulk.insert(connection, messages)
    made = list(zip(messages, (item for item, _ in placed), strict=True))
    keep_aliases([(message, part) for message, item in made for part in item.parts])
    make_attachments((message, item.message.attachments) for message, item in made)
    emit_all(events + [_event(message, item) for message, item in made])
    _note_who_is_back(made)
    apply_early_news(messages)
    return messages


def _tell_changed(grown: Sequence[Message]) -> None:
    """Albums that got further pieces."""
    emit_all(
        [
            make_event(
                "message.amended",
                conversation=message.conversation_id,
                account=message.account_id,
                message=message.pk,
            )
            for message in grown
        ]
    )


def _note_who_is_back(made: Iterable[tuple[Message, Received]]) -> None:
    note_written_again(
        {
            message.identity_id: message.occurred_at
            for message, item in made
            if message.identity_id is not None and not item.message.outgoing and not item.message.automatic
        }
    )


def _without_known(items: Sequence[Received]) -> tuple[list[Received], list[Received]]:
    """The items that are new, each once, in the order of their own times; and those that are here already."""
    known = _known({key for item in items for key in (item.key, item.apart().key)})
    echoes = {item.key for item in items if item.message.outgoing and item.key not in known}
    known |= dict.fromkeys(aliased(echoes), "") if echoes else {}
    fresh: dict[tuple[int, str], Received] = {}
    again = []
    for item in items:
        digest = known.get(item.key, fresh[item.key].digest if item.key in fresh else None)
        if digest is None:
            fresh[item.key] = item
        elif digest and item.digest and digest != item.digest:
            other = item.apart()
            if other.key not in known:
                fresh.setdefault(other.key, other)
        elif item.key not in fresh:
            again.append(item)
        else:
            fresh[item.key] = _later(fresh[item.key], item)
    return sorted(fresh.values(), key=lambda item: item.message.occurred_at), again


def _later(one: Received, other: Received) -> Received:
    """Of two states of one message in the same batch, the one that its author wrote last."""
    first, second = one.message.revised_at, other.message.revised_at
    return other if second is not None and (first is None or second > first) else one


def _known(keys: Iterable[tuple[int, str]]) -> dict[Key, str]:
    """The digest (empty where none was told) of each message that is here already."""
    rows = Message.objects.filter(by_account(keys)).values_list("account_id", "external_id", "extra")
    return {(account, external): str(extra.get("digest", "")) for account, external, extra in rows}


def _save_conversations(
    placed: Sequence[tuple[Received, Conversation]], finder: Finder, moment: datetime
) -> list[Event]:
    reopened: dict[int, Conversation] = {}
    asked: dict[int, Asked] = {}
    for item, conversation in placed:
        was = conversation.status
        if _absorb(conversation, item, moment, is_taken=not finder.is_refused(item)):
            reopened[id(conversation)] = conversation
        if conversation.waiting_since is None:
            asked.pop(id(conversation), None)
        elif conversation.due_at is None:
            is_first = conversation.pk is None or was == Status.RESOLVED
            asked[id(conversation)] = Asked(conversation, conversation.waiting_since, item.channel, is_first)
    promise_answers(list(asked.values()))
    bulk.insert(connection, finder.fresh)
    fresh = {id(conversation) for conversation in finder.fresh}
    changed = list({id(c): c for _, c in placed if id(c) not in fresh}.values())
    bulk.update(connection, changed, CHANGED_BY_RECEIVING)
    events = [_created(conversation) for conversation in finder.fresh]
    events += [_spam_from_the_start(conversation) for conversation in finder.fresh if conversation.is_spam]
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


def _spam_from_the_start(conversation: Conversation) -> Event:
    return make_event(
        "conversation.spam_marked",
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        spam=True,
    )


def _absorb(conversation: Conversation, item: Received, moment: datetime, *, is_taken: bool = True) -> bool:
    """Let the message change the conversation; whether it reopened it. Nobody waits for what is not `is_taken`."""
    message, at = item.message, min(item.message.occurred_at, moment)
    kinds = [kind for kind in conversation.channels.split(",") if kind and kind != item.channel]
    conversation.channels = ",".join([item.channel, *kinds])[:200]
    conversation.has_public = conversation.has_public or message.visibility == "public"
    comes_late = at < conversation.last_message_at
    if not comes_late:
        conversation.preview = excerpt(
            message.extra.get("visible_text") or message.text or message.subject, 200
        )
    conversation.last_message_at = max(conversation.last_message_at, at)
    conversation.version += 1
    if message.outgoing:
        _answer(conversation, at)
        conversation.with_bot = False
        return False
    if _begins_with_bot(conversation, item, is_taken=is_taken):
        conversation.with_bot = True
    conversation.last_inbound_at = max(conversation.last_inbound_at or at, at)
    if message.automatic or not is_taken or (comes_late and _was_answered_outside(conversation, at)):
        return False
    if conversation.waiting_since is None or at < conversation.waiting_since:
        conversation.waiting_since, conversation.due_at = at, None  # promised when the batch is through
    conversation.snoozed_until = None
    if conversation.status in {Status.PENDING, Status.RESOLVED}:
        conversation.status, conversation.resolved_at = Status.OPEN, None
        return True
    return False


def _begins_with_bot(conversation: Conversation, item: Received, *, is_taken: bool) -> bool:
    """Whether a bot answers this first: something new begins, privately, and nobody has it."""
    message = item.message
    is_new = conversation.pk is None or conversation.status == Status.RESOLVED
    if not is_new or not is_taken or message.automatic or message.visibility != "private":
        return False
    is_free = conversation.assignee_id is None and not conversation.is_spam and not conversation.is_room
    return is_free and bot_answers_first(item.account_id)


def _answer(conversation: Conversation, at: datetime) -> None:
    """Somebody answered outside the desk at `at`; what the customer wrote after that still waits."""
    since = None
    if conversation.waiting_since and conversation.last_inbound_at and conversation.last_inbound_at > at:
        later = conversation.messages.filter(direction="in", is_automatic=False, occurred_at__gt=at)
        later = later.filter(occurred_at__gte=conversation.waiting_since)
        since = later.order_by("occurred_at").values_list("occurred_at", flat=True).first()
    end_waiting(conversation)
    if since is not None:
        promise_answer(conversation, since)


def _was_answered_outside(conversation: Conversation, at: datetime) -> bool:
    """Whether somebody answered on the network itself after `at`: they saw what reaches us only now."""
    if conversation.pk is None:
        return False
    echoes = conversation.messages.filter(direction="out", extra__echo=True, occurred_at__gte=at)
    return echoes.exists()


def _message(item: Received, conversation: Conversation, moment: datetime, finder: Finder) -> Message:
    incoming, written_to = item.message, finder.written_to.get(item.key)
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
        in_reply_to_id=finder.answers(item),
        extra={
            **incoming.extra,
            **({"echo": True} if incoming.outgoing else {}),
            **({"written_to": written_to} if written_to else {}),
        },
        edited_at=_edited_at(incoming),
        occurred_at=min(incoming.occurred_at, moment),
        created_at=moment,
    )


def _edited_at(incoming: Incoming) -> datetime | None:
    revised = incoming.revised_at
    return revised if revised is not None and revised > incoming.occurred_at else None


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
