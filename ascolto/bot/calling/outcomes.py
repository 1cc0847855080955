"""Other systems that a flow asks during a call: in a thread, while the caller hears that somebody looks. What they say goes into the
dialogue's row; when it does not come in time, or the process is gone, they have failed."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import connection, transaction

from ascolto.bot.asking_systems import ask_system
from ascolto.bot.calling.record import Kept
from ascolto.bot.models import Dialogue
from ascolto.bot.state import Answered, CallWanted, Failed

log = logging.getLogger(__name__)
MOST_AT_ONCE = 8
_threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="call-asks")


def ask_outside(dialogue: int, place: int, wanted: CallWanted) -> None:
    """Ask when this transaction is kept; the answer is for this turn of this dialogue."""
    transaction.on_commit(lambda: _threads.submit(_ask, dialogue, place, wanted) and None)


def outcome_of(kept: Kept, at: datetime) -> Answered | Failed | None:
    """What came of it; None while it may still come."""
    if kept.outcome is not None:
        return kept.outcome
    return Failed() if kept.asked_until is None or at >= kept.asked_until else None


def _ask(dialogue: int, place: int, wanted: CallWanted) -> None:
    try:
        key = f"call-{dialogue}-{place}"
        outcome = ask_system(wanted.action, dict(wanted.values), timeout=wanted.timeout, idempotency_key=key)
        keep_outcome(dialogue, outcome)
    except Exception:
        log.exception("another system could not be asked", extra={"action": wanted.action})
    finally:
        connection.close()


@transaction.atomic
def keep_outcome(dialogue: int, outcome: Answered | Failed) -> None:
    """Write an answer into the row, if it is still waited for."""
    row = Dialogue.objects.select_for_update().filter(pk=dialogue).first()
    if row is None:
        return
    kept = Kept.of(row.state)
    if kept.asked_until is None or not kept.state.awaiting:
        return
    kept.outcome = outcome
    row.state = kept.to_json()
    row.save(update_fields=["state"])
