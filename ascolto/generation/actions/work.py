"""The steps of the worker, each one transaction with conditional UPDATEs: two workers never have the same request.

Before anything leaves, a Departure says so. Whoever finds that row and no worker behind it knows that the request may have left, and never
repeats it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from ascolto.events.log import emit
from ascolto.generation.asking import Said
from ascolto.generation.fallback import Instead, instead_of_model
from ascolto.generation.health import breaker_of, health_of
from ascolto.generation.models import Departure, Generated, ModelServer, Outcome, Purpose, ServerHealth
from ascolto.generation.polishing import Polished
from ascolto.kit.clock import now
from ascolto.kit.holders import is_dead

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=20)  # renewed at a third of it while a request is on the wire
State = Generated.State
SERVER_WORKS = frozenset(
    {Outcome.ANSWERED, Outcome.DECLINED}
)  # whatever we think of what it says: it is no failure of the server


# --- taking ----------------------------------------------------------------------------------------------------------


def claim(holder: str, moment: datetime) -> list[int]:
    """Take for `holder` what waits, the oldest first: at most as many as may be asked at once, over all processes.

    The row of the server is the lock, so that the count is true. In a pause everything that waits is taken: it is answered without the
    model, at once. Tests are asked in a pause too: that is how an administrator looks whether it is over.
    """
    waiting = Generated.objects.filter(state=State.WAITING, finished_at__isnull=True)
    return _claim(holder, waiting, moment) if waiting.exists() else []  # looking takes no lock


@transaction.atomic
def _claim(holder: str, waiting: QuerySet[Generated], moment: datetime) -> list[int]:
    server = ModelServer.objects.select_for_update().filter(pk=1).first() or ModelServer(pk=1)
    places = breaker_of(health_of(server)).places(server.places, moment)
    on_the_wire = _on_the_wire()
    tests = list(waiting.filter(purpose=Purpose.TEST).order_by("id").values_list("pk", flat=True)[:1])
    rest = waiting.exclude(purpose=Purpose.TEST).order_by("id").values_list("pk", flat=True)
    asks_nothing = not server.is_enabled or (places == 0)
    taken = tests + list(rest[: 50 if asks_nothing else max(0, places - on_the_wire)])
    claimed = Generated.objects.filter(pk__in=taken, state=State.WAITING)
    claimed.update(state=State.CLAIMED, holder=holder, lease_until=moment + LEASE)
    return list(
        Generated.objects.filter(pk__in=taken, state=State.CLAIMED, holder=holder)
        .order_by("id")
        .values_list("pk", flat=True)
    )


def _on_the_wire() -> int:
    return Generated.objects.filter(state__in=[State.CLAIMED, State.ASKING], finished_at__isnull=True).count()


@transaction.atomic
def take_place(asked: Generated, holder: str, parcel: Parcel) -> int | Outcome:
    """For what waits for nobody's turn: store `asked` as being asked, at once, and what is about to leave; the key of its Departure.

    An Outcome where nothing may leave now: the server is left alone, or all places are taken.
    """
    server = ModelServer.objects.select_for_update().filter(pk=1, is_enabled=True).first()
    if server is None:
        return Outcome.SWITCHED_OFF
    moment = now()
    breaker = breaker_of(health_of(server))
    if breaker.is_paused(moment):
        return Outcome.PAUSED
    if _on_the_wire() >= breaker.places(server.places, moment):
        return Outcome.BUSY
    asked.state, asked.holder, asked.lease_until = State.ASKING, holder, moment + LEASE
    asked.save()
    return begin_asking(asked, holder, parcel, 1) or Outcome.INTERNAL


@transaction.atomic
def renew(keys: Collection[int], holder: str) -> None:
    """Hold on to what is on the wire."""
    Generated.objects.filter(pk__in=keys, holder=holder).update(lease_until=now() + LEASE)


@transaction.atomic
def release(holder: str) -> int:
    """Give back what was claimed and has not begun to leave."""
    held = Generated.objects.filter(holder=holder, state=State.CLAIMED)
    return held.update(state=State.WAITING, holder="", lease_until=None)


def take_back_lost(except_for: Collection[int]) -> int:
    """Settle what nobody holds any more: what had not left waits again, what may have left is answered without the model."""
    held = Generated.objects.filter(finished_at__isnull=True, holder__gt="").exclude(pk__in=except_for)
    gone = [holder for holder in set(held.values_list("holder", flat=True)) if is_dead(holder)]
    lost = held.filter(Q(lease_until__lte=now()) | Q(holder__in=gone))
    return _settle(lost) if lost.exists() else 0


@transaction.atomic
def _settle(lost: QuerySet[Generated]) -> int:
    rows = list(lost.select_for_update(of=("self",)).select_related("conversation", "agent"))
    for row in rows:
        if row.state == State.CLAIMED:
            Generated.objects.filter(pk=row.pk).update(state=State.WAITING, holder="", lease_until=None)
            continue
        Departure.objects.filter(generated=row, outcome=Outcome.ON_ITS_WAY).update(
            outcome=Outcome.INTERRUPTED
        )
        _finish_without_model(row, row.holder, Outcome.INTERRUPTED)
    return len(rows)


# --- leaving ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is about to leave."""

    host: str
    model: str
    prompt: str
    body: bytes
    masked: int
    sources: list[int]


