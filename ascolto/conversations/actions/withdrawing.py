"""Take an answer back before it leaves: the message is gone, its words and files come back, and the customer waits as before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.conversations.courier import let_go, take_back
from ascolto.conversations.models import Attachment, Conversation, Direction, Message, Status, Visibility
from ascolto.events.log import actor_of, emit
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.text import excerpt


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What an answer was that did not leave. `files` belong to nobody's message any more; `extra` is the message's."""

    agent: Agent
    conversation: Conversation
    message: int
    visibility: str
    account: int | None
    text: str
    html: str
    files: tuple[Attachment, ...]
    extra: Mapping[str, Any]


Before = Callable[[Agent, Message], None]
After = Callable[[Withdrawn], None]
_STATUS_EVENTS = ("conversation.status_changed", "conversation.reopened", "conversation.spam_marked")
_before: list[Before] = []
_after: list[After] = []


def register_withdrawal(*, before: Before | None = None, after: After | None = None) -> None:
    """Let a room above take back what it made of an answer, in the same transaction: `before` the message is gone, or `after`."""
    if before is not None and before not in _before:
        _before.append(before)
    if after is not None and after not in _after:
        _after.append(after)


@transaction.atomic
def withdraw_reply(*, agent: Agent, message: Message) -> Withdrawn:
    """Take an answer of one's own back, as long as nothing of it has begun to leave. Who took the conversation by it keeps it.

    Raises Refused when it is somebody else's, or too late.
    """
    conversation = Conversation.objects.select_for_update(of=("self",)).get(pk=message.conversation_id)
    current = _own(agent, message)
    if not take_back(current):
        raise Refused(
            "left_already",
            gettext_noop("It has left already."),
            fix=gettext_noop("Write what you want to add or to put right."),
        )
    for undo in _before:
        undo(agent, current)
    files = tuple(Attachment.objects.filter(message=current).order_by("id"))
    Attachment.objects.filter(pk__in=[file.pk for file in files]).update(message=None)
    gone = Withdrawn(
        agent=agent,
        conversation=conversation,
        message=current.pk,
        visibility=current.visibility,
        account=current.account_id,
        text=current.text,
        html=current.html,
        files=files,
        extra=current.extra,
    )
    current.delete()
    _restore(gone, sent_at=message.created_at)
    for follow in _after:
        follow(gone)
    return gone


@transaction.atomic
def hasten_reply(*, agent: Agent, message: Message) -> bool:
    """Let an answer of one's own leave that is held. Whether it was held still. Raises Refused when it is somebody else's."""
    current = _own(agent, message)
    if not let_go(current):
        return False
    current.extra = {name: value for name, value in current.extra.items() if name != "held"}
    current.save(update_fields=["extra"])
    return True


def _own(agent: Agent, message: Message) -> Message:
    current = Message.objects.select_for_update(of=("self",)).filter(pk=message.pk).first()
    if current is None:
        raise Refused("withdrawn_already", gettext_noop("It was taken back already."))
    if current.direction != Direction.OUT or current.visibility == Visibility.NOTE:
        raise Refused("not_an_answer", gettext_noop("Only an answer to a customer can be taken back."))
    if current.agent_id != agent.pk:
        raise Refused("not_yours", gettext_noop("Only whoever wrote it can take it back."))
    return current


def _restore(gone: Withdrawn, *, sent_at: datetime) -> None:
    """The conversation as it was before the answer, but for what happened meanwhile."""
    conversation = gone.conversation
    held = gone.extra.get("held")
    before: Mapping[str, Any] = held.get("before") or {} if isinstance(held, dict) else {}
    fields = ["last_message_at", "preview", "waiting_since", "due_at", "version"]
    newest = Message.objects.filter(conversation=conversation).exclude(visibility=Visibility.NOTE)
    last = newest.order_by("-occurred_at", "-id").first()
    if last is not None:
        conversation.last_message_at, conversation.preview = last.occurred_at, excerpt(last.text, 200)
    is_last = last is None or last.occurred_at <= sent_at
    if is_last and before.get("channels"):
        conversation.channels = str(before["channels"])[:200]
        fields.append("channels")
    for name in ("waiting_since", "due_at"):
        moments = [_moment(before.get(name)), getattr(conversation, name)]
        setattr(conversation, name, min((each for each in moments if each is not None), default=None))
    previous = conversation.status
    is_undone = _changed_by_it(gone, before, sent_at)
    if is_undone:
        conversation.status = str(before["status"])
        conversation.resolved_at = None
        conversation.snoozed_until = _moment(before.get("snoozed_until"))
        fields += ["status", "resolved_at", "snoozed_until"]
    conversation.version += 1
    conversation.save(update_fields=fields)
    _tell(gone, sent_at, previous=previous if is_undone else "")


def _changed_by_it(gone: Withdrawn, before: Mapping[str, Any], sent_at: datetime) -> bool:
    """Whether it was sent and resolved (or sent to wait for the customer): the sender set the status since, and nobody after them."""
    conversation = gone.conversation
    if before.get("status") not in Status.values or conversation.status == before["status"]:
        return False
    changes = Event.objects.filter(
        conversation_id=conversation.pk, type__in=_STATUS_EVENTS, occurred_at__gte=sent_at
    )
    last = changes.order_by("-id").first()
    return (
        last is not None
        and last.type == "conversation.status_changed"
        and (last.actor_kind, last.actor_id) == ("agent", gone.agent.pk)
        and last.data.get("previous") == before["status"]
    )


def _moment(text: Any) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None


def _tell(gone: Withdrawn, sent_at: datetime, *, previous: str) -> None:
    conversation = gone.conversation
    about = {
        "actor": actor_of(gone.agent),
        "conversation": conversation.pk,
        "customer": conversation.customer_id,
        "account": conversation.account_id,
    }
    if previous:
        emit("conversation.status_changed", **about, status=conversation.status, previous=previous)
    emit(
        "message.withdrawn",
        **about,
        message=gone.message,
        sent_at=sent_at.isoformat(),
        reopened=bool(previous),
    )


@transaction.atomic
def pass_files_on(*, files: Iterable[Attachment], to: Agent) -> None:
    """Uploads that nobody sent yet become another person's: who goes on with a draft of somebody else."""
    wanted = [file.pk for file in files]
    Attachment.objects.filter(pk__in=wanted, message__isnull=True).update(uploader=to)
