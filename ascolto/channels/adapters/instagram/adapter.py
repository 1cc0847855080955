"""Instagram: comments, mentions and direct messages, by either login (Meta). See docs/channels/instagram.md."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.instagram import comments, sending, sweeping
from ascolto.channels.capabilities import Attachments, Capabilities, Counting, Limits
from ascolto.channels.protocol import (
    Account,
    ErrorClass,
    Handle,
    Inbound,
    Outgoing,
    Polled,
    Renewed,
    SendRefused,
    Sent,
)
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
from ascolto.channels.vendors.meta_graph import Graph, Meanings
from ascolto.kit.clock import now

MAX_BYTES = 1000
_MIB = meta_sending.MIB
_PICTURES = ("image/jpeg", "image/png", "image/gif")
_OTHERS = (
    *("video/mp4", "video/ogg", "video/quicktime", "video/webm", "video/x-msvideo", "application/pdf"),
    *("audio/aac", "audio/mp4", "audio/x-m4a", "audio/wav", "audio/x-wav"),
)
FILES = Attachments(
    max_count=10,
    max_bytes={**dict.fromkeys(_PICTURES, 8 * _MIB), **dict.fromkeys(_OTHERS, 25 * _MIB)},
)
SUBSCRIBED = {
    # by the login: of the account itself, or of the page that stands for it
    "instagram": (
        *("comments", "live_comments", "mentions", "messages", "message_reactions", "message_edit"),
        *("messaging_postbacks", "messaging_referral", "messaging_seen", "messaging_handover", "standby"),
    ),
    "facebook": ("messages",),
}


@dataclass(frozen=True, slots=True)
class Config:
    """What Meta's app dashboard shows, and the word that we choose for its handshake."""

    app_secret: str = meta_settings.setting(
        "App secret",
        secret=True,
        help="With the Facebook login: App settings, Basic. With the Instagram login: the Instagram app secret. "
        "It proves that a delivery comes from Meta.",
    )
    verify_token: str = meta_settings.verify_token()
    access_token: str = meta_settings.setting(
        "Access token",
        secret=True,
        help="With the Facebook login: a token of the linked page without an end. With the Instagram login: the token of the "
        "account; it lives 60 days and is renewed by itself.",
    )
    instagram_id: str = meta_settings.setting(
        "Instagram account ID",
        example="17841405822304914",
        help="The number of the professional account, not its name.",
    )
    login: str = meta_settings.setting(
        "Login",
        default="facebook",
        choices=("facebook", "instagram"),
        help="How the app was connected: through the Facebook page that is linked to the account, or with Instagram itself.",
    )
    username: str = meta_settings.setting(
        "Account name",
        default="",
        example="telvia",
        help="The name after the @. What colleagues write in the Instagram app is then known as yours.",
    )
    human_agent: bool = meta_settings.human_agent()
    api_base: str = meta_settings.api_base("")
    api_version: str = meta_settings.api_version()

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        meta_settings.check_id("instagram_id", self.instagram_id)
        meta_settings.check_access(self.access_token, self.api_base, self.api_version)


