"""People from whom we take nothing: what they send is kept, but is spam from the start. Not the other way round: see `blocked_at`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from ascolto.customers.models import Identity
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

REASON_AT_LEAST = 4


@transaction.atomic
def refuse_identity(*, by: Any, identity: Identity, why: str) -> bool:
    """Take nothing more from this handle. Whether it is new. Raises Refused without a reason or the permission."""
    _may(by)
    words = clean(" ".join(why.split()), 200)
    if len(words) < REASON_AT_LEAST:
        raise Refused("reason_missing", "Somebody is blocked for a reason.", fix="Say why, in a few words.")
    changed = Identity.objects.filter(pk=identity.pk, refused_at__isnull=True).update(
        refused_at=now(), refused_by=by, refused_why=words
    )
    if changed:
        _tell(by, identity, "refused", words)
    return bool(changed)


@transaction.atomic
def accept_identity(*, by: Any, identity: Identity) -> bool:
    """Take messages from this handle again. Whether it was refused. Raises Refused without the permission."""
    _may(by)
    row = Identity.objects.select_for_update(of=("self",)).get(pk=identity.pk)
    if row.refused_at is None:
        return False
    words, row.refused_at, row.refused_by, row.refused_why = row.refused_why, None, None, ""
    row.save(update_fields=["refused_at", "refused_by", "refused_why"])
    _tell(by, row, "accepted", words)
    return True


def refused_among(identities: Iterable[int | None]) -> set[int]:
    """Those of these from whom nothing is taken: one query."""
    wanted = {pk for pk in identities if pk is not None}
    rows = Identity.objects.filter(pk__in=wanted, refused_at__isnull=False)
    return set(rows.values_list("pk", flat=True)) if wanted else set()


def _may(by: Any) -> None:
    if by is not None and not by.may("customers.block"):
        raise Refused(
            "not_allowed", "Your role does not block customers.", fix="Ask somebody whose role does."
        )


def _tell(by: Any, identity: Identity, verb: str, why: str) -> None:
    emit(
        "customer.identity_changed",
        actor=actor_of(by),
        customer=identity.customer_id,
        identity=identity.pk,
        namespace=identity.namespace,
        verb=verb,
        reason=why,
    )
