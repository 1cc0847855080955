"""What happens by itself: clocks of departments come to their next moment, announcements leave. Each look is one indexed query."""

from __future__ import annotations

from ascolto.collaboration.actions.announcing import send_next
from ascolto.collaboration.actions.requests import ring
from ascolto.collaboration.models import DepartmentRequest
from ascolto.kit.clock import now

PORTION = 100


def ring_due() -> int:
    """Let the clocks that are due say what they have to say; returns how many did."""
    rows = DepartmentRequest.objects.filter(next_at__lte=now()).order_by("next_at", "pk")
    return sum(ring(request) for request in rows[:PORTION])


def send_waiting() -> int:
    """Tell the next of those who wait to hear of a problem; returns how many."""
    return send_next()
