"""From Giulia's Mastodon to Marco's screen and back."""

from __future__ import annotations

from ascolto.testing.journey import JourneyChecks
from ascolto.testing.networks.mastodon import MastodonNetwork


class TestJourney(JourneyChecks):
    network_type = MastodonNetwork
    sends_to = "/api/v1/statuses"
