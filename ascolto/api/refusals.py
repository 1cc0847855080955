"""What a guarantee refused through the API is written down, outside of the transaction that the refusal rolled back."""

from __future__ import annotations

import logging

from ascolto.api.routing import Call, Route
from ascolto.charter.stops import note_refused
from ascolto.conversations.models import Conversation
from ascolto.gates import Gate, Refused

log = logging.getLogger(__name__)


def note(refused: Refused, route: Route, call: Call) -> None:
    """Note the stop. That it cannot be noted changes nothing for the caller: it was refused all the same."""
    try:
        number = call.path.get("id", "")
        conversation = None
        if (
            route.path.startswith("/conversations/{id}")
            and number.isascii()
            and number.isdigit()
            and len(number) < 19
        ):
            conversation = Conversation.objects.filter(pk=int(number)).first()
        gate = Gate.SEND if route.path.endswith("/messages") else Gate.ASSIGN
        text = str(getattr(call.body, "text", "") or "")
        note_refused(refused, agent=call.agent, conversation=conversation, excerpt=text, gate=gate)
    except Exception:
        log.exception("a stop could not be noted")
