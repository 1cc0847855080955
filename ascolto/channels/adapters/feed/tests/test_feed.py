"""The conformance suite on feeds, every kind of feed through the stand-in, and what a connection to one must survive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ascolto.channels.adapters.feed.adapter import adapter
from ascolto.channels.protocol import ConfigError, ErrorClass, SendRefused, read_config
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.conformance import AdapterConformance, account_for
from ascolto.testing.networks.city import City
from ascolto.testing.networks.feed import FeedNetwork
from ascolto.testing.polling import PollingDesk, reply_to

VALUES = {"url": "https://notizie.example/feed"}
FORMATS = ("rss", "rdf", "atom", "json", "plain")


class TestFeed(AdapterConformance):
    adapter = adapter
    values = VALUES
    hooks = False


@pytest.fixture
def site() -> Iterator[FeedNetwork]:
    with City() as city:
        yield city.add(FeedNetwork())


def desk_of(site: FeedNetwork, **changed: str) -> PollingDesk:
    return PollingDesk(adapter, account_for(adapter, {**site.settings, **changed}))


@pytest.mark.parametrize("format", FORMATS)
def test_every_kind_of_feed_tells_the_same(site: FeedNetwork, format: str) -> None:
    site.format = format
    giulia = site.add_person("Giulia Conti")
    post = site.write(giulia, "La rete & il 3G < 4G: chiude", title="Telvia spegne il 3G")
    desk = desk_of(site)
    [said] = desk.messages()
    assert said.external_id == post
    assert said.text == "La rete & il 3G < 4G: chiude"
    assert said.extra["title"] == "Telvia spegne il 3G"
    assert said.extra["url"].endswith(f"/posts/{post}")
    assert said.extra["url"].startswith("http://127.0.0.1")
    assert said.sender.name == "Giulia Conti"
    assert (said.kind, said.visibility, said.automatic) == ("mention", "public", True)
    assert abs(said.occurred_at - now()) < timedelta(minutes=1)
    assert desk.messages() == []
    site.write(giulia, "E poi?")
    assert [message.text for message in desk.messages()] == ["E poi?"]


@pytest.mark.parametrize("format", ["atom", "json"])
def test_a_change_is_told_with_its_time(site: FeedNetwork, format: str) -> None:
    site.format = format
    post = site.write(site.add_person("Giulia"), "Prima")
    desk = desk_of(site)
    desk.poll()
    site.edit(post, "Dopo")
    [said] = desk.messages()
    assert (said.external_id, said.text) == (post, "Dopo")
    assert said.revised_at is not None
    assert said.revised_at > said.occurred_at


def test_what_did_not_change_is_not_sent_again(site: FeedNetwork) -> None:
    site.write(site.add_person("Giulia"), "Uno")
    desk = desk_of(site)
    desk.poll()
    desk.poll()
    assert site.answered_unchanged == 1


def test_a_crash_while_storing_loses_nothing(site: FeedNetwork) -> None:
    giulia = site.add_person("Giulia")
    for number in range(3):
        site.write(giulia, f"Numero {number}")
    desk = desk_of(site)
    first = next(adapter.poll(desk.account, {}))
    desk.cursor = first.cursor
    assert [message.text for message in desk.messages()] == ["Numero 1", "Numero 2"]


def test_entries_older_than_the_history_are_left_where_they_are(site: FeedNetwork) -> None:
    giulia = site.add_person("Giulia")
    site.write(giulia, "Vecchia", at=now() - timedelta(days=30))
    site.write(giulia, "Nuova", at=now() - timedelta(days=3))
    assert [message.text for message in desk_of(site).messages()] == ["Nuova"]


def test_a_feed_that_moved_is_followed(site: FeedNetwork) -> None:
    site.write(site.add_person("Giulia"), "Uno")
    assert len(desk_of(site, url=f"{site.url}/moved").messages()) == 1


def test_a_feed_that_wants_a_token_gets_it(site: FeedNetwork) -> None:
    site.access_token = "let-me-read"
    site.write(site.add_person("Giulia"), "Uno")
    assert len(desk_of(site).messages()) == 1
    with pytest.raises(SendRefused) as refusal:
        desk_of(site, access_token="wrong-token").poll()
    assert refusal.value.failure.error is ErrorClass.REAUTH
    assert "wrong-token" not in refusal.value.failure.reason


@pytest.mark.parametrize(
    ("chaos", "error"),
    [
        ("limit", ErrorClass.RETRY_AFTER),
        ("fail", ErrorClass.RETRY),
        ("reset", ErrorClass.RETRY),
        ("half", ErrorClass.RETRY),
        ("garbage", ErrorClass.CONFIG),
    ],
)
def test_an_outage_keeps_the_place(site: FeedNetwork, chaos: str, error: ErrorClass) -> None:
    desk = desk_of(site)
    desk.poll()
    site.write(site.add_person("Giulia"), "Uno")
    site.suffer(chaos)
    with pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is error
    assert len(desk.messages()) == 1


def test_what_is_no_feed_says_so(site: FeedNetwork) -> None:
    for name in ("nothing-here", ""):
        with pytest.raises(SendRefused) as refusal:
            desk_of(site, url=f"{site.url}/{name}").poll()
        assert refusal.value.failure.error is ErrorClass.CONFIG
    site.format = "plain"
    with pytest.raises(SendRefused, match="no list of entries"):
        desk_of(site, items_path="").poll()


def test_nobody_is_led_into_a_private_network(site: FeedNetwork) -> None:
    desk = PollingDesk(adapter, account_for(adapter, site.settings, trusted=False))
    with http.settings(allow_private=False), pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is ErrorClass.CONFIG


def test_nothing_can_be_answered(site: FeedNetwork) -> None:
    site.write(site.add_person("Giulia"), "Uno")
    desk = desk_of(site)
    said = desk.messages()[0]
    for leave in (adapter.publish, adapter.send):
        with pytest.raises(SendRefused):
            leave(desk.account, reply_to(said, "Grazie"))
    assert adapter.capabilities.audience == "listening"


def test_the_test_button_counts(site: FeedNetwork) -> None:
    site.write(site.add_person("Giulia"), "Uno")
    told = "The feed Notizie di Telvia answers. Entries: 1."
    assert adapter.test(desk_of(site).account) == told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", "feed.xml"),
        ("url", "ftp://x.example/feed"),
        ("url", "https://x.example/a b"),
        ("id_path", "a b"),
        ("format", "pdf"),
        ("access_token", "due parole"),
        ("backfill_days", "-1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, name: value})
    assert refusal.value.field == name


def test_an_address_may_carry_a_query() -> None:
    assert read_config(adapter.Config, {"url": "https://x.example/feed?q=telvia&n=5"}).url.endswith("n=5")
