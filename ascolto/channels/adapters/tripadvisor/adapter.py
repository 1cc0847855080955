"""Reviews on Tripadvisor (Terra API): read only; agents answer there. See docs/channels/tripadvisor.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.adapters.tripadvisor import asking
from ascolto.channels.adapters.tripadvisor.parsing import read_delivery
from ascolto.channels.capabilities import Capabilities
from ascolto.channels.protocol import Account, ConfigError, Inbound, Polled, setting
from ascolto.channels.vendors import reviews

API = "https://terra.tripadvisor.com/api"
_BETWEEN = re.compile(r"[;\n]|[\s,]+(?=[0-9]+(?:\s|,|;|=|$))")


@dataclass(frozen=True, slots=True)
class Config:
    """The key of Terra, and which locations."""

    locations: str = setting(
        "Locations",
        example="196060=Hotel Telvia, Milan",
        help="The number after -d in the address of the page; several with ; between them; after = what you call it.",
    )
    api_key: str = setting("API key", secret=True, help="Of your project in Tripadvisor's Terra portal.")
    locale: str = setting(
        "Language", default="", example="it-IT", advanced=True, help="Of the names that Tripadvisor tells."
    )
    backfill_days: int = setting(
        "Days of history",
        default=30,
        help="How old a review may be to be imported when the inbox is connected.",
    )
    api_base: str = setting("API address", default=API, advanced=True)

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        if not self.places or not all(re.fullmatch(r"[0-9]{1,15}", place) for place in self.places):
            raise ConfigError("locations", "is a number, as in the address of the page after -d.")
        if not re.fullmatch(r"[\x21-\x7e]+", self.api_key):
            raise ConfigError("api_key", "holds a space or a letter that no key has: copy it again.")
        if not re.fullmatch(r"([a-z]{2}(-[A-Z]{2})?)?", self.locale):
            raise ConfigError("locale", "is written like it-IT.")
        reviews.check_backfill(self.backfill_days)
        reviews.check_address("api_base", self.api_base, API)

    @property
    def places(self) -> dict[str, str]:
        """The locations and what people call them."""
        entries = [entry.partition("=") for entry in _BETWEEN.split(self.locations) if entry.strip()]
        return {number.strip(" ,"): label.strip(" ,") for number, _, label in entries}


class Tripadvisor(reviews.ReviewAdapter):
    """The reviews of one or several locations."""

    kind = "tripadvisor"
    label = "Tripadvisor"
    Config = Config
    capabilities = Capabilities(private=False, public=True, answers=False, edits=True, reviews=True)
    rate = (5.0, 10)
    polls_every = timedelta(minutes=15)
    icon = "i-ch-review"
    guide = (
        "In Tripadvisor's Terra portal make a project and copy its API key.",
        "Write the number of each location: it stands after -d in the address of its page.",
        "Press Test. Reviews are read every quarter of an hour.",
        "Tripadvisor takes no replies from programs: agents open the review there, answer, and note it here.",
    )

    sentences = (
        *reviews.SENTENCES,
        "Tripadvisor answered with something that is not a page of reviews.",
        "Tripadvisor let us in. Places: %(count)s. Reviews that can be read: %(total)s.",
    )

    def read(
        self, account: Account, document: Mapping[str, Any], received_at: datetime, *, history: bool
    ) -> list[Inbound]:
        named = {place: label or account.name for place, label in account.config.places.items()}
        return read_delivery(document, received_at, places=named, history=history)

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        return asking.poll(account, cursor)

    def test(self, account: Account) -> str:
        return asking.test(account)


adapter = Tripadvisor()
