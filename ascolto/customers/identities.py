"""Handles of a customer, changed by people: added, proven, taken away, given to another customer; and what the customer allows on them.

Every verb takes a reason and can be taken back by its opposite.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from ascolto.customers.merging import merge
from ascolto.customers.models import Customer, Identity
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

BY_HAND = "hand:"  # begins the scope of handles that a colleague wrote down: nobody is recognised by them


@transaction.atomic
def add_identity(
    *, by: Any, customer: Customer, namespace: str, value: str, is_proven: bool = False, reason: str = ""
) -> Identity:
    """Write down a further handle. A proven one recognises its owner from now on; for that a reason is needed.

    Raises Refused when somebody else has it, or when there is nothing to write down.
    """
    _check_may(by)
    told = clean(value, 255).strip()
    if not told or not namespace:
        raise Refused("empty_handle", "There is no handle to write down.", fix="Write the handle.")
    why = _reason(reason, is_needed=is_proven)
    scope = "" if is_proven else f"{BY_HAND}{customer.pk}"
    taken = Identity.objects.filter(namespace=namespace, value=told, scope="").first()
    if taken is not None and taken.customer_id == customer.pk:
        return taken
    if taken is not None and is_proven:
        raise _taken()
    found, made = Identity.objects.get_or_create(
        namespace=namespace[:30],
        value=told,
        scope=scope,
        defaults={"customer_id": customer.pk, "is_proven": is_proven, "proof": "agent" if is_proven else ""},
    )
    if made:
        _tell(by, found, "added", reason=why)
    return found


@transaction.atomic
def prove_identity(*, by: Any, identity: Identity, reason: str, proof: str = "agent") -> None:
    """Somebody made sure that a claimed handle is this customer's.

    Where it is proven to be another customer's already, a person is Refused and has to merge; when the customer showed it themselves
    (without `by`), they are one person, and the claimant becomes part of the other: see `_join`. Raises Refused.
    """
    _check_may(by)
    why = _reason(reason, is_needed=by is not None)
    current = _locked(identity)
    if current.is_proven:
        return
    taken = Identity.objects.filter(namespace=current.namespace, value=current.value, scope="").first()
    if taken is not None and taken.customer_id != current.customer_id:
        if by is not None:
            raise _taken()
        _join(current, taken, proof)
        return
    if taken is not None:
        return
    current.removed = {"scope": current.scope, "is_proven": False}
    current.scope, current.is_proven, current.proof = "", True, proof[:8]
    current.save(update_fields=["scope", "is_proven", "proof", "removed"])
    _tell(by, current, "proven", reason=why)


def _join(claimed: Identity, owner: Identity, proof: str) -> None:
    """Whoever only claimed becomes part of whom the handle is proven to be.

    Only a customer who is nothing but this claim: who has a proven handle (a browser's chat, say), or claimed a second one of this
    network, may be somebody else who once typed this one, and stays for people to decide. What they claimed is shown from then on
    and recognises nobody: whoever types the same again must not be led to the person it was proven for. Raises Refused.
    """
    theirs = Identity.objects.filter(customer=claimed.customer_id).exclude(scope__startswith=Identity.RETIRED)
    handles = list(theirs.select_for_update(of=("self",)))
    same = {one.value for one in handles if one.namespace == claimed.namespace}
    if any(one.is_proven for one in handles) or same != {claimed.value}:
        raise Refused(
            "more_than_a_claim",
            "This customer has other handles too: it may be somebody else.",
            fix="Merge the two, if they are one person.",
        )
    merge(by=None, source=claimed.customer, target=owner.customer, why=f"{claimed.namespace}: {proof}")
    for one in handles:
        one.removed, one.scope = {"scope": one.scope, "is_proven": False}, f"{BY_HAND}{one.pk}"
        one.save(update_fields=["removed", "scope"])


@transaction.atomic
def doubt_identity(*, by: Any, identity: Identity, reason: str = "") -> None:
    """Take back that a handle was proven by hand. Raises Refused where the network proved it."""
    _check_may(by)
    current = _locked(identity)
    if not current.is_proven:
        return
    if not current.proof:
        raise Refused(
            "network_proof", "The network itself vouches for this handle.", fix="Remove it from the customer."
        )
    before = current.removed or {}
    current.scope = str(before.get("scope") or f"{BY_HAND}{current.customer_id}")
    current.is_proven, current.proof, current.removed = False, "", None
    if Identity.objects.filter(
        namespace=current.namespace, value=current.value, scope=current.scope
    ).exists():
        current.scope = f"{BY_HAND}{current.pk}"
    current.save(update_fields=["scope", "is_proven", "proof", "removed"])
    _tell(by, current, "doubted", reason=_reason(reason))


@transaction.atomic
def remove_identity(*, by: Any, identity: Identity, reason: str) -> None:
    """The handle names nobody any more: whoever writes with it is a new customer. Raises Refused without a reason."""
    _check_may(by)
    why = _reason(reason, is_needed=True)
    current = _locked(identity)
    if current.is_retired:
        return
    current.removed = {"scope": current.scope, "is_proven": current.is_proven, "proof": current.proof}
    current.scope, current.is_proven = f"{Identity.RETIRED}{current.pk}", False
    current.save(update_fields=["scope", "is_proven", "removed"])
    _tell(by, current, "removed", reason=why)


@transaction.atomic
def restore_identity(*, by: Any, identity: Identity) -> None:
    """Undo remove_identity. Raises Refused when somebody else has written with it since."""
    _check_may(by)
    current = _locked(identity)
    if not current.is_retired or not current.removed:
        return
    scope = str(current.removed.get("scope", ""))
    if Identity.objects.filter(namespace=current.namespace, value=current.value, scope=scope).exists():
        raise _taken()
    current.scope, current.is_proven = scope, bool(current.removed.get("is_proven"))
    current.proof, current.removed = str(current.removed.get("proof", "")), None
    current.save(update_fields=["scope", "is_proven", "proof", "removed"])
    _tell(by, current, "restored")


@transaction.atomic
def move_identity(*, by: Any, identity: Identity, to: Customer, reason: str) -> None:
    """The handle is another customer's: what is written with it from now on is theirs. Raises Refused."""
    _check_may(by)
    why = _reason(reason, is_needed=True)
    current = _locked(identity)
    if current.customer_id == to.pk:
        return
    if to.merged_into_id or to.erased_at:
        raise Refused(
            "already_merged",
            "One of them is part of another customer already.",
            fix="Open that customer, then decide.",
        )
    before = current.customer_id
    current.customer_id, current.beside = to.pk, None
    current.save(update_fields=["customer", "beside"])
    for customer in (before, to.pk):
        _tell(by, current, "moved", customer=customer, previous=before, became=to.pk, reason=why)


@transaction.atomic
def change_allowed(*, by: Any, identity: Identity, what: str, allowed: bool, reason: str) -> bool:
    """What the customer allows on this handle, told to a person. `what`: offers (messages nobody asked for) or messages (any).

    A STOP on the network is only lifted there. Whether it changed. Raises Refused.
    """
    if by is not None and not by.may("customers.block"):
        raise Refused("not_allowed", "You may not change this.", fix="Ask a lead.")
    why = _reason(reason, is_needed=True)
    current, moment = _locked(identity), now()
    if what == "offers":
        if (current.opted_out_at is None) == allowed:
            return False
        current.opted_out_at, current.consent_at = (None if allowed else moment), moment
    else:
        if (current.blocked_at is None) == allowed:
            return False
        if allowed and current.blocked_why == "stop":
            raise Refused(
                "stop_stands",
                "The customer said STOP there.",
                fix="Only the customer can allow them again, by writing START.",
            )
        current.blocked_at, current.blocked_why = (None, "") if allowed else (moment, "blocked")
        current.reached_at = moment if allowed else current.reached_at
    current.save(update_fields=["opted_out_at", "consent_at", "blocked_at", "blocked_why", "reached_at"])
    emit(
        "customer.consent_changed",
        actor=actor_of(by),
        customer=current.customer_id,
        granted=allowed,
        scope=what,
        identity=current.pk,
        reason=why,
    )
    return True


def _check_may(by: Any) -> None:
    if by is not None and not by.may("customers.change"):
        raise Refused("not_allowed", "You may not change this.", fix="Ask a lead.")


def _reason(reason: str, *, is_needed: bool = False) -> str:
    told = " ".join(clean(reason, 500).split())
    if is_needed and len(told) < 3:
        raise Refused("reason_needed", "A reason is needed.", fix="Say in a few words why.")
    return told


def _locked(identity: Identity) -> Identity:
    return Identity.objects.select_for_update(of=("self",)).get(pk=identity.pk)


def _taken() -> Refused:
    return Refused(
        "handle_taken", "Another customer has this handle.", fix="Merge the two, if they are one person."
    )


def _tell(by: Any, identity: Identity, verb: str, *, customer: int | None = None, **data: Any) -> None:
    emit(
        "customer.identity_changed",
        actor=actor_of(by),
        customer=customer or identity.customer_id,
        identity=identity.pk,
        namespace=identity.namespace,
        verb=verb,
        **data,
    )
