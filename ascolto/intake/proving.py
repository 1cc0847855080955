"""A handle that somebody only claimed is proven when its owner answers, from it, what we sent to it.

Giulia types giulia@example.com into a form: nothing proves it. We mail our answer there, and a mail comes back that answers that very
message (its id is random and stood in no other mail) and whose sender the receiving server vouches for. Both together show that whoever
reads that address takes part in the conversation of the form: the two are one person.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q

from ascolto.channels.protocol import Message as Said
from ascolto.conversations.models import Direction, Message
from ascolto.customers.identities import BY_HAND, prove_identity
from ascolto.customers.models import Identity
from ascolto.gates import Refused

log = logging.getLogger(__name__)
MOST_ANSWERED = 20  # ids that one message may name


def prove_by_answers(messages: Iterable[Said]) -> int:
    """Prove the claims that these messages show to be true: two queries a batch, most often none. Returns how many."""
    answering = [
        (handle.namespace, handle.value, frozenset(said.replies_to[:MOST_ANSWERED]))
        for said in messages
        if said.replies_to and not said.outgoing
        for handle in said.sender.handles
        if handle.proven
    ]
    if not answering:
        return 0
    claims = _claimed({(space, value) for space, value, _ids in answering})
    if not claims:
        return 0
    answered = {text for _space, _value, ids in answering for text in ids}
    rows = Message.objects.filter(
        identity__in=claims, external_id__in=answered, direction=Direction.OUT
    ).values_list("identity_id", "external_id")
    shown = {
        identity
        for identity, external in rows
        if any(
            external in ids and (claims[identity].namespace, claims[identity].value) == (space, value)
            for space, value, ids in answering
        )
    }
    return sum(_prove(claims[pk]) for pk in sorted(shown))


def _claimed(handles: set[tuple[str, str]]) -> dict[int, Identity]:
    """Claims of these handles on some account; what people wrote down by hand, or what was given up, is none."""
    wanted = reduce(or_, (Q(namespace=space, value=value[:255]) for space, value in sorted(handles)))
    rows = Identity.objects.filter(wanted, is_proven=False).exclude(scope="")
    return {
        row.pk: row
        for row in rows.exclude(scope__startswith=BY_HAND).exclude(scope__startswith=Identity.RETIRED)
    }


def _prove(identity: Identity) -> bool:
    try:
        prove_identity(by=None, identity=identity, reason="", proof="self")
    except Refused as refusal:  # people decide: they are suggested as duplicates
        log.info("a proven claim was not merged", extra={"identity": identity.pk, "code": refusal.code})
        return False
    return True
