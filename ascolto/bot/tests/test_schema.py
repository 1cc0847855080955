"""The schema for editors says the same as the reader: good flows are valid, odd shapes are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from jsonschema import Draft202012Validator

from ascolto.bot.reading_nodes import VERBS
from ascolto.bot.schema import flow_schema
from ascolto.bot.tests.proving import HOUSE, texts_in

VALIDATOR = Draft202012Validator(flow_schema())
PAGE = Path(__file__).parents[3] / "docs" / "bot" / "flow.schema.json"
HOUSES = {path.stem: path.read_text(encoding="utf-8") for path in HOUSE.glob("*.yaml")}
OF_FORM = (
    "key_unknown",
    "slot_type_unknown",
    "condition_word_unknown",
    "name_with_a_dot",
    "six_options",
    "when_without_cases",
    "option_without_next",
)


class AsWritten(yaml.CSafeLoader):
    """Editors read YAML 1.2: yes and no are words there."""


AsWritten.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool" or sign in "tTfF"]
    for sign, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str) -> Any:
    return yaml.load(text, AsWritten)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(flow_schema())
    assert len(flow_schema()["$defs"]["node"]["oneOf"]) == len(VERBS)


@pytest.mark.parametrize(
    "text", [*HOUSES.values(), *texts_in("good").values()], ids=[*HOUSES, *texts_in("good")]
)
def test_good_flows_are_valid(text: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(load(text))] == []


@pytest.mark.parametrize("name", OF_FORM)
def test_odd_shapes_are_not(name: str) -> None:
    assert list(VALIDATOR.iter_errors(load(texts_in("broken")[name])))


@pytest.mark.parametrize(
    "odd",
    [None, [], {}, {"flow": "x"}, {"flow": "x", "languages": [], "start": "a", "nodes": {}}, {"flow": 1}],
)
def test_what_is_no_flow_is_not(odd: object) -> None:
    assert list(VALIDATOR.iter_errors(odd))


def test_the_page_for_editors_is_what_the_code_says() -> None:
    """`ascolto flow schema > docs/bot/flow.schema.json` writes it anew."""
    assert json.loads(PAGE.read_text(encoding="utf-8")) == flow_schema()


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("flow", "schema")
    assert json.loads(capsys.readouterr().out) == flow_schema()


def test_the_command_proves_files_and_says_where_they_are_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, broken = tmp_path / "good.yaml", tmp_path / "broken.yaml"
    good.write_text(texts_in("good")["small"], encoding="utf-8")
    broken.write_text(texts_in("broken")["edge_unknown"], encoding="utf-8")
    call_command("flow", "check", str(good))
    assert "1 flow proved" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        call_command("flow", "check", str(good), str(broken))
    told = capsys.readouterr()
    assert ended.value.code == 1
    assert f"{broken}:8: There is no node by. Did you mean bye? [unknown_node]" in told.out
    with pytest.raises(SystemExit):
        call_command("flow", "check", "--json", str(broken))
    assert json.loads(capsys.readouterr().out.splitlines()[0])["line"] == 8
