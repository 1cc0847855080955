"""`worded: true` in a flow: read, proved, drawn, edited; rehearsals answer without a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from ascolto.bot.drawing import draw
from ascolto.bot.flow import Flow, LookUp
from ascolto.bot.reading import read_flow
from ascolto.bot.rehearsing import Step, play
from ascolto.bot.rewriting import plain
from ascolto.bot.tests.samples import make_writer, published
from ascolto.bot.tests.test_rehearsing import THERE
from ascolto.bot.tests.test_schema import VALIDATOR, load
from ascolto.bot.tests.test_screens import fields_of, latest, page
from ascolto.generation.models import Departure, Generated
from ascolto.testing.dialogues import CARE
from ascolto.testing.factories import make_cast

WORDED = CARE.replace("bill: {look_up: last,", "bill: {look_up: last, worded: true,")


def read(text: str) -> Flow:
    flow, found = read_flow(text)
    assert found == []
    assert flow is not None
    return flow


@pytest.mark.parametrize(("text", "is_worded"), [(CARE, False), (WORDED, True)])
def test_it_is_read_and_without_it_nothing_changes(text: str, is_worded: bool) -> None:
    node = read(text).nodes["bill"]
    assert isinstance(node, LookUp)
    assert node.is_worded is is_worded
    assert VALIDATOR.is_valid(load(text))


@pytest.mark.parametrize(
    "line", ["bill: {look_up: last, worded: perhaps, found: bye, missing: person}", "bill: {say: x, worded: true, next: bye}"]
)  # fmt: skip
def test_elsewhere_or_with_another_value_it_is_a_finding_at_its_line(line: str) -> None:
    text = CARE.replace("bill: {look_up: last, found: bye, missing: person}", line)
    assert text != CARE
    (found,) = [one for one in read_flow(text)[1] if "worded" in one.told()]
    assert found.line == text[: text.index("  bill: {")].count("\n") + 1


def test_the_verifier_has_nothing_against_it(tmp_path: Path) -> None:
    good = tmp_path / "care.yaml"
    good.write_text(WORDED, "utf-8")
    call_command("flow", "check", str(good))


def test_the_picture_says_so() -> None:
    texts = {box.name: box.text for box in draw(read(WORDED)).boxes}
    assert texts["bill"] == "worded"
    assert {box.name: box.text for box in draw(read(CARE)).boxes}["bill"] == ""


@pytest.mark.django_db
def test_a_rehearsal_says_what_was_found_and_asks_nobody() -> None:
    steps = [Step(text="When do I pay the bill?", topic="Billing")]
    done, plainly = (play({"care": read(text)}, "care", steps, THERE) for text in (WORDED, CARE))
    assert THERE.answer in [said.text for one in done.played for said in one.turn.says]
    assert done.ways == plainly.ways
    assert not Departure.objects.exists()
    assert not Generated.objects.exists()


@pytest.mark.django_db
def test_in_the_form_it_is_a_tick_with_an_honest_hint() -> None:
    make_cast()
    rosa = Client()
    rosa.force_login(make_writer())
    published(text=WORDED)
    shown = page(rosa, "node", "care", "bill")
    assert "Rehearsals and trials do not ask the model" in shown
    typed = fields_of(rosa, "care", "bill")
    assert typed["f.worded"] == "on"
    typed.pop("f.worded")
    assert rosa.post(reverse("bot:node", args=["care", "bill"]), typed).status_code == 302
    assert _node()["bill"] == {"look_up": "last", "found": "bye", "missing": "person"}
    again = fields_of(rosa, "care", "bill") | {"f.worded": "on"}
    assert rosa.post(reverse("bot:node", args=["care", "bill"]), again).status_code == 302
    assert _node()["bill"]["worded"] == "true"
    assert read(latest()).nodes["bill"] == read(WORDED).nodes["bill"]


def _node() -> dict[str, Any]:
    found = plain(latest())["nodes"]
    assert isinstance(found, dict)
    return found
