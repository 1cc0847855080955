"""What was rehearsed and kept guards what is published."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ValidationError

from ascolto.accounts.models import Agent, Role
from ascolto.bot.actions import create_flow, publish, save_version
from ascolto.bot.actions.rehearsals import (
    keep_rehearsal,
    library_with,
    read_rehearsals,
    record_again,
    remove_rehearsal,
    results_of,
    take_in_rehearsals,
    written_rehearsals,
)
from ascolto.bot.models import FlowVersion, Rehearsal
from ascolto.bot.rehearsing import Step, play
from ascolto.bot.supposing import Supposed
from ascolto.bot.tests.samples import CARE
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.testing.factories import make_agent, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def paola() -> Agent:
    make_team("Care")
    return make_agent("Paola Conti", Role.ADMINISTRATOR)


def keep(by: Agent, version: FlowVersion, name: str, *steps: Step) -> Rehearsal:
    played = play(library_with(version.text)[0], version.flow.slug, steps, Supposed())
    first = Step(**{**{key: getattr(steps[0], key) for key in ("text", "choice")}, "supposed": Supposed()})
    return keep_rehearsal(by=by, flow=version.flow, name=name, steps=(first, *steps[1:]), played=played)


def test_a_version_that_goes_another_way_is_not_published_until_its_tests_are_recorded_again(
    paola: Agent,
) -> None:
    first = publish(by=paola, version=create_flow(by=paola, text=CARE))
    menu = play(library_with(first.text)[0], first.flow.slug, [Step()], Supposed()).played[0].turn
    chosen = menu.choices[0].id
    kept = keep(paola, first, "The first choice", Step(), Step(choice=chosen))
    assert [one.differs for one in results_of(first.flow, first.text)] == [None]
    node = kept.expected[1][0].partition("/")[2]
    changed = first.text.replace(f"next: {node}", "next: sorry", 1)
    changed += f'  sorry: {{say: {{it: "Ci dispiace.", en: "We are sorry."}}, next: {node}}}\n'
    second = save_version(by=paola, flow=first.flow, text=changed)
    with pytest.raises(Refused) as refused:
        publish(by=paola, version=second)
    assert refused.value.code == "rehearsals"
    assert "The first choice" in refused.value.place["names"]
    found = results_of(first.flow, changed)[0].differs
    assert found is not None
    assert (found.step, found.expected) == (2, kept.expected[1][0])
    record_again(by=paola, rehearsal=kept, text=changed)
    publish(by=paola, version=second)
    remove_rehearsal(by=paola, rehearsal=kept)
    told = Event.objects.filter(type__startswith="rehearsal.").order_by("pk").values_list("type", flat=True)
    assert list(told) == ["rehearsal.kept", "rehearsal.recorded", "rehearsal.removed"]


def test_tests_travel_as_a_file(paola: Agent) -> None:
    version = create_flow(by=paola, text=CARE)
    keep(paola, version, "At once", Step(text="operatore"))
    paper = json.dumps(written_rehearsals(version.flow))
    one = read_rehearsals(paper)[0]
    assert one.differs(version.flow.slug, library_with(version.text)[0]) is None
    assert take_in_rehearsals(by=paola, flow=version.flow, text=paper) == 1
    assert [row.name for row in version.flow.rehearsals.all()] == ["At once"]
    assert results_of(version.flow, version.text)[0].differs is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"rehearsals": [1]}',
        '{"rehearsals": [{"name": "x"}]}',
        "x" * 3_000_000,
    ],
)
def test_what_is_no_file_of_tests_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValidationError):
        read_rehearsals(text)


def test_who_may_not_write_flows_keeps_nothing(paola: Agent) -> None:
    version = create_flow(by=paola, text=CARE)
    with pytest.raises(Refused):
        keep(make_agent("Marco Villa"), version, "Mine", Step())
    with pytest.raises(ValidationError):
        keep(paola, version, "  ", Step())
