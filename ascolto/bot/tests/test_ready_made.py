"""The ready-made flows: right in every company, and put there once."""

from __future__ import annotations

import itertools

import pytest

from ascolto.accounts.actions import create_agent
from ascolto.accounts.models import Agent, Role
from ascolto.bot import live
from ascolto.bot.actions.flows import create_flow
from ascolto.bot.findings import Finding
from ascolto.bot.flow import Flow, Menu, Text
from ascolto.bot.graph import World, check
from ascolto.bot.models import BotAction, BotFlow, FlowVersion
from ascolto.bot.reading import read_flow
from ascolto.bot.ready_made import (
    ENTRY,
    FOLDER,
    LINE_TEST,
    install,
    ready_made,
    without_test,
)
from ascolto.bot.selling import sells
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.understanding.actions.starters import FOLDER as STARTERS

LONGEST_LABEL = 20  # of a button on WhatsApp
DEPARTMENTS = ["Field engineers", "Administration"]


def _library(*, may_test: bool) -> dict[str, tuple[str, Flow]]:
    texts = {slug: text if may_test else without_test(text) for slug, text in ready_made().items()}
    texts["away"] = (FOLDER / "away.yaml").read_text("utf-8")
    read = {slug: read_flow(text)[0] for slug, text in texts.items()}
    return {slug: (texts[slug], flow) for slug, flow in read.items() if flow is not None}


@pytest.mark.parametrize("actions", [[LINE_TEST], []])
def test_the_proof_finds_nothing_with_the_italian_rules_on(actions: list[str]) -> None:
    found = _library(may_test=bool(actions))
    world = World(
        departments=DEPARTMENTS,
        teams=[],
        calendars=[],
        actions=dict.fromkeys(actions),
        posted=[ENTRY],
        company="Telvia",
        agcom=True,
        is_commercial=sells,
    )
    flows = {slug: flow for slug, (_, flow) in found.items()}
    findings: dict[str, list[Finding]] = {
        slug: check(text, flows, world)[1] for slug, (text, _) in found.items()
    }
    assert {slug: [one.told() for one in some] for slug, some in findings.items() if some} == {}
    assert len(found) == 7


def test_without_a_line_test_nothing_of_it_is_left() -> None:
    text = without_test(ready_made()["fault"])
    assert "line-test" not in text
    assert "line_status" not in text
    assert "{customer_code}. Dopo il riavvio" in text


def _texts(flow: Flow) -> list[tuple[str, Text]]:
    found = [(f"{node.name}", text) for node in flow.nodes.values() for text in node.texts()]
    for slot in flow.slots.values():
        found += [(f"{slot.name}.ask", slot.ask), (f"{slot.name}.again", slot.again)]
        found += [(f"{slot.name}.{name}", text) for name, text in slot.values.items()]
    return [*found, ("title", flow.title)]


FLOWS = {slug: flow for slug, (_, flow) in _library(may_test=True).items()}


@pytest.mark.parametrize("slug", sorted(FLOWS))
def test_every_text_is_there_in_both_languages(slug: str) -> None:
    for place, text in _texts(FLOWS[slug]):
        for language in ("it", "en"):
            wording = text.by_language.get(language)
            assert wording is not None, (place, language)
            assert wording.text or wording.plurals, (place, language)
        assert {*text.by_language["it"].variants} == {*text.by_language["en"].variants}, place


@pytest.mark.parametrize("slug", sorted(FLOWS))
def test_labels_fit_on_buttons_and_each_has_words_of_its_own(slug: str) -> None:
    for node in FLOWS[slug].nodes.values():
        if not isinstance(node, Menu):
            continue
        for language in ("it", "en"):
            labels = [option.label.by_language[language].text for option in node.options]
            assert max(map(len, labels)) <= LONGEST_LABEL
            for one, other in itertools.combinations(node.options, 2):
                shared = {*one.words.get(language, ())} & {*other.words.get(language, ())}
                assert not shared, (node.name, shared)
    for slot in FLOWS[slug].slots.values():
        for text in slot.values.values():
            assert all(len(wording.text) <= LONGEST_LABEL for wording in text.by_language.values())


@pytest.mark.parametrize("slug", sorted(FLOWS))
def test_a_question_that_comes_again_comes_in_other_words(slug: str) -> None:
    for slot in FLOWS[slug].slots.values():
        for language in ("it", "en"):
            ask, again = slot.ask.by_language[language], slot.again.by_language[language]
            assert not set(ask.every()) & set(again.every())


@pytest.mark.parametrize("slug", sorted(FLOWS))
def test_the_tone_is_calm(slug: str) -> None:
    for place, text in _texts(FLOWS[slug]):
        for language, wording in text.by_language.items():
            for said in wording.every():
                assert "!" not in said, place
                assert len(said) <= 320, place  # two short messages at most
                if language == "it":  # "tu", never "Lei"
                    assert not {"lei", "sua", "gentile", "cliente gentile"} & set(said.casefold().split()), (
                        place
                    )


def test_the_complaint_is_at_the_first_level() -> None:
    start = FLOWS[ENTRY].nodes[FLOWS[ENTRY].start]
    assert isinstance(start, Menu)
    assert [option.id for option in start.options if option.is_complaint] == ["complaint"]


# --- put there ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def anna(db: None) -> Agent:
    return create_agent(
        email="anna@example.org", name="Anna", password="correct horse 7", role=Role.ADMINISTRATOR
    )


def test_they_are_put_there_once_and_run(anna: Agent) -> None:
    made = install(anna)
    assert {version.flow.slug for version in made} == set(ready_made())
    assert all(version.number == 1 and version.published_at for version in made)
    assert set(ready_made()) <= set(live.at_hand().flows_now())
    assert install(anna) == []
    assert FlowVersion.objects.count() == len(ready_made())
    assert BotFlow.objects.get(slug=ENTRY).title == "Assistenza"
    assert Event.objects.filter(type="flow.published").count() == len(ready_made())


def test_the_line_is_tested_where_a_system_for_it_was_set_up(anna: Agent) -> None:
    install(anna)
    assert LINE_TEST not in FlowVersion.objects.get(flow__slug="fault").text
    BotFlow.objects.all().delete()
    BotAction.objects.create(name=LINE_TEST, url="https://lines.example.org/test")
    install(anna)
    assert FlowVersion.objects.get(flow__slug="fault").text == ready_made()["fault"]


def test_a_flow_of_the_companys_own_stays_as_it_is(anna: Agent) -> None:
    own = 'flow: care\nlanguages: [it]\nstart: bye\nnodes:\n  bye: {end: {say: "Ciao."}}\n'
    create_flow(by=anna, text=own)
    made = install(anna)
    assert ENTRY not in {version.flow.slug for version in made}
    assert FlowVersion.objects.get(flow__slug=ENTRY).text == own


def test_only_who_may_change_the_bot_installs_them(db: None) -> None:
    marco = create_agent(email="marco@example.org", name="Marco", password="correct horse 7")
    with pytest.raises(Refused):
        install(marco)
    assert not BotFlow.objects.exists()


def test_topics_are_ones_that_the_starters_give() -> None:
    given = {
        line[2:].split(" | ")[0]
        for path in STARTERS.glob("*.txt")
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("# ")
    }
    start = FLOWS[ENTRY].nodes[FLOWS[ENTRY].start]
    assert isinstance(start, Menu)
    assert {topic for option in start.options for topic in option.topics} <= given
