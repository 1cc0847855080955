"""The expected wait, so that a telephone switch or somebody's own widget can say it."""

from __future__ import annotations

from ascolto.api import wait_documents as wd
from ascolto.api.endpoints.conversations import find_id
from ascolto.api.routing import Answer, Call
from ascolto.conversations.selectors import access_conversation
from ascolto.kit.clock import now
from ascolto.routing.expected import Lines
from ascolto.routing.models import WaitTold


def get_wait(call: Call) -> Answer:
    """How long the customer will wait, as it would be told now, and what they were told already."""
    conversation = access_conversation(call.agent, find_id(call))
    wait = Lines(now()).wait_of(conversation)
    told = (
        WaitTold.objects.filter(conversation=conversation, seconds__isnull=False).order_by("-told_at").first()
    )
    estimate = wait.estimate if wait else None
    span = None
    if wait and estimate:
        span = estimate.at_most if wait.opens_at else estimate.told
    return Answer(
        wd.Wait(
            is_waiting=wait is not None,
            seconds=int(span.total_seconds()) if span is not None else None,
            likely_seconds=int(estimate.likely.total_seconds()) if estimate else None,
            position=wait.position if wait else None,
            method=estimate.method if estimate else "",
            opens_at=wait.opens_at if wait else None,
            told_seconds=told.seconds if told else None,
            told_at=told.told_at if told else None,
        )
    )
