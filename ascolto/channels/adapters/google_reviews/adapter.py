"""Reviews of places on Google Maps and Search (Business Profile API). See docs/channels/google_reviews.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.google_reviews import asking, pushes
from ascolto.channels.adapters.google_reviews.parsing import read_delivery
from ascolto.channels.capabilities import Capabilities, Counting, Limits
from ascolto.channels.protocol import (
    Account,
    ConfigError,
    HookRequest,
    Inbound,
    OAuth,
    Outgoing,
    Polled,
    Sent,
    setting,
)
from ascolto.channels.reading import check_body
from ascolto.channels.vendors import googleauth, reviews

API = "https://mybusiness.googleapis.com"
_LOCATION = re.compile(r"accounts/[A-Za-z0-9_-]{1,60}/locations/[A-Za-z0-9_-]{1,60}")
_BETWEEN = re.compile(r"[;\n]|[\s,]+(?=accounts/)")


@dataclass(frozen=True, slots=True)
class Config:
    """Which places, and how we are let in: by a person's consent or by a service account."""

    locations: str = setting(
        "Places",
        example="accounts/108494581129006735086/locations/13195921940790549583=Milan, Duomo",
        help="One or several, each on its own line or with ; between them, as Google names them; after = what you call it.",
    )
    client_id: str = setting(
        "Client ID",
        default="",
        help="Of the OAuth client in your Google Cloud project, to sign in with Google.",
    )
    client_secret: str = setting("Client secret", secret=True, default="")
    refresh_token: str = setting(
        "Refresh token", secret=True, default="", help="Filled in when you sign in with Google."
    )
    service_account: str = setting(
        "Service account",
        secret=True,
        default="",
        help="Instead of signing in: the whole JSON file of a service account.",
    )
    subject: str = setting(
        "Acts for",
        default="",
        example="marketing@example.com",
        help="With a service account: the person of your Google Workspace in whose name it reads and replies.",
    )
    push_secret: str = setting(
        "Push secret",
        secret=True,
        default="",
        help="Any word of yours; write it as ?token=… at the end of the address of your Pub/Sub push subscription.",
    )
    push_audience: str = setting(
        "Push audience",
        default="",
        advanced=True,
        help="If the push subscription signs with a token: the audience written there.",
    )
    backfill_days: int = setting(
        "Days of history",
        default=30,
        help="How old a review may be to be imported when the inbox is connected.",
    )
    api_base: str = setting("API address", default=API, advanced=True)
    sign_in_url: str = setting("Sign-in address", default=googleauth.TOKEN_URL, advanced=True)

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        if not self.places or not all(_LOCATION.fullmatch(place) for place in self.places):
            raise ConfigError("locations", "is written accounts/…/locations/…, as Google's API shows it.")
        if not self.service_account and not self.client_id:
            raise ConfigError(
                "client_id", "is needed to sign in with Google, unless there is a service account."
            )
        if self.service_account:
            try:
                googleauth.KeyFile.read(self.service_account)
            except googleauth.UnusableKey as error:
                raise ConfigError("service_account", str(error)) from error
        reviews.check_backfill(self.backfill_days)
        for name, example in (("api_base", API), ("sign_in_url", googleauth.TOKEN_URL)):
            reviews.check_address(name, getattr(self, name), example)

    @property
    def places(self) -> dict[str, str]:
        """The locations and what people call them."""
        entries = [entry.partition("=") for entry in _BETWEEN.split(self.locations) if entry.strip()]
        return {name.strip(" ,/"): label.strip(" ,") for name, _, label in entries}


class GoogleReviews(reviews.ReviewAdapter):
    """The reviews of one or several places."""

    kind = "google_reviews"
    label = "Google reviews"
    Config = Config
    capabilities = Capabilities(
        private=False,
        public=True,
        max_length=asking.LONGEST_REPLY,
        counting=Counting.BYTES,
        public_limits=Limits(max_length=asking.LONGEST_REPLY, counting=Counting.BYTES),
        receipts=frozenset({"sent", "delivered"}),
        edits=True,
        reviews=True,
        idempotent=True,  # a reply is put in its place: the same once more changes nothing
    )
    rate = (1.0, 5)
    polls_every = timedelta(minutes=5)
    icon = "i-ch-review"
    oauth = OAuth(
        authorize_url=googleauth.AUTHORIZE_URL,
        token_url="{sign_in_url}",  # noqa: S106 - the name of a setting
        scopes=(asking.SCOPE,),
        extra={"access_type": "offline", "prompt": "consent"},
        stores={"refresh_token": "refresh_token"},
    )
    guide = (
        "In Google Cloud make a project and ask Google for access to the Business Profile APIs; until it is granted, its quota is 0.",
        "Enable the Google My Business API in the project and make an OAuth client of the type web application.",
        "Write its client ID and secret here and sign in with a person who manages the places.",
        "Write the places as accounts/…/locations/…, as Google's API lists them; the documentation says how to find them.",
        "Press Test. Reviews then come every five minutes; a Pub/Sub push is only a hint and not needed.",
    )

    sentences = (
        *reviews.SENTENCES,
        *googleauth.SENTENCES,
        "Google rejected the reply: %(rule)s.",
        "Google rejected the reply.",
        "Google answered with something that is not a page of reviews.",
        "Google let us in. Places: %(count)s. Reviews: %(total)s.",
    )

    def verify(self, account: Account, request: HookRequest) -> None:
        pushes.check(account.config.push_secret, account.config.push_audience, request)
        check_body(request.body)

    def read(
        self, account: Account, document: Mapping[str, Any], received_at: datetime, *, history: bool
    ) -> list[Inbound]:
        named = {place: label or account.name for place, label in account.config.places.items()}
        return read_delivery(document, received_at, places=named, history=history)

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        return asking.poll(account, cursor)

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        return asking.publish(account, outgoing)

    def test(self, account: Account) -> str:
        return asking.test(account)


adapter = GoogleReviews()
