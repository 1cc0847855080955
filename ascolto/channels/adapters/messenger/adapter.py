"""Messenger: private messages to a Facebook page (Meta). See docs/channels/messenger.md."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.capabilities import Attachments, Capabilities, Counting
from ascolto.channels.protocol import Account, Handle, Inbound, Outgoing, Polled, Sent, Unsupported
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors import (
    meta,
    meta_conversations,
    meta_messaging,
    meta_sending,
    meta_settings,
    meta_subscriptions,
    meta_talk,
)
from ascolto.channels.vendors.meta_adapter import Entry, MetaAdapter
from ascolto.channels.vendors.meta_graph import Graph

MAX_TEXT = 2000
FILES = Attachments(max_count=10, max_bytes={"*": 25 * meta_sending.MIB})
SUBSCRIBED = (
    *("messages", "message_echoes", "message_edits", "message_reactions", "message_reads"),
    *("message_deliveries", "messaging_postbacks", "messaging_referrals", "messaging_optins"),
    *("messaging_handovers", "messaging_policy_enforcement", "standby"),
)


@dataclass(frozen=True, slots=True)
class Config:
    """What Meta's app dashboard shows, and the word that we choose for its handshake."""

    app_secret: str = meta_settings.app_secret()
    verify_token: str = meta_settings.verify_token()
    access_token: str = meta_settings.setting(
        "Page access token",
        secret=True,
        help="A token of the page without an end, with pages_messaging and pages_manage_metadata.",
    )
    page_id: str = meta_settings.page_id()
    human_agent: bool = meta_settings.human_agent()
    api_base: str = meta_settings.api_base()
    api_version: str = meta_settings.api_version()

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        meta_settings.check_id("page_id", self.page_id)
        meta_settings.check_access(self.access_token, self.api_base, self.api_version)


class Messenger(MetaAdapter):
    """The private messages of one Facebook page."""

    kind = "messenger"
    label = "Messenger"
    object_name = "page"
    Config = Config
    capabilities = Capabilities(
        quotes=True,
        max_length=MAX_TEXT,
        counting=Counting.CHARACTERS,
        reply_window=meta_sending.WINDOW,
        choices=meta_sending.QUICK_REPLIES,
        attachments=FILES,
        receipts=frozenset({"delivered", "read"}),
        edits=True,
        reactions=True,
    )
    namespaces = ("messenger",)
    rate = (20.0, 40)
    polls_every = timedelta(minutes=15)
    icon = "i-ch-messenger"
    sentences = meta_sending.SENTENCES
    guide = (
        "In Meta's app dashboard add the product Messenger to your app, and copy the app secret from App settings, Basic.",
        "Under Messenger, API setup, add your page and generate its access token. Copy the number of the page.",
        "Invent a verify token: any word of yours. Connect the inbox.",
        "Under Webhooks choose the object Page, and write the hook address and the verify token that this inbox shows.",
        "On the page of the inbox press Register our address with the network: the page then tells us of its messages. Press Test.",
    )

    def capabilities_with(self, settings: Mapping[str, str]) -> Capabilities:
        if not meta_settings.is_yes(str(settings.get("human_agent", ""))):
            return self.capabilities
        return dataclasses.replace(self.capabilities, human_window=meta_sending.HUMAN_WINDOW)

    def takes(self, entry: Entry) -> bool:
        return meta_messaging.has_messaging(entry)

    def read_entry(self, account: Account, entry: Entry, received_at: datetime) -> Iterator[Inbound]:
        own = account.config.page_id
        secret = account.config.app_secret
        yield from meta_messaging.read_entry(entry, "messenger", own, received_at, secret)
        at = meta_talk.moment(entry.get("time"), received_at)
        for change in objects_of(entry.get("changes")):
            field = text_of(change.get("field"), 60)
            if field in meta_messaging.FIELDS:
                talk = meta_talk.Talk("messenger", own, at, field == "standby", secret)
                yield from meta_messaging.read_element(object_of(change.get("value")), talk)
            else:
                yield Unsupported(what=f"{field or 'a change'}: connect Facebook for this page")

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return meta_sending.send(self._graph(account), line(account.config), outgoing)

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        own = account.config.page_id
        return meta_conversations.sweep(self._graph(account), own, own, "page", cursor)

    def who_is(self, account: Account, handle: Handle) -> str:
        if handle.namespace != "messenger" or not handle.value.isalnum():
            return ""
        return meta_conversations.name_of(self._graph(account), handle.value, "first_name,last_name,name")

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        return meta_sending.fetch_file(self._graph(account), remote, limit)

    def subscribe(self, account: Account, hook_url: str) -> str:
        return meta_subscriptions.subscribe(self._graph(account), account.config.page_id, SUBSCRIBED)

    def test(self, account: Account) -> str:
        page = self._graph(account).get(account.config.page_id, params={"fields": "id,name"})
        name = text_of(page.get("name"), 200) or account.config.page_id
        return f"Connected to {name}."

    def _graph(self, account: Account) -> Graph:
        config: Config = account.config
        return Graph(
            config.api_base or meta.GRAPH,
            config.api_version,
            config.access_token,
            meta_sending.DM_MEANINGS,
            trusted=account.trusted,
        )


def line(config: Config) -> meta_sending.Line:
    """How this page sends private messages."""
    return meta_sending.Line(
        name="Messenger",
        namespace="messenger",
        node=config.page_id,
        max_length=MAX_TEXT,
        counting=Counting.CHARACTERS,
        files=FILES,
        human_agent=config.human_agent,
        quotes=True,
        app_secret=config.app_secret,
    )


adapter = Messenger()
