"""What happens to a batch of deliveries, in reading order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ascolto.channels.cataloguing import mark_stale
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.protocol import (
    Account,
    AccountNews,
    Adapter,
    Amended,
    ConsentChanged,
    Edited,
    ErrorClass,
    Handle,
    HandleChanged,
    Inbound,
    Message,
    RawDelivery,
    Reacted,
    ReadUpTo,
    Receipt,
    Removed,
    Sender,
    ThreadMoved,
    Unsupported,
)
from ascolto.conversations.actions import (
    Received,
    apply_news,
    move_thread,
    news_of,
    read_up_to,
    receive_messages,
)
from ascolto.customers.actions import (
    Claim,
    Person,
    Recognised,
    change_consent,
    change_handle,
    change_reachability,
    recognise,
)
from ascolto.events.log import emit
from ascolto.intake.models import NameQuestion, RawEvent
from ascolto.intake.naming import can_be_asked
from ascolto.intake.proving import prove_by_answers
from ascolto.kit.clock import now
from ascolto.kit.text import clean

log = logging.getLogger(__name__)


class CannotRead(Exception):
    """The adapter failed on a delivery: a fault of ours or of its account's settings, never of its neighbours."""


@dataclass(slots=True)
class Delivery:
    """A stored delivery, its account and what it says."""

    raw: RawEvent
    account: Account
    adapter: Adapter
    says: list[Inbound] = field(default_factory=list)

    def claims(self, handles: Iterable[Handle]) -> tuple[Claim, ...]:
        """The handles as claims; one that nobody vouches for counts on this account only."""
        here = f"{self.account.kind}:{self.account.id}"
        return tuple(Claim(h.namespace, h.value, "" if h.proven else here, h.shown) for h in handles)

    def person(self, sender: Sender) -> Person:
        """Who wrote, for `recognise`."""
        return Person(self.claims(sender.handles), sender.name, sender.language)


@dataclass(slots=True)
class Batch:
    """Deliveries on their way through the steps."""

    deliveries: list[Delivery]
    people: dict[int, Recognised] = field(default_factory=dict)  # by id() of what they sent

    def everything(self, *kinds: type[Any]) -> Iterator[tuple[Delivery, Any]]:
        """Every piece of these kinds, in the order of arrival."""
        for delivery in self.deliveries:
            for said in delivery.says:
                if isinstance(said, kinds):
                    yield delivery, said


def read(raw: RawEvent, account: Account, adapter: Adapter) -> Delivery:
    """What a delivery says. Raises CannotRead."""
    stored = RawDelivery(
        body=bytes(raw.body), headers=raw.headers, received_at=raw.received_at, source=raw.source
    )
    try:
        says = adapter.parse(account, stored)
    except Exception as error:
        raise CannotRead(f"{type(error).__name__}: {error}") from error
    if any(isinstance(said, Message) and not said.sender.handles and not said.outgoing for said in says):
        raise CannotRead("A message without a sender: nobody could be answered.")
    return Delivery(raw, account, adapter, says)


def change_handles(batch: Batch) -> None:
    """People whose number or user id changed, and rooms that moved, before anybody is recognised by the new one."""
    for delivery, change in batch.everything(HandleChanged):
        old, new = delivery.claims((change.old, change.new))
        change_handle(old=old, new=new)
    for delivery, moved in batch.everything(ThreadMoved):
        move_thread(account_id=delivery.account.id, old=moved.old, new=moved.new)


def recognise_people(batch: Batch) -> None:
    """The customer behind every message, reaction, watermark and refusal: a STOP counts although nobody wrote before."""
    kinds = (Message, Reacted, ReadUpTo, ConsentChanged)
    pieces = [(d, piece) for d, piece in batch.everything(*kinds) if piece.sender.handles]
    pieces = [(d, piece) for d, piece in pieces if not (isinstance(piece, ConsentChanged) and piece.granted)]
    found = recognise([delivery.person(piece.sender) for delivery, piece in pieces])
    batch.people = {id(piece): person for (_, piece), person in zip(pieces, found, strict=True)}


def ask_for_names(batch: Batch) -> None:
    """New people whom their network names by an id only: it is asked for their names, later and by somebody else."""
    questions = {}
    for delivery, message in batch.everything(Message):
        person = batch.people.get(id(message))
        if (
            person is not None
            and person.is_new
            and not message.sender.name
            and can_be_asked(delivery.adapter)
        ):
            questions[person.identity_id] = NameQuestion(
                identity_id=person.identity_id, account_id=delivery.account.id
            )
    if questions:
        NameQuestion.objects.bulk_create(questions.values(), ignore_conflicts=True)


