"""A call is answered by calling back, or in writing when there is a number that can."""

from __future__ import annotations

from ascolto.channels.protocol import Account, ErrorClass, Failure, Outgoing, SendRefused, Sent
from ascolto.channels.reading import object_of, text_of
from ascolto.channels.vendors import twilio, twilio_messages


def send(account: Account, outgoing: Outgoing) -> Sent:
    """A text message to whom called. Raises SendRefused."""
    to = twilio_messages.number_of(outgoing.recipient) or _left_number(outgoing)
    if not account.config.sms_from:
        where = f" on {to}" if to else ""
        words = f"A call is answered by calling back{where}."
        raise SendRefused(Failure(ErrorClass.CONFIG, words, of_message=True))
    if not to:
        raise SendRefused(Failure(ErrorClass.RECIPIENT_GONE, "The caller hid the number and left none."))
    sender = twilio.e164(account.config.sms_from) or account.config.sms_from
    return twilio_messages.send(account, outgoing, to, {"From": sender})


def _left_number(outgoing: Outgoing) -> str:
    """The number that a caller who hides theirs has typed."""
    call = object_of(outgoing.extra.get("call"))
    return twilio.e164(text_of(call.get("callback_number"), 40)) or ""


def test(account: Account) -> str:
    """Ask Twilio for the account and the number; one sentence on what was found. Raises SendRefused."""
    number = twilio.e164(account.config.number) or account.config.number
    told = twilio.own_number(account, number)
    settings = twilio.number_settings(account, number)
    if not settings:
        words = f"{number} is not a number of this Twilio account."
        raise SendRefused(Failure(ErrorClass.CONFIG, words))
    if account.hook_url and text_of(settings.get("voice_url"), 2000) != account.hook_url:
        return f"{told} Its calls do not come here yet: register our address."
    if account.hook_url and text_of(settings.get("status_callback"), 2000) != account.hook_url:
        return f"{told} The end of a call is not told here yet: register our address."
    return told


def call_here(account: Account, hook_url: str) -> str:
    """Let Twilio ask our hook address what callers hear, and tell it when a call ends. Raises SendRefused."""
    number = twilio.e164(account.config.number) or account.config.number
    addresses = {"VoiceUrl": hook_url, "VoiceMethod": "POST"}
    addresses |= {"StatusCallback": hook_url, "StatusCallbackMethod": "POST"}
    return twilio.call_here(account, number, addresses)
