"""Tell every process that promises changed."""

from __future__ import annotations

from ascolto.kit.ids import new_token
from ascolto.sla.models import PromiseSettings


def change_stamp() -> None:
    """What others keep in memory is old from the commit of this transaction on."""
    settings = PromiseSettings.current()
    PromiseSettings.objects.filter(pk=settings.pk).update(stamp=new_token())
