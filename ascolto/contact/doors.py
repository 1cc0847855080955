"""The doors themselves: which inbox an address belongs to, which websites may knock, and how often."""

from __future__ import annotations

import logging
import math
import re
import threading
import time
from collections import OrderedDict
from typing import Any

from django.http import Http404, HttpRequest

from ascolto.channels.configuration import split_origins
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import ConfigError, read_config
from ascolto.kit.vault import Unreadable

log = logging.getLogger(__name__)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
KEEP = 20_000  # addresses remembered by one brake; the one that was quiet longest is forgotten first


def open_door(kind: str, token: str) -> tuple[ChannelAccount, Any]:
    """The inbox behind an address and its settings. Raises Http404 when there is none or it is switched off."""
    found = _TOKEN.fullmatch(token) and ChannelAccount.objects.filter(kind=kind, token=token, is_enabled=True)
    account = found.first() if found else None
    if account is None:
        raise Http404("There is no inbox at this address.")
    try:
        return account, read_config(account.adapter.Config, account.values())
    except (ConfigError, Unreadable) as error:
        log.error("an inbox cannot be opened", extra={"account": account.pk, "reason": str(error)})
        raise Http404("There is no inbox at this address.") from error


def allowed_origin(origins: str, request: HttpRequest) -> str | None:
    """What Access-Control-Allow-Origin answers; None when this website may not knock.

    No cookie opens these doors, so any website is harmless unless the inbox names its own.
    """
    origin = request.headers.get("Origin", "")
    listed = split_origins(origins)
    if not listed:
        return "*"
    if not origin or origin in listed:
        return origin or listed[0]
    return origin if origin == f"{request.scheme}://{request.get_host()}" else None


class Brake:
    """How often one address may knock: a bucket of `burst` that refills with `rate` a second, in this process."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self._levels: OrderedDict[tuple[Any, ...], tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_for(self, *key: Any, now: float | None = None) -> int:
        """0 when it may go on, else the whole seconds to wait."""
        moment = time.monotonic() if now is None else now
        with self._lock:
            level, at = self._levels.pop(key, (self.burst, moment))
            level = min(self.burst, level + max(0.0, moment - at) * self.rate)
            allowed = level >= 1.0
            self._levels[key] = (level - 1.0 if allowed else level, moment)
            if len(self._levels) > KEEP:
                self._levels.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1.0 - level) / self.rate))

    def release(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._levels.clear()


# A household or an office shares an address: generous to people, tight for a script.
SESSIONS = Brake(rate=0.5, burst=60)
READS = Brake(rate=10, burst=200)
MESSAGES = Brake(rate=1, burst=40)
UPLOADS = Brake(rate=0.2, burst=20)
ATTEMPTS = Brake(rate=0.2, burst=60)  # a form that is refused and sent again
SUBMISSIONS = Brake(rate=0.02, burst=12)


def address_of(request: HttpRequest) -> str:
    """Where the request came from; of IPv6 the network, since one household has 2^64 addresses."""
    address = request.META.get("REMOTE_ADDR", "")
    return ":".join(address.split(":")[:4]) if ":" in address else address