class Instagram(MetaAdapter):
    """One professional account on Instagram."""

    kind = "instagram"
    id_setting = "instagram_id"
    label = "Instagram"
    object_name = "instagram"
    Config = Config
    capabilities = Capabilities(
        public=True,
        max_length=MAX_BYTES,
        counting=Counting.BYTES,
        reply_window=meta_sending.WINDOW,
        choices=meta_sending.QUICK_REPLIES,
        attachments=FILES,
        public_limits=Limits(max_length=sending.MAX_TEXT),
        private_reply="once",
        private_reply_window=meta_sending.PRIVATE_REPLY_WINDOW,
        moderates=frozenset({"hide", "show", "delete"}),
        receipts=frozenset({"read"}),
        edits=True,
        reactions=True,
    )
    namespaces = ("instagram",)
    rate = (10.0, 20)
    polls_every = timedelta(minutes=15)
    renews_every = timedelta(days=1)
    icon = "i-ch-instagram"
    sentences = (
        *meta_sending.SENTENCES,
        "The text has %(count)s characters; a comment on Instagram takes %(limit)s.",
        "The text has %(count)s hashtags; a comment on Instagram takes %(limit)s.",
        "The text has %(count)s links; a comment on Instagram takes %(limit)s.",
        "Instagram cannot %(verb)s a comment.",
        "Connected to @%(name)s.",
    )
    guide = (
        "Make the Instagram account a professional one, and allow access to messages in its settings under Messages and story replies.",
        "In Meta's app dashboard add Instagram to your app. Choose the login: through the linked Facebook page, or with Instagram.",
        "Copy the app secret of that login, make an access token, and copy the number of the account.",
        "Invent a verify token: any word of yours. Connect the inbox.",
        "Under Webhooks choose the object Instagram, write the hook address and the verify token that this inbox shows, and "
        "subscribe to comments, live comments, mentions and everything about messages.",
        "On the page of the inbox press Register our address with the network, then Test.",
    )

    def capabilities_with(self, settings: Mapping[str, str]) -> Capabilities:
        sheet = self.capabilities
        if meta_settings.is_yes(str(settings.get("human_agent", ""))):
            sheet = dataclasses.replace(sheet, human_window=meta_sending.HUMAN_WINDOW)
        if settings.get("login") == "instagram":
            sheet = dataclasses.replace(sheet, attachments=None)
        return sheet

    def takes(self, entry: Entry) -> bool:
        return True

    def read_entry(self, account: Account, entry: Entry, received_at: datetime) -> Iterator[Inbound]:
        own = account.config.instagram_id
        yield from meta_messaging.read_entry(entry, "instagram", own, received_at)
        at = meta_talk.moment(entry.get("time"), received_at)
        profile = comments.Profile(own, account.config.username.strip().lstrip("@"), at)
        for change in objects_of(entry.get("changes")):
            field = text_of(change.get("field"), 60)
            if field in meta_messaging.FIELDS:
                talk = meta_talk.Talk("instagram", own, at, standby=field == "standby")
                yield from meta_messaging.read_element(object_of(change.get("value")), talk)
            else:
                yield from comments.read_change(profile, change)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        graph, way = self._graph(account, meta_sending.DM_MEANINGS), _line(account.config)
        comment = sending.private_target(outgoing) if outgoing.from_public else None
        return meta_sending.send(graph, way, outgoing, comment=comment)

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.publish(self._graph(account), account.config.instagram_id, outgoing)

    def moderate(self, account: Account, verb: str, external_id: str, extra: Mapping[str, Any]) -> None:
        sending.moderate(self._graph(account), verb, external_id)

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        return sweeping.sweep(self._graph(account), account.config.instagram_id, cursor)

    def who_is(self, account: Account, handle: Handle) -> str:
        if handle.namespace != "instagram":
            return ""
        if not handle.proven or ":" in handle.value:
            return sending.author_of(self._graph(account), account.config.instagram_id, handle.value)
        if not handle.value.isalnum():
            return ""
        return meta_conversations.name_of(self._graph(account), handle.value, "name,username")

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        graph = self._graph(account)
        if "look" in remote:
            words = sending.words_of(graph, account.config.instagram_id, remote)
            return words.encode()[:limit], "text/plain"
        return meta_sending.fetch_file(graph, remote, limit)

    def subscribe(self, account: Account, hook_url: str) -> str:
        fields = SUBSCRIBED[account.config.login]
        return meta_subscriptions.subscribe(self._graph(account), "me", fields)

    def renew(self, account: Account) -> Renewed | None:
        """The token of the Instagram login lives 60 days, and a day after it was made it may be exchanged for a new one."""
        if account.config.login != "instagram":
            return None
        graph = self._graph(account)
        params = {"grant_type": "ig_refresh_token", "access_token": account.config.access_token}
        try:
            answer = graph.ask_whole(f"{_base(account.config)}/refresh_access_token", params)
        except SendRefused as refusal:
            if refusal.failure.error in {ErrorClass.CONTENT, ErrorClass.CONFIG}:
                return None  # younger than a day: nothing is due
            raise
        token, lasts = text_of(answer.get("access_token"), 2000).strip(), answer.get("expires_in")
        if not token:
            raise SendRefused(graph.nonsense(repeatable=True))
        known = isinstance(lasts, int) and 0 < lasts < 10**9
        ends = now() + timedelta(seconds=lasts) if known and isinstance(lasts, int) else None
        return Renewed(values={"access_token": token}, expires_at=ends)

    def test(self, account: Account) -> str:
        found = self._graph(account).get(account.config.instagram_id, params={"fields": "id,username"})
        return f"Connected to @{text_of(found.get('username'), 100) or account.config.instagram_id}."

    def _graph(self, account: Account, meanings: Meanings = meta_sending.PUBLIC_MEANINGS) -> Graph:
        config: Config = account.config
        return Graph(
            _base(config), config.api_version, config.access_token, meanings, trusted=account.trusted
        )


def _base(config: Config) -> str:
    usual = meta.INSTAGRAM if config.login == "instagram" else meta.GRAPH
    return (config.api_base or usual).rstrip("/")


def _line(config: Config) -> meta_sending.Line:
    """How this account sends private messages."""
    by_page = config.login == "facebook"
    return meta_sending.Line(
        name="Instagram",
        namespace="instagram",
        node="me",
        max_length=MAX_BYTES,
        counting=Counting.BYTES,
        files=FILES if by_page else None,
        human_agent=config.human_agent,
        platform="instagram",
        says_response=by_page,
    )


adapter = Instagram()
