"""Signing in with a token instead of a password, and the copy in the Sent folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

import pytest

from ascolto.channels.adapters.email import signing
from ascolto.channels.adapters.email.adapter import adapter
from ascolto.channels.adapters.email.tests.servers import Reader, account, answer, quick
from ascolto.channels.adapters.email.tests.test_email import VALUES
from ascolto.channels.protocol import (
    ConfigError,
    ErrorClass,
    RawDelivery,
    Receipt,
    ReceiptStatus,
    SendRefused,
    read_config,
)
from ascolto.kit.clock import now
from ascolto.testing.conformance import RECEIVED_AT, account_for
from ascolto.testing.networks import LocalServer
from ascolto.testing.networks.mail import MailNetwork, example_mail

TOKEN = "ya29.a-token"
BY_TOKEN = {
    "sign_in": "google",
    "imap_password": "",
    "smtp_password": "",
    "smtp_user": "",
    "client_id": "app-1",
}
BY_TOKEN |= {"client_secret": "hush", "access_token": TOKEN, "refresh_token": "1//r"}


@pytest.fixture
def network() -> Iterator[MailNetwork]:
    with MailNetwork() as running:
        yield running


@pytest.fixture
def by_token(network: MailNetwork) -> MailNetwork:
    """A provider that takes no passwords any more."""
    network.access_tokens.add(TOKEN)
    network.takes_passwords = False
    return network


def test_a_token_opens_both_servers(by_token: MailNetwork) -> None:
    by_token.deliver(example_mail("Hello"))
    reader = Reader(quick(), account(by_token, **BY_TOKEN))
    assert len(reader.poll()) == 1
    reader.email.send(reader.account, answer())
    assert len(by_token.take_sent()) == 1
    assert "Both servers let us in" in reader.email.test(reader.account)
    reader.email._mailboxes.close()


def test_a_token_that_ended_asks_for_a_new_sign_in_and_is_told_to_nobody(by_token: MailNetwork) -> None:
    ended = account(by_token, **{**BY_TOKEN, "access_token": "ended"})
    for do in (lambda: Reader(quick(), ended).poll(), lambda: quick().send(ended, answer())):
        with pytest.raises(SendRefused) as refusal:
            do()
        assert refusal.value.failure.error is ErrorClass.REAUTH, refusal.value.failure
        assert "sign-in" in refusal.value.failure.reason
        assert "ended" not in refusal.value.failure.reason


def test_a_password_where_none_is_taken_asks_for_a_sign_in(by_token: MailNetwork) -> None:
    for do in (
        lambda: Reader(quick(), account(by_token)).poll(),
        lambda: quick().send(account(by_token), answer()),
    ):
        with pytest.raises(SendRefused) as refusal:
            do()
        assert refusal.value.failure.error in {ErrorClass.REAUTH, ErrorClass.CONFIG}


def test_the_token_is_renewed_before_it_ends() -> None:
    asked: list[dict[str, list[str]]] = []

    class Provider(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...

        def do_POST(self) -> None:
            asked.append(parse_qs(self.rfile.read(int(self.headers["content-length"])).decode()))
            body = json.dumps({"access_token": "new", "expires_in": 3600, "token_type": "Bearer"}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with LocalServer(Provider) as provider:
        other = {
            "sign_in": "other",
            "authorize_url": f"{provider.url}/authorize",
            "grant_url": f"{provider.url}/token",
        }
        renewed = adapter.renew(account_for(adapter, {**VALUES, **BY_TOKEN, **other}))
    assert renewed is not None
    assert asked[0]["refresh_token"] == ["1//r"]
    assert (asked[0]["client_id"], asked[0]["client_secret"]) == (["app-1"], ["hush"])
    assert renewed.values == {"access_token": "new"}
    assert renewed.expires_at is not None
    assert timedelta(minutes=59) < renewed.expires_at - now() <= timedelta(hours=1)


def test_a_password_is_not_renewed() -> None:
    assert adapter.renew(account_for(adapter, VALUES)) is None


@pytest.mark.parametrize(
    ("way", "host"),
    [
        ("google", "https://accounts.google.com/"),
        ("microsoft", "https://login.microsoftonline.com/"),
        ("password", "https://login"),
    ],
)
def test_each_provider_is_signed_in_to_at_its_own_address(way: str, host: str) -> None:
    oauth = adapter.oauth_with({"sign_in": way})
    assert oauth is not None
    assert oauth.authorize_url.startswith(host)
    assert "offline" in " ".join([*oauth.scopes, *oauth.extra.values()])
    assert oauth.stores == signing.MICROSOFT.stores


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"imap_password": ""}, "imap_password"),
        ({"sign_in": "google"}, "sign_in"),
        ({"sign_in": "other", "access_token": "x"}, "authorize_url"),
        ({"sign_in": "microsoft", "access_token": "x", "tenant": "a/b"}, "tenant"),
    ],
)
def test_a_sign_in_that_cannot_work_is_named(changed: dict[str, str], field: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, **changed})
    assert refusal.value.field == field


# --- the copy ---


@pytest.mark.parametrize(
    ("name", "marked"), [("Sent", True), ("Posta inviata", False), ("Archive/2026", True)]
)
def test_a_copy_lies_in_the_sent_folder_and_counts_as_read(
    network: MailNetwork, name: str, marked: bool
) -> None:
    folder = network.add_sent_folder(name, marked=marked)
    email, here = quick(), account(network)
    email.send(here, answer())
    email.send(here, answer(tracker="d-2"))
    email._sent.close()
    assert [mail.content for mail in folder.mails] == [mail.content for mail in network.take_sent()]
    assert [mail.flags for mail in folder.mails] == [{"\\Seen"}, {"\\Seen"}]
    assert network.logins == 1, "one session for all copies"


def test_no_copy_where_none_is_wanted_or_the_provider_makes_it(network: MailNetwork) -> None:
    folder = network.add_sent_folder()
    email = quick()
    email.send(account(network, copy_sent="no"), answer())
    email._sent.close()
    assert folder.mails == []
    gmail = account_for(adapter, {**VALUES, "smtp_host": "smtp.gmail.com"})
    assert not quick()._sent.keep(1, gmail.config, b"x")


@pytest.mark.parametrize("outage", ["hangs", "breaks off", "refuses password", "unavailable"])
def test_a_mailbox_in_trouble_keeps_no_answer_back(network: MailNetwork, outage: str) -> None:
    network.add_sent_folder()
    network.imap_outage = outage
    email = quick()
    assert email.send(account(network), answer()).external_ids
    email._sent.close()
    assert len(network.take_sent()) == 1


def test_a_copy_that_is_read_again_is_no_second_message(network: MailNetwork) -> None:
    folder = network.add_sent_folder()
    email, here = quick(), account(network)
    sent = email.send(here, answer())
    email._sent.close()
    raw = RawDelivery(body=folder.mails[0].content, headers={}, received_at=RECEIVED_AT)
    (receipt,) = email.parse(here, raw)
    assert isinstance(receipt, Receipt)
    assert (receipt.external_id, receipt.status) == (sent.external_ids[0], ReceiptStatus.SENT)