@transaction.atomic
def begin_asking(asked: Generated, holder: str, parcel: Parcel, attempt: int) -> int | None:
    """Write down what is about to leave, and to whom; the key of its Departure. None: it must not leave (any more)."""
    mine = Generated.objects.filter(pk=asked.pk, holder=holder, state__in=[State.CLAIMED, State.ASKING])
    begun = mine.update(
        state=State.ASKING,
        lease_until=now() + LEASE,
        server=parcel.host,
        model=parcel.model,
        prompt=parcel.prompt,
        sources=parcel.sources,
    )
    if not begun:
        return None
    conversation = asked.conversation
    return Departure.objects.create(
        generated=asked,
        purpose=asked.purpose,
        conversation=conversation,
        account_id=conversation.account_id if conversation is not None else None,
        agent_id=asked.agent_id,
        host=parcel.host,
        model=parcel.model,
        prompt=parcel.prompt,
        request=parcel.body.decode(),
        masked=parcel.masked,
        bytes_out=len(parcel.body),
        attempt=attempt,
    ).pk


@transaction.atomic
def note_said(departure: int, said: Said) -> None:
    """Write down what came of a departure, and how the server does."""
    completion = said.completion
    Departure.objects.filter(pk=departure).update(
        outcome=said.outcome,
        status=said.status,
        detail=said.detail,
        milliseconds=said.milliseconds,
        bytes_in=said.bytes_in,
        tokens_in=completion.tokens_in if completion else None,
        tokens_out=completion.tokens_out if completion else None,
    )
    _note_health(said)


# --- the server's health ---------------------------------------------------------------------------------------------


def _note_health(said: Said) -> None:
    ModelServer.objects.select_for_update().filter(pk=1).first()
    if not ModelServer.objects.filter(pk=1).exists():
        return
    health, _ = ServerHealth.objects.select_for_update().get_or_create(server_id=1)
    before, moment = breaker_of(health), now()
    if said.dialect is not None:  # no failure: now we know how it wants to be asked
        health.dialect = dict(said.dialect)
        health.save()
        return
    if said.outcome in SERVER_WORKS:
        after = before.worked()
        health.error, health.detail, health.error_at = "", "", None
        health.success_at, health.milliseconds = moment, said.milliseconds
        if before.pauses:
            emit("language_model.recovered")
    else:
        after = before.failed(moment)
        health.error, health.detail, health.error_at = said.outcome, said.detail, moment
        if after.pauses > before.pauses and not before.pauses:
            emit("language_model.paused", error=said.outcome)
    health.failures, health.pauses, health.paused_until = after.failures, after.pauses, after.paused_until
    health.save()


# --- finishing -------------------------------------------------------------------------------------------------------


@transaction.atomic
def finish_with_model(asked: Generated, holder: str, polished: Polished, milliseconds: int) -> bool:
    """Keep the model's text. False when the request was taken back meanwhile."""
    return _finish(
        asked.pk,
        holder,
        text=polished.text,
        source=Generated.Source.MODEL,
        notes=list(polished.notes),
        milliseconds=milliseconds,
    )


@transaction.atomic
def finish_without_model(
    asked: Generated, holder: str, why: Outcome, milliseconds: int | None = None
) -> bool:
    """Keep what the house itself can say, and why the model said nothing. False when the request was taken back meanwhile."""
    return _finish_without_model(asked, holder, why, milliseconds)


def _finish_without_model(
    asked: Generated, holder: str, why: Outcome, milliseconds: int | None = None
) -> bool:
    try:
        with transaction.atomic():
            instead = instead_of_model(asked)
    except Exception:
        log.exception("nothing could be said in place of the model", extra={"generated": asked.pk})
        instead = Instead()
    return _finish(
        asked.pk,
        holder,
        text=instead.text,
        source=instead.source,
        sources=instead.sources,
        why=why,
        milliseconds=milliseconds,
    )


@transaction.atomic
def give_up(pk: int, holder: str) -> None:
    """Settle a request that broke us."""
    asked = Generated.objects.select_related("conversation", "agent").get(pk=pk)
    _finish_without_model(asked, holder, Outcome.INTERNAL)


def _finish(pk: int, holder: str, **fields: object) -> bool:
    mine = Generated.objects.filter(pk=pk, holder=holder, finished_at__isnull=True)
    return bool(
        mine.update(state=State.DONE, holder="", lease_until=None, finished_at=now(), **fields)  # type: ignore[arg-type]
    )
