"""Every query that can be written comes back the same, and finds what a slow reading of it finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Conversation
from ascolto.testing.hostile import mutations
from ascolto.views.conditions import MOST, BadCondition, Query, read
from ascolto.views.tests.reference import holds
from ascolto.views.tests.world import AT, OURS, World, leaves, queries

pytestmark = pytest.mark.django_db
KNOWN = {
    "status", "channel", "inbox", "label", "priority", "public", "snoozed", "spam", "subject", "text", "reopened", "assignee", "team",
    "followed", "unanswered", "waiting", "due", "late", "dated_promise", "promise_broken", "created", "last_message", "complaint",
    "with_bot", "intent", "topic", "sentiment", "urgency", "anger", "language", "customer_group", "customer_label",
}  # fmt: skip


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_every_query_comes_back_and_finds_what_a_slow_reading_finds(world: World) -> None:
    teams = {world.care.pk}

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(queries(world))
    def agrees(data: dict[str, Any]) -> None:
        query = read(data)
        again = read(query.as_data())
        assert again.as_data() == query.as_data()
        assert again == query
        assert query.sentence() == again.sentence()
        assert "%" not in query.sentence().replace("50%", "").replace("“%”", "")
        rows = Conversation.objects.filter(query.condition(world.marco, AT))
        wanted = {one.pk for one in world.told if holds(data, one, me=world.marco.pk, my_teams=teams, at=AT)}
        assert sorted(rows.values_list("pk", flat=True)) == sorted(wanted), query.sentence()

    agrees()


def test_every_comparison_alone_agrees(world: World) -> None:
    """One condition at a time: where a pair of wrongs could hide among others, it cannot here."""

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(leaves(world))
    def agrees(part: dict[str, Any]) -> None:
        data = {"all": [part]}
        rows = Conversation.objects.filter(read(data).condition(world.marco, AT))
        teams = {world.care.pk}
        wanted = [one.pk for one in world.told if holds(data, one, me=world.marco.pk, my_teams=teams, at=AT)]
        assert sorted(rows.values_list("pk", flat=True)) == wanted

    agrees()


def test_all_fields_that_this_room_promises_are_there() -> None:
    assert set(OURS) >= KNOWN


def test_me_means_nobody_where_nobody_asks(world: World) -> None:
    for part in (
        {"field": "assignee", "op": "is", "value": ["me"]},
        {"field": "team", "op": "is_not", "value": ["mine"]},
        {"field": "followed", "op": "yes"},
    ):
        query = read({"any": [{"field": "late", "op": "yes"}, {"all": [part]}]})
        assert query.needs_agent
        with pytest.raises(BadCondition, match="means nobody"):
            query.condition(None, AT)
    assert not read({"all": [{"field": "assignee", "op": "is", "value": ["nobody"]}]}).needs_agent


SOUND = {
    "all": [
        {"field": "status", "op": "is", "value": ["open"]},
        {"field": "text", "op": "contains", "value": "x"},
        {"field": "created", "op": "before", "value": "2026-11-08"},
        {"field": "waiting", "op": "longer_than", "value": "2 hours"},
        {"any": [{"field": "label", "op": "any_of", "value": [1]}, {"field": "late", "op": "yes"}]},
    ]
}


def _read_or_refused(data: Any) -> Query | BadCondition:
    try:
        return read(data)
    except BadCondition as error:
        return error


def test_whatever_is_sent_is_read_or_refused_with_a_way_out() -> None:
    marco = Agent(pk=1)
    for data in mutations(SOUND):
        found = _read_or_refused(data)
        if isinstance(found, BadCondition):
            assert found.message
            assert found.fix
            assert len(str(found)) < 500
        else:
            assert found.sentence()
            list(Conversation.objects.filter(found.condition(marco, AT))[:1])


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"all": [{"field": "nothing", "op": "is"}]}, "all.0.field"),
        ({"all": [{"field": "late", "op": "is"}]}, "all.0.op"),
        ({"all": [{"field": "late", "op": ["yes"]}]}, "all.0.op"),
        ({"all": [{"field": "status", "op": "is", "value": ["opened"]}]}, "all.0.value"),
        ({"all": [{"field": "status", "op": "is", "value": []}]}, "all.0.value"),
        ({"all": [{"field": "created", "op": "before", "value": "2 hours"}]}, "all.0.value"),
        ({"all": [{"field": "created", "op": "within", "value": "2026-11-08"}]}, "all.0.value"),
        ({"all": [{"field": "created", "op": "before", "value": "9999-12-31"}]}, "all.0.value"),
        ({"all": [{"field": "waiting", "op": "longer_than", "value": "9999999 days"}]}, "all.0.value"),
        ({"all": [{"any": []}]}, "all.0.any"),
        ({"any": []}, "any"),
        ({"all": [{"any": [{"all": [{"field": "late", "op": "yes"}]}]}]}, "all.0.any.0"),
        ({"all": [{"field": "late", "op": "yes"}] * (MOST + 1)}, f"all.{MOST}"),
    ],
)
def test_what_is_wrong_is_found_where_it_stands(data: Any, path: str) -> None:
    with pytest.raises(BadCondition) as refused:
        read(data)
    assert refused.value.path == path


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "\u200b" * 5000, "\u202e" * 300, "😀" * 10_000, "\ud800\x00"]
)
def test_wild_texts_are_cut_or_refused(text: str) -> None:
    for data in (
        {"all": [{"field": "text", "op": "contains", "value": text}]},
        {"all": [{"field": text, "op": text, "value": text}]},
        {"all": [{"field": "channel", "op": "is", "value": [text]}]},
        {text: []},
    ):
        found = _read_or_refused(data)
        if not isinstance(found, BadCondition):
            list(Conversation.objects.filter(found.condition(None, AT)))
