"""A rehearsed dialogue goes the same way every time, and tells where another version leaves that way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.bot import reading
from ascolto.bot.flow import Flow
from ascolto.bot.rehearsing import END, ENDLESS, Play, Step, difference, play, steps_from, ways_from
from ascolto.bot.supposing import Supposed

CARE = """
flow: care
languages: [it, en]
start: hello
slots:
  code:
    type: code
    mask: TV999999
    known: [customer_code]
    ask: {it: "Il codice cliente?", en: "Your customer code?"}
  state: {type: text, ask: {it: "Stato?", en: "State?"}}
nodes:
  hello: {say: {it: Benvenuto., en: Welcome.}, next: menu}
  menu:
    menu: {it: "Che cosa serve?", en: "What is it about?"}
    options:
      - {id: fault, label: {it: Guasto, en: Fault}, topics: [fault], next: code}
      - {id: bill, label: {it: Bolletta, en: Bill}, topics: [bill], next: answer}
      - {id: bye, label: {it: Niente, en: Nothing}, next: bye}
  code: {ask: code, next: line}
  line: {call: line_state, send: [code], save: {state: state}, next: told, failed: person}
  told: {say: {it: "Linea: {state}.", en: "Line: {state}."}, next: open}
  open: {hours: company, open: request, closed: bye}
  request: {request: {department: field, text: {it: "Guasto {code}", en: "Fault {code}"}}, next: bye}
  answer: {look_up: last, found: bye, missing: person}
  bye: {end: {say: {it: Ciao., en: Bye.}}}
