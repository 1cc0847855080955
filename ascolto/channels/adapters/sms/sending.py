"""Whom a text goes to, from which of our numbers, and whether Twilio knows both."""

from __future__ import annotations

from ascolto.channels.protocol import Account, ErrorClass, Failure, Outgoing, SendRefused, Sent
from ascolto.channels.reading import text_of
from ascolto.channels.vendors import twilio, twilio_messages


def send(account: Account, outgoing: Outgoing) -> Sent:
    """Answer the way the customer wrote: by text message, or by WhatsApp through the same account. Raises SendRefused."""
    prefix = "whatsapp:" if outgoing.extra.get("channel") == "whatsapp" else ""
    to = twilio_messages.number_of(outgoing.recipient) or (_whatsapp_id(outgoing) if prefix else "")
    if not to:
        raise SendRefused(_nobody(outgoing))
    return twilio_messages.send(account, outgoing, prefix + to, _sender(account, outgoing, prefix))


def _whatsapp_id(outgoing: Outgoing) -> str:
    """Somebody who hides the number is answered by the id that WhatsApp tells us."""
    return next((handle.value for handle in outgoing.recipient if handle.namespace == "whatsapp"), "")


def _nobody(outgoing: Outgoing) -> Failure:
    if any(handle.namespace == "sms" for handle in outgoing.recipient):
        return Failure(
            ErrorClass.RECIPIENT_GONE, "This sender is a name or a short code, which cannot be answered."
        )
    return Failure(ErrorClass.RECIPIENT_GONE, "No telephone number of this customer is known.")


def _sender(account: Account, outgoing: Outgoing, prefix: str) -> dict[str, str]:
    """The number the customer wrote to, so that the answer stands in the same thread on their telephone."""
    config = account.config
    written_to = twilio.e164(text_of(outgoing.extra.get("to"), 40))
    if prefix and written_to:
        return {"From": prefix + written_to}
    if config.messaging_service:
        return {"MessagingServiceSid": config.messaging_service}
    return {"From": prefix + own_number(account)}


def own_number(account: Account) -> str:
    """Our number as Twilio writes it, however it was typed."""
    number: str = account.config.number
    return number if len(number) <= 6 else twilio.e164(number) or number


def test(account: Account) -> str:
    """Ask Twilio for the account and the number; one sentence on what was found. Raises SendRefused."""
    number = own_number(account)
    told = twilio.own_number(account, number)
    if not number:
        return told
    settings = twilio.number_settings(account, number)
    if not settings:
        words = f"{number} is not a number of this Twilio account."
        raise SendRefused(Failure(ErrorClass.CONFIG, words))
    if account.hook_url and text_of(settings.get("sms_url"), 2000) != account.hook_url:
        return f"{told} Its text messages do not come here yet: register our address."
    return told


def call_here(account: Account, hook_url: str) -> str:
    """Let Twilio call our hook address when somebody writes to our number. Raises SendRefused."""
    if not account.config.number:
        words = "A messaging service is told in Twilio's console: paste the hook address there."
        raise SendRefused(Failure(ErrorClass.CONFIG, words, of_message=True))
    return twilio.call_here(account, own_number(account), {"SmsUrl": hook_url, "SmsMethod": "POST"})
