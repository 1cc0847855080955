"""The place of a visitor in the queue, as their widget shows it while they wait."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ascolto.contact.live import customer_of
from ascolto.contact.visitors import Visitor
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.routing.expected import Lines
from ascolto.routing.telling import span_words
from ascolto.sla.models import PromiseSettings


def queue_words(visitor: Visitor) -> str:
    """`You are number 3 in the queue: about 10 minutes.` Empty when the company does not tell waits, or nobody waits, or it is unknown."""
    if not PromiseSettings.objects.filter(tell_wait=True).exists():
        return ""
    rows = Conversation.objects.filter(
        customer_id=customer_of(visitor) or 0, account_id=visitor.account_id, waiting_since__isnull=False
    )
    conversation = rows.order_by("-last_inbound_at", "-pk").first()
    wait = Lines(now()).wait_of(conversation) if conversation else None
    if wait is None or wait.estimate is None or wait.opens_at is not None:
        return ""
    span = span_words(wait.estimate.told, (get_language() or "en")[:2])
    return _("You are number %(position)s in the queue: about %(wait)s.") % {
        "position": wait.position,
        "wait": span,
    }
