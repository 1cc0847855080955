"""Anna connects an inbox by signing in at its network; nobody else can use her way back, and nothing of it stays anywhere."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client

from ascolto.accounts.models import Agent, Role
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.events.models import Event
from ascolto.intake.models import Renewal
from ascolto.kit import http
from ascolto.kit.clock import at, now
from ascolto.testing.factories import make_agent, make_team
from ascolto.testing.harness import missing
from ascolto.testing.networks.provider import SECRET, Provider
from ascolto.testing.servers import ServerMissing
from ascolto.testing.servers.oidc import OidcProvider
from ascolto.workspace.models import SignIn
from ascolto.workspace.signing_in import SignInRefused, finish
from ascolto.workspace.tests import signing
from ascolto.workspace.tests.signing import PIGEON, address_in, leave, let_pigeons_fly, typed

pytestmark = pytest.mark.django_db
CALLBACK = "/settings/inboxes/oauth/callback/"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Provider]:
    let_pigeons_fly(monkeypatch)
    settings.ALLOW_PRIVATE_NETWORKS = True
    settings.BASE_URL = "https://care.telvia.example"
    settings.ALLOWED_HOSTS = ["*"]
    with Provider() as provider, http.settings(allow_private=True, read_timeout=1.0):
        yield provider


def come_back(desk: Client, address: str) -> Any:
    """What the browser does when it is sent back."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"https://care.telvia.example{CALLBACK}"
    return desk.get(f"{parts.path}?{parts.query}")


def told(desk: Client, answer: Any) -> str:
    """What the page after it says."""
    assert answer.status_code == 302
    assert "code=" not in answer.headers["Location"]
    return desk.get(answer.headers["Location"]).content.decode()


def connected(desk: Client, provider: Provider, **changed: str) -> ChannelAccount:
    come_back(desk, provider.agree(leave(desk, provider.url, **changed)))
    return ChannelAccount.objects.get(kind="pigeon")


def test_anna_signs_in_and_the_inbox_is_connected(desk, provider) -> None:
    care = make_team("Care")
    answer = come_back(desk, provider.agree(leave(desk, provider.url, teams=str(care.pk))))
    inbox = ChannelAccount.objects.get(kind="pigeon")
    assert "Pigeons is connected." in told(desk, answer)
    values = inbox.values()
    assert (values["access_token"], values["refresh_token"]) == (
        provider.access_tokens[0],
        provider.refresh_token,
    )
    assert (values["team"], values["client_secret"], inbox.name) == ("T1", SECRET, "Pigeons")
    assert list(inbox.teams.all()) == [care]
    assert provider.scopes == "read write"


