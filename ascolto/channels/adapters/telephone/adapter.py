"""Telephone calls by way of Twilio: taken, understood, recorded, promised a call-back. See docs/channels/telephone.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ascolto.channels.adapters.telephone import answering, parsing, sending, sweeping
from ascolto.channels.capabilities import Capabilities
from ascolto.channels.protocol import (
    Account,
    Adapter,
    HookAnswer,
    HookRequest,
    Inbound,
    Outgoing,
    Polled,
    RawDelivery,
    Sent,
    setting,
)
from ascolto.channels.vendors import gsm, ivr_settings, twilio, twilio_hooks, twilio_messages


@dataclass(frozen=True, slots=True)
class Config:
    """The account and its number, and what callers hear."""

    account_sid: str = twilio.account_sid_setting()
    auth_token: str = twilio.auth_token_setting()
    number: str = setting(
        "Telephone number",
        example="+390212345678",
        help="The number that customers call, with + and the country.",
    )
    company: str = ivr_settings.company()
    languages: str = ivr_settings.languages()
    needs: str = ivr_settings.needs()
    agents_number: str = setting(
        "Number of your agents",
        default="",
        example="+390287654321",
        help="Rung when a caller wants a person, in opening hours. Also sip:… or client:… as in Twilio.",
    )
    ring_seconds: int = ivr_settings.ring_seconds()
    hours: str = ivr_settings.hours()
    timezone: str = ivr_settings.timezone()
    callback_within_minutes: int = ivr_settings.callback_within_minutes()
    sms_from: str = setting(
        "Answer by text message from",
        default="",
        example="+390212345678",
        help="A number of the same account that can send text messages. Without it a call is answered by calling back.",
    )
    api_base: str = twilio.api_base_setting()

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        twilio.check_settings(self)
        twilio.check_number(self, "number")
        twilio.check_number(self, "sms_from")
        if not self.agents_number.startswith(("sip:", "client:")):
            twilio.check_number(self, "agents_number")
        ivr_settings.check(self)


class Telephone(Adapter):
    """One telephone number of a Twilio account."""

    kind = "telephone"
    label = "Telephone"
    Config = Config
    capabilities = Capabilities(
        max_length=twilio_messages.LONGEST,
        receipts=frozenset({"sent", "delivered"}),
        voice=True,
    )
    kept_headers = (twilio_hooks.QUERY,)
    namespaces = ("phone",)
    rate = (10.0, 20)
    polls_every = timedelta(minutes=10)
    icon = "i-ch-phone"
    sentences = (
        *twilio.SENTENCES,
        *ivr_settings.SENTENCES,
        "Its calls do not come here yet: register our address.",
        "The end of a call is not told here yet: register our address.",
        "A call is answered by calling back on %(number)s.",
    )
    guide = (
        "In Twilio's console copy the account SID and the auth token.",
        "Buy or choose a number with voice, and write it here with + and the country.",
        "Say which languages you speak, what people call about, when you are there, and how soon you call back.",
        "Write the number of your agents if callers may be connected to a person.",
        "Save, then press Register our address with the network: Twilio then asks us what callers hear, and tells us when a "
        "call ends.",
        "Press Test, then call the number.",
    )

    def capabilities_with(self, settings: Mapping[str, str]) -> Capabilities:
        """With a number for text messages a call can be answered in writing."""
        return replace(self.capabilities, answers=bool(settings.get("sms_from")))

    def verify(self, account: Account, request: HookRequest) -> None:
        twilio_hooks.check_delivery(account, request)

    def subscribe(self, account: Account, hook_url: str) -> str:
        return sending.call_here(account, hook_url)

    def acknowledge(self, account: Account, request: HookRequest) -> HookAnswer | None:
        """What the caller hears next."""
        return answering.answer(account, request)

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        return parsing.read_delivery(account, raw)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.send(account, outgoing)

    def segments(self, text: str) -> int:
        return gsm.segments(text).count

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        return sweeping.sweep(account, cursor)

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        return twilio.fetch(account, remote, limit)

    def test(self, account: Account) -> str:
        return sending.test(account)


adapter = Telephone()
