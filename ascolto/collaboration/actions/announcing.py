"""Tell everybody whom a problem affects: once each, on the channel they used last, through the same gates as every answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.db import Error as DatabaseError
from django.db import connection, transaction

from ascolto.accounts.models import Agent
from ascolto.collaboration.affected import affected, text_for
from ascolto.collaboration.models import Announcement, Problem, Told
from ascolto.collaboration.telling import tell
from ascolto.conversations.actions import add_reply, change_status
from ascolto.conversations.models import Message, Status, Visibility
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

log = logging.getLogger(__name__)
TEXT_AT_MOST = 5_000
LANGUAGES_AT_MOST = 20


@transaction.atomic
def announce(
    *,
    agent: Agent,
    problem: Problem,
    texts: Mapping[str, str],
    client_key: str,
    resolves: bool = False,
) -> Announcement:
    """Put a message to every affected customer on its way; `texts` by language, "" for all others. The same `client_key` is the same
    announcement. Raises Refused where somebody would get nothing to read, or nobody is affected."""
    if not agent.may("problems.manage"):
        raise Refused("not_allowed", "You may not change problems.", fix="Ask a colleague.")
    if earlier := Announcement.objects.filter(client_key=client_key[:64]).first():
        if (earlier.by_id, earlier.problem_id) != (agent.pk, problem.pk):
            raise Refused("key_in_use", "This request key belongs to another message.", fix="Use a new key.")
        return earlier
    wanted = {
        language[:8]: clean(text, TEXT_AT_MOST).strip()
        for language, text in list(texts.items())[:LANGUAGES_AT_MOST]
        if text.strip()
    }
    people = affected(agent, problem)
    if not people:
        raise Refused(
            "nobody", "No customer you may write to is linked to this problem.", fix="Link a conversation."
        )
    if mute := sorted({one.language or "?" for one in people if not text_for(wanted, one.language)}):
        raise Refused(
            "no_text",
            f"There is no text for customers who write in: {', '.join(mute)}.",
            fix="Write one for all others.",
        )
    made = Announcement.objects.create(
        problem=problem, by=agent, texts=wanted, resolves=resolves, client_key=client_key[:64]
    )
    Told.objects.bulk_create([Told(announcement=made, conversation_id=one.conversation) for one in people])
    told = {"problem": problem.pk, "title": problem.title, "announcement": made.pk, "customers": len(people)}
    emit("problem.announced", actor=actor_of(agent), **told)
    return made


def send_next(at_most: int = 20) -> int:
    """Send to those who wait, the oldest first, each in a transaction of its own; returns how many were settled."""
    done = 0
    while done < at_most and _send_one():
        done += 1
    return done


@transaction.atomic
def _send_one() -> bool:
    skip = connection.features.has_select_for_update_skip_locked
    rows = Told.objects.select_for_update(of=("self",), skip_locked=skip).filter(state=Told.State.WAITING)
    one = rows.select_related(
        "announcement__problem", "announcement__by", "conversation__customer"
    ).order_by("pk").first()  # fmt: skip
    if one is None:
        return False
    try:
        with transaction.atomic():
            one.message = _send(one)
        one.state = Told.State.SENT
    except Refused as refused:
        one.state, one.code, one.reason = Told.State.REFUSED, refused.code[:60], refused.message[:500]
    except DatabaseError:
        raise
    except Exception:
        log.exception("a customer could not be told of a problem", extra={"told": one.pk})
        one.state, one.code, one.reason = Told.State.REFUSED, "failed", "It could not be sent."
    _settle(one)
    return True


def _send(one: Told) -> Message:
    made, conversation = one.announcement, one.conversation
    if made.by is None or not made.by.is_active:
        raise Refused("closed_account", "Whoever wrote it has no open account.", fix="Send it again.")
    language = conversation.customer.language
    message = add_reply(
        agent=made.by,
        conversation=conversation,
        text=text_for(made.texts, language),
        visibility=Visibility.PRIVATE,
        client_key=f"announcement-{made.pk}-{conversation.pk}",
    )
    if made.resolves and conversation.status != Status.RESOLVED:
        change_status(agent=made.by, conversation=conversation, status=Status.RESOLVED)
    return message


def _settle(one: Told) -> None:
    one.settled_at = now()
    one.save(update_fields=["state", "message", "code", "reason", "settled_at"])
    made = one.announcement
    if not Told.objects.filter(announcement=made, state=Told.State.WAITING).exists():
        made.done_at = one.settled_at
        made.save(update_fields=["done_at"])
    named = {"problem": made.problem_id, "title": made.problem.title}
    tell("problem.told", made.by, one.conversation, **named, message=one.message_id, code=one.code)
