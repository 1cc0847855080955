"""WhatsApp Cloud API (Meta). See docs/channels/whatsapp.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ascolto.channels.adapters.whatsapp import (
    account_news,
    buttons,
    errors,
    media,
    people,
    registering,
    sending,
    templates,
)
from ascolto.channels.adapters.whatsapp.parsing import read_delivery
from ascolto.channels.capabilities import Attachments, Capabilities
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ConfigError,
    HookAnswer,
    HookRequest,
    Inbound,
    Malformed,
    Outgoing,
    RawDelivery,
    Sent,
    Unsupported,
    setting,
)
from ascolto.channels.reading import check_body, read_body, text_of
from ascolto.channels.templates import TemplateSheet
from ascolto.channels.vendors import meta, meta_settings
from ascolto.channels.vendors.meta_graph import Graph


@dataclass(frozen=True, slots=True)
class Config:
    """What Meta's app dashboard shows, and the word that we choose for its handshake."""

    app_secret: str = setting(
        "App secret",
        secret=True,
        help="In Meta's app dashboard under App settings, Basic. It proves that a delivery comes from Meta.",
    )
    verify_token: str = setting(
        "Verify token",
        secret=True,
        help="Any word of yours. Write the same one in Meta's dashboard beside the hook address.",
    )
    access_token: str = setting(
        "Access token",
        secret=True,
        help="A permanent token of a system user with whatsapp_business_messaging.",
    )
    phone_number_id: str = setting(
        "Phone number ID",
        example="106540352242922",
        help="Not the number itself: the ID that the dashboard shows below it.",
    )
    waba_id: str = setting(
        "WhatsApp Business account ID",
        default="",
        example="102290129340398",
        help="Needed to list your approved templates.",
    )
    api_base: str = setting(
        "API address",
        default=meta.GRAPH,
        advanced=True,
        help="Another address than Meta's: a gateway or a stand-in.",
    )
    api_version: str = setting("API version", default=meta.VERSION, advanced=True)

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        meta_settings.check_id("phone_number_id", self.phone_number_id)
        if not re.fullmatch(r"[0-9]{0,40}", self.waba_id):
            raise ConfigError("waba_id", "is a number without spaces or +, as Meta's dashboard shows it.")
        meta_settings.check_access(self.access_token, self.api_base, self.api_version)


class WhatsApp(Adapter):
    """One number of a WhatsApp Business account."""

    kind = "whatsapp"
    label = "WhatsApp"
    Config = Config
    capabilities = Capabilities(
        quotes=True,
        marks="stars",
        max_length=sending.MAX_TEXT,
        reply_window=timedelta(hours=24),
        choices=buttons.CHOICES,
        templates=True,
        attachments=Attachments(max_count=10, max_bytes=media.LIMITS),
        receipts=frozenset({"sent", "delivered", "read"}),
        edits=True,
        reactions=True,
        starts=True,
    )
    namespaces = ("phone", people.USER_ID)
    rate = (60.0, 60)  # WhatsApp takes 80 a second of a number; other tools of the company may use it too
    icon = "i-ch-whatsapp"
    sentences = account_news.SENTENCES
    guide = (
        "In Meta's app dashboard copy the app secret from App settings, Basic.",
        "In Business settings make a system user, give it your WhatsApp account and your app, and create a token without an end.",
        "Under WhatsApp, API setup, copy the phone number ID and the WhatsApp Business account ID, not the number itself.",
        "Invent a verify token: any word of yours. Connect the inbox.",
        "Under WhatsApp, Configuration, write the hook address and the verify token that this inbox shows, and subscribe to messages.",
        "Several numbers, or another tool on the app's address? Register our address with the network: this number then calls us.",
        "Press Test: it names the number it found.",
    )

    def handshake(self, account: Account, request: HookRequest) -> HookAnswer:
        return meta.answer_handshake(account.config.verify_token, request)

    def verify(self, account: Account, request: HookRequest) -> None:
        meta.check_signature(account.config.app_secret, request)
        check_body(request.body)

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            document = read_body(raw.body)
        except Malformed as error:
            return [Unsupported(what=str(error))]
        return read_delivery(document, raw.received_at, account.config.phone_number_id)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.send(self._graph(account), account, outgoing)

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        return media.fetch(self._graph(account), remote, limit)

    def list_templates(self, account: Account) -> list[TemplateSheet]:
        """The templates of the account; none without the id of its business account. Raises SendRefused."""
        waba_id = account.config.waba_id
        return templates.list_templates(self._graph(account), waba_id) if waba_id else []

    def subscribe(self, account: Account, hook_url: str) -> str:
        config: Config = account.config
        return registering.register(
            self._graph(account), config.phone_number_id, config.waba_id, hook_url, config.verify_token
        )

    def test(self, account: Account) -> str:
        graph = self._graph(account)
        params = {"fields": "display_phone_number,verified_name,quality_rating"}
        number = graph.get(account.config.phone_number_id, params=params)
        found = text_of(number.get("display_phone_number"), 40) or account.config.phone_number_id
        name = text_of(number.get("verified_name"), 200)
        told = f"Connected to {found}" + (f", {name}." if name else ".")
        if account.config.waba_id:
            approved = [sheet for sheet in self.list_templates(account) if sheet.is_approved]
            told += f" {len(approved)} approved templates."
        return told

    def _graph(self, account: Account) -> Graph:
        config: Config = account.config
        return Graph(
            config.api_base,
            config.api_version,
            config.access_token,
            errors.MEANINGS,
            trusted=account.trusted,
        )


adapter = WhatsApp()
