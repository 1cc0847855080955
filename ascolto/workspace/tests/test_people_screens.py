"""Anna invites colleagues, gives roles, closes accounts, makes teams and keys, and reads the log."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from ascolto.accounts.models import Agent, ApiToken, Company, Role, Team
from ascolto.accounts.selectors import agent_of_token
from ascolto.events.models import Event
from ascolto.testing.factories import PASSWORD, make_agent, make_inbox, make_team

pytestmark = pytest.mark.django_db


def test_an_invitation_is_a_link_that_is_shown_once(desk: Client) -> None:
    care = make_team("Care")
    invite = {"email": "Marco.Villa@Telvia.example", "name": "", "role": "agent", "teams": [str(care.pk)]}
    page = desk.post("/settings/people/", invite).content.decode()
    link = re.search(r"/join/[\w-]+/", page)
    assert link
    marco = Agent.objects.get(email="marco.villa@telvia.example")
    assert (marco.name, list(marco.teams.all())) == ("Marco Villa", [care])
    assert link[0] not in desk.get("/settings/people/").content.decode()
    joined = Client().post(link[0], {"name": "Marco Villa", "password": PASSWORD})
    assert joined.status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [{"email": "not an address"}, {"email": "anna@telvia.example"}, {"role": "king"}, {"teams": ["77"]}],
)
def test_a_wrong_invitation_is_told_at_its_field(desk: Client, wrong: dict[str, object]) -> None:
    make_team("Care")
    page = desk.post("/settings/people/", {"email": "marco@telvia.example", "role": "agent", **wrong})
    assert 'class="error"' in page.content.decode()
    assert Agent.objects.count() == 1


def test_a_new_link_for_who_forgot_the_password(desk: Client) -> None:
    marco = make_agent()
    page = desk.post(f"/settings/people/{marco.pk}/invite/").content.decode()
    assert re.search(r"/join/[\w-]+/", page)


def test_roles_and_teams_change_and_the_last_administrator_stays(desk: Client, anna: Agent) -> None:
    marco, care = make_agent(), make_team("Care")
    change = {"email": marco.email, "name": "Marco V.", "role": "lead", "teams": [str(care.pk)]}
    assert desk.post(f"/settings/people/{marco.pk}/", change).status_code == 302
    marco.refresh_from_db()
    assert (marco.role, marco.name, list(marco.teams.all())) == (Role.LEAD, "Marco V.", [care])
    step_down = {"email": anna.email, "name": anna.name, "role": "agent"}
    page = desk.post(f"/settings/people/{anna.pk}/", step_down).content.decode()
    assert "last administrator" in page
    anna.refresh_from_db()
    assert anna.is_administrator


def test_an_account_is_closed_and_opened_again(desk: Client, anna: Agent) -> None:
    marco = make_agent()
    desk.post(f"/settings/people/{marco.pk}/close/", {"to": ""})
    assert not Agent.objects.get(pk=marco.pk).is_active
    desk.post(f"/settings/people/{marco.pk}/switch/", {"open": "1"})
    assert Agent.objects.get(pk=marco.pk).is_active
    desk.post(f"/settings/people/{anna.pk}/close/", {"to": ""})
    assert Agent.objects.get(pk=anna.pk).is_active


def test_teams_are_made_changed_and_dissolved_when_nothing_depends_on_them(desk: Client) -> None:
    marco = make_agent()
    desk.post("/settings/teams/", {"name": "Care", "members": [str(marco.pk)]})
    care = Team.objects.get()
    assert list(care.members.all()) == [marco]
    assert 'class="error"' in desk.post("/settings/teams/", {"name": "Care"}).content.decode()
    desk.post(f"/settings/teams/{care.pk}/remove/")
    assert Team.objects.exists()
    desk.post(f"/settings/teams/{care.pk}/", {"name": "Care 2"})
    inbox = make_inbox(teams=[care])
    desk.post(f"/settings/teams/{care.pk}/remove/")
    assert Team.objects.get().name == "Care 2"
    inbox.teams.clear()
    desk.post(f"/settings/teams/{care.pk}/remove/")
    assert not Team.objects.exists()


def test_a_token_is_shown_once_and_revoked_at_once(desk: Client) -> None:
    page = desk.post(
        "/settings/tokens/", {"name": "Reports", "scopes": ["conversations:read"]}
    ).content.decode()
    clear_text = re.search(r"asc_[\w-]+", page)
    assert clear_text
    token = agent_of_token(clear_text[0])
    assert token
    assert clear_text[0] not in desk.get("/settings/tokens/").content.decode()
    desk.post(f"/settings/tokens/{token.pk}/revoke/")
    assert agent_of_token(clear_text[0]) is None


def test_an_agent_sees_and_revokes_only_their_own_tokens_and_cannot_rule_by_them(
    client: Client, anna: Agent
) -> None:
    from ascolto.accounts.actions import create_token

    annas, _ = create_token(agent=anna, scopes=["admin"], name="Annas key")
    client.force_login(make_agent())
    page = client.get("/settings/tokens/").content.decode()
    assert "Annas key" not in page
    assert 'value="admin"' not in page
    assert client.post(f"/settings/tokens/{annas.pk}/revoke/").status_code == 404
    assert client.post("/settings/tokens/", {"name": "Mine", "scopes": ["admin"]}).status_code == 200
    assert ApiToken.objects.count() == 1


def test_the_companys_settings_change_and_wrong_ones_are_told(desk: Client) -> None:
    good = {
        "name": "Telvia",
        "language": "it",
        "time_zone": "Europe/Rome",
        "reopen_days": "7",
    }
    assert desk.post("/settings/company/", good).status_code == 302
    assert Company.current().reopen_days == 7
    for wrong in ({"reopen_days": "999"}, {"reopen_days": "²"}, {"name": ""}):
        assert 'class="error"' in desk.post("/settings/company/", {**good, **wrong}).content.decode()


def test_the_log_tells_who_did_what_and_pages(desk: Client) -> None:
    desk.post("/settings/people/", {"email": "marco@telvia.example", "role": "agent"})
    make_inbox()
    page = desk.get("/settings/log/").content.decode()
    assert "<b>Anna Conti</b> added Marco" in page
    assert "signed in" not in desk.get("/settings/log/?about=team.").content.decode()
    Event.objects.bulk_create([Event(type="agent.signed_in", data={"agent": 1}) for _ in range(60)])
    page = desk.get("/settings/log/").content.decode()
    older = re.search(r"\?before=(\d+)", page)
    assert older
    assert "added Marco" in desk.get(f"/settings/log/?before={older[1]}").content.decode()
    assert desk.get("/settings/log/?before=x&about=%00").status_code == 200


def test_every_event_of_the_house_has_a_sentence() -> None:
    from ascolto.events.catalogue import CATALOGUE
    from ascolto.workspace.audit import SENTENCES

    about_the_house = ("agent.", "team.", "role.", "token.", "company.", "channel.", "raw_event.", "people.")
    told = {
        name for name, fields in CATALOGUE.items() if "changes" in fields or name.startswith(about_the_house)
    }
    assert told <= set(SENTENCES) <= set(CATALOGUE)


def test_every_sentence_can_be_said_whatever_is_missing() -> None:
    from ascolto.workspace.audit import SENTENCES, lines

    assert len(lines([Event(type=name, data={}) for name in SENTENCES])) == len(SENTENCES)


def test_a_page_of_the_log_does_not_walk_over_every_message() -> None:
    from django.db import connection

    from ascolto.workspace.selectors import audited

    Event.objects.bulk_create([Event(type="message.read", conversation_id=1) for _ in range(2_000)])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("ANALYZE events_event")
    assert "event_house" in audited("team.")[:51].explain()
