"""What a request to the server needs besides its words."""

from __future__ import annotations

from ascolto.generation.asking import Order
from ascolto.generation.health import health_of
from ascolto.generation.models import ModelServer
from ascolto.generation.wire import endpoint, headers_for


def order_for(server: ModelServer) -> Order:
    """Where and how, without a body yet. Raises Unreadable where the key cannot be opened."""
    secrets = server.secrets()
    return Order(
        url=endpoint(server.base_url),
        headers=headers_for(str(secrets.get("api_key", "")), secrets.get("headers", {})),
        body=b"",
        seconds=float(server.time_limit),
        trusted=server.is_own_network,
        dialect=health_of(server).dialect,
    )