def receive(batch: Batch) -> None:
    """Messages into conversations."""
    receive_messages(
        [
            Received(
                account_id=delivery.account.id,
                channel=delivery.account.kind,
                message=message,
                customer_id=person.customer_id if person else None,
                identity_id=person.identity_id if person else None,
                threaded=delivery.adapter.capabilities.threads,
            )
            for delivery, message in batch.everything(Message)
            if (person := batch.people.get(id(message))) is not None or message.outgoing
        ]
    )


def prove_claims(batch: Batch) -> None:
    """Who answers, from a handle that was only claimed, what we sent to it."""
    prove_by_answers(piece for _delivery, piece in batch.everything(Message))


def tell_news(batch: Batch) -> None:
    """Receipts, edits, amendments, removals and reactions; what comes before its message waits for it."""
    apply_news(
        [
            news_of(
                delivery.account.id,
                piece,
                person.identity_id if (person := batch.people.get(id(piece))) else None,
            )
            for delivery, piece in batch.everything(Receipt, Edited, Amended, Removed, Reacted)
        ]
    )
    for delivery, mark in batch.everything(ReadUpTo):
        if (person := batch.people.get(id(mark))) is not None:
            read_up_to(
                account_id=delivery.account.id,
                customer_id=person.customer_id,
                status=mark.status,
                until=mark.until,
            )


def change_consents(batch: Batch) -> None:
    """People who refuse messages, or allow them again: those they did not ask for, or all on this channel."""
    for delivery, change in batch.everything(ConsentChanged):
        claims = delivery.claims(change.sender.handles)
        if change.scope == "messages":
            change_reachability(
                claims=claims, reachable=change.granted, why=change.why, at=change.occurred_at
            )
        else:
            change_consent(claims=claims, granted=change.granted, scope=change.scope, at=change.occurred_at)


def tell_account_news(batch: Batch) -> None:
    """What a network says about the account itself: a template refused, a number flagged."""
    for delivery, news in batch.everything(AccountNews):
        emit(
            "channel.news",
            account=delivery.account.id,
            title=news.title[:300],
            level=news.level,
            detail=dict(news.detail),
        )
        if news.of_templates:
            mark_stale(delivery.account.id)
        if news.error is not None:
            note_trouble(delivery.account.id, news.error, news.title)


def note_trouble(account: int, error: ErrorClass, reason: str) -> None:
    """The network itself says that the account does not work any more (a revoked token, a strike)."""
    ChannelHealth.objects.update_or_create(
        account_id=account,
        defaults={
            "error_class": error.value,
            "error": clean(reason, 500),
            "error_at": now(),
            "error_from": "in",
        },
    )
    emit("channel.failed", account=account, error=error.value, reason=reason[:300])


def note_unsupported(batch: Batch) -> None:
    """Kinds nobody understands yet are counted on their delivery, which is kept."""
    unsupported: dict[int, list[str]] = {}
    for delivery, piece in batch.everything(Unsupported):
        unsupported.setdefault(delivery.raw.pk, []).append(piece.what)
    for pk, kinds in unsupported.items():
        RawEvent.objects.filter(pk=pk).update(unsupported=", ".join(dict.fromkeys(kinds))[:200])


def note_health(batch: Batch) -> None:
    """When each account was last heard; once in a few seconds is enough."""
    accounts = {delivery.account.id for delivery in batch.deliveries}
    moment = now()
    quiet = ChannelHealth.objects.filter(account__in=accounts).exclude(
        last_in_at__gt=moment - timedelta(seconds=5)
    )
    quiet.update(last_in_at=moment)


STEPS: tuple[Callable[[Batch], None], ...] = (
    change_handles,
    recognise_people,
    ask_for_names,
    receive,
    prove_claims,
    tell_news,
    change_consents,
    tell_account_news,
    note_unsupported,
    note_health,
)


def run_steps(deliveries: Sequence[Delivery]) -> None:
    """Take deliveries through every step and mark them done. Call it in a transaction."""
    if not deliveries:
        return
    batch = Batch(list(deliveries))
    for step in STEPS:
        step(batch)
    RawEvent.objects.filter(pk__in=[delivery.raw.pk for delivery in deliveries]).update(
        state=RawEvent.State.DONE, processed_at=now(), error=""
    )


class Accounts:
    """Accounts as adapters see them, opened once a batch."""

    def __init__(self) -> None:
        self._opened: dict[int, tuple[object, Account, Adapter]] = {}

    def of(self, raws: Sequence[RawEvent]) -> dict[int, tuple[Account, Adapter] | Exception]:
        """For every account id, the account and its adapter, or why it cannot be opened."""
        found: dict[int, tuple[Account, Adapter] | Exception] = {}
        wanted = {raw.account_id for raw in raws}
        for row in ChannelAccount.objects.filter(pk__in=wanted):
            known = self._opened.get(row.pk)
            try:
                if known is None or known[0] != row.changed_at:
                    known = self._opened[row.pk] = (row.changed_at, row.as_account(), row.adapter)
                found[row.pk] = known[1:]
            except Exception as error:
                found[row.pk] = error
        return found
