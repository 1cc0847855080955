"""What a company may do to public words under its own roof: hide them, show them again, like them, delete them."""

from __future__ import annotations

import logging

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.channels.protocol import SendRefused
from ascolto.conversations.actions import note_moderated
from ascolto.conversations.models import Direction, Message, Visibility
from ascolto.delivery.health import note_failure
from ascolto.delivery.outcomes import reason_of
from ascolto.delivery.outgoing import Accounts
from ascolto.gates import Refused

log = logging.getLogger(__name__)
VERBS = ("hide", "show", "like", "delete")


def possible_verbs(message: Message) -> list[str]:
    """What can be done to this message now, in the order of VERBS."""
    if message.account is None or message.visibility != Visibility.PUBLIC or message.removed_at:
        return []
    can = message.account.capabilities.moderates if message.direction == Direction.IN else frozenset()
    done = "hide" if message.extra.get("hidden") else "show"
    undone = {"like"} if message.extra.get("liked") else set()
    return [verb for verb in VERBS if verb in can and verb != done and verb not in undone]


def moderate(*, agent: Agent, message: Message, verb: str) -> Message:
    """Do it on the network, then note it. Raises Refused with the network's reason; nothing is noted then."""
    if verb not in possible_verbs(message) or message.account is None:
        raise Refused("cannot_moderate", "This cannot be done to this message.")
    try:
        adapter, opened = Accounts().open(message.account)
        adapter.moderate(opened, verb, message.external_id or "", dict(message.extra))
    except SendRefused as refusal:
        if not refusal.failure.of_message:
            note_failure(message.account.pk, refusal.failure)
        raise Refused("network_refused", reason_of(refusal.failure)) from refusal
    except Exception as error:
        log.exception("moderation failed", extra={"of_message": message.pk, "verb": verb})
        raise Refused("network_refused", f"It failed unexpectedly ({type(error).__name__}).") from error
    with transaction.atomic():
        return note_moderated(agent=agent, message=message, verb=verb)
