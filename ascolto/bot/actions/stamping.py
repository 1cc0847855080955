"""Tell every process that what runs changed."""

from __future__ import annotations

from ascolto.bot.models import FlowStamp
from ascolto.kit.ids import new_token


def change_stamp() -> None:
    """What others keep in memory (live.py) is old from the commit of this transaction on."""
    FlowStamp.objects.update_or_create(pk=1, defaults={"stamp": new_token()})
