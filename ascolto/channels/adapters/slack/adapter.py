"""Slack, for asking departments: one thread is one conversation. See docs/channels/slack.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from ascolto.channels.adapters.slack import errors, sending, sweeping
from ascolto.channels.adapters.slack.parsing import LONGEST, NAMESPACE, Ear, read_delivery
from ascolto.channels.adapters.slack.signature import check_shape, check_signature, is_form, read_form
from ascolto.channels.capabilities import Attachments, Capabilities
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ConfigError,
    ErrorClass,
    Failure,
    HookAnswer,
    HookRequest,
    Inbound,
    Malformed,
    OAuth,
    Outgoing,
    Polled,
    RawDelivery,
    Renewed,
    SendRefused,
    Sent,
    Unsupported,
    setting,
)
from ascolto.channels.reading import object_of, read_body, text_of
from ascolto.channels.vendors import oauth
from ascolto.channels.vendors.rest import Rest

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "reactions:read",
)
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_ID = re.compile(r"[A-Z0-9]{0,40}")


@dataclass(frozen=True, slots=True)
class Config:
    """What the page of a Slack app shows."""

    signing_secret: str = setting(
        "Signing secret",
        secret=True,
        help="On the app's page under Basic Information. It proves that a delivery comes from Slack.",
    )
    bot_token: str = setting(
        "Bot token", secret=True, example="xoxb-…", help="Lets the app write and fetch files."
    )
    client_id: str = setting(
        "Client ID", default="", help="Under Basic Information; only to connect by signing in."
    )
    client_secret: str = setting("Client secret", secret=True, default="")
    channels: str = setting(
        "Channels",
        default="",
        example="C024BE91L C0G9QF9GZ",
        help="IDs of the channels that are read, with spaces between. Empty: every channel that the app is in.",
    )
    refresh_token: str = setting("Refresh token", secret=True, default="")
    team_id: str = setting("Workspace ID", default="", advanced=True)
    bot_user_id: str = setting("User ID of the app", default="", advanced=True)
    app_id: str = setting("App ID", default="", advanced=True)
    api_base: str = setting("API address", default="https://slack.com/api", advanced=True)
    site: str = setting("Sign-in address", default="https://slack.com", advanced=True)

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        for name in ("api_base", "site"):
            if not _ADDRESS.fullmatch(getattr(self, name)):
                raise ConfigError(name, "is not a web address; write for example https://slack.com")
        for name in ("team_id", "bot_user_id", "app_id"):
            if not _ID.fullmatch(getattr(self, name)):
                raise ConfigError(name, "is capital letters and digits, as Slack shows it.")
        for word in self.channels.replace(",", " ").split():
            if not re.fullmatch(r"[CGD][A-Z0-9]{2,39}", word):
                raise ConfigError(
                    "channels", f"{word!r} is no ID of a channel: Slack shows it below the channel's details."
                )

    def read_channels(self) -> frozenset[str]:
        """The channels that are read; empty for all."""
        return frozenset(self.channels.replace(",", " ").split())


class Slack(Adapter):
    """One Slack app in one workspace."""

    kind = "slack"
    label = "Slack"
    Config = Config
    capabilities = Capabilities(
        marks="stars",
        audience="departments",
        max_length=LONGEST,
        attachments=Attachments(max_count=10, max_bytes={"*": sending.LARGEST}),
        threads=True,
        edits=True,
        reactions=True,
        starts=True,
    )
    namespaces = (NAMESPACE,)
    rate = (1.0, 3)  # Slack takes one message a second and channel, and short bursts
    polls_every = timedelta(minutes=15)
    renews_every = timedelta(hours=6)  # rotating tokens last twelve
    icon = "i-ch-slack"
    guide = (
        "At api.slack.com/apps choose Create New App, From scratch, and your workspace.",
        "Under OAuth & Permissions add the redirect address, and the bot token scopes that the documentation lists.",
        "Under Basic Information copy the signing secret, the client ID and the client secret into this form.",
        "Sign in at Slack with this form, or install the app there and paste the bot token.",
        "Under Event Subscriptions switch events on and paste the hook address; Slack checks it at once.",
        "Subscribe to the bot events message.channels, message.groups, message.im, app_mention, reaction_added and reaction_removed.",
        "Under Interactivity & Shortcuts paste the same hook address.",
        "Invite the app into every channel that it shall read: /invite @ and its name. It hears everything written there.",
        "Press Test the connection.",
    )
    sentences = errors.SENTENCES
    oauth = OAuth(
        authorize_url="{site}/oauth/v2/authorize",
        token_url="{api_base}/oauth.v2.access",  # noqa: S106 - an address
        scopes=SCOPES,
        scope_separator=",",
        pkce=False,  # Slack has it only for apps without a secret
        stores={
            "access_token": "bot_token",
            "refresh_token": "refresh_token",
            "team.id": "team_id",
            "bot_user_id": "bot_user_id",
            "app_id": "app_id",
        },
    )

    def verify(self, account: Account, request: HookRequest) -> None:
        check_signature(account.config.signing_secret, request)
        check_shape(request.body)

    def acknowledge(self, account: Account, request: HookRequest) -> HookAnswer | None:
        """Slack asks once whether the address is ours."""
        if is_form(request.body):
            return None
        document = read_body(request.body)
        if document.get("type") != "url_verification":
            return None
        challenge = text_of(document.get("challenge"), 1000)
        return HookAnswer(body=challenge.encode(), stores=False)

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            document = object_of(read_form(raw.body)) if is_form(raw.body) else read_body(raw.body)
        except Malformed as error:
            return [Unsupported(what=str(error))]
        config: Config = account.config
        return read_delivery(
            document, Ear(raw.received_at, config.read_channels(), config.bot_user_id, config.app_id)
        )

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.send(self._slack(account), outgoing)

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        return sweeping.sweep(self._slack(account), account.config.read_channels(), cursor)

    def renew(self, account: Account) -> Renewed | None:
        """Only apps with token rotation have a refresh token."""
        values = oauth.values_of(account.config)
        return oauth.refresh(self.oauth, values, account.config.refresh_token, trusted=account.trusted)

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        slack = self._slack(account)
        url = text_of(remote.get("url"), 2000)
        if not url:
            told = slack.get("files.info", {"file": text_of(remote.get("id"), 60)}).json_object() or {}
            file = object_of(told.get("file"))
            url = text_of(file.get("url_private_download"), 2000) or text_of(file.get("url_private"), 2000)
        if not url.startswith(("https://", "http://")):
            raise SendRefused(Failure(ErrorClass.CONTENT, "The file is not there any more."))
        headers = slack.headers if _is_slack(url) else {}
        content, content_type = slack.download(url, limit, headers=headers)
        if content_type == "text/html" and content[:200].lstrip().lower().startswith(b"<!doctype html"):
            raise SendRefused(Failure(ErrorClass.REAUTH, "Slack shows a sign-in page instead of the file."))
        return content, content_type

    def test(self, account: Account) -> str:
        answer = self._slack(account).ask("POST", "auth.test", repeatable=True)
        found = answer.json_object() or {}
        team, user = text_of(found.get("team"), 100), text_of(found.get("user"), 100)
        granted = {word.strip() for word in answer.headers.get("x-oauth-scopes", "").split(",")} - {""}
        missing = [scope for scope in SCOPES if granted and scope not in granted]
        if missing:
            reason = f"The token lacks a permission: {', '.join(missing)}."
            raise SendRefused(Failure(ErrorClass.CONFIG, reason))
        return f"Connected to {team or 'Slack'} as {user or 'the app'}."

    def _slack(self, account: Account) -> Rest:
        config: Config = account.config
        headers = {"authorization": f"Bearer {config.bot_token}"}
        return Rest(config.api_base, headers, errors.judge, (config.bot_token,), trusted=account.trusted)


def _is_slack(url: str) -> bool:
    """Whether an address is Slack's own, so that it may see our token."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))


adapter = Slack()