"""
AWAY = (Path(__file__).parents[1] / "flows/away.yaml").read_text("utf-8")
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
THERE = Supposed(moment=NOW, company="Telvia", answer="On the tenth of each month.", values={"state": "down"})


def flows_of(*texts: str) -> dict[str, Flow]:
    flows = [reading.read_flow(text)[0] for text in texts]
    return {flow.slug: flow for flow in flows if flow is not None}


FLOWS = flows_of(CARE, AWAY)


def said(played: Play) -> list[str]:
    return [one.text for each in played.played for one in each.turn.says]


def test_a_way_is_told_step_by_step() -> None:
    done = play(FLOWS, "care", [Step(), Step(choice="menu.fault"), Step(text="it is tv 123456")], THERE)
    assert done.ways == (
        ("care/hello", "care/menu"),
        ("care/code",),
        ("care/line", "care/told", "care/open", "care/request", "care/bye", END),
    )
    assert "Line: down." in said(done)
    assert done.state.done


def test_what_is_supposed_decides() -> None:
    steps = [Step(), Step(choice="menu.fault"), Step(text="TV123456")]
    failed = play(FLOWS, "care", steps, Supposed(moment=NOW, call="failed"))
    assert failed.ways[-1] == ("care/line", "person:flow")
    known = play(FLOWS, "care", steps[:2], Supposed(moment=NOW, known={"customer_code": "TV123456"}))
    assert known.state.done
    closed = play(FLOWS, "care", [Step(text="operatore")], Supposed(moment=NOW, is_open=False))
    assert closed.ways == (("away/offer", "person:asked"),)
    angry = play(FLOWS, "care", [Step(text="And again!", mood="angry")], THERE)
    assert angry.ways == (("person:anger",),)
    topic = play(FLOWS, "care", [Step(text="When is it due?", topic="bill")], THERE)
    assert topic.ways == (("care/hello", "care/menu", "care/answer", "care/bye", END),)
    missing = play(FLOWS, "care", [Step(text="When?", topic="bill")], Supposed(moment=NOW, look_up="missing"))
    assert missing.ways[0][-1] == "person:flow"


def test_the_situation_can_change_on_the_way() -> None:
    night = Supposed(moment=NOW, is_open=False)
    done = play(FLOWS, "care", [Step(), Step(text="operator", supposed=night)], THERE)
    assert done.ways[1] == ("away/offer", "person:asked")
    assert done.supposed == night


def test_a_flow_that_looks_up_for_ever_is_stopped() -> None:
    loop = CARE.replace("missing: person}", "missing: answer}")
    done = play(
        flows_of(loop), "care", [Step(text="When?", topic="bill")], Supposed(moment=NOW, look_up="missing")
    )
    assert done.ways[0][-1] == ENDLESS


def test_the_first_difference_is_told() -> None:
    steps = [Step(), Step(choice="menu.bill")]
    kept = play(FLOWS, "care", steps, THERE).ways
    assert difference(kept, play(FLOWS, "care", steps, THERE).ways) is None
    other = flows_of(CARE.replace("topics: [bill], next: answer", "topics: [bill], next: bye"), AWAY)
    found = difference(kept, play(other, "care", steps, THERE).ways)
    assert found is not None
    assert (found.step, found.place, found.expected, found.got) == (2, 1, "care/answer", "care/bye")


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=4), st.data())
def test_ways_differ_where_they_first_differ(ways: list[list[str]], data: st.DataObject) -> None:
    assert difference(ways, ways) is None
    other = data.draw(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=4))
    found, back = difference(ways, other), difference(other, ways)
    trimmed = [[*way] for way in ways], [[*way] for way in other]
    while trimmed[0] and not trimmed[0][-1]:
        trimmed[0].pop()
    while trimmed[1] and not trimmed[1][-1]:
        trimmed[1].pop()
    assert (found is None) == (trimmed[0] == trimmed[1])
    if found and back:
        assert (found.step, found.place, found.expected) == (back.step, back.place, back.got)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from(
    ["text", "choice", "digits", "files", "mood", "topic", "supposed", "known", "moment", "zone", "is_open"]
)


@given(
    st.dictionaries(NAMES | st.sampled_from(["channel", "language", "values", "answer", "call"]), JSON), JSON
)
def test_whatever_comes_from_outside_is_read(told: dict[str, Any], other: Any) -> None:
    for given_ in (told, other):
        supposed = Supposed.from_json(given_)
        assert Supposed.from_json(json.loads(json.dumps(supposed.to_json()))) == supposed
        step = Step.from_json(given_)
        assert Step.from_json(json.loads(json.dumps(step.to_json()))) == step
        steps_from(given_)
        ways_from(given_)


STEP = st.builds(
    Step,
    text=st.sampled_from(
        [
            "",
            "Ciao",
            "operatore",
            "la bolletta",
            "TV123456",
            "\u202e\u200b",
            "1",
            "x" * 1_900,
            "non capisci niente",
        ]
    ),
    choice=st.sampled_from(
        ["", "menu.fault", "menu.bill", "person", "other", "offer.call", "nowhere.nothing"]
    ),
    digits=st.sampled_from(["", "0", "1", "*", "123456"]),
    mood=st.sampled_from(["", "angry", "negative"]),
    topic=st.sampled_from(["", "fault", "bill", "nothing we know"]),
)
SITUATION = st.builds(
    Supposed,
    channel=st.sampled_from(["chat", "whatsapp", "sms", "phone"]),
    language=st.sampled_from(["it", "en", "de"]),
    moment=st.just(NOW),
    is_open=st.booleans(),
    look_up=st.sampled_from(["found", "missing"]),
    answer=st.sampled_from(["", "Yes."]),
    call=st.sampled_from(["answered", "failed"]),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=12), SITUATION)
def test_the_same_steps_go_the_same_way_also_when_they_were_kept_as_text(
    steps: list[Step], supposed: Supposed
) -> None:
    once = play(FLOWS, "care", steps, supposed)
    kept = json.loads(
        json.dumps({"steps": [one.to_json() for one in steps], "ways": once.ways, "how": supposed.to_json()})
    )
    again = play(FLOWS, "care", steps_from(kept["steps"]), Supposed.from_json(kept["how"]))
    assert difference(ways_from(kept["ways"]), again.ways) is None
