"""Whether an answer of the bot helped: kept beside its dialogue, so that flows and their versions can be compared."""

from __future__ import annotations

from ascolto.bot.models import BotRating, Dialogue
from ascolto.conversations.models import Message
from ascolto.kit.clock import now


def keep_rating(message: int, handle: str, helped: bool) -> None:
    """A listener of conversations.rating: the last word of the customer counts."""
    told = Message.objects.filter(pk=message).values_list("conversation_id", "occurred_at").first()
    if told is None:
        return
    rows = Dialogue.objects.filter(conversation=told[0], started_at__lte=told[1]).order_by("-pk")
    dialogue = rows.first() or Dialogue.objects.filter(conversation=told[0]).order_by("-pk").first()
    if dialogue is not None:
        BotRating.objects.update_or_create(
            message_id=message, defaults={"dialogue": dialogue, "helped": helped, "at": now()}
        )
