"""Text messages (SMS and MMS) and WhatsApp by way of Twilio. See docs/channels/sms.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ascolto.channels.adapters.sms import parsing, sending
from ascolto.channels.capabilities import Capabilities
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ConfigError,
    HookAnswer,
    HookRequest,
    Inbound,
    Outgoing,
    Polled,
    RawDelivery,
    Sent,
    setting,
)
from ascolto.channels.vendors import gsm, twilio, twilio_hooks, twilio_messages


@dataclass(frozen=True, slots=True)
class Config:
    """The account, and the number or the service that texts leave from."""

    account_sid: str = twilio.account_sid_setting()
    auth_token: str = twilio.auth_token_setting()
    number: str = setting(
        "Telephone number",
        default="",
        example="+390212345678",
        help="The number that customers write to, with + and the country. Answers leave from it.",
    )
    messaging_service: str = setting(
        "Messaging service SID",
        default="",
        example="MG9752274e…",
        help="Instead of a number, or beside it: Twilio then chooses among the numbers of the service.",
    )
    api_base: str = twilio.api_base_setting()

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        twilio.check_settings(self)
        if not re.fullmatch(r"[0-9]{3,6}", self.number):  # a short code of the company's own
            twilio.check_number(self, "number")
        if not re.fullmatch(r"(MG[0-9A-Za-z]{1,40})?", self.messaging_service):
            raise ConfigError("messaging_service", "begins with MG and has letters and digits only.")
        if not (self.number or self.messaging_service):
            raise ConfigError("number", "is required, unless a messaging service is given.")


class Sms(Adapter):
    """One number, or one messaging service, of a Twilio account."""

    kind = "sms"
    label = "SMS"
    Config = Config
    capabilities = Capabilities(
        max_length=twilio_messages.LONGEST,
        receipts=frozenset({"sent", "delivered"}),
        starts=True,
    )
    kept_headers = (twilio_hooks.QUERY,)
    namespaces = ("phone",)
    rate = (10.0, 20)  # carriers take fewer from one number; Twilio queues the rest
    polls_every = timedelta(minutes=10)
    icon = "i-ch-sms"
    sentences = (
        *twilio.SENTENCES,
        "Its text messages do not come here yet: register our address.",
    )
    guide = (
        "In Twilio's console copy the account SID and the auth token.",
        "Buy or choose a number that can send and receive text messages, and write it here with + and the country.",
        "Save, then press Register our address with the network: Twilio then calls us about this number.",
        "With a messaging service: open it in Twilio's console, Integration, “Send a webhook”, and paste the hook address.",
        "Press Test, then send a text message to the number.",
    )

    def verify(self, account: Account, request: HookRequest) -> None:
        twilio_hooks.check_delivery(account, request)

    def subscribe(self, account: Account, hook_url: str) -> str:
        return sending.call_here(account, hook_url)

    def acknowledge(self, account: Account, request: HookRequest) -> HookAnswer | None:
        """Twilio reads every answer to a message as commands: an empty one says nothing to the customer."""
        return twilio_hooks.NOTHING

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        return parsing.read_delivery(raw)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.send(account, outgoing)

    def segments(self, text: str) -> int:
        return gsm.segments(text).count

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        """What hooks missed. Without a number nobody could tell our messages from others of the same account."""
        if account.config.number:
            yield from twilio_messages.sweep(account, cursor, sending.own_number(account))

    def interval(self, config: Any) -> timedelta | None:
        return self.polls_every if config.number else None

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        return twilio.fetch(account, remote, limit)

    def test(self, account: Account) -> str:
        return sending.test(account)


adapter = Sms()
