"""How the server does, as the breaker sees it."""

from __future__ import annotations

from ascolto.generation.breaker import Breaker
from ascolto.generation.models import ModelServer, ServerHealth


def breaker_of(health: ServerHealth) -> Breaker:
    """The health as the breaker sees it."""
    return Breaker(health.failures, health.pauses, health.paused_until)


def health_of(server: ModelServer) -> ServerHealth:
    """How the server does; of one that was never asked, an empty row that is not stored."""
    return ServerHealth.objects.filter(server_id=server.pk).first() or ServerHealth(server_id=server.pk)
