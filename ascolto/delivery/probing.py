"""Asks networks that refused our permission whether they still do: an outage of theirs must not need a person of ours.

Since nothing is sent by a broken inbox, no success could end its trouble. What a network objects to in our settings or our
conduct (config, abuse_stop) is left to people; reading heals by itself (intake.pollers).
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.db import connection

from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import ErrorClass, SendRefused
from ascolto.delivery.actions import test_account

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=10)
MOST = 5  # networks that are asked at a time

_asking: dict[int, threading.Thread] = {}


def probe() -> list[threading.Thread]:
    """Ask every network that refused us, each in a thread of its own: one that hangs holds up nobody."""
    for pk in [pk for pk, thread in _asking.items() if not thread.is_alive()]:
        del _asking[pk]
    begun = []
    for account in refused_accounts():
        if account.pk not in _asking and len(_asking) < MOST:
            thread = threading.Thread(target=ask, args=(account,), name=f"probe-{account.pk}", daemon=True)
            _asking[account.pk] = thread
            thread.start()
            begun.append(thread)
    return begun


def refused_accounts() -> list[ChannelAccount]:
    """Enabled inboxes whose network did not let us send, the longest refused first."""
    refused = ChannelAccount.objects.filter(
        is_enabled=True, health__error_class=ErrorClass.REAUTH, health__error_from="out"
    )
    return list(refused.order_by("health__error_at"))


def ask(account: ChannelAccount) -> None:
    """One round trip; what comes of it stands in the inbox's health."""
    try:
        test_account(account)
        log.info("the network lets us in again", extra={"account": account.pk})
    except SendRefused:
        return
    except Exception:
        log.exception("probe failed", extra={"account": account.pk})
    finally:
        connection.close()
