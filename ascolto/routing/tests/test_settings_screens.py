"""The settings screens "Who gets what"."""

from __future__ import annotations

from datetime import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ascolto.accounts.models import Role
from ascolto.customers.actions import put_in_group
from ascolto.customers.models import CustomerGroup
from ascolto.routing.actions.shifts import change_shifts
from ascolto.routing.forms import read_span
from ascolto.routing.models import Absence, AgentSkills, RoutingRules, Shift, TeamQueue
from ascolto.testing.factories import Cast, make_agent, make_cast, make_team
from ascolto.understanding.models import Topic

pytestmark = pytest.mark.django_db
RULES = {
    "is_on": "on",
    "hand_offs_at_most": "3",
    "continuity_minutes": "20",
    "widen_at": "40",
    "overflow_at": "60",
    "away_after_minutes": "10",
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def signed_in(agent: object) -> Client:
    client = Client()
    client.force_login(agent)  # type: ignore[arg-type]
    return client


def test_anna_changes_the_rules_and_what_is_wrong_is_said_at_its_field(cast: Cast) -> None:
    anna = signed_in(cast.anna)
    page = anna.get(reverse("routing:rules")).content.decode()
    assert "The promise due first" not in page
    assert "All customers are equal here" in page
    assert anna.post(reverse("routing:rules"), {**RULES, "weight_webhook": "50"}).status_code == 302
    rules = RoutingRules.current()
    assert (rules.hand_offs_at_most, rules.overflow_at, rules.weights) == (3, 60, {"webhook": 50})
    page = anna.post(
        reverse("routing:rules"), {**RULES, "overflow_at": "10", "away_after_minutes": "1"}
    ).content.decode()
    assert "Write a number from 2 to 120." in page
    page = anna.post(reverse("routing:rules"), {**RULES, "overflow_at": "10"}).content.decode()
    assert "Others help after the skills were widened" in page


def test_customers_are_put_first_only_with_a_reason(cast: Cast) -> None:
    anna = signed_in(cast.anna)
    anna.post(reverse("routing:groups"), {"name": "Firms"})
    firms = CustomerGroup.objects.get()
    page = anna.post(reverse("routing:rules"), {**RULES, f"group_{firms.pk}": "15"}).content.decode()
    assert "Say why some customers are answered before others" in page
    assert RoutingRules.current().group_minutes == {}
    given = {**RULES, f"group_{firms.pk}": "15", "group_reason": "Their lines carry emergency calls."}
    assert anna.post(reverse("routing:rules"), given).status_code == 302
    assert RoutingRules.current().group_minutes == {str(firms.pk): 15}


def test_what_marco_takes_and_when_he_works(cast: Cast) -> None:
    anna, billing = signed_in(cast.anna), Topic.objects.create(name="Billing")
    address = reverse("routing:person", args=[cast.marco.pk])
    given = {"topics": [billing.pk], "languages": ["it"], "channels": ["webhook"], "capacity": "60"}
    assert anna.post(address, given).status_code == 302
    skills = AgentSkills.objects.get(agent=cast.marco)
    assert (skills.languages, skills.channels, skills.capacity) == (["it"], ["webhook"], 60)
    assert list(skills.topics.all()) == [billing]
    hours = {"part": "shifts", "day_0": "9-13, 14:00-18:00", "day_6": "22:00-6"}
    assert anna.post(address, hours).status_code == 302
    assert [(s.weekday, s.starts, s.ends) for s in Shift.objects.filter(agent=cast.marco)] == [
        (0, time(9), time(13)),
        (0, time(14), time(18)),
        (6, time(22), time(6)),
    ]
    assert "Write times as" in anna.post(address, {"part": "shifts", "day_0": "early"}).content.decode()
    page = anna.post(address, {"part": "shifts", "day_0": "9-13, 12-14"}).content.decode()
    assert "Two shifts lie over each other." in page
    page = anna.post(address, {"part": "shifts", "day_6": "22-6", "day_0": "5-9"}).content.decode()
    assert "Two shifts lie over each other." in page


def test_an_absence_is_written_in_the_companys_time_and_can_be_removed(cast: Cast) -> None:
    anna = signed_in(cast.anna)
    address = reverse("routing:absence", args=[cast.marco.pk])
    given = {
        "absence-starts_at": "2031-07-01T09:00",
        "absence-ends_at": "2031-07-15T18:00",
        "absence-why": "Sea",
    }
    assert anna.post(address, given).status_code == 302
    absence = Absence.objects.get(agent=cast.marco)
    assert absence.starts_at.isoformat() == "2031-07-01T07:00:00+00:00"
    assert "Sea" in anna.get(reverse("routing:person", args=[cast.marco.pk])).content.decode()
    page = anna.post(address, {**given, "absence-ends_at": "2031-06-01T09:00"}).content.decode()
    assert "It ends after it starts" in page
    anna.post(reverse("routing:remove-absence", args=[cast.marco.pk, absence.pk]))
    assert not Absence.objects.exists()


def test_what_comes_to_a_team_and_who_helps(cast: Cast) -> None:
    anna, sales = signed_in(cast.anna), make_team("Sales")
    address = reverse("routing:team", args=[cast.care.pk])
    given = {"languages": ["it"], "overflow": sales.pk}
    assert anna.post(address, given).status_code == 302
    queue = TeamQueue.objects.get(team=cast.care)
    assert (queue.languages, queue.overflow) == (["it"], sales)
    assert "Sales helps" in anna.get(reverse("routing:teams")).content.decode()


def test_a_group_is_dissolved_and_comes_back_with_its_customers(cast: Cast) -> None:
    anna = signed_in(cast.anna)
    anna.post(reverse("routing:groups"), {"name": "Families"})
    families = CustomerGroup.objects.get()
    put_in_group(by=cast.anna, customer=cast.giulia, group=families)
    assert "1 customer" in anna.get(reverse("routing:groups")).content.decode()
    anna.post(reverse("routing:dissolve-group", args=[families.pk]))
    cast.giulia.refresh_from_db()
    assert cast.giulia.group is None
    assert "was dissolved" in anna.get(reverse("routing:groups")).content.decode()
    anna.post(reverse("routing:restore-group"))
    cast.giulia.refresh_from_db()
    assert cast.giulia.group == CustomerGroup.objects.get(pk=families.pk, name="Families")


def test_marco_and_guests_do_not_get_in(cast: Cast) -> None:
    for person in (cast.marco, make_agent("Bruno Conti", Role.GUEST)):
        client = signed_in(person)
        for name in ("rules", "people", "teams", "groups"):
            assert client.get(reverse(f"routing:{name}")).status_code == 403


def test_many_people_cost_no_more_queries(cast: Cast) -> None:
    anna = signed_in(cast.anna)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert anna.get(reverse("routing:people")).status_code == 200
        return len(asked)

    cost()
    few = cost()
    for number in range(30):
        person = make_agent(f"Agent{number} Test", teams=[cast.care])
        change_shifts(by=cast.anna, agent=person, shifts=[(0, time(9), time(17))])
    assert cost() == few


@pytest.mark.parametrize(
    "text", ["", "9", "25-26", "9-13-14", "9:70-10", "x" * 100_000, "\u0669-\u0661\u0663\x00"]
)
def test_times_that_are_none_are_not_read(text: str) -> None:
    assert read_span(text) is None
