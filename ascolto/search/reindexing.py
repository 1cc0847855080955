"""What is indexed in the background: old messages of an installation that grew before, and conversations that changed as a whole.

In portions, each a transaction of its own that notes how far it came: a kill repeats one at most. New messages do not wait for it.
"""

from __future__ import annotations

import time

from django.db import connection, transaction

from ascolto.conversations.models import Message
from ascolto.search import index, terms
from ascolto.search.consumers import renew
from ascolto.search.models import Reindexing, Stale

PORTION = 500  # messages
ROOM = 128 * 1024  # KiB that SQLite may keep in memory while a command indexes everything
A_WHILE = 0.5  # seconds


def work_a_while() -> None:
    """Work for half a second: first what changed, then what is old."""
    until = time.monotonic() + A_WHILE
    while time.monotonic() < until and (renew_stale() or renew_old()):
        pass


@transaction.atomic
def renew_stale() -> int:
    """Index the next messages of a conversation that changed; returns how many, or 1 when it is done with one."""
    stale = _locked(Stale).order_by("conversation").first()
    if stale is None:
        return 0
    of_it = Message.objects.filter(conversation_id=stale.conversation, pk__gt=stale.after).order_by("pk")
    ids = list(of_it.values_list("pk", flat=True)[:PORTION])
    renew(ids)
    if len(ids) < PORTION:
        stale.delete()
    else:
        stale.after = ids[-1]
        stale.save(update_fields=["after"])
    return len(ids) or 1


@transaction.atomic
def renew_old() -> int:
    """Index the next old messages, the newest first; returns how many."""
    state = _locked(Reindexing).filter(below__gt=0).first()
    if state is None:
        return 0
    ids = list(
        Message.objects.filter(pk__lt=state.below).order_by("-pk").values_list("pk", flat=True)[:PORTION]
    )
    renew(ids)
    rest = ids[-1] if len(ids) == PORTION else 0
    index.take_out_others(above=max(rest - 1, 0), below=state.below, kept=ids)
    state.below = rest
    state.save(update_fields=["below"])
    return len(ids)


def begin_anew() -> Reindexing:
    """Let everything be indexed again; what is in the index stays findable meanwhile."""
    terms.begin_anew()
    newest = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    newest = max(newest, index.newest_id())  # what is indexed may be gone
    state, _ = Reindexing.objects.update_or_create(
        pk=1, defaults={"below": newest + 1 if newest else 0, "newest": newest}
    )
    return state


def make_room() -> None:
    """Let this process's SQLite keep what it changes in memory: three times faster with a large index. Not for one that serves others."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{ROOM}")
            cursor.execute("PRAGMA mmap_size = 0")


def progress() -> Reindexing:
    """How far indexing has come."""
    return Reindexing.objects.filter(pk=1).first() or Reindexing(pk=1)


def _locked(model):  # type: ignore[no-untyped-def]
    """Rows that nobody else works on: the background and the command may run side by side."""
    skip = connection.features.has_select_for_update_skip_locked
    return model.objects.select_for_update(skip_locked=skip)
