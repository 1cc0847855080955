"""Who wrote: a number, a short code, a name, or somebody on another network that Twilio speaks for."""

from __future__ import annotations

import re
from typing import NamedTuple

from ascolto.channels.protocol import Handle
from ascolto.channels.vendors import twilio

_PREFIX = re.compile(r"([a-z]{2,20}):(.*)", re.DOTALL)
_SHORTEST = 7  # digits of a number that can be rung; a short code has three to six


class Party(NamedTuple):
    """One end of a message. `channel` is empty for a text message; `address` is how Twilio names them, without it."""

    address: str
    channel: str
    handles: tuple[Handle, ...]
    can_be_answered: bool


def party_of(text: str, user_id: str = "") -> Party:
    """Read an address as Twilio writes it: `+39347…`, `whatsapp:+39347…`, `43210`, `POSTE`.

    `user_id` is WhatsApp's own id of a person: more stable than the number, and there without it.
    """
    found = _PREFIX.fullmatch(text.strip()[:200])
    channel, address = (found[1], found[2].strip()) if found else ("", text.strip()[:200])
    stable = (Handle(channel, user_id.strip()[:200]),) if channel and user_id.strip() else ()
    number = _number(address)
    if number:
        return Party(number, channel, (*stable, Handle("phone", number)), True)
    if not address or twilio.is_withheld(address):
        nobody = (Handle("sms", "withheld", proven=False),) if address else ()
        return Party("", channel, stable or nobody, bool(stable))
    return Party(address, channel, stable or (Handle(channel or "sms", address),), bool(channel))


def _number(address: str) -> str:
    digits = re.sub(r"[\s().-]", "", address)
    if not re.fullmatch(rf"\+?[0-9]{{{_SHORTEST},15}}", digits):
        return ""
    return twilio.e164(digits if digits.startswith("+") else f"+{digits}") or ""
