"""A person looked at a text, and sent it."""

from __future__ import annotations

from django.db import transaction

from ascolto.conversations.models import Message
from ascolto.generation.models import Generated
from ascolto.kit.clock import now


@transaction.atomic
def note_used(message: Message) -> None:
    """Note in which message the texts ended that its provenance names."""
    told = message.extra.get("provenance")
    keys = [item["generated"] for item in told if isinstance(item, dict)] if isinstance(told, list) else []
    if keys:
        rows = Generated.objects.filter(pk__in=keys, conversation_id=message.conversation_id, used_at=None)
        rows.update(used_at=now(), used_in=message, discarded_at=None)
