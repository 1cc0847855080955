"""Who puts a macro or a rule together: what they may choose from is asked of the rooms in their name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import QuerySet

from ascolto.accounts.models import Agent
from ascolto.knowledge.models import SavedReply
from ascolto.knowledge.selectors import visible_replies

_asking: ContextVar[Agent | None] = ContextVar("asking", default=None)


@contextmanager
def asked_by(agent: Agent | None) -> Iterator[None]:
    """Inside the block forms offer and take what this person may see; None (the product itself): what is everybody's."""
    token = _asking.set(agent)
    try:
        yield
    finally:
        _asking.reset(token)


def replies_of(agent: Agent | None) -> QuerySet[SavedReply]:
    """The saved replies that somebody may use; of a rule those that are nobody's own."""
    rows = SavedReply.objects.filter(owner=None) if agent is None else visible_replies(agent)
    return rows.filter(archived_at=None)


def offered_replies() -> QuerySet[SavedReply]:
    """Those of whoever asks."""
    return replies_of(_asking.get())
