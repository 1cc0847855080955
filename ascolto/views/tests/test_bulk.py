"""Many conversations at once: each is done or told why not, and all of it can be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ascolto.conversations import actions as conversations
from ascolto.conversations.models import Conversation
from ascolto.gates import Refused
from ascolto.kit import clock
from ascolto.testing.factories import Cast, make_agent, make_cast, make_customer
from ascolto.views.bulk import MOST, change_many, undo
from ascolto.views.models import BulkChange

pytestmark = pytest.mark.django_db
LATER = "2126-01-01T10:00:00+00:00"
CHANGES: list[tuple[str, dict[str, Any], str, Any]] = [
    ("assign", {"assignee": "me"}, "assignee_id", None),
    ("team", {"team": "care"}, "team_id", None),
    ("status", {"status": "resolved"}, "status", "open"),
    ("priority", {"priority": "high"}, "priority", 20),
    ("snooze", {"until": LATER}, "snoozed_until", None),
    ("spam", {}, "is_spam", False),
]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def three(cast: Cast) -> list[int]:
    people = [make_customer(f"Giulia {n}", ("email", f"g{n}@example.org")) for n in range(3)]
    return [cast.writes(customer=person).pk for person in people]


def column(name: str, pks: list[int]) -> set[Any]:
    return set(Conversation.objects.filter(pk__in=pks).values_list(name, flat=True))


@pytest.mark.parametrize(("verb", "values", "name", "was"), CHANGES)
def test_many_change_and_all_go_back(
    cast: Cast, verb: str, values: dict[str, Any], name: str, was: Any
) -> None:
    pks = three(cast)
    values = {"team": cast.care.pk} if verb == "team" else values
    result = change_many(by=cast.marco, conversations=pks, verb=verb, values=values)
    assert result.changed == pks
    assert not result.not_changed
    assert column(name, pks) != {was}
    assert result.batch is not None
    back = undo(by=cast.marco, batch=result.batch)
    assert sorted(back.changed) == pks
    assert column(name, pks) == {was}
    with pytest.raises(Refused):
        undo(by=cast.marco, batch=result.batch)


def test_labels_are_added_and_taken_away_and_come_back(cast: Cast) -> None:
    pks = three(cast)
    first = Conversation.objects.get(pk=pks[0])
    conversations.set_labels(agent=cast.marco, conversation=first, names=["old", "refund"])
    added = change_many(by=cast.marco, conversations=pks, verb="label", values={"labels": "refund, vip"})
    assert sorted(first.labels.values_list("name", flat=True)) == ["old", "refund", "vip"]
    gone = change_many(by=cast.marco, conversations=pks, verb="unlabel", values={"labels": ["refund"]})
    assert sorted(first.labels.values_list("name", flat=True)) == ["old", "vip"]
    assert gone.batch
    assert added.batch
    undo(by=cast.marco, batch=gone.batch)
    undo(by=cast.marco, batch=added.batch)
    assert sorted(first.labels.values_list("name", flat=True)) == ["old", "refund"]


def test_what_somebody_changed_since_stays(cast: Cast) -> None:
    pks = three(cast)
    result = change_many(by=cast.marco, conversations=pks, verb="priority", values={"priority": "high"})
    other = Conversation.objects.get(pk=pks[1])
    conversations.change_priority(agent=cast.anna, conversation=other, priority=40)
    assert result.batch
    back = undo(by=cast.marco, batch=result.batch)
    assert [one.conversation for one in back.not_changed] == [pks[1]]
    assert back.not_changed[0].code == "moved_on"
    assert sorted(Conversation.objects.filter(pk__in=pks).values_list("priority", flat=True)) == [20, 20, 40]


def test_viktor_changes_nothing_that_he_does_not_see(cast: Cast) -> None:
    pks = three(cast)
    result = change_many(by=cast.viktor, conversations=pks, verb="spam", values={})
    assert not result.changed
    assert {one.code for one in result.not_changed} == {"not_found"}
    assert result.batch is None
    assert not BulkChange.objects.exists()


def test_who_may_not_is_told(cast: Cast) -> None:
    guest = make_agent("Gina Guest", "guest")
    with pytest.raises(Refused):
        change_many(by=guest, conversations=[1], verb="spam", values={})
    with pytest.raises(Refused):
        change_many(by=cast.marco, conversations=range(1, MOST + 2), verb="spam", values={})


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("explode", {}),
        ("assign", {"assignee": "\x00"}),
        ("assign", {"assignee": 10**30}),
        ("team", {"team": "x" * 1_000_000}),
        ("label", {"labels": ""}),
        ("label", {"labels": ["x" * 61]}),
        ("label", {"labels": {"a": 1}}),
        ("status", {"status": []}),
        ("priority", {"priority": None}),
        ("snooze", {"until": "2126-13-01T10:00:00Z"}),
        ("snooze", {"until": "2126-01-01T10:00:00"}),
        ("merge", {"into": "nothing"}),
    ],
)
def test_what_cannot_be_is_refused_before_anything_changes(
    cast: Cast, verb: str, values: dict[str, Any]
) -> None:
    pk = cast.writes().pk
    version = Conversation.objects.get(pk=pk).version
    try:
        result = change_many(by=cast.marco, conversations=[pk], verb=verb, values=values)
    except Refused as refused:
        assert refused.message  # noqa: PT017
        result = None
    assert result is None or not result.changed or verb == "label"
    assert Conversation.objects.get(pk=pk).version == version or verb == "label"


def test_several_of_one_customer_become_one_and_come_apart(cast: Cast) -> None:
    one = cast.writes("First")
    conversations.change_status(agent=cast.marco, conversation=one, status="resolved")
    Conversation.objects.filter(pk=one.pk).update(resolved_at=clock.now() - timedelta(days=40))
    two = cast.writes("Second")
    assert one.pk != two.pk
    result = change_many(by=cast.marco, conversations=[one.pk, two.pk], verb="merge", values={"into": two.pk})
    assert result.changed == [one.pk]
    assert result.batch
    assert undo(by=cast.marco, batch=result.batch).changed == [one.pk]
    assert Conversation.objects.get(pk=one.pk).merged_into_id is None


def test_a_change_goes_on_in_steps_and_is_undone_at_once(cast: Cast) -> None:
    pks = three(cast)
    first = change_many(by=cast.marco, conversations=pks[:1], verb="status", values={"status": "pending"})
    rest = change_many(
        by=cast.marco, conversations=pks[1:], verb="status", values={"status": "pending"}, batch=first.batch
    )
    assert rest.batch == first.batch
    assert rest.batch
    assert sorted(undo(by=cast.marco, batch=rest.batch).changed) == pks


def test_it_is_too_late_after_half_an_hour_and_nobody_elses_to_undo(cast: Cast) -> None:
    result = change_many(by=cast.marco, conversations=three(cast), verb="spam", values={})
    assert result.batch
    with pytest.raises(Refused):
        undo(by=cast.anna, batch=result.batch)
    with clock.at(clock.now() + timedelta(minutes=31)), pytest.raises(Refused):
        undo(by=cast.marco, batch=result.batch)
