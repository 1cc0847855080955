"""Marco changes how the product looks, his password, and follows an invitation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ascolto.accounts import actions
from ascolto.accounts.actions import signing_in
from ascolto.accounts.models import Agent, Company, Invitation, Role
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.testing.factories import PASSWORD, make_agent

pytestmark = pytest.mark.django_db
BETTER = "a longer walk to the lighthouse"


@pytest.fixture
def marco(client: Client) -> Agent:
    agent = make_agent("Marco Villa", language="en")
    client.force_login(agent)
    return agent


def profile(**fields: str) -> dict[str, str]:
    return {"name": "Marco Villa", "language": "it", "theme": "dark", "time_zone": "Europe/Madrid", **fields}


def test_marco_chooses_language_colours_zone_and_keys(client: Client, marco: Agent) -> None:
    assert client.post("/settings/profile/", profile(name="Marco  V.")).status_code == 302
    marco.refresh_from_db()
    assert (marco.name, marco.language, marco.theme) == ("Marco V.", "it", "dark")
    assert (marco.time_zone, marco.single_keys) == ("Europe/Madrid", False)
    page = client.get("/settings/profile/")
    assert page.headers["Content-Language"] == "it"
    assert '<html lang="it" dir="ltr" data-theme="dark" data-keys="off">' in page.content.decode()
    event = Event.objects.get(type="agent.changed")
    assert event.data["previous"]["name"] == "Marco Villa"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"language": "tlh"},
        {"theme": "pink"},
        {"time_zone": "Mars/Olympus"},
        {"name": "x" * 121},
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(
    client: Client, marco: Agent, wrong: dict[str, str]
) -> None:
    page = client.post("/settings/profile/", profile(**wrong))
    assert page.status_code == 200
    assert 'class="error"' in page.content.decode()
    marco.refresh_from_db()
    assert marco.language == "en"


def test_the_switches_of_the_shell_change_one_thing_and_go_back(client: Client, marco: Agent) -> None:
    back = client.post("/preferences/", {"is_available": "0", "next": "/settings/profile/"})
    assert back.headers["Location"] == "/settings/profile/"
    client.post("/preferences/", {"theme": "system"})
    client.post("/preferences/", {"single_keys": "0"})
    marco.refresh_from_db()
    assert (marco.is_available, marco.theme, marco.single_keys, marco.language) == (False, "", False, "en")
    assert client.post("/preferences/", {"language": "tlh"}).status_code == 422


def test_a_new_password_ends_every_other_session_but_not_this_one(client: Client, marco: Agent) -> None:
    elsewhere = Client()
    elsewhere.force_login(marco)
    changed = client.post("/settings/password/", {"current": PASSWORD, "password": BETTER})
    assert changed.status_code == 302
    assert client.get("/settings/profile/").status_code == 200
    assert elsewhere.get("/settings/profile/").status_code == 302
    assert Agent.objects.get(pk=marco.pk).check_password(BETTER)


@pytest.mark.parametrize("weak", ["short", "password123", "marco@telvia.example", "x" * 600])
def test_a_weak_password_is_refused_with_the_reason(client: Client, marco: Agent, weak: str) -> None:
    page = client.post("/settings/password/", {"current": PASSWORD, "password": weak})
    assert 'class="error"' in page.content.decode()
    assert Agent.objects.get(pk=marco.pk).check_password(PASSWORD)


def test_guessing_the_current_password_is_slowed_down_too(client: Client, marco: Agent) -> None:
    for _ in range(signing_in.FREE_PER_EMAIL):
        client.post("/settings/password/", {"current": "a guess", "password": BETTER})
    page = client.post("/settings/password/", {"current": PASSWORD, "password": BETTER})
    assert "Too many attempts" in page.content.decode()
    assert Agent.objects.get(pk=marco.pk).check_password(PASSWORD)


def test_marco_ends_the_sessions_he_forgot(client: Client, marco: Agent) -> None:
    elsewhere = Client()
    elsewhere.force_login(marco)
    client.post("/settings/sessions/end/", {"sessions-current": PASSWORD})
    assert client.get("/settings/profile/").status_code == 200
    assert elsewhere.get("/settings/profile/").status_code == 302


def test_an_invitation_works_once(client: Client) -> None:
    anna = make_agent("Anna Conti", Role.ADMINISTRATOR)
    agent, token = actions.invite_agent(by=anna, email="sara.neri@telvia.example")
    assert agent.name == "Sara Neri"
    assert not agent.has_usable_password()
    assert "sara.neri@telvia.example" in client.get(f"/join/{token}/").content.decode()
    joined = client.post(f"/join/{token}/", {"name": "Sara Neri", "password": BETTER})
    assert joined.status_code == 302
    assert client.get("/settings/profile/").status_code == 200
    assert Client().get(f"/join/{token}/").status_code == 404
    with pytest.raises(actions.agents.ValidationError):
        actions.accept_invitation(token=token, name="Viktor", password=BETTER)


def test_an_old_or_replaced_invitation_is_over(client: Client) -> None:
    agent, first = actions.invite_agent(by=None, email="sara@telvia.example")
    second = actions.invite_again(by=None, agent=agent)
    assert client.get(f"/join/{first}/").status_code == 404
    assert client.get(f"/join/{second}/").status_code == 200
    Invitation.objects.update(expires_at=now() - timedelta(seconds=1))
    assert client.get(f"/join/{second}/").status_code == 404
    assert client.get("/join/nonsense/").status_code == 404


def test_a_weak_password_does_not_use_up_the_invitation(client: Client) -> None:
    _, token = actions.invite_agent(by=None, email="sara@telvia.example")
    client.post(f"/join/{token}/", {"name": "Sara", "password": "short"})
    assert client.get(f"/join/{token}/").status_code == 200


def test_a_browser_may_choose_its_language_before_anybody_signed_in(client: Client) -> None:
    client.post("/language/", {"language": "it", "next": "/sign-in/"})
    assert client.get("/sign-in/").headers["Content-Language"] == "it"
    assert client.post("/language/", {"language": "tlh"}).status_code == 404


def test_times_are_told_in_the_persons_zone_else_in_the_companys(
    client: Client, marco: Agent, settings: Any
) -> None:
    Company.current()
    Company.objects.update(time_zone="Atlantic/Reykjavik")
    assert "Atlantic/Reykjavik" in client.get("/settings/profile/").content.decode()


def chosen_keys(**keys: str) -> dict[str, str]:
    from ascolto.ui.keys import changeable

    return {f"key_{command.key}": keys.get(command.key, command.key) for command in changeable()}


def test_marco_gives_resolving_another_key_and_takes_the_usual_ones_back(
    client: Client, marco: Agent
) -> None:
    assert client.post("/settings/profile/keys/", chosen_keys(e="x")).status_code == 302
    marco.refresh_from_db()
    assert marco.keys == {"e": "x"}
    assert 'data-key-map="{&#34;e&#34;: &#34;x&#34;}"' in client.get("/settings/profile/").content.decode()
    client.post("/settings/profile/keys/", {"reset": "1"})
    marco.refresh_from_db()
    assert marco.keys == {}


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("r", "is already the key for: "),
        ("g", "g is kept"),
        ("ab", "one letter"),
        ('"', "one letter"),
        ("\u200b", "one letter"),
    ],
)
def test_two_commands_on_one_key_are_told_where_they_meet(
    client: Client, marco: Agent, key: str, says: str
) -> None:
    page = client.post("/settings/profile/keys/", chosen_keys(e=key)).content.decode()
    assert says in page
    marco.refresh_from_db()
    assert marco.keys == {}


def test_two_keys_can_change_places(client: Client, marco: Agent) -> None:
    client.post("/settings/profile/keys/", chosen_keys(e="a", a="e"))
    marco.refresh_from_db()
    assert marco.keys == {"a": "e", "e": "a"}


def test_marco_chooses_density_sound_first_page_and_time_to_take_back(client: Client, marco: Agent) -> None:
    wanted = profile(
        density="compact", has_sound="on", start_page="charter", undo_seconds="20", public_name="Marco"
    )
    assert client.post("/settings/profile/", wanted).status_code == 302
    marco.refresh_from_db()
    assert (marco.density, marco.has_sound, marco.start_page, marco.undo_seconds) == (
        "compact",
        True,
        "charter",
        20,
    )
    page = client.get("/settings/profile/").content.decode()
    assert 'data-density="compact" data-sound="on"' in page
    assert client.get("/sign-in/").headers["Location"] == "/charter/"
    told = Event.objects.filter(type="agent.changed").latest("id").data["changes"]
    assert told["undo_seconds"] == [0, 20]


@pytest.mark.parametrize(
    "wrong", [{"density": "tiny"}, {"start_page": "moon"}, {"undo_seconds": "7"}, {"undo_seconds": "²"}]
)
def test_no_other_preference_is_taken(client: Client, marco: Agent, wrong: dict[str, str]) -> None:
    assert 'class="error"' in client.post("/settings/profile/", profile(**wrong)).content.decode()
    refused = client.post("/preferences/", wrong, headers={"Accept": "application/json"})
    assert refused.status_code == 422
    assert refused.json()["errors"].keys() == wrong.keys()


def test_a_script_reads_and_changes_preferences_as_json(client: Client, marco: Agent) -> None:
    json = {"Accept": "application/json"}
    told = client.get("/preferences/", headers=json).json()
    assert (told["theme"], told["single_keys"], told["keys"]) == ("", True, {})
    changed = client.post("/preferences/", {"theme": "dark", "undo_seconds": "5"}, headers=json).json()
    assert (changed["theme"], changed["undo_seconds"], changed["single_keys"]) == ("dark", 5, True)
    assert Client().get("/preferences/", headers=json).status_code == 401
