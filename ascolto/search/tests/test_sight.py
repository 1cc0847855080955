"""Who finds what: every role on every surface. Viktor must see nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ascolto.accounts.models import Agent, Role
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.actions import add_note, add_participant, assign
from ascolto.conversations.models import Conversation
from ascolto.conversations.selectors import list_conversations
from ascolto.events.consumers import feed_all
from ascolto.search import finding
from ascolto.search.selectors import count, find, matching
from ascolto.testing.factories import make_agent, make_cast, make_conversation, make_customer, make_inbox

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class House:
    """Conversations of two teams, and everybody who may look for them."""

    people: dict[str, Agent]
    care: Conversation
    warehouse: Conversation
    shared: Conversation


@pytest.fixture
def house() -> House:
    cast = make_cast()
    warehouse_inbox = make_inbox("email", teams=list(cast.viktor.teams.all()))
    open_inbox = make_inbox("form", "Everybody's")
    said = "Il router segreto, ordine ZX-445566"
    care = cast.writes(said)
    warehouse = make_conversation(warehouse_inbox, said, customer=make_customer("Paolo Ricci"))
    shared = make_conversation(open_inbox, said, customer=make_customer("Luca Serra"))
    guest = make_agent("Gino Guest", Role.GUEST)
    add_participant(agent=cast.anna, conversation=care, person=guest)
    holder = make_agent("Olga Other")
    assign(agent=cast.anna, conversation=warehouse, assignee=holder)
    left = make_agent("Lia Left", is_active=False)
    admin = make_agent("Ada Admin", Role.ADMINISTRATOR)
    add_note(agent=cast.anna, conversation=care, text="una nota riservata sul router")
    feed_all()
    people = {
        "lead": cast.anna,
        "administrator": admin,
        "agent": cast.marco,
        "stranger": cast.viktor,
        "holder": holder,
        "guest": guest,
        "left": left,
    }
    return House(people, care, warehouse, shared)


SEES = {
    "lead": {"care", "warehouse", "shared"},
    "administrator": {"care", "warehouse", "shared"},
    "agent": {"care", "shared"},
    "stranger": {"warehouse", "shared"},
    "holder": {"warehouse", "shared"},
    "guest": {"care"},
    "left": set(),
}


def _screen(agent: Agent, text: str) -> set[int]:
    return {hit.row["id"] for hit in find(agent, text).hits}


def _list(agent: Agent, text: str) -> set[int]:
    return {row["id"] for row in list_conversations(agent, among=matching(agent, text)).rows}


def _pages(agent: Agent, text: str) -> set[int]:
    seen, cursor = set(), ""
    while True:
        page = find(agent, text, cursor=cursor, limit=1)
        seen |= {hit.row["id"] for hit in page.hits}
        cursor = page.next_cursor
        if not cursor:
            return seen


ASKED = ["router", "ZX445566", '"router segreto"', "status:open", "router -is:note"]
SURFACES: dict[str, Callable[[Agent, str], set[int]]] = {"screen": _screen, "list": _list, "pages": _pages}


@pytest.mark.parametrize("few", [1_000, 0], ids=["few are named", "many are sifted"])
def test_everybody_finds_what_they_may_see_and_nothing_else(
    house: House, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    for role, agent in house.people.items():
        wanted = {getattr(house, name).pk for name in SEES[role]}
        assert set(visible_conversations(agent).values_list("pk", flat=True)) == wanted
        for asked in ASKED:
            for surface, found in SURFACES.items():
                assert found(agent, asked) == wanted, (role, surface, asked)
            assert count(agent, asked) == len(wanted), (role, asked)


def test_a_number_or_a_name_opens_no_door(house: House) -> None:
    for role, agent in house.people.items():
        expected = {house.warehouse.pk} if "warehouse" in SEES[role] else set()
        assert _screen(agent, house.warehouse.number) == expected, role
        assert _screen(agent, "from:paolo") == expected, role
        assert _list(agent, "paolo.ricci@example.org") == expected, role


def test_notes_are_found_by_those_who_read_them(house: House) -> None:
    for role, agent in house.people.items():
        expected = {house.care.pk} if "care" in SEES[role] else set()
        assert _screen(agent, "nota riservata") == expected, role


def test_whoever_loses_sight_finds_nothing_at_once(house: House) -> None:
    assign(agent=house.people["lead"], conversation=house.warehouse, assignee=None)
    assert _screen(house.people["holder"], "router") == {house.shared.pk}
