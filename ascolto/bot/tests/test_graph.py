"""Flows are proved before they go live: every planted defect is found with its line, nothing is found in good ones."""

from __future__ import annotations

import pytest

from ascolto.bot.flow import Flow
from ascolto.bot.graph import World, check
from ascolto.bot.proofs.honesty import signature_in
from ascolto.bot.reading import read_flow
from ascolto.bot.tests.proving import COMPANY, HOUSE, expected_in, found_in, texts_in

READY = {path.stem: path.read_text(encoding="utf-8") for path in sorted(HOUSE.glob("*.yaml"))}
GOOD, BROKEN = texts_in("good"), texts_in("broken")


@pytest.mark.parametrize("name", READY)
def test_the_houses_own_flows_are_good(name: str) -> None:
    assert [(one.line, one.code, one.told()) for one in found_in(READY[name])] == []


@pytest.mark.parametrize("name", GOOD)
def test_nothing_is_found_in_a_good_flow(name: str) -> None:
    assert [(one.line, one.code, one.told()) for one in found_in(GOOD[name], COMPANY)] == []


@pytest.mark.parametrize("name", BROKEN)
def test_the_defect_of_a_broken_flow_is_found_with_its_line_and_nothing_else(name: str) -> None:
    found = found_in(BROKEN[name])
    assert sorted({(one.code, one.line) for one in found}) == expected_in(BROKEN[name])


@pytest.mark.parametrize("name", BROKEN)
def test_every_finding_says_how_to_mend_it(name: str) -> None:
    for finding in found_in(BROKEN[name]):
        assert "%(" not in finding.told() + finding.remedy()
        assert finding.told()
        assert finding.remedy()


def test_there_are_enough_of_both() -> None:
    assert len(BROKEN) >= 60
    assert len(GOOD) >= 20


@pytest.mark.parametrize(
    "text",
    [
        "Ciao, sono Marco.",
        "Buongiorno, mi chiamo Giulia",
        "Sono il tuo operatore",
        "Hi, I'm Anna from Telvia.",
        "This is Anna from customer care.",
        "I am a real person",
        "Ecco fatto.\nMarco",
        "A presto, Marco",
        "Grazie della pazienza. — Marco, servizio clienti",
        "Cordiali saluti, Marco Rossi",
        "Best regards,\nAnna",
        "Tutto a posto. Marco del team",
    ],
)
def test_who_passes_for_a_person(text: str) -> None:
    assert signature_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Sono l'assistente automatico di Telvia.",
        "Ciao, sono Stella, l'assistente virtuale.",
        "I am Telvia's automatic assistant.",
        "I nostri uffici sono a Milano e Roma.",
        "Gli orari sono Lunedì e Venerdì. This is Rome.",
        "Ti passo a una persona. Ecco fatto.\nGrazie",
        "Cordiali saluti, {company}",
        "Sono pronte. Sono due: Linea e Voce.",
        "Il tuo operatore precedente resta attivo.",
        "I am sorry about this. I am handing you over.",
    ],
)
def test_who_does_not(text: str) -> None:
    assert signature_in(text) == ""


def test_the_companys_name_may_stand_below() -> None:
    assert signature_in("Cordiali saluti, Telvia", "Telvia") == ""


def test_a_library_is_proved_with_every_part() -> None:
    """Parts that ask for nothing of their own are told of where they are run."""
    caller = (
        "# expects\nflow: caller\nlanguages: [it]\nstart: run\nnodes:\n  run: {flow: needy, next: person}\n"
    )
    needy = "flow: needy\npart: true\nlanguages: [it]\nstart: tell\nnodes:\n  tell: {say: 'Ecco {matter}', next: return}\n"
    slots = "slots:\n  matter: {type: text, ask: 'Che cosa?'}\n"
    parts = {"needy": read(needy)}
    assert [one.code for one in check(caller + slots, parts, World())[1]] == ["unfilled"]
    asked = caller.replace("start: run", "start: ask").replace(
        "nodes:", "nodes:\n  ask: {ask: matter, next: run}"
    )
    assert check(asked + slots, parts, World())[1] == []
    assert [one.code for one in check(needy, {}, World())[1]] == ["unknown_slot"]
    assert check(needy, {"caller": read(asked + slots)}, World())[1] == []


def test_flows_that_run_each_other_are_told_of() -> None:
    flow = "flow: {a}\npart: true\nlanguages: [it]\nstart: run\nnodes:\n  run: {{flow: {b}, next: return}}\n"
    one, two = flow.format(a="one", b="two"), flow.format(a="two", b="one")
    assert [found.code for found in check(one, {"two": read(two)}, World())[1]] == ["recursion"]


def test_menus_in_parts_count_as_levels() -> None:
    menu = (
        "    options:\n      - {{id: a, label: A, next: {next}}}\n      - {{id: b, label: B, next: {next}}}\n"
    )
    flow = "flow: {name}\n{part}languages: [it]\nstart: one\nnodes:\n  one:\n    menu: Uno?\n" + menu
    deepest = flow.format(name="third", part="part: true\n", next="return")
    second = flow.format(name="second", part="part: true\n", next="two") + "  two:\n    menu: Due?\n"
    second += menu.format(next="run") + "  run: {flow: third, next: return}\n"
    whole = flow.format(name="first", part="", next="run") + "  run: {flow: second, next: person}\n"
    parts = {"second": read(second), "third": read(deepest)}
    assert check(second, parts, World())[1] == []
    assert [(one.code, one.line) for one in check(whole, parts, World())[1]] == [("levels", 10)]


def read(text: str) -> Flow:
    flow, found = read_flow(text)
    assert found == []
    assert flow is not None
    return flow
