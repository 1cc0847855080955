"""What conversations keep about customers follows them when they are merged, and goes back when that is undone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from ascolto.conversations.actions.news import watermark_key
from ascolto.conversations.models import (
    Conversation,
    ConversationLink,
    ConversationMerge,
    Direction,
    EarlyNews,
    Label,
    Message,
    Status,
    Visibility,
)
from ascolto.customers.merging import Parting
from ascolto.events.log import emit_all, make_event
from ascolto.gates import Refused
from ascolto.kit import bulk
from ascolto.kit.text import excerpt

WHY_LINKED = "customers parted"
_DERIVED = ["last_message_at", "last_inbound_at", "preview", "channels", "has_public", "version"]


def move_conversations(source: int, target: int) -> list[int]:
    """Every conversation of `source` is the target's from now on. Returns their ids."""
    _move_watermarks(source, target)
    return _give(Conversation.objects.filter(customer=source), target)


def _give(rows: QuerySet[Conversation], customer: int) -> list[int]:
    """Give conversations to a customer; screens that show them notice by the version."""
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    events = []
    for conversation in found:
        previous, conversation.customer_id = conversation.customer_id, customer
        conversation.version += 1
        events.append(
            make_event(
                "conversation.customer_changed",
                conversation=conversation.pk,
                customer=customer,
                account=conversation.account_id,
                previous=previous,
            )
        )
    bulk.update(connection, found, ["customer", "version"])
    emit_all(events)
    return [conversation.pk for conversation in found]


def _move_watermarks(source: int, target: int) -> None:
    taken = EarlyNews.objects.filter(external_id=watermark_key(target)).values("account_id")
    waiting = EarlyNews.objects.filter(external_id=watermark_key(source))
    waiting.exclude(account_id__in=list(taken.values_list("account_id", flat=True))).update(
        external_id=watermark_key(target)
    )


def return_conversations(parting: Parting) -> None:
    """What went over goes back, what began since goes with the handle that began it, and a thread that both wrote in is parted.

    Raises Refused while a conversation of one is merged into one of the other: that has to be undone first.
    """
    holds = Conversation.objects.filter(customer=parting.holder)
    began = _begun_by(holds.filter(created_at__gte=parting.since), parting.identities)
    went = set(holds.filter(pk__in=parting.moved).values_list("pk", flat=True))
    foreign = set(holds.filter(created_at__gte=parting.since).values_list("pk", flat=True)) - began
    back = (went - foreign) | began
    _check_not_merged(back, parting)
    mixed = _mixed(holds, back, parting)
    _give(Conversation.objects.filter(pk__in=back), parting.source)
    for conversation, messages, owner in mixed:
        _part(conversation, messages, owner)


def _begun_by(rows: QuerySet[Conversation], identities: Iterable[int]) -> set[int]:
    """Those whose first message with a handle came by one of these."""
    first: dict[int, int] = {}
    said = Message.objects.filter(conversation__in=rows, identity__isnull=False).order_by("occurred_at", "pk")
    for conversation, identity in said.values_list("conversation_id", "identity_id"):
        first.setdefault(conversation, identity)
    wanted = set(identities)
    return {pk for pk, identity in first.items() if identity in wanted}


def _check_not_merged(back: set[int], parting: Parting) -> None:
    merges = ConversationMerge.objects.filter(undone_at=None, at__gte=parting.since).filter(
        Q(source__in=back) | Q(target__in=back)
    )
    for source, target in merges.values_list("source_id", "target_id"):
        if (source in back) != (target in back):
            raise Refused(
                "conversations_merged",
                "Conversations of the two were merged since.",
                fix="Take the merge of the conversations back first.",
            )


