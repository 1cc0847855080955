"""Whatever rules somebody writes: a rule reads back as it was stored, and sets of rules come to rest."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.automation.guarding import DEEPEST, Moment, starts_itself, verdict
from ascolto.automation.occasions import OCCASIONS
from ascolto.automation.saying import read_rule, stored_rule

NAMES = st.sampled_from("abcdefg")
START = datetime(2026, 6, 1, 9, tzinfo=UTC)


@dataclass
class Simple:
    """A rule that labels: waits for `waits`, adds `adds`, takes `takes`."""

    waits: str
    adds: frozenset[str]
    takes: frozenset[str]
    writes: bool


@dataclass
class World:
    """A log and the labels of one conversation, with the guard between rules and events."""

    rules: list[Simple]
    labels: set[str] = field(default_factory=set)
    events: list[tuple[frozenset[str], int, str, datetime]] = field(
        default_factory=list
    )  # gained, depth, actor
    last: dict[int, datetime] = field(default_factory=dict)
    runs: Counter[int] = field(default_factory=Counter)

    def run(self, at: datetime, most: int) -> int:
        """Until everything was heard; returns how many events were."""
        heard = 0
        while heard < len(self.events):
            gained, depth, actor, happened = self.events[heard]
            heard += 1
            assert heard < most, "it runs away"
            for number, rule in enumerate(self.rules):
                if rule.waits not in gained:
                    continue
                moment = Moment("conversation.labelled", actor, depth)
                if verdict(moment, self.last.get(number), happened, writes=rule.writes):
                    continue
                self.last[number] = happened
                self.runs[number] += 1
                before = set(self.labels)
                self.labels = (self.labels - rule.takes) | rule.adds
                if self.labels != before:
                    self.events.append((frozenset(self.labels - before), depth + 1, "rule", happened))
        return heard


SIMPLE = st.builds(
    Simple, NAMES, st.frozensets(NAMES, max_size=3), st.frozensets(NAMES, max_size=3), st.booleans()
)


@settings(max_examples=300, deadline=None)
@given(st.lists(SIMPLE, max_size=8), st.lists(NAMES, min_size=1, max_size=5))
def test_no_set_of_rules_runs_away(rules: list[Simple], given_labels: list[str]) -> None:
    world = World(rules)
    for label in given_labels:
        world.labels.add(label)
        world.events.append((frozenset({label}), 0, "agent", START))
    world.run(START, most=len(given_labels) * (1 + len(rules) ** DEEPEST + len(rules) ** 2 + len(rules)) + 1)
    assert all(depth <= DEEPEST for _gained, depth, _actor, _at in world.events)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(SIMPLE, min_size=1, max_size=6),
    st.lists(st.tuples(NAMES, st.integers(0, 120)), min_size=1, max_size=30),
)
def test_an_echo_of_the_house_does_not_drive_a_rule(
    rules: list[Simple], echoes: list[tuple[str, int]]
) -> None:
    """Events that the product causes by itself start a rule at most once in ten minutes on a conversation."""
    world, at = World(rules), START
    for label, minutes in echoes:
        at += timedelta(minutes=minutes / 10)
        world.events.append((frozenset({label}), 0, "system", at))
    world.run(at, most=len(echoes) * (1 + len(rules) ** DEEPEST + len(rules) ** 2 + len(rules)) + 1)
    span = (at - START) / timedelta(minutes=10)
    assert all(count <= span + 1 for count in world.runs.values())


@pytest.mark.parametrize("depth", [DEEPEST, DEEPEST + 1, 50])
def test_too_deep_is_too_deep(depth: int) -> None:
    assert verdict(Moment("conversation.labelled", "rule", depth), None, START, writes=False) == "too_deep"


def test_what_starts_itself_is_seen() -> None:
    assert starts_itself("labelled", {"label": "Bill"}, [("labelled", "bill")])
    assert starts_itself("labelled", {"label": ""}, [("labelled", "bill")])
    assert starts_itself("assigned", {}, [("assigned", None)])
    assert not starts_itself("labelled", {"label": "bill"}, [("labelled", "paid"), ("assigned", None)])


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
STEPS = st.one_of(
    st.builds(lambda names: {"kind": "add_labels", "labels": names}, st.lists(NAMES, min_size=1, max_size=4)),
    st.builds(
        lambda names: {"kind": "remove_labels", "labels": names}, st.lists(NAMES, min_size=1, max_size=4)
    ),
    st.builds(
        lambda status: {"kind": "status", "status": status}, st.sampled_from(["open", "pending", "resolved"])
    ),
    st.builds(lambda value: {"kind": "priority", "priority": value}, st.sampled_from([10, 20, 30, 40])),
    st.builds(
        lambda when: {"kind": "snooze", "when": when},
        st.sampled_from(["in 3 days", "tomorrow 9", "tra 2 ore"]),
    ),
    st.builds(lambda text: {"kind": "note", "text": text}, TEXT),
    st.just({"kind": "mark_spam"}),
    st.just({"kind": "unassign"}),
)
CONDITIONS = st.one_of(
    st.just({"field": "channel", "op": "is", "value": ["whatsapp"]}),
    st.just({"field": "status", "op": "is", "value": ["open"]}),
    st.just({"field": "sentiment", "op": "is_not", "value": ["negative"]}),
    st.builds(lambda text: {"field": "subject", "op": "contains", "value": text}, TEXT),
)
RULES = st.fixed_dictionaries(
    {
        "when": st.sampled_from(sorted(OCCASIONS)),
        "detail": st.builds(
            lambda hours, label, stars: {"hours": hours, "label": label, "stars": stars},
            st.integers(-5, 2000),
            st.one_of(st.just(""), NAMES),
            st.integers(0, 7),
        ),
        "message": st.fixed_dictionaries({"words": st.lists(TEXT, max_size=3), "first": st.booleans()}),
        "conditions": st.builds(
            lambda join, parts: {join: parts} if parts else {"all": []},
            st.sampled_from(["all", "any"]),
            st.lists(CONDITIONS, max_size=3),
        ),
        "steps": st.lists(STEPS, max_size=5),
        "stops": st.booleans(),
    }
)


@pytest.mark.django_db
@settings(max_examples=80, deadline=None)
@given(RULES)
def test_a_rule_that_is_taken_reads_back_the_same_and_can_be_said(data: dict[str, Any]) -> None:
    try:
        saying = read_rule(data)
    except ValidationError:
        return
    again = stored_rule(saying.plain())
    assert again is not None
    assert again.plain() == saying.plain() == read_rule(saying.plain()).plain()
    for language in ("en", "it"):
        with translation.override(language):
            assert again.sentence() == saying.sentence()
            assert saying.sentence().endswith(".")
            assert "%(" not in saying.sentence()


WILD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                [
                    "when",
                    "detail",
                    "message",
                    "conditions",
                    "steps",
                    "kind",
                    "all",
                    "field",
                    "op",
                    "value",
                    "words",
                ]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)


@pytest.mark.django_db
@settings(max_examples=120, deadline=None)
@given(WILD)
def test_nothing_wild_breaks_the_reader(data: Any) -> None:
    with suppress(ValidationError):  # and nothing else
        read_rule(data)
