"""Customers, channels, and who asks."""

from __future__ import annotations

import json

import pytest

from ascolto.api.tests.conftest import Caller, token_of
from ascolto.channels.models import ChannelAccount
from ascolto.events.models import Event
from ascolto.testing.factories import Cast, make_conversation, make_customer, make_inbox, make_team

SECRET = "a-shared-secret"


def test_customers_are_those_of_the_conversations_one_may_see(
    cast: Cast, marco: Caller, anna: Caller
) -> None:
    cast.writes()
    luca = make_customer("Luca Serra")
    make_conversation(make_inbox(teams=[make_team("Network")]), customer=luca)
    assert [row["name"] for row in marco.get("/customers")["data"]] == ["Giulia Ferri"]
    assert [row["name"] for row in anna.get("/customers")["data"]] == ["Luca Serra", "Giulia Ferri"]
    assert marco.problem("GET", f"/customers/{luca.pk}").status == 404
    giulia = anna.get(f"/customers/{cast.giulia.pk}")
    assert giulia["identities"][0]["value"] == "giulia.ferri@example.org"


@pytest.mark.parametrize(
    ("query", "found"),
    [("giulia", 1), ("GIULIA fer", 1), ("giulia serra", 0), ("luca.se", 1), ("e", 2), ("%25", 0), ("%00", 2)],
)
def test_customers_are_found_by_name_and_handle(anna: Caller, query: str, found: int) -> None:
    make_customer("Luca Serra")
    assert len(anna.get(f"/customers?q={query}")["data"]) == found


def test_customers_come_in_pages(anna: Caller) -> None:
    make_customer("Luca Serra")
    first = anna.get("/customers?limit=1")
    second = anna.get(f"/customers?limit=1&cursor={first['meta']['next_cursor']}")
    assert [row["name"] for row in first["data"] + second["data"]] == ["Luca Serra", "Giulia Ferri"]
    assert second["meta"]["next_cursor"] is None
    assert anna.problem("GET", "/customers?cursor=x").errors[0].field == "?cursor"


def test_a_customer_is_changed(cast: Cast, marco: Caller) -> None:
    cast.writes()
    changed = marco.patch(f"/customers/{cast.giulia.pk}", {"about": "Has two lines.", "language": "it"})
    assert (changed["name"], changed["about"], changed["language"]) == (
        "Giulia Ferri",
        "Has two lines.",
        "it",
    )
    assert Event.objects.get(type="customer.changed").actor_id == cast.marco.pk
    for body, field in [({"language": "italian"}, "language"), ({"name": None}, "name"), ({"id": 3}, "id")]:
        assert marco.problem("PATCH", f"/customers/{cast.giulia.pk}", body).errors[0].field == field


def test_an_administrator_connects_a_channel_and_secrets_are_never_told(administrator: Caller) -> None:
    body = {"kind": "webhook", "name": "Shop", "settings": {"secret": SECRET, "id_path": "nr"}}
    response = administrator("POST", "/channels", body)
    made = response.json()
    assert response.status_code == 201
    assert made["hook_url"].endswith(f"/hooks/webhook/{ChannelAccount.objects.get(pk=made['id']).token}")
    assert (made["secrets"], made["settings"]["id_path"], made["health"]["state"]) == (
        ["secret"],
        "nr",
        "quiet",
    )
    assert made["abilities"]["private"] is True
    everything = json.dumps(
        [made, administrator.get("/channels"), administrator.get(f"/channels/{made['id']}")]
    )
    assert SECRET not in everything


def test_an_administrator_changes_a_channel(cast: Cast, administrator: Caller) -> None:
    address = f"/channels/{cast.inbox.pk}"
    changed = administrator.patch(
        address,
        {"name": "Shop", "settings": {"secret": "", "id_path": "nr"}, "teams": [], "is_enabled": False},
    )
    assert (changed["name"], changed["teams"], changed["is_enabled"]) == ("Shop", [], False)
    assert ChannelAccount.objects.get(pk=cast.inbox.pk).values()["secret"] == SECRET
    assert administrator.patch(address, {"is_enabled": True})["is_enabled"] is True
    assert administrator.patch(address, {"teams": [cast.care.pk]})["teams"] == [
        {"id": cast.care.pk, "name": "Care"}
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "telex", "name": "x"}, "kind"),
        ({"kind": "webhook", "name": "x"}, "settings.secret"),
        (
            {"kind": "webhook", "name": "x", "settings": {"secret": SECRET, "colour": "red"}},
            "settings.colour",
        ),
        ({"kind": "webhook", "name": " ", "settings": {"secret": SECRET}}, "name"),
        ({"kind": "webhook", "name": "x", "settings": {"secret": SECRET}, "language": "xx"}, "language"),
        ({"kind": "webhook", "name": "x", "settings": {"secret": SECRET}, "teams": [999_999]}, "teams"),
        ({"name": "x"}, "kind"),
    ],
)
def test_a_channel_that_cannot_be_connected_says_why(administrator: Caller, body: dict, field: str) -> None:
    problem = administrator.problem("POST", "/channels", body)
    assert (problem.status, problem.errors[0].field) == (422, field)
    assert ChannelAccount.objects.count() == 1


def test_an_agent_sees_the_channels_of_their_teams_without_the_set_up(cast: Cast, marco: Caller) -> None:
    (shown,) = marco.get("/channels")["data"]
    assert shown["id"] == cast.inbox.pk
    assert (shown["hook_url"], shown["settings"], shown["secrets"]) == (None, None, None)
    refusal = marco.problem("POST", "/channels", {"kind": "webhook", "name": "x"})
    assert refusal.type == "/api/problems/missing-scope"


def test_the_right_to_connect_ends_with_the_role(cast: Cast, administrator: Caller) -> None:
    from ascolto.accounts.models import Agent

    Agent.objects.filter(name="Paola Riva").update(role="agent")
    body = {"kind": "webhook", "name": "Shop", "settings": {"secret": SECRET}}
    assert administrator.problem("POST", "/channels", body).type == "/api/problems/missing-scope"


def test_me_tells_who_asks(cast: Cast, marco: Caller) -> None:
    me = marco.get("/me")
    assert (me["agent"]["name"], me["agent"]["role"], me["agent"]["teams"]) == (
        "Marco Villa",
        "agent",
        [cast.care.pk],
    )
    assert "messages:write" in me["token"]["scopes"]
    assert marco.token not in json.dumps(me)


def test_agents_and_teams_can_be_listed_to_give_them_work(cast: Cast, marco: Caller, guest: tuple) -> None:
    make_team("Network")
    assert [row["name"] for row in marco.get("/agents")["data"]] == [
        "Anna Neri",
        "Marco Villa",
        "Viktor Orlov",
    ]
    assert [row["name"] for row in marco.get("/teams")["data"]] == ["Care", "Network", "Warehouse"]
    asker = token_of(guest[0], "conversations:read")
    assert [row["name"] for row in asker.get("/agents")["data"]] == ["Bruno Conti"]
    assert asker.get("/teams")["data"] == []