def _mixed(
    holds: QuerySet[Conversation], back: set[int], parting: Parting
) -> list[tuple[Conversation, list[int], int]]:
    """Threads with messages since the merge by handles of the other side: the conversation, those messages, and whose they are."""
    said = Message.objects.filter(
        conversation__in=holds,
        conversation__is_room=False,
        identity__isnull=False,
        created_at__gte=parting.since,
    ).filter(Q(identity__customer=parting.holder) | Q(identity__customer=parting.source))
    found: dict[int, list[int]] = {}
    for pk, conversation, identity in said.order_by("occurred_at", "pk").values_list(
        "pk", "conversation_id", "identity_id"
    ):
        if (conversation in back) != (identity in parting.identities):
            found.setdefault(conversation, []).append(pk)
    rows = Conversation.objects.in_bulk(found)
    return [
        (rows[pk], messages, parting.holder if pk in back else parting.source)
        for pk, messages in found.items()
    ]


def _part(conversation: Conversation, messages: list[int], owner: int) -> None:
    """Begin a conversation of the other customer with what was theirs, linked to where it was said."""
    first = Message.objects.select_related("account").get(pk=messages[0])
    made = Conversation(
        customer_id=owner,
        account_id=first.account_id or conversation.account_id,
        subject=conversation.subject,
        assignee_id=conversation.assignee_id,
        team_id=conversation.team_id,
        created_at=first.occurred_at,
        status=Status.OPEN if conversation.status == Status.RESOLVED else conversation.status,
        waiting_since=_waits_since(messages),
    )
    made.save()
    Message.objects.filter(pk__in=messages).update(conversation=made)
    current = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    for one in (made, current):
        _derive(one)
    ConversationLink.objects.get_or_create(
        one_id=min(made.pk, current.pk), other_id=max(made.pk, current.pk), defaults={"why": WHY_LINKED}
    )
    emit_all(
        [
            make_event(
                "conversation.created",
                conversation=made.pk,
                customer=owner,
                account=made.account_id,
                channel=first.account.kind if first.account else "",
                previous=None,
            ),
            make_event(
                "conversation.customer_changed",
                conversation=current.pk,
                customer=current.customer_id,
                account=current.account_id,
                previous=current.customer_id,
            ),
        ]
    )


def _waits_since(messages: list[int]) -> datetime | None:
    """Since when nobody has answered among these."""
    since: datetime | None = None
    rows = Message.objects.filter(pk__in=messages).order_by("occurred_at", "pk")
    for direction, automatic, at in rows.values_list("direction", "is_automatic", "occurred_at"):
        if direction == Direction.IN:
            since = since or at
        elif not automatic:
            since = None
    return since


def _derive(conversation: Conversation) -> None:
    """What a conversation's row tells of its messages, told anew."""
    rows = (
        Message.objects.filter(conversation=conversation)
        .exclude(visibility=Visibility.NOTE)
        .select_related("account")
        .order_by("occurred_at", "pk")
    )
    kinds: list[str] = []
    for message in rows.only("occurred_at", "direction", "visibility", "text", "account__kind"):
        conversation.last_message_at = message.occurred_at
        conversation.preview = excerpt(message.text, 200)
        conversation.has_public |= message.visibility == Visibility.PUBLIC
        if message.direction == Direction.IN:
            conversation.last_inbound_at = message.occurred_at
        kind = message.account.kind if message.account else ""
        kinds = [kind, *(one for one in kinds if one != kind)] if kind else kinds
    conversation.channels = ",".join(kinds)[:200]
    conversation.version += 1
    conversation.save(update_fields=_DERIVED)


def lend_labels(source: int, target: int) -> list[int]:
    """The target gets the labels that only the source has; the source keeps them. Returns their ids."""
    through = Label.customers.through
    known = set(through.objects.filter(customer_id=target).values_list("label_id", flat=True))
    mine = through.objects.filter(customer_id=source).values_list("label_id", flat=True)
    lent = sorted(set(mine) - known)
    through.objects.bulk_create([through(customer_id=target, label_id=label) for label in lent])
    return lent


def take_back_labels(parting: Parting) -> None:
    """What was lent is taken off again."""
    through = Label.customers.through
    through.objects.filter(customer_id=parting.target, label_id__in=parting.moved).delete()
