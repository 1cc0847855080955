"""Mastodon.py, the library most programs use, as the company and as a customer of our stand-in: it finds what it expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.channels.adapters.mastodon.adapter import adapter
from ascolto.testing.conformance import account_for
from ascolto.testing.harness import oracle
from ascolto.testing.networks.city import City
from ascolto.testing.networks.mastodon import MastodonNetwork
from ascolto.testing.polled import Desk, answer_to

mastodon = oracle("mastodon")


@pytest.fixture
def network() -> Iterator[MastodonNetwork]:
    with City() as city:
        yield city.add(MastodonNetwork())


@pytest.fixture
def desk(network: MastodonNetwork) -> Desk:
    return Desk(adapter, account_for(adapter, network.settings))


def client(network: MastodonNetwork, person: Any) -> Any:
    return mastodon.Mastodon(
        access_token=network.token_of(person), api_base_url=network.url, ratelimit_method="throw"
    )


def test_giulia_uses_mastodon_py_and_our_desk_answers_her(network, desk) -> None:
    giulia = network.add_person("Giulia Conti")
    hers = client(network, giulia)
    written = hers.status_post("@telvia la fibra non va", visibility="direct")
    message = desk.hears_message()
    assert (message.external_id, message.visibility) == (str(written.id), "private")
    adapter.send(desk.account, answer_to(message, "Arriviamo"))
    (answer,) = hers.status_context(written.id).descendants
    assert (answer.visibility, answer.in_reply_to_id) == ("direct", written.id)
    assert [person.acct for person in answer.mentions] == [giulia.handle]


def test_what_the_company_reads_by_mastodon_py_is_what_our_adapter_reads(network, desk) -> None:
    giulia = network.add_person("Giulia Conti", acct="giulia@piazza.example")
    network.write(giulia, "la fibra non va https://stato.telvia.example/guasti/milano-nord/via", public=True)
    ours = client(network, network.us)
    (notice,) = ours.notifications(types=["mention"])
    message = desk.hears_message()
    assert message.external_id == str(notice.status.id)
    assert message.sender.handles[0].shown == f"@{notice.status.account.acct}"
    assert message.occurred_at == notice.status.created_at
    assert (message.visibility, notice.status.visibility) == ("public", "public")


def test_pages_are_walked_with_the_link_header(network) -> None:
    giulia = network.add_person("Giulia Conti")
    for number in range(7):
        network.write(giulia, f"messaggio {number}", public=True)
    ours = client(network, network.us)
    page = ours.notifications(types=["mention"], limit=3)
    assert len(ours.fetch_remaining(page)) == 7


def test_a_strangers_private_mention_is_set_aside_for_other_clients(network) -> None:
    network.write(network.add_person("Giulia Conti"), "in privato")
    assert client(network, network.us).notifications() == []


def test_the_same_key_makes_one_status(network) -> None:
    ours = client(network, network.us)
    first = ours.status_post("Lavori in corso", idempotency_key="k-1")
    assert ours.status_post("Lavori in corso", idempotency_key="k-1").id == first.id


def test_files_are_uploaded_and_shown(network) -> None:
    network.slow_files = True
    ours = client(network, network.us)
    media = ours.media_post(b"\x89PNG guide", mime_type="image/png", file_name="guide.png", synchronous=True)
    status = ours.status_post("Così si fa", media_ids=[media.id])
    assert [file.type for file in status.media_attachments] == ["image"]


def test_errors_are_the_ones_that_the_library_knows(network) -> None:
    ours = client(network, network.us)
    with pytest.raises(mastodon.MastodonNotFoundError):
        ours.status(1)
    with pytest.raises(mastodon.MastodonAPIError, match="character limit"):
        ours.status_post("a" * 501)
    with pytest.raises(mastodon.MastodonUnauthorizedError):
        mastodon.Mastodon(access_token="nobody", api_base_url=network.url).account_verify_credentials()
    network.suffer("limit")
    with pytest.raises(mastodon.MastodonRatelimitError):
        ours.account_verify_credentials()


def test_it_signs_in_with_a_code(network) -> None:
    client_id, client_secret = mastodon.Mastodon.create_app("Ascolto", api_base_url=network.url)
    assert network.apps[client_id] == client_secret
