"""Calls of an Asterisk of your own, by way of the listener beside it (`listener.py`). See docs/channels/asterisk.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ascolto.channels.adapters.asterisk import ari, parsing, wire
from ascolto.channels.capabilities import Capabilities
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ConfigError,
    ErrorClass,
    Failure,
    HookAnswer,
    HookRequest,
    Inbound,
    Outgoing,
    Polled,
    RawDelivery,
    SendRefused,
    Sent,
    setting,
)
from ascolto.channels.reading import check_body, read_body
from ascolto.channels.vendors import calls, ivr_settings
from ascolto.kit.clock import now


@dataclass(frozen=True, slots=True)
class Config:
    """The word shared with the listener, what callers hear, and where recordings are."""

    secret: str = setting(
        "Listener secret",
        secret=True,
        help="Any long word of yours. The listener beside Asterisk gets the same one and signs with it.",
    )
    company: str = ivr_settings.company()
    languages: str = ivr_settings.languages()
    needs: str = ivr_settings.needs()
    agents: str = setting(
        "Agents' extension",
        default="",
        example="PJSIP/desk",
        help="What Dial of the dialplan rings when a caller wants a person, in opening hours.",
    )
    ring_seconds: int = ivr_settings.ring_seconds()
    hours: str = ivr_settings.hours()
    timezone: str = ivr_settings.timezone()
    callback_within_minutes: int = ivr_settings.callback_within_minutes()
    country: str = setting(
        "Country of your numbers",
        default="IT",
        example="IT",
        help="Two letters. Callers' numbers that come without a country are of this one.",
    )
    transcribes: bool = setting(
        "Transcripts come",
        default=False,
        help="A program of yours posts them to the hook address, as the documentation says.",
    )
    ari_url: str = setting(
        "ARI address",
        default="",
        example="http://pbx.example.com:8088/ari",
        help="Asterisk's REST interface. Recordings are fetched there; without it they stay where they are.",
    )
    ari_user: str = setting("ARI user", default="")
    ari_password: str = setting("ARI password", default="", secret=True)

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        ivr_settings.check(self)
        if len(self.secret) < 16:
            raise ConfigError("secret", "is too short: take 16 characters or more.")
        if not re.fullmatch(r"([A-Za-z0-9]{1,20}/[A-Za-z0-9@_.+-]{1,80})?", self.agents):
            raise ConfigError("agents", "is not a channel; write for example PJSIP/desk")
        if not re.fullmatch(r"[A-Z]{2}", self.country):
            raise ConfigError("country", "has two capital letters, such as IT.")
        if self.ari_url and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", self.ari_url):
            raise ConfigError(
                "ari_url", "is not a web address; write for example http://pbx.example.com:8088/ari"
            )


class Asterisk(Adapter):
    """One telephone system with our listener beside it."""

    kind = "asterisk"
    label = "Asterisk"
    Config = Config
    capabilities = Capabilities(voice=True, answers=False)
    polls_every = timedelta(minutes=10)
    icon = "i-ch-phone"
    sentences = (
        *ivr_settings.SENTENCES,
        "A call is answered by calling back on %(number)s.",
        "Connected to Asterisk %(version)s.",
    )
    guide = (
        "Invent a long secret, and say which languages you speak, what people call about and when you are there.",
        "Save. The page then shows the hook address of this inbox.",
        "On the machine of your Asterisk install Ascolto, and start the listener with the hook address and the secret: "
        "python -m ascolto.channels.adapters.asterisk.listener",
        "Record the sound files that the documentation lists, for each language.",
        "In the dialplan answer the call and add: AGI(agi://127.0.0.1:4573)",
        "For recordings switch on ARI in ari.conf and http.conf, and write its address, user and password here.",
        "Press Test, then call the number.",
    )

    def verify(self, account: Account, request: HookRequest) -> None:
        wire.check(account.config.secret, request.headers, request.body, now())
        check_body(request.body)

    def acknowledge(self, account: Account, request: HookRequest) -> HookAnswer | None:
        """What the caller hears next; nothing for what is only told."""
        told, moment = read_body(request.body), now()
        line = parsing.line_of(account)
        heard = parsing.call_heard(line, told, moment)
        led = calls.ask_dialogue(account.dialogue, heard) if heard is not None else None
        if told.get("event") != "turn":
            return None
        call, turn = parsing.turn_of(line, told, moment)
        document = (
            wire.document_of(line, turn, call.id) if led is None else wire.flow_document(line, led, call.id)
        )
        body = json.dumps(document).encode()
        return HookAnswer(body=body, content_type="application/json")

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        return parsing.read_delivery(account, raw)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        """A call is answered by calling back. Raises SendRefused."""
        to = next((handle.value for handle in outgoing.recipient if handle.namespace == "phone"), "")
        words = "A call is answered by calling back" + (f" on {to}." if to else ".")
        raise SendRefused(Failure(ErrorClass.CONFIG, words, of_message=True))

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        """Recordings of which the listener's word got lost. Raises SendRefused."""
        if account.config.ari_url:
            yield from ari.sweep(account, cursor)

    def interval(self, config: Any) -> timedelta | None:
        return self.polls_every if config.ari_url else None

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        return ari.fetch(account, remote, limit)

    def test(self, account: Account) -> str:
        return ari.test(account)


adapter = Asterisk()
