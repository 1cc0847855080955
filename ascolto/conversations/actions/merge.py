"""Two conversations become one, and come apart again within UNDONE_WITHIN.

What was said moves to the target; the source is resolved and in no list, its page leads on. Whatever arrives for it later follows to the
target (`placing`). What was moved is known by its ids, so that everything can go back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.conversations.access import refuse_unless, visible_conversations
from ascolto.conversations.actions.merged_rows import (
    as_it_is,
    as_it_was,
    derive,
    take_back_people,
    take_people,
)
from ascolto.conversations.merging import (
    UNDONE_WITHIN,
    Moving,
    final_of,
    move_all,
    move_all_back,
    parts_of,
)
from ascolto.conversations.models import Conversation, ConversationMerge, Message, Status
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now

_OPENNESS = (Status.OPEN, Status.ON_HOLD, Status.PENDING, Status.RESOLVED)
TOLD = 1000  # ids of messages that an event names


@transaction.atomic
def merge(
    *, agent: Agent | None, source: Conversation, target: Conversation, confirmed: bool = False
) -> ConversationMerge:
    """Let everything of `source` go on in `target`. `confirmed`: a person said yes to joining different customers.

    Raises Refused when either is not the agent's to see, they are one already, or the customers differ unconfirmed.
    """
    _may_merge(agent, source, target)
    end = final_of([target.pk])[target.pk]
    if end == source.pk:
        raise Refused("same_conversation", "A conversation cannot become part of itself.")
    locked = lock(source.pk, end)
    away, into = locked[source.pk], locked[end]
    _check(away, into, confirmed)
    moment, before = now(), {"source": as_it_is(away), "target": as_it_is(into)}
    messages = list(Message.objects.filter(conversation=away).order_by("pk").values_list("pk", flat=True))
    Message.objects.filter(conversation=away).update(conversation=into)
    moved = {"messages": messages, **take_people(away, into)}
    _join(away, into, moment)
    made = ConversationMerge.objects.create(
        source=away, target=into, by=agent, at=moment, moved=moved, before=before
    )
    made.moved = moved | move_all(Moving(away, into, messages))
    into.refresh_from_db()
    made.moved["versions"] = {"source": away.version, "target": into.version}
    made.save(update_fields=["moved"])
    _tell("conversation.merged", agent, made, messages)
    for given, fresh in ((source, away), (target, into)):
        if given.pk == fresh.pk:
            given.refresh_from_db()
    return made


@transaction.atomic
def unmerge(*, agent: Agent | None, source: Conversation) -> ConversationMerge:
    """Take the merge of `source` back: what was moved returns, with whatever arrived since and answers it.

    Raises Refused when it is not merged, was merged too long ago, or is not the agent's to see.
    """
    made = ConversationMerge.objects.filter(source=source, undone_at__isnull=True).first()
    if made is None:
        raise Refused("not_merged", "This conversation is not part of another one.")
    end = final_of([source.pk])[source.pk]
    _may_merge(agent, source, Conversation(pk=end))
    if now() - made.at > UNDONE_WITHIN:
        raise Refused("too_long_ago", "A merge can be taken back for 30 days.")
    locked = lock(source.pk, end)
    back, rest = locked[source.pk], locked[end]
    if back.merged_into_id is None:
        raise Refused("not_merged", "This conversation is not part of another one.")
    messages, extra = _returning(made, rest)
    Message.objects.filter(pk__in=messages).update(conversation=back)
    take_back_people(rest, made.moved)
    _part(made, back, rest, grown=bool(extra))
    move_all_back(Moving(rest, back, messages), made.moved)
    made.undone_at, made.undone_by = now(), agent
    made.save(update_fields=["undone_at", "undone_by"])
    _tell("conversation.unmerged", agent, made, messages)
    source.refresh_from_db()
    return made


def lock(*conversations: int) -> dict[int, Conversation]:
    """The rows, locked in one order. Raises Conversation.DoesNotExist."""
    rows = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=conversations).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) != len(set(conversations)):
        raise Conversation.DoesNotExist
    return found


def _may_merge(agent: Agent | None, *conversations: Conversation) -> None:
    if agent is None:
        return
    refuse_unless(agent, "conversations.merge")
    wanted = {conversation.pk for conversation in conversations}
    if visible_conversations(agent).filter(pk__in=wanted).count() != len(wanted):
        raise Refused("not_visible", "You do not see both conversations.", fix="Ask somebody who does.")


def _check(away: Conversation, into: Conversation, confirmed: bool) -> None:
    if away.merged_into_id is not None:
        raise Refused("merged", "This conversation is part of another one already.")
    if into.is_spam and not away.is_spam:
        raise Refused(
            "spam", "The other conversation is marked as spam.", fix="Say first that it is no spam."
        )
    if away.customer_id != into.customer_id and not confirmed:
        raise Refused(
            "other_customer",
            "They are of different customers: whoever answers will write to the customer of the other one.",
            fix="Confirm that they belong together.",
        )


def _join(away: Conversation, into: Conversation, moment: datetime) -> None:
    """The rows as they are from now on; clocks follow by their mover."""
    derive(into)
    if _OPENNESS.index(Status(away.status)) < _OPENNESS.index(Status(into.status)):
        into.status, into.resolved_at = away.status, None
    if away.snoozed_until is None and away.status != Status.RESOLVED:
        into.snoozed_until = None
    away.status, away.resolved_at, away.merged_into = Status.RESOLVED, moment, into
    away.waiting_since = away.due_at = away.promised_for = away.snoozed_until = None
    for conversation in (away, into):
        conversation.version += 1
        conversation.save()


def _returning(made: ConversationMerge, rest: Conversation) -> tuple[list[int], list[int]]:
    """The messages that go back: those that were moved and are still there, then what arrived since and belongs to them."""
    there = set(
        Message.objects.filter(conversation=rest, pk__in=made.moved["messages"]).values_list("pk", flat=True)
    )
    going, extra = set(there), []
    family = {made.source_id, *parts_of([made.source_id])[made.source_id]}
    rows = Message.objects.filter(conversation=rest, created_at__gte=made.at).exclude(pk__in=there)
    for pk, answered, told in rows.order_by("pk").values_list("pk", "in_reply_to_id", "extra"):
        if answered in going or told.get("written_to") in family:
            going.add(pk)
            extra.append(pk)
    return sorted(going), extra


def _part(made: ConversationMerge, back: Conversation, rest: Conversation, *, grown: bool) -> None:
    """The rows as they were before; where more happened since, as their messages say."""
    versions = made.moved.get("versions", {})
    as_it_was(back, made.before["source"])
    if grown:
        derive(back)
        if back.status == Status.RESOLVED and rest.status != Status.RESOLVED:
            back.status, back.resolved_at = Status.OPEN, None
    back.merged_into = None
    is_untouched = rest.pk == made.target_id and rest.version == versions.get("target")
    was = made.before["target"]
    if is_untouched:
        as_it_was(rest, was)
    else:
        derive(rest)
    for conversation in (back, rest):
        conversation.version += 1
        conversation.save()


def _tell(name: str, agent: Agent | None, made: ConversationMerge, messages: Sequence[int]) -> None:
    """One event about each of the two, so that whoever follows either hears of it."""
    data: dict[str, Any] = {"source": made.source_id, "target": made.target_id, "messages": messages[:TOLD]}
    for conversation in (made.source, made.target):
        emit(
            name,
            actor=actor_of(agent),
            conversation=conversation.pk,
            customer=conversation.customer_id,
            account=conversation.account_id,
            **data,
        )
