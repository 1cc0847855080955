"""Reviews in Apple's App Store. See docs/channels/appstore.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.appstore import asking
from ascolto.channels.adapters.appstore.parsing import About, read_delivery
from ascolto.channels.capabilities import Capabilities, Limits
from ascolto.channels.protocol import Account, ConfigError, Inbound, Outgoing, Polled, Sent, setting
from ascolto.channels.vendors import googleauth, reviews

API = "https://api.appstoreconnect.apple.com"
FEED = "https://itunes.apple.com"


@dataclass(frozen=True, slots=True)
class Config:
    """Which app, and the key of App Store Connect that lets us answer."""

    app_id: str = setting(
        "App ID", example="1234567890", help="The number after id in the app's address in the App Store."
    )
    issuer_id: str = setting(
        "Issuer ID",
        default="",
        example="57246542-96fe-1a63-e053-0824d011072a",
        help="In App Store Connect under Users and Access, Integrations. A key of a single person has none.",
    )
    key_id: str = setting(
        "Key ID",
        default="",
        example="2X9R4HXF34",
        help="Without a key reviews are read from Apple's public feed, and not answered.",
    )
    private_key: str = setting(
        "Private key",
        secret=True,
        default="",
        help="The whole content of the .p8 file, which Apple gives once.",
    )
    countries: str = setting(
        "Countries",
        default="it",
        example="it de us",
        help="Without a key: whose App Stores are read, as two letters each.",
    )
    backfill_days: int = setting(
        "Days of history",
        default=30,
        help="How old a review may be to be imported when the inbox is connected.",
    )
    api_base: str = setting("API address", default=API, advanced=True)
    feed_base: str = setting("Feed address", default=FEED, advanced=True)

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        if not re.fullmatch(r"[0-9]{1,15}", self.app_id):
            raise ConfigError("app_id", "is a number, as in the app's address after id.")
        if not re.fullmatch(r"[A-Za-z0-9-]{0,64}", self.issuer_id):
            raise ConfigError("issuer_id", "is made of letters, digits and hyphens, as Apple shows it.")
        if not re.fullmatch(r"[A-Za-z0-9]{0,32}", self.key_id):
            raise ConfigError("key_id", "is made of letters and digits, as Apple shows it.")
        if bool(self.key_id) != bool(self.private_key):
            missing = "private_key" if self.key_id else "key_id"
            raise ConfigError(missing, "belongs to a key: both its ID and its file are needed.")
        if self.private_key:
            try:
                asking.bearer(self)
            except googleauth.UnusableKey as error:
                raise ConfigError("private_key", str(error)) from error
        elif not self.shops or not all(re.fullmatch(r"[a-z]{2}", shop) for shop in self.shops):
            raise ConfigError("countries", "are two letters each, such as it de us.")
        reviews.check_backfill(self.backfill_days)
        reviews.check_address("api_base", self.api_base, API)
        reviews.check_address("feed_base", self.feed_base, FEED)

    @property
    def shops(self) -> tuple[str, ...]:
        """The countries, each once."""
        return tuple(dict.fromkeys(self.countries.lower().replace(",", " ").split()))


class AppStore(reviews.ReviewAdapter):
    """The reviews of one app."""

    kind = "appstore"
    label = "App Store"
    Config = Config
    capabilities = Capabilities(
        private=False,
        public=True,
        max_length=asking.LONGEST_REPLY,
        public_limits=Limits(max_length=asking.LONGEST_REPLY),
        receipts=frozenset({"sent", "delivered"}),
        edits=True,
        reviews=True,
        idempotent=True,  # a reply overwrites the one before: the same once more changes nothing
    )
    rate = (1.0, 5)
    polls_every = timedelta(minutes=15)
    icon = "i-ch-store"
    guide = (
        "In App Store Connect open Users and Access, Integrations, App Store Connect API, and make a key with the role Customer Support.",
        "Copy the issuer ID and the key ID, and the content of the .p8 file, which Apple gives once.",
        "Write the app's ID: the number after id in its address in the App Store.",
        "Press Test. Reviews are read every quarter of an hour; Apple publishes a reply within a day.",
    )

    sentences = (
        *reviews.SENTENCES,
        *googleauth.SENTENCES[:2],
        "Apple's public feed can be read. Replies need a key of App Store Connect.",
        "Apple let us in. Reviews that can be read and answered: %(total)s.",
    )

    def capabilities_with(self, settings: Mapping[str, str]) -> Capabilities:
        if settings.get("key_id"):
            return self.capabilities
        return replace(self.capabilities, answers=False, receipts=frozenset())

    def read(
        self, account: Account, document: Mapping[str, Any], received_at: datetime, *, history: bool
    ) -> list[Inbound]:
        url = f"https://apps.apple.com/app/id{account.config.app_id}?see-all=reviews"
        return read_delivery(document, About(received_at, account.name, url, history))

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        return asking.poll(account, cursor)

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        return asking.publish(account, outgoing)

    def test(self, account: Account) -> str:
        return asking.test(account)


adapter = AppStore()
