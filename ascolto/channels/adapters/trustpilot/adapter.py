"""Service reviews on Trustpilot. See docs/channels/trustpilot.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.trustpilot import asking
from ascolto.channels.adapters.trustpilot.parsing import read_delivery
from ascolto.channels.capabilities import Capabilities, Limits
from ascolto.channels.protocol import (
    Account,
    ConfigError,
    HookRequest,
    Inbound,
    Outgoing,
    Polled,
    Sent,
    setting,
)
from ascolto.channels.reading import check_body
from ascolto.channels.vendors import reviews

API = "https://api.trustpilot.com"
_ID = re.compile(r"[A-Za-z0-9]{6,64}")
_VISIBLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Config:
    """The company's page on Trustpilot, and its application there."""

    business_unit_id: str = setting(
        "Business unit ID",
        example="46d6a890000064000500e0c3",
        help="The company's page. Its number stands in the address of Trustpilot Business.",
    )
    api_key: str = setting("API key", secret=True, help="Of your application, under Integrations, APIs.")
    api_secret: str = setting(
        "API secret", secret=True, default="", help="Without it reviews can be read, and not answered."
    )
    business_user_id: str = setting(
        "User ID",
        default="",
        example="507f191e810c19729de860ea",
        help="Of the person in whose name replies are published: on the profile page in Trustpilot Business.",
    )
    backfill_days: int = setting(
        "Days of history",
        default=30,
        help="How old a review may be to be imported when the inbox is connected.",
    )
    api_base: str = setting("API address", default=API, advanced=True)

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        for name in ("business_unit_id", "business_user_id"):
            if (value := getattr(self, name)) and not _ID.fullmatch(value):
                raise ConfigError(name, "is made of letters and digits only, as Trustpilot shows it.")
        for name in ("api_key", "api_secret"):
            if (value := getattr(self, name)) and not _VISIBLE.fullmatch(value):
                raise ConfigError(name, "holds a space or a letter that no key has: copy it again.")
        reviews.check_backfill(self.backfill_days)
        reviews.check_address("api_base", self.api_base, API)


class Trustpilot(reviews.ReviewAdapter):
    """The reviews of one business unit."""

    kind = "trustpilot"
    label = "Trustpilot"
    Config = Config
    capabilities = Capabilities(
        private=False,
        public=True,
        max_length=asking.LONGEST_REPLY,
        public_limits=Limits(max_length=asking.LONGEST_REPLY),
        private_reply="once",
        receipts=frozenset({"sent", "delivered"}),
        edits=True,
        reviews=True,
    )
    rate = (2.0, 5)
    polls_every = timedelta(minutes=30)
    icon = "i-ch-review"
    guide = (
        "In Trustpilot Business open Integrations, APIs, and make an application; copy its API key and API secret.",
        "Copy the business unit ID of your page, and the user ID of the person in whose name replies are published.",
        "Press Test. Reviews are read every half an hour.",
        "To have them at once, open Integrations, Webhooks, and add the hook address for created, updated and deleted service reviews.",
    )

    sentences = (
        *reviews.SENTENCES,
        "Replies need the API secret and the id of a user of Trustpilot Business.",
        "Trustpilot answered with something that is not a page of reviews.",
        "Trustpilot let us in. Reviews can be read and answered.",
        "Trustpilot let us in. Reviews can be read only.",
    )

    def capabilities_with(self, settings: Mapping[str, str]) -> Capabilities:
        if settings.get("business_user_id"):
            return self.capabilities
        return replace(self.capabilities, answers=False, private_reply="", receipts=frozenset())

    def verify(self, account: Account, request: HookRequest) -> None:
        """Trustpilot documents no signature: the secret in the address is the proof, and the poll corrects what is told."""
        check_body(request.body)

    def read(
        self, account: Account, document: Mapping[str, Any], received_at: datetime, *, history: bool
    ) -> list[Inbound]:
        return read_delivery(document, received_at, context=account.name, history=history)

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        return asking.poll(account, cursor)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return asking.ask_who(account, outgoing)

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        return asking.publish(account, outgoing)

    def test(self, account: Account) -> str:
        return asking.test(account)


adapter = Trustpilot()