def test_tokens_are_sealed_and_stand_nowhere_else(desk, provider, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    leaving = leave(desk, provider.url)
    row = SignIn.objects.get()
    assert SECRET not in row.sealed
    inbox_page = told(desk, come_back(desk, provider.agree(leaving)))
    inbox = ChannelAccount.objects.get(kind="pigeon")
    secrets = [provider.access_tokens[0], provider.refresh_token, SECRET]
    everything = [inbox_page, caplog.text, str(inbox.settings), inbox.sealed]
    everything += [str(event.data) for event in Event.objects.all()]
    assert not SignIn.objects.exists()
    for secret in secrets:
        assert not any(secret in text for text in everything)
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        sessions = str(cursor.fetchall())
    assert not any(secret in sessions for secret in secrets)


def test_the_end_of_a_permission_is_noted_and_renewed_before_it(desk, provider) -> None:
    inbox = connected(desk, provider)
    ends = ChannelHealth.objects.get(account=inbox).token_expires_at
    assert ends is not None
    assert timedelta(minutes=58) < ends - now() <= timedelta(hours=1)
    assert Renewal.objects.get(account=inbox).next_at < ends - timedelta(minutes=4)


def test_connecting_again_keeps_the_inbox_and_what_happened_in_it(desk, provider) -> None:
    inbox = connected(desk, provider)
    ChannelHealth.objects.filter(account=inbox).update(error_class="reauth", error="The token is refused.")
    page = desk.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    assert f"/settings/inboxes/{inbox.pk}/sign-in/" in page
    leaving = address_in(desk.post(f"/settings/inboxes/{inbox.pk}/sign-in/").content.decode())
    answer = come_back(desk, provider.agree(leaving))
    again = ChannelAccount.objects.get(kind="pigeon")
    assert answer.headers["Location"] == f"/settings/inboxes/{inbox.pk}/"
    assert (again.pk, again.token, again.name) == (inbox.pk, inbox.token, inbox.name)
    assert again.values()["access_token"] == provider.access_tokens[1] != provider.access_tokens[0]
    assert again.values()["client_secret"] == SECRET
    assert ChannelHealth.objects.get(account=inbox).error_class == ""
    changed = Event.objects.filter(type="channel.changed").latest("id")
    assert sorted(changed.data["fields"]) == ["access_token", "refresh_token", "team"]


def test_a_no_at_the_network_is_said_plainly_and_changes_nothing(desk, provider) -> None:
    page = told(desk, come_back(desk, provider.deny(leave(desk, provider.url))))
    assert "The network was told no: nothing was changed." in page
    assert not ChannelAccount.objects.filter(kind="pigeon").exists()
    words = {"error": "invalid_scope", "error_description": "Ask for <b>less</b>."}
    page = told(desk, come_back(desk, provider.deny(leave(desk, provider.url), **words)))
    assert "Ask for &lt;b&gt;less&lt;/b&gt;." in page


def test_a_way_back_is_good_once(desk, provider) -> None:
    back = provider.agree(leave(desk, provider.url))
    come_back(desk, back)
    assert "it was used already" in told(desk, come_back(desk, back))
    assert (provider.granted, ChannelAccount.objects.filter(kind="pigeon").count()) == (1, 1)
    assert len(provider.asked) == 1  # the network is not even asked


def test_a_way_back_belongs_to_one_session_of_one_person(desk, provider, anna) -> None:
    back = provider.agree(leave(desk, provider.url))
    elsewhere, other = Client(), Client()
    elsewhere.force_login(anna)  # her, in another browser
    other.force_login(make_agent("Ada Root", Role.ADMINISTRATOR))
    for browser in (elsewhere, other):
        assert "not known here" in told(browser, come_back(browser, back))
    assert provider.asked == []
    come_back(desk, back)  # and nobody has spent it for her
    assert ChannelAccount.objects.filter(kind="pigeon").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_comes_through(desk, provider, anna) -> None:
    back = provider.agree(leave(desk, provider.url))
    answer = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    session, start, outcomes = desk.session.session_key, threading.Barrier(4), []

    def try_it() -> None:
        start.wait(10)
        try:
            outcomes.append(finish(agent=anna, session=session, answer=answer).name)
        except SignInRefused as refusal:
            outcomes.append(refusal.reason[:12])
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Pigeons", "This sign-in", "This sign-in", "This sign-in"]
    assert len(provider.asked) == 1


@pytest.mark.parametrize("minutes", [11, 60 * 24])
def test_a_way_back_ends_after_ten_minutes(desk, provider, minutes) -> None:
    back = provider.agree(leave(desk, provider.url))
    SignIn.objects.update(started_at=now() - timedelta(minutes=minutes))
    assert "longer than ten minutes" in told(desk, come_back(desk, back))
    assert provider.asked == []


def test_forgotten_sign_ins_are_swept_away(desk, provider) -> None:
    leave(desk, provider.url)
    with at(now() + timedelta(minutes=11)):
        leave(desk, provider.url)
    assert SignIn.objects.count() == 1


@pytest.mark.parametrize("state", ["", "x", "a:b", "é\x00", "x" * 5000])
def test_a_state_that_we_did_not_make_is_refused(desk, provider, state) -> None:
    answer = desk.get(CALLBACK, {"state": state, "code": "stolen"})
    assert answer.headers["Location"] == "/settings/inboxes/"
    assert "not known here" in told(desk, answer)
    assert provider.asked == []


def test_a_code_of_another_sign_in_is_refused_by_its_proof_key(desk, provider) -> None:
    first = provider.agree(leave(desk, provider.url))
    second = provider.agree(leave(desk, provider.url))
    stolen = parse_qs(urlsplit(second).query)["code"][0]
    state = parse_qs(urlsplit(first).query)["state"][0]
    page = told(desk, desk.get(CALLBACK, {"state": state, "code": stolen}))
    assert "sign in again" in page
    assert not ChannelAccount.objects.filter(kind="pigeon").exists()


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example/x", "/\\evil.example"])
def test_nothing_in_the_address_leads_anywhere_else(desk, provider, target) -> None:
    back = provider.agree(leave(desk, provider.url), next=target, redirect_uri=target)
    answer = come_back(desk, back)
    inbox = ChannelAccount.objects.get(kind="pigeon")
    assert answer.headers["Location"] == f"/settings/inboxes/{inbox.pk}/"


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ((400, {"error": "invalid_grant"}), "sign in again"),
        ((401, {"error": "invalid_client"}), "does not know this client ID"),
        ((200, {"ok": False, "error": "invalid_code"}), "refused it (invalid_code)"),
        ((400, {"error": {"message": "App not set up", "type": "OAuthException"}}), "App not set up"),
        ((500, {"error": "server_error"}), "refused it (server_error)"),
        ((503, b"down"), "answered 503"),
        ((200, b"<html>It works!</html>"), "not its usual answer"),
        ((200, {"access_token": ""}), "not its usual answer"),
        ((200, {"access_token": 7.5, "team": []}), "not its usual answer"),
        ((200, {"access_token": "a" * 10, "team": {"id": "X"}}), "team: is not a team."),
        ((302, b""), "answered 302"),
    ],
)
def test_whatever_goes_wrong_at_the_network_is_said_in_words(desk, provider, says, words) -> None:
    back = provider.agree(leave(desk, provider.url))
    provider.says = says
    answer = come_back(desk, back)
    assert answer.headers["Location"] == "/settings/inboxes/connect/pigeon/"
    assert words in told(desk, answer)
    assert not ChannelAccount.objects.filter(kind="pigeon").exists()


