"""What is on its way follows its message to another conversation, so that a customer gets one answer after the other there too."""

from __future__ import annotations

from ascolto.conversations.merging import Moving
from ascolto.delivery.models import Dispatch


def move_dispatches(moving: Moving) -> None:
    """Every dispatch belongs to the line of the conversation in which its message stands. Closed ones as well: they may be sent again."""
    rows = Dispatch.objects.filter(conversation_id=moving.away.pk, message__conversation=moving.into)
    rows.update(conversation_id=moving.into.pk)


def bring_dispatches_back(moving: Moving, moved: object) -> None:
    """The same on the way back."""
    move_dispatches(moving)
