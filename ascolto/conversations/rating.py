"""Whether an answer of the automatic assistant helped: the customer's own word, and who wants to hear it (the room of the bot)."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from ascolto.conversations.models import Author, Message

Rated = Callable[
    [int, str, bool], object
]  # the message, the customer's handle on its channel, whether it helped

_listeners: list[Rated] = []


def register_rating(listener: Rated) -> None:
    """Be told of every rating, in the transaction that keeps it; of a changed mind too."""
    if listener not in _listeners:
        _listeners.append(listener)


def is_ratable(message: Message) -> bool:
    """Whether the customer is asked: of an answer of a bot whose author asked for it, while it stands."""
    is_bots = message.author_kind == Author.BOT and message.removed_at is None
    return is_bots and message.extra.get("ratable") is True


def rating_of(message: Message) -> bool | None:
    """What the customer said: it helped, or it did not; None while they said nothing."""
    said = message.extra.get("helped")
    return said if isinstance(said, bool) else None


@transaction.atomic
def rate(message: int, handle: str, good: bool) -> bool:
    """Keep what the customer says of an answer, the last word counts; False for what is not rated.

    Whoever asks has made sure that the customer behind `handle` may read the message.
    """
    found = Message.objects.select_for_update().filter(pk=message).first()
    if found is None or not is_ratable(found):
        return False
    if rating_of(found) is good:
        return True
    found.extra = {**found.extra, "helped": good}
    found.save(update_fields=["extra"])
    for listener in _listeners:
        listener(found.pk, handle, good)
    return True
