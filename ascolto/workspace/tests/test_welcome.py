"""Anna sets Ascolto up by the link that it printed when it started."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from ascolto.accounts import actions
from ascolto.accounts.actions import demo as demo_door
from ascolto.accounts.models import Agent, Company, Role
from ascolto.channels.models import ChannelAccount
from ascolto.events.models import Event
from ascolto.sla.models import SlaPolicy
from ascolto.testing.factories import PASSWORD, make_agent

pytestmark = pytest.mark.django_db
FOUNDER = {
    "company": "Telvia",
    "language": "it",
    "time_zone": "Europe/Rome",
    "name": "Anna Conti",
    "email": "anna@telvia.example",
    "password": PASSWORD,
}


@pytest.fixture
def key() -> str:
    return actions.make_setup_link("https://care.telvia.example/").partition("?key=")[2]


def found(client: Client, key: str, **fields: str) -> object:
    return client.post("/welcome/", {**FOUNDER, "key": key, **fields})


def test_the_link_opens_the_first_page_and_no_other_key_does(client: Client, key: str) -> None:
    assert client.get(f"/welcome/?key={key}").status_code == 200
    for wrong in ("", "?key=", f"?key={key}x", f"?key={'x' * 5000}", "?key=%00"):
        assert client.get(f"/welcome/{wrong}").status_code == 403


def test_only_the_digest_of_the_key_is_kept_and_a_newer_link_replaces_it(client: Client, key: str) -> None:
    assert key not in Company.current().setup_digest
    actions.make_setup_link("https://care.telvia.example")
    assert client.get(f"/welcome/?key={key}").status_code == 403


def test_anna_walks_through_the_whole_set_up(client: Client, key: str) -> None:
    assert found(client, key).headers["Location"] == "/welcome/inbox/"  # type: ignore[attr-defined]
    anna = Agent.objects.get()
    assert (anna.role, anna.email) == (Role.ADMINISTRATOR, "anna@telvia.example")
    assert Company.current().name == "Telvia"
    assert client.get("/welcome/inbox/").status_code == 200
    connected = client.post(
        "/welcome/inbox/webhook/", {"name": "Shop", "language": "it", "set_secret": "a-shared-secret"}
    )
    assert connected.headers["Location"] == "/welcome/inbox/"
    inbox = ChannelAccount.objects.get()
    page = client.get("/welcome/inbox/").content.decode()
    assert f"/hooks/webhook/{inbox.token}" in page
    assert "a-shared-secret" not in page
    assert client.post("/welcome/promise/", {"minutes": "30"}).status_code == 302
    assert SlaPolicy.objects.get(valid_until=None).first_response == timedelta(minutes=30)
    invited = client.post("/welcome/people/", {"emails": "marco@telvia.example\nsara@telvia.example"})
    assert invited.content.decode().count("/join/") == 2
    assert Company.current().set_up_at is None
    client.post("/welcome/done/")
    assert client.get("/welcome/done/").status_code == 200
    assert Company.current().set_up_at is not None
    assert Event.objects.filter(type="company.set_up").count() == 1


def test_the_link_works_once(client: Client, key: str) -> None:
    found(client, key)
    stranger = Client()
    assert found(stranger, key, email="viktor@telvia.example").headers["Location"] == "/sign-in/"  # type: ignore[attr-defined]
    assert stranger.get(f"/welcome/?key={key}").headers["Location"] == "/sign-in/"
    assert Agent.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"company": ""},
        {"password": "short"},
        {"email": "anna"},
        {"time_zone": "Mars"},
        {"company": "\x00"},
        {"name": "x" * 200},
    ],
)
def test_what_cannot_be_used_is_said_and_the_link_still_works(
    client: Client, key: str, wrong: dict[str, str]
) -> None:
    page = found(client, key, **wrong)
    assert page.status_code == 200  # type: ignore[attr-defined]
    assert 'class="error"' in page.content.decode()  # type: ignore[attr-defined]
    assert not Agent.objects.exists()
    assert found(client, key).status_code == 302  # type: ignore[attr-defined]


def test_who_stopped_in_the_middle_goes_on_there(client: Client, key: str) -> None:
    found(client, key)
    client.get("/welcome/promise/")
    assert client.get("/welcome/").headers["Location"] == "/welcome/promise/"


def test_an_administrator_made_by_the_command_line_counts_as_set_up(key: str, client: Client) -> None:
    make_agent("Anna Conti", Role.ADMINISTRATOR)
    assert client.get(f"/welcome/?key={key}").headers["Location"] == "/sign-in/"
    with pytest.raises(actions.company.ValidationError):
        actions.make_setup_link("https://care.telvia.example")


def test_createadmin_makes_the_administrator_that_the_set_up_looks_for(
    key: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    call_command("createadmin", "--email", "anna@telvia.example", "--name", "Anna", "--password-stdin")
    assert Agent.objects.get().is_administrator
    assert client.get(f"/welcome/?key={key}").status_code == 302


@pytest.fixture
def demo() -> Iterator[list[str]]:
    """A demo that only makes its visitor."""
    before, started = list(demo_door._starters), []

    def start() -> Agent:
        started.append("started")
        return make_agent("Marta Demo", Role.ADMINISTRATOR)

    actions.register_demo_starter(start)
    yield started
    demo_door._starters[:] = before


def test_the_first_page_offers_the_demo_company_and_starts_it_once(
    client: Client, key: str, demo: list[str]
) -> None:
    assert "/welcome/demo/" in client.get(f"/welcome/?key={key}").content.decode()
    assert client.post("/welcome/demo/", {"key": "wrong"}).status_code == 403
    assert not demo
    assert client.post("/welcome/demo/", {"key": key}).status_code == 302
    assert client.get("/settings/inboxes/").status_code == 200
    Client().post("/welcome/demo/", {"key": key})
    assert demo == ["started"]
    assert Event.objects.filter(type="demo.started").count() == 1


def test_a_demo_that_cannot_start_leaves_the_set_up_open(client: Client, key: str) -> None:
    before = list(demo_door._starters)

    def refuse() -> Agent:
        raise actions.company.ValidationError("This database holds real data.")

    actions.register_demo_starter(refuse)
    try:
        page = client.post("/welcome/demo/", {"key": key})
    finally:
        demo_door._starters[:] = before
    assert "real data" in page.content.decode()
    assert client.get(f"/welcome/?key={key}").status_code == 200


def test_whether_the_promise_can_be_kept_is_said_in_a_sentence(client: Client) -> None:
    client.force_login(make_agent("Anna Conti", Role.ADMINISTRATOR))
    where = "/welcome/promise/keep/"
    few = client.post(
        where, {"minutes": "15", "volume": "200", "people": "2", "handling": "6"}
    ).content.decode()
    assert "Hard to keep" in few
    many = client.post(
        where, {"minutes": "15", "volume": "20", "people": "5", "handling": "6"}
    ).content.decode()
    assert "You can keep it" in many
    for odd in ({}, {"volume": "-1"}, {"volume": "x"}, {"volume": "10"}):
        assert "Tell how busy" in client.post(where, {"minutes": "15", **odd}).content.decode()
