"""The lead's wall: Anna sees what waits and who is there, gives, spreads and takes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client

from ascolto.accounts.models import Role
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.routing.models import Presence
from ascolto.testing.factories import make_agent, make_conversation, make_customer, make_inbox, make_team


@pytest.fixture
def anna(db: None, client: Client) -> Client:
    client.force_login(make_agent("Anna Neri", Role.LEAD))
    return client


@pytest.fixture
def waiting(db: None) -> Iterator[list[Conversation]]:
    inbox = make_inbox()
    names = ("Giulia Ferri", "Paolo Ricci", "Rita Ferrante")
    return [
        make_conversation(inbox, customer=make_customer(name), at=now() - timedelta(minutes=20 - 9 * place))
        for place, name in enumerate(names)
    ]


def here(name: str) -> int:
    agent = make_agent(name)
    moment = now()
    Presence.objects.create(agent=agent, state=Presence.State.AVAILABLE, since=moment, seen_at=moment)
    return agent.pk


def test_an_empty_house_says_so(anna: Client) -> None:
    page = anna.get("/wall/").content.decode()
    assert "Nobody waits" in page
    assert "Every queue is empty" in page


def test_anna_sees_what_waits_who_is_there_and_what_is_late(
    anna: Client, waiting: list[Conversation]
) -> None:
    here("Marco Villa")
    make_agent("Davide Serra")
    page = anna.get("/wall/").content.decode()
    assert page.index("Giulia Ferri") < page.index("Paolo Ricci") < page.index("Rita Ferrante")
    assert "Marco Villa" in page
    assert "Davide Serra" in page
    assert 'data-sla="late"' in page
    assert "/wall/" in anna.get("/").content.decode(), "it is one step away"


def test_what_is_chosen_is_given_and_can_be_taken_back(anna: Client, waiting: list[Conversation]) -> None:
    marco = here("Marco Villa")
    chosen = [waiting[0].pk, waiting[1].pk]
    answer = anna.post(
        "/wall/give/", {"conversation": chosen, "to": f"agent-{marco}"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    told = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert told["text"] == "2 conversations moved"
    assert set(Conversation.objects.filter(assignee=marco).values_list("pk", flat=True)) == set(chosen)
    anna.post(told["undo"], headers={"HX-Request": "true"})
    assert not Conversation.objects.filter(assignee__isnull=False).exists()
    again = anna.post(told["undo"], headers={"HX-Request": "true"})
    assert again.status_code == 422


def test_a_team_gets_them_and_nobody_too(anna: Client, waiting: list[Conversation]) -> None:
    seniors = make_team("Seniors")
    anna.post("/wall/give/", {"conversation": [waiting[0].pk], "to": f"team-{seniors.pk}"})
    waiting[0].refresh_from_db()
    assert waiting[0].team == seniors
    anna.post("/wall/give/", {"conversation": [waiting[0].pk], "to": f"agent-{here('Marco Villa')}"})
    anna.post("/wall/give/", {"conversation": [waiting[0].pk], "to": "nobody"})
    waiting[0].refresh_from_db()
    assert waiting[0].assignee is None


def test_what_waits_is_spread_after_a_look(anna: Client, waiting: list[Conversation]) -> None:
    make_agent("Davide Serra")
    assert "Nothing to spread" in anna.get("/wall/spread/").content.decode()
    marco = here("Marco Villa")
    page = anna.get("/wall/spread/").content.decode()
    assert "Marco Villa" in page
    assert not Conversation.objects.filter(assignee__isnull=False).exists(), "looking moves nothing"
    assert anna.post("/wall/spread/", {"conversation": [one.pk for one in waiting]}).status_code == 302
    assert Conversation.objects.filter(assignee=marco).count() == 3


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"to": "agent-1"},
        {"conversation": ["1"]},
        {"conversation": ["x", "9" * 40], "to": "nobody"},
        {"conversation": ["1"], "to": "moon-1"},
    ],
)
def test_what_makes_no_sense_moves_nothing(
    anna: Client, waiting: list[Conversation], form: dict[str, str]
) -> None:
    answer = anna.post("/wall/give/", form, headers={"HX-Request": "true"})
    assert answer.status_code in {404, 422}
    assert not Conversation.objects.filter(assignee__isnull=False).exists()


@pytest.mark.parametrize("role", [Role.AGENT, Role.GUEST])
def test_only_leads_stand_before_the_wall(db: None, client: Client, role: str) -> None:
    client.force_login(make_agent("Viktor Holm", role))
    for address in ("/wall/", "/wall/board/", "/wall/spread/"):
        assert client.get(address).status_code == 403
    assert client.post("/wall/give/").status_code == 403


def test_the_wall_costs_the_same_however_many_wait(
    anna: Client, waiting: list[Conversation], django_assert_max_num_queries: Callable[..., object]
) -> None:
    for name in ("Marco Villa", "Davide Serra", "Sara Conti"):
        here(name)
    inbox = make_inbox("chat")
    anna.get("/wall/board/")
    with django_assert_max_num_queries(30):
        anna.get("/wall/board/")
    for number in range(12):
        make_conversation(inbox, customer=make_customer(f"Nadia {number}"))
    with django_assert_max_num_queries(30):
        anna.get("/wall/board/")
