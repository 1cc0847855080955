"""A Facebook page: comments, posts of visitors, mentions, recommendations (Meta). See docs/channels/facebook.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.facebook import feed, sending, sweeping
from ascolto.channels.capabilities import Capabilities, Counting, Limits
from ascolto.channels.protocol import (
    Account,
    ErrorClass,
    Failure,
    Handle,
    Inbound,
    Outgoing,
    Polled,
    SendRefused,
    Sent,
    Unsupported,
)
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors import (
    meta,
    meta_messaging,
    meta_sending,
    meta_settings,
    meta_subscriptions,
    meta_talk,
)
from ascolto.channels.vendors.meta_adapter import Entry, MetaAdapter
from ascolto.channels.vendors.meta_graph import Graph, Meanings

MAX_PRIVATE = 2000
SUBSCRIBED = ("feed", "mention", "ratings")


@dataclass(frozen=True, slots=True)
class Config:
    """What Meta's app dashboard shows, and the word that we choose for its handshake."""

    app_secret: str = meta_settings.app_secret()
    verify_token: str = meta_settings.verify_token()
    access_token: str = meta_settings.setting(
        "Page access token",
        secret=True,
        help="A token of the page without an end, with pages_manage_engagement, pages_read_engagement, "
        "pages_read_user_content, pages_messaging and pages_manage_metadata.",
    )
    page_id: str = meta_settings.page_id()
    api_base: str = meta_settings.api_base()
    api_version: str = meta_settings.api_version()

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        meta_settings.check_id("page_id", self.page_id)
        meta_settings.check_access(self.access_token, self.api_base, self.api_version)


class Facebook(MetaAdapter):
    """What everybody reads on one Facebook page."""

    kind = "facebook"
    label = "Facebook"
    object_name = "page"
    Config = Config
    capabilities = Capabilities(
        private=False,  # people write in public; what is private goes on in Messenger
        public=True,
        max_length=MAX_PRIVATE,
        public_limits=Limits(max_length=sending.MAX_TEXT, attachments=sending.PICTURES),
        private_reply="once",
        private_reply_window=meta_sending.PRIVATE_REPLY_WINDOW,
        moderates=frozenset({"hide", "show", "delete", "like"}),
        edits=True,
        reactions=True,
        reviews=True,
    )
    namespaces = ("facebook",)
    rate = (5.0, 10)
    polls_every = timedelta(minutes=15)
    icon = "i-ch-facebook"
    sentences = (
        *meta_sending.SENTENCES,
        "%(name)s is no picture: a comment takes JPEG, PNG or GIF.",
        "Facebook cannot %(verb)s a comment.",
    )
    guide = (
        "In Meta's app dashboard copy the app secret from App settings, Basic.",
        "In Business settings make a system user, give it your page and your app, and create a token of the page without an end.",
        "Invent a verify token: any word of yours. Connect the inbox.",
        "Under Webhooks choose the object Page, and write the hook address and the verify token that this inbox shows.",
        "On the page of the inbox press Register our address with the network: the page then tells us what is written on it. Press Test.",
        "Connect Messenger for the same page, so that people whom you answer in private can write back.",
    )

    def takes(self, entry: Entry) -> bool:
        fields = [text_of(change.get("field"), 60) for change in objects_of(entry.get("changes"))]
        return any(field not in meta_messaging.FIELDS for field in fields)

    def read_entry(self, account: Account, entry: Entry, received_at: datetime) -> Iterator[Inbound]:
        page = feed.Page(
            account.config.page_id, meta_talk.moment(entry.get("time"), received_at), received_at
        )
        if "messaging" in entry or "standby" in entry:
            yield Unsupported(what="a Messenger message: connect Messenger for this page")
        for change in objects_of(entry.get("changes")):
            if text_of(change.get("field"), 60) in meta_messaging.FIELDS:
                yield Unsupported(what="a Messenger message: connect Messenger for this page")
            else:
                yield from feed.read_change(page, change)

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.publish(self._graph(account), outgoing)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        if not outgoing.from_public:
            reason = "On a page only what somebody wrote in public can be answered in private."
            raise SendRefused(Failure(ErrorClass.CONFIG, reason, of_message=True))
        graph = self._graph(account, meta_sending.DM_MEANINGS)
        target = sending.private_target(outgoing)
        return meta_sending.send(graph, _private_line(account.config), outgoing, comment=target)

    def moderate(self, account: Account, verb: str, external_id: str, extra: Mapping[str, Any]) -> None:
        sending.moderate(self._graph(account), verb, external_id)

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        return sweeping.sweep(self._graph(account), account.config.page_id, cursor)

    def who_is(self, account: Account, handle: Handle) -> str:
        """A hook may hide who wrote; the page itself may know."""
        kind, _, thing = handle.value.partition(":")
        if kind not in {"comment", "post", "mention"} or not thing:
            return ""
        found = self._graph(account).get(sending.known_id(thing), params={"fields": "from"})
        return text_of(object_of(found.get("from")).get("name"), 200).strip()

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        if look := text_of(remote.get("look"), 100):
            return self._words_of(account, look).encode()[:limit], "text/plain"
        return meta_sending.fetch_file(self._graph(account), remote, limit)

    def _words_of(self, account: Account, thing: str) -> str:
        """What a mention says, of which the hook told the ids only. Raises SendRefused."""
        params = {"fields": "message,from,permalink_url,created_time"}
        found = self._graph(account).get(sending.known_id(thing), params=params)
        author = text_of(object_of(found.get("from")).get("name"), 200)
        lines = (
            author,
            text_of(found.get("message"), feed.LONGEST),
            text_of(found.get("permalink_url"), 1000),
        )
        return "\n".join(line for line in lines if line)

    def subscribe(self, account: Account, hook_url: str) -> str:
        return meta_subscriptions.subscribe(self._graph(account), account.config.page_id, SUBSCRIBED)

    def test(self, account: Account) -> str:
        page = self._graph(account).get(account.config.page_id, params={"fields": "id,name"})
        name = text_of(page.get("name"), 200) or account.config.page_id
        return f"Connected to {name}."

    def _graph(self, account: Account, meanings: Meanings = meta_sending.PUBLIC_MEANINGS) -> Graph:
        config: Config = account.config
        return Graph(
            config.api_base or meta.GRAPH,
            config.api_version,
            config.access_token,
            meanings,
            trusted=account.trusted,
        )


def _private_line(config: Config) -> meta_sending.Line:
    """The one private message goes out by Messenger."""
    return meta_sending.Line(
        name="Messenger",
        namespace="messenger",
        node=config.page_id,
        max_length=MAX_PRIVATE,
        counting=Counting.CHARACTERS,
        files=None,
        app_secret=config.app_secret,
    )


adapter = Facebook()
