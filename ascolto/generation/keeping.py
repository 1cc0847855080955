"""The key of the model's server, sealed anew when the key of the installation changes."""

from __future__ import annotations

from django.db import transaction

from ascolto.channels.models import vault
from ascolto.generation.models import ModelServer
from ascolto.kit.vault import Unreadable


@transaction.atomic
def reseal_server() -> str:
    """Seal it with the present key: `sealed`, `kept` (it was already), `unreadable`, or nothing where there is none."""
    server = ModelServer.objects.select_for_update().exclude(sealed="").filter(pk=1).first()
    if server is None:
        return ""
    current = vault()
    try:
        if current.is_current(server.sealed):
            return "kept"
        server.sealed = current.seal(current.open(server.sealed))
    except Unreadable:
        return "unreadable"
    server.save(update_fields=["sealed"])
    return "sealed"