def test_reasons_hold_no_secret(desk, provider) -> None:
    back = provider.agree(leave(desk, provider.url))
    code = parse_qs(urlsplit(back).query)["code"][0]
    provider.says = (400, {"error": "bad", "error_description": f"no {code} with {SECRET} for you"})
    page = told(desk, come_back(desk, back))
    assert "no … with … for you" in page


def test_a_network_that_is_not_there_is_told(desk, provider) -> None:
    back = provider.agree(leave(desk, provider.url))
    provider.stop()
    assert "cannot be reached" in told(desk, come_back(desk, back))


def test_what_is_missing_is_told_before_anybody_leaves(desk, provider) -> None:
    without = desk.post("/settings/inboxes/connect/pigeon/", typed(provider.url, set_client_id=""))
    assert "id_set_client_id_error" in without.content.decode()
    for loft in ("javascript:alert(1)", "https://", "https://user@evil.example"):
        page = desk.post("/settings/inboxes/connect/pigeon/", typed(loft)).content.decode()
        assert "is not a web address" in page
        assert "http-equiv" not in page
    nameless = desk.post("/settings/inboxes/connect/pigeon/", typed(provider.url, name=""))
    assert "id_name_error" in nameless.content.decode()
    assert not SignIn.objects.exists()


def test_a_private_address_is_not_asked_for_a_browser(desk, provider, settings) -> None:
    back = provider.agree(leave(desk, provider.url))
    with http.settings(allow_private=False):
        assert "private network" in told(desk, come_back(desk, back))
    assert provider.asked == []


def test_the_token_can_be_pasted_instead(desk, provider) -> None:
    form = typed(provider.url, set_access_token="by-hand")
    del form["sign_in"]
    desk.post("/settings/inboxes/connect/pigeon/", form)
    assert ChannelAccount.objects.get(kind="pigeon").values()["access_token"] == "by-hand"
    del form["set_access_token"]
    page = desk.post("/settings/inboxes/connect/pigeon/", form).content.decode()
    assert "id_set_access_token_error" in page


def test_only_administrators_sign_in(client: Client, provider) -> None:
    client.force_login(make_agent("Livia Lead", Role.LEAD))
    assert client.get(CALLBACK, {"state": "x"}).status_code == 403
    assert client.post("/settings/inboxes/1/sign-in/").status_code == 403


def test_a_channel_without_signing_in_says_so(desk: Client, provider, anna: Agent) -> None:
    from ascolto.testing.factories import make_inbox

    inbox = make_inbox("webhook")
    page = told(desk, desk.post(f"/settings/inboxes/{inbox.pk}/sign-in/"))
    assert "connected without signing in" in page


def test_the_form_shows_the_address_to_register_and_the_steps(desk, provider) -> None:
    page = desk.get("/settings/inboxes/connect/pigeon/").content.decode()
    assert f"https://care.telvia.example{CALLBACK}" in page
    assert "Sign in at Pigeon post" in page
    assert "The address is shown here as soon as the inbox is connected." in page


def test_the_first_run_goes_on_where_it_was_left(desk, provider) -> None:
    page = desk.post("/welcome/inbox/pigeon/", typed(provider.url)).content.decode()
    denied = come_back(desk, provider.deny(address_in(page)))
    assert denied.headers["Location"] == "/welcome/inbox/pigeon/"
    assert "The network was told no" in desk.get("/welcome/inbox/pigeon/").content.decode()
    page = desk.post("/welcome/inbox/pigeon/", typed(provider.url)).content.decode()
    answer = come_back(desk, provider.agree(address_in(page)))
    assert answer.headers["Location"] == "/welcome/inbox/"
    assert "Pigeons is connected." in desk.get("/welcome/inbox/").content.decode()


def test_a_provider_that_somebody_else_wrote_lets_anna_in_and_renews(
    desk, provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        with OidcProvider() as real:
            way = signing.OAuth(
                authorize_url="{loft}/oauth2/authorize",
                token_url="{loft}/oauth2/token",
                scopes=("openid", "email"),
                client_auth="basic",
            )
            monkeypatch.setattr(type(PIGEON), "oauth", way)
            page = told(desk, come_back(desk, real.agree(leave(desk, real.url))))
            assert "Pigeons is connected." in page
            inbox = ChannelAccount.objects.get(kind="pigeon")
            renewed = PIGEON.renew(inbox.as_account())
            assert renewed is not None
            assert renewed.values["access_token"] != inbox.values()["access_token"]
            denied = real.deny(leave(desk, real.url))
            assert "error=access_denied" in denied
            told(desk, come_back(desk, denied))
            assert ChannelAccount.objects.filter(kind="pigeon").count() == 1
    except ServerMissing as reason:
        missing("servers", str(reason))
