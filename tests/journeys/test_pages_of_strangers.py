"""Whatever a network answers to a poll, the poller learns something or is refused with a reason; nothing else is ever raised."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

import ascolto
from ascolto.channels.protocol import SendRefused
from ascolto.channels.registry import get_adapter
from ascolto.testing.conformance import account_for
from ascolto.testing.hostile import mutations
from ascolto.testing.networks.appstore import AppStoreNetwork
from ascolto.testing.networks.city import City, Reply
from ascolto.testing.networks.feed import FeedNetwork
from ascolto.testing.networks.google_reviews import GoogleReviewsNetwork
from ascolto.testing.networks.playstore import PlayStoreNetwork
from ascolto.testing.networks.reviewing import ReviewSite
from ascolto.testing.networks.tripadvisor import TripadvisorNetwork
from ascolto.testing.networks.trustpilot import TrustpilotNetwork

FOLDER = Path(ascolto.__file__).parent / "channels" / "adapters"
EVERY = 12  # of the mutations: all of them take minutes


@pytest.mark.parametrize(
    ("site", "page"),
    [
        (GoogleReviewsNetwork, "replied.json"),
        (TrustpilotNetwork, "replied.json"),
        (TripadvisorNetwork, "answered_there.json"),
        (AppStoreNetwork, "reply_waits.json"),
        (PlayStoreNetwork, "replied.json"),
        (FeedNetwork, "json_feed.json"),
    ],
)
def test_a_page_may_be_anything(site: type[ReviewSite], page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with City() as city:
        network = city.add(site())
        adapter = get_adapter(network.kind)
        account = account_for(adapter, network.settings)
        list(adapter.poll(account, {}))  # with a token in hand, and then the network goes mad
        said = [b"{}"]
        monkeypatch.setattr(network, "answer", lambda request: Reply(said[0]))
        document = json.loads((FOLDER / network.kind / "fixtures" / page).read_text())
        reasons = []
        for changed in itertools.islice(mutations(document), 0, None, EVERY):
            said[0] = json.dumps(changed).encode()
            try:
                for polled in adapter.poll(account, {}):
                    json.dumps(dict(polled.cursor))
            except SendRefused as refusal:
                reasons.append(refusal.failure.reason)
        assert all(reasons)
