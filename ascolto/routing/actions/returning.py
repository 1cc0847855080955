"""Give conversations back to the queue: nobody has them, everything else stays, above all since when the customer waits."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.text import clean

REASON_AT_MOST = 300


@transaction.atomic
def return_to_queue(conversations: Mapping[int, tuple[int, str]]) -> list[int]:
    """Their owners are gone: by conversation the owner it is taken from and the reason (off_shift, absent, offline, inactive,
    in_danger). Returns those that were theirs still."""
    rows = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=conversations)
    returned = []
    for row in rows.select_related("assignee").order_by("pk"):
        owner, reason = conversations[row.pk]
        if row.assignee_id == owner and _return(None, row, reason, ""):
            returned.append(row.pk)
    return returned


@transaction.atomic
def give_back(*, agent: Agent, conversation: Conversation, reason: str) -> None:
    """Somebody gives back what they have: it is not offered to them again while this customer waits. Raises Refused."""
    words = " ".join(clean(reason, 2 * REASON_AT_MOST).split())[:REASON_AT_MOST]
    if not any(letter.isalnum() for letter in words):
        raise Refused(
            "reason_missing",
            gettext_noop("Say why you give it back: whoever takes it next reads it."),
            fix=gettext_noop("A few words are enough."),
        )
    current = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    if current.assignee_id != agent.pk:
        raise Refused("not_yours", gettext_noop("This conversation is not yours."))
    _return(agent, current, "given_back", words)
    conversation.refresh_from_db(fields=["assignee", "version"])


def _return(agent: Agent | None, row: Conversation, reason: str, words: str) -> bool:
    owner = row.assignee_id
    why = {"code": "returned", "reason": reason, "from": owner, **({"words": words} if words else {})}
    try:
        with transaction.atomic():
            assign(agent=agent, conversation=row, assignee=None, how="returned", why=[why])
    except Refused:
        if agent is not None:
            raise
        return False
    emit(
        "routing.returned",
        actor=actor_of(agent),
        conversation=row.pk,
        customer=row.customer_id,
        account=row.account_id,
        reason=words or reason,
        previous_assignee=owner,
    )
    return True
