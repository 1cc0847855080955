"""What a merge changes about rows: how a conversation was, what its messages say it is, and who and what goes along."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from ascolto.conversations.models import Conversation, Follower, Label, Message, Participant, Visibility
from ascolto.kit.clock import now
from ascolto.kit.text import excerpt

_MOMENTS = ("resolved_at", "waiting_since", "due_at", "promised_for", "snoozed_until", "last_message_at", "last_inbound_at")  # fmt: skip
_PLAIN = ("status", "channels", "has_public", "preview")


def as_it_is(conversation: Conversation) -> dict[str, Any]:
    """What a merge may change, as plain values."""
    moments = {name: _written(getattr(conversation, name)) for name in _MOMENTS}
    return moments | {name: getattr(conversation, name) for name in _PLAIN}


def as_it_was(conversation: Conversation, before: Mapping[str, Any]) -> None:
    """Put back what `as_it_is` told, unsaved. A snooze that is over stays over."""
    for name in _MOMENTS:
        setattr(conversation, name, parse_datetime(before[name]) if before.get(name) else None)
    for name in _PLAIN:
        setattr(conversation, name, before[name])
    if conversation.snoozed_until is not None and conversation.snoozed_until <= now():
        conversation.snoozed_until = None


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def derive(conversation: Conversation) -> None:
    """What messages say about their conversation, unsaved: when and on which channels something was said last, and what."""
    said = Message.objects.filter(conversation=conversation).exclude(visibility=Visibility.NOTE)
    columns = ("direction", "occurred_at", "visibility", "account__kind")
    kinds: dict[str, None] = {}
    inbound: datetime | None = None
    latest: datetime | None = None
    conversation.has_public = False
    for direction, at, visibility, kind in said.order_by("pk").values_list(*columns):
        if kind:
            kinds.pop(kind, None)
            kinds[kind] = None
        latest = max(latest or at, at)
        inbound = max(inbound or at, at) if direction == "in" else inbound
        conversation.has_public |= visibility == Visibility.PUBLIC
    conversation.channels = ",".join(reversed(kinds))[:200]
    conversation.last_message_at = latest or conversation.created_at
    conversation.last_inbound_at = inbound
    last = said.order_by("-occurred_at", "-pk").values("text", "subject", "extra").first()
    text = (last["extra"].get("visible_text") or last["text"] or last["subject"]) if last else ""
    conversation.preview = excerpt(text, 200)


def take_people(away: Conversation, into: Conversation) -> dict[str, Any]:
    """Participants, followers and labels of the one are the other's too; who and what was new there."""
    return {
        "participants": _join(Participant, away, into),
        "followers": _join(Follower, away, into),
        "labels": _join_labels(away, into),
    }


def _join(model: type[Participant] | type[Follower], away: Conversation, into: Conversation) -> list[int]:
    there = set(model.objects.filter(conversation=into).values_list("agent_id", flat=True))
    rows = model.objects.filter(conversation=away).exclude(agent__in=there).values_list("agent_id", flat=True)
    new = list(rows.order_by("agent_id"))
    model.objects.bulk_create([model(conversation=into, agent_id=pk) for pk in new])  # type: ignore[arg-type, misc]
    return new


def _join_labels(away: Conversation, into: Conversation) -> list[int]:
    there = set(into.labels.values_list("pk", flat=True))
    new = sorted(set(away.labels.values_list("pk", flat=True)) - there)
    into.labels.add(*new)
    return new


def take_back_people(rest: Conversation, moved: Mapping[str, Any]) -> None:
    """Who and what came along goes again."""
    Participant.objects.filter(conversation=rest, agent__in=moved.get("participants", [])).delete()
    Follower.objects.filter(conversation=rest, agent__in=moved.get("followers", [])).delete()
    rest.labels.remove(*Label.objects.filter(pk__in=moved.get("labels", [])))
