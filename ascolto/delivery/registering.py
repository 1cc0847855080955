"""Tell a network where to call us."""

from __future__ import annotations

import logging

from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import Adapter, ErrorClass, Failure, SendRefused
from ascolto.channels.registry import UnknownChannel
from ascolto.delivery.health import note_failure, note_success
from ascolto.delivery.outgoing import Accounts

log = logging.getLogger(__name__)


def can_register(account: ChannelAccount) -> bool:
    """Whether this channel's network takes our address by a request, so that nobody has to paste it."""
    try:
        return type(account.adapter).subscribe is not Adapter.subscribe
    except UnknownChannel:
        return False


def register_hook(account: ChannelAccount, hook_url: str) -> str:
    """Register our address with the network; one sentence on what was done. Raises SendRefused."""
    try:
        adapter, opened = Accounts().open(account)
        done = adapter.subscribe(opened, hook_url)
    except SendRefused as refusal:
        note_failure(account.pk, refusal.failure)
        raise
    except NotImplementedError:
        reason = "This network is not told by us where to call: paste the hook address there."
        raise SendRefused(Failure(ErrorClass.CONFIG, reason)) from None
    except Exception as error:
        log.exception("registering failed", extra={"account": account.pk})
        reason = f"Registering stopped unexpectedly ({type(error).__name__})."
        raise SendRefused(Failure(ErrorClass.UNKNOWN, reason)) from error
    note_success(account.pk, sent=False)
    return done or "Our address is registered."
