"""`ascolto flow test`: kept rehearsals beside the flow's text, without a database."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ascolto.bot.rehearsing import Step, play
from ascolto.bot.tests.test_rehearsing import CARE, FLOWS, THERE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    steps = (Step(supposed=THERE), Step(choice="menu.bill"))
    test = {
        "name": "The bill",
        "channel": "chat",
        "language": "en",
        "situation": THERE.to_json(),
        "steps": [step.to_json() for step in steps],
        "expected": play(FLOWS, "care", steps, THERE).ways,
    }
    (tmp_path / "care.yaml").write_text(CARE, "utf-8")
    (tmp_path / "care.tests.json").write_text(json.dumps({"flow": "care", "rehearsals": [test]}), "utf-8")
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("flow", "test", *arguments, stdout=out, stderr=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_a_flow_that_goes_as_it_went_passes(folder: Path) -> None:
    assert run(str(folder / "care.yaml")) == (0, "passes The bill\n")


def test_a_flow_that_goes_another_way_fails_with_the_place(folder: Path) -> None:
    other = folder / "other.yaml"
    other.write_text(CARE.replace("topics: [bill], next: answer", "topics: [bill], next: bye"), "utf-8")
    code, told = run(str(other), "--rehearsals", str(folder / "care.tests.json"))
    assert code == 1
    assert "FAILS  The bill step 2: expected care/answer, got care/bye" in told


def test_what_cannot_be_read_is_said(folder: Path) -> None:
    for text in ("[]", "{", '{"rehearsals": [{}]}'):
        (folder / "care.tests.json").write_text(text, "utf-8")
        with pytest.raises(CommandError):
            run(str(folder / "care.yaml"))
    (folder / "care.tests.json").unlink()
    with pytest.raises(CommandError):
        run(str(folder / "care.yaml"))
    with pytest.raises(CommandError):
        run(str(folder / "nothing.yaml"))
