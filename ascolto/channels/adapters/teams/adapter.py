"""Microsoft Teams, for asking departments: as a bot, as an outgoing webhook, or one way. See docs/channels/teams.md."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ascolto.channels.adapters.teams import proof, sending
from ascolto.channels.adapters.teams.parsing import NAMESPACE, read_activity
from ascolto.channels.capabilities import Capabilities, Counting
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
    Outgoing,
    RawDelivery,
    Refused,
    Renewed,
    SendRefused,
    Sent,
    Unsupported,
    setting,
)
from ascolto.channels.reading import check_body, read_body, text_of
from ascolto.channels.vendors.rest import Rest

BOT, WEBHOOK, WORKFLOW = "bot", "outgoing webhook", "one way"
HOSTS = (
    "smba.trafficmanager.net smba.infra.gcc.teams.microsoft.com smba.infra.gov.teams.microsoft.us "
    "smba.infra.dod.teams.microsoft.us"
)
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s#]*)?")
_HOST = re.compile(r"(https?://)?[a-z0-9.-]+(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Config:
    """One of three ways: an app with a bot, an outgoing webhook of a team, or a Workflows address."""

    way: str = setting(
        "Way",
        default=BOT,
        choices=(BOT, WEBHOOK, WORKFLOW),
        help="A bot hears and answers in threads. An outgoing webhook hears a team. One way only writes.",
    )
    app_id: str = setting(
        "App ID of the bot",
        default="",
        example="4f1b2c3d-0000-0000-0000-000000000000",
        help="In the Azure portal on the bot's page, under Configuration: Microsoft App ID.",
    )
    app_password: str = setting(
        "Client secret of the bot", secret=True, default="", help="The value, not the ID of the secret."
    )
    tenant: str = setting(
        "Tenant",
        default="botframework.com",
        help="For a single-tenant bot the ID of your tenant; else leave it as it is.",
    )
    hook_secret: str = setting(
        "Security token of the outgoing webhook",
        secret=True,
        default="",
        help="Teams shows it once, when the webhook is made.",
    )
    workflow_url: str = setting(
        "Workflows address",
        secret=True,
        default="",
        help="Of the template “Post to a channel when a webhook request is received”. Whoever knows it can write there.",
    )
    received_text: str = setting(
        "What an outgoing webhook says at once",
        default="Received. Somebody will look into it.",
        advanced=True,
    )
    service_hosts: str = setting("Hosts of the service", default=HOSTS, advanced=True)
    login_base: str = setting("Sign-in address", default="https://login.microsoftonline.com", advanced=True)
    openid_url: str = setting(
        "Address of the keys",
        default="https://login.botframework.com/v1/.well-known/openidconfiguration",
        advanced=True,
    )
    signing_keys: str = setting(
        "Keys of the Bot Framework",
        default="",
        advanced=True,
        help="Fetched by itself, twice a day.",
    )

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        needed = {BOT: ("app_id", "app_password"), WEBHOOK: ("hook_secret",), WORKFLOW: ("workflow_url",)}
        for name in needed[self.way]:
            if not getattr(self, name):
                raise ConfigError(name, "is needed for this way.")
        if not re.fullmatch(r"[A-Za-z0-9-]{0,64}", self.app_id):
            raise ConfigError("app_id", "is letters, digits and hyphens, as the Azure portal shows it.")
        if not re.fullmatch(r"[A-Za-z0-9.-]{1,128}", self.tenant):
            raise ConfigError("tenant", "is the ID or the domain of a tenant.")
        for name in ("login_base", "openid_url", "workflow_url"):
            if getattr(self, name) and not _ADDRESS.fullmatch(getattr(self, name)):
                raise ConfigError(name, "is not a web address; write for example https://teams.example")
        for word in self.service_hosts.split():
            if not _HOST.fullmatch(word):
                raise ConfigError("service_hosts", f"{word!r} is no name of a host.")
        for name, read in (("hook_secret", proof.secret_bytes), ("signing_keys", proof.key_set)):
            try:
                read(getattr(self, name)) if getattr(self, name) else None
            except (ValueError, TypeError, KeyError) as error:
                raise ConfigError(name, "cannot be read: copy it again.") from error

    def known_hosts(self) -> tuple[str, ...]:
        """Hosts (over https) and whole origins that deliveries may name and answers may go to."""
        return tuple(self.service_hosts.lower().split())


class Teams(Adapter):
    """An app, or a webhook, in Microsoft Teams."""

    kind = "teams"
    label = "Microsoft Teams"
    Config = Config
    capabilities = Capabilities(
        audience="departments",
        max_length=sending.MAX_TEXT,
        counting=Counting.UTF16,
        threads=True,
        edits=True,
        reactions=True,
    )
    namespaces = (NAMESPACE,)
    rate = (1.0, 4)  # Teams takes about one a second in a conversation
    renews_every = timedelta(hours=12)  # Microsoft wants its keys looked at once a day
    icon = "i-ch-teams"
    guide = (
        "For a bot: in the Azure portal make an Azure Bot, and copy its App ID, a client secret and the tenant into this form.",
        "On the bot's page under Configuration paste the hook address as messaging endpoint.",
        "Under Channels add Microsoft Teams.",
        "In the Developer Portal of Teams make an app with this bot, for teams and for personal chats, and let an administrator allow it.",
        "Add the app to the team of each department, and write to it with @ and its name.",
        "For an outgoing webhook instead: in the team choose Manage team, Apps, Create an outgoing webhook; paste the hook address there.",
        "To write one way only: in the channel choose Workflows, “Post to a channel when a webhook request is received”; copy its address.",
        "Press Test the connection.",
    )

    sentences = sending.SENTENCES

    def capabilities_with(self, settings: Mapping[str, str]) -> Capabilities:
        """A webhook answers only through a Workflows address, which hears nothing."""
        way = settings.get("way") or BOT
        if way == WORKFLOW:
            return Capabilities(
                audience="departments",
                max_length=sending.MAX_TEXT,
                counting=Counting.UTF16,
                starts=True,
                listens=False,
            )
        return self.capabilities

    def verify(self, account: Account, request: HookRequest) -> None:
        config: Config = account.config
        if config.way == BOT:
            proof.check_token(config.app_id, config.signing_keys, config.known_hosts(), request)
        elif config.way == WEBHOOK:
            proof.check_seal(config.hook_secret, request)
        else:
            raise Refused("This inbox only writes: it takes no deliveries.")
        check_body(request.body)

    def acknowledge(self, account: Account, request: HookRequest) -> HookAnswer | None:
        """An outgoing webhook shows the answer to its request in the channel."""
        config: Config = account.config
        if config.way != WEBHOOK:
            return None
        said = json.dumps({"type": "message", "text": config.received_text}).encode()
        return HookAnswer(body=said, content_type="application/json")

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            return read_activity(read_body(raw.body), raw.received_at)
        except Malformed as error:
            return [Unsupported(what=str(error))]

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        config: Config = account.config
        if config.way == BOT:
            return sending.answer(config, outgoing, trusted=account.trusted)
        if not config.workflow_url:
            reason = (
                "An outgoing webhook has no way back: write a Workflows address in the settings of the inbox."
            )
            raise SendRefused(Failure(ErrorClass.CONFIG, reason, of_message=True))
        sending.check(outgoing)
        sending.post_card(config, outgoing.text, outgoing.author_name, trusted=account.trusted)
        return Sent((f"card:{outgoing.tracker}",))

    def renew(self, account: Account) -> Renewed | None:
        """The keys with which the Bot Framework signs."""
        config: Config = account.config
        if config.way != BOT:
            return None
        return Renewed(values={"signing_keys": self._published_keys(account)})

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        config: Config = account.config
        url, service_url = text_of(remote.get("url"), 4000), text_of(remote.get("service_url"), 500)
        known = config.known_hosts()
        origin = "/".join(url.split("/")[:3])
        if (
            config.way == BOT
            and proof.is_known_connector(origin, known)
            and proof.is_known_connector(service_url, known)
        ):
            token = sending.access_token(config, trusted=account.trusted)
            service = Rest(
                origin, {"authorization": f"Bearer {token}"}, sending.judge, (token,), account.trusted
            )
            return service.download(url, limit)
        return Rest(url, {}, sending.judge, trusted=False).download(url, limit)

    def test(self, account: Account) -> str:
        config: Config = account.config
        if config.way == WEBHOOK and not config.workflow_url:
            return "Ready to listen. Without a Workflows address this inbox cannot answer."
        if config.way != BOT:
            text = "This is a test of the connection."
            sending.post_card(config, text, "Ascolto", trusted=account.trusted, repeatable=True)
            return "A test message was handed to Teams: look into the channel."
        sending.forget_token(config)
        sending.access_token(config, trusted=account.trusted)
        count = len(proof.key_set(self._published_keys(account)).keys)
        return f"Microsoft knows the app, and publishes {count} keys for its messages."

    def _published_keys(self, account: Account) -> str:
        """The keys as they are published now, as a setting. Raises SendRefused."""
        network = Rest(account.config.openid_url, {}, trusted=account.trusted)
        about = network.json("GET", account.config.openid_url, repeatable=True)
        address = text_of(about.get("jwks_uri"), 500)
        if not address.startswith(("https://", "http://")) or (
            address.startswith("http://") and not network.is_own(address)
        ):
            raise SendRefused(network.nonsense(repeatable=True))
        keys = proof.kept_keys(network.json("GET", address, repeatable=True))
        if not keys:
            raise SendRefused(Failure(ErrorClass.RETRY, "Microsoft published no keys for Teams."))
        return keys


adapter = Teams()
