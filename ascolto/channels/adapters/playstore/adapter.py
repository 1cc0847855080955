"""Reviews in Google Play. See docs/channels/playstore.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.playstore import asking
from ascolto.channels.adapters.playstore.parsing import About, read_delivery
from ascolto.channels.capabilities import Capabilities, Limits
from ascolto.channels.protocol import Account, ConfigError, Inbound, Outgoing, Polled, Sent, setting
from ascolto.channels.vendors import googleauth, reviews

API = "https://androidpublisher.googleapis.com"


@dataclass(frozen=True, slots=True)
class Config:
    """Which app, and the service account that may read and answer its reviews."""

    package: str = setting(
        "Package name", example="it.telvia.app", help="As in the app's address in Google Play after id=."
    )
    service_account: str = setting(
        "Service account",
        secret=True,
        help="The whole JSON file of a service account that you invited in Play Console.",
    )
    translate_to: str = setting(
        "Translate to",
        default="",
        example="it",
        advanced=True,
        help="A language into which Google translates the reviews.",
    )
    backfill_days: int = setting(
        "Days of history", default=7, help="Google Play shows no more than the last seven days."
    )
    api_base: str = setting("API address", default=API, advanced=True)
    sign_in_url: str = setting("Sign-in address", default=googleauth.TOKEN_URL, advanced=True)

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+", self.package):
            raise ConfigError("package", "is written like it.telvia.app.")
        try:
            googleauth.KeyFile.read(self.service_account)
        except googleauth.UnusableKey as error:
            raise ConfigError("service_account", str(error)) from error
        if not re.fullmatch(r"([a-z]{2,3}([-_][A-Za-z]{2,4})?)?", self.translate_to):
            raise ConfigError("translate_to", "is a language such as it or en.")
        reviews.check_backfill(self.backfill_days)
        for name, example in (("api_base", API), ("sign_in_url", googleauth.TOKEN_URL)):
            reviews.check_address(name, getattr(self, name), example)


class PlayStore(reviews.ReviewAdapter):
    """The reviews of one app."""

    kind = "playstore"
    label = "Google Play"
    Config = Config
    capabilities = Capabilities(
        private=False,
        public=True,
        max_length=asking.LONGEST_REPLY,
        public_limits=Limits(max_length=asking.LONGEST_REPLY),
        receipts=frozenset({"sent", "delivered"}),
        edits=True,
        reviews=True,
        idempotent=True,  # a reply takes the place of the one before: the same once more changes nothing
    )
    rate = (0.5, 5)  # 2,000 replies a day
    polls_every = timedelta(minutes=10)  # 200 looks an hour
    icon = "i-ch-store"
    guide = (
        "In Google Cloud enable the Google Play Android Developer API and make a service account with a JSON key.",
        "In Play Console open Users and permissions, invite the service account's address, and let it reply to reviews.",
        "Write the package name, and copy the whole JSON file.",
        "Press Test. Google shows the reviews of the last seven days that have words; what came before it does not tell.",
    )

    sentences = (
        *reviews.SENTENCES,
        *googleauth.SENTENCES,
        "Google Play answered with something that is not a page of reviews.",
        "Google Play let us in.",
        "Google Play let us in. There are no reviews of the last seven days.",
    )

    def read(
        self, account: Account, document: Mapping[str, Any], received_at: datetime, *, history: bool
    ) -> list[Inbound]:
        return read_delivery(document, About(received_at, account.config.package, account.name, history))

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        return asking.poll(account, cursor)

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        return asking.publish(account, outgoing)

    def test(self, account: Account) -> str:
        return asking.test(account)


adapter = PlayStore()
