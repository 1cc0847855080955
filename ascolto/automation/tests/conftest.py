from __future__ import annotations

from typing import Any

import pytest

from ascolto.automation import worker
from ascolto.automation.actions import create_rule, switch_rule
from ascolto.automation.models import Rule
from ascolto.events.log import latest_position, move_cursor
from ascolto.testing.factories import Cast, make_cast


@pytest.fixture
def cast() -> Cast:
    """Everybody; rules hear what happens from here on."""
    move_cursor(worker.CURSOR, latest_position())
    return make_cast()


def says(when: str = "message_received", *steps: dict[str, Any], **given: Any) -> dict[str, Any]:
    """What a rule says, as plain data."""
    return {"when": when, "steps": list(steps), **given}


def make_rule(cast: Cast, when: str, *steps: dict[str, Any], name: str = "Bills", **given: Any) -> Rule:
    """A rule of Anna's that runs."""
    brake = given.pop("most_per_hour", 500)
    rule = create_rule(by=cast.anna, name=name, says=says(when, *steps, **given), most_per_hour=brake)
    switch_rule(by=cast.anna, rule=rule, on=True)
    return rule


def label(*names: str) -> dict[str, Any]:
    return {"kind": "add_labels", "labels": list(names)}
