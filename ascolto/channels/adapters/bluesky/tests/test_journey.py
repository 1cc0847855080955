"""From Giulia's Bluesky to Marco's screen and back."""

from __future__ import annotations

from ascolto.testing.journey import JourneyChecks
from ascolto.testing.networks.bluesky import BlueskyNetwork


class TestJourney(JourneyChecks):
    network_type = BlueskyNetwork
    sends_to = "sendMessage"
    pictures_in_public = True
