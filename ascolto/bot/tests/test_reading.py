"""A flow is read with its lines; what cannot be read is told, and the rest is read all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ascolto.bot.findings import Finding
from ascolto.bot.flow import (
    Ask,
    Branch,
    Call,
    CallBack,
    End,
    Flow,
    HandOff,
    Hours,
    LookUp,
    Mark,
    Menu,
    Request,
    Say,
    SubFlow,
)
from ascolto.bot.reading import read_flow

ALL = """# everything
flow: all_of_it
languages: [it, en]
start: hello
part: true
person: {words: {it: [tecnico]}, team: Assistenza}
slots:
  code: {type: code, mask: TV99, known: [customer_code, opening], optional: true, ask: {it: Codice, en: Code}}
  day: {type: date, latest: 14d, ask: {it: Giorno, en: Day}}
nodes:
  hello:
    say:
      it: {text: Ciao, phone: Pronto, count: day, plural: {one: uno, other: altri}}
      en: Hello
    commercial: true
    next: code
  code: {ask: code, next: menu}
  menu:
    menu: {it: Che cosa, en: What}
    options:
      - id: a
        label: {it: A, en: A}
        say: {it: la a, en: the a}
        words: {it: [uno, due], en: one}
        topics: [T]
        complaint: true
        back: true
        next: look
  look: {look_up: last, found: call, missing: person}
  call: {call: act, send: [code], save: {day: when}, timeout: 3s, next: ask_them, failed: person}
  ask_them: {request: {department: Tecnici, text: {it: X, en: X}}, next: back}
  back: {call_back: {number: code, within: 90m}, next: open}
  open: {hours: company, open: mark, closed: person}
  mark: {set: {labels: [a, b], topic: T, priority: high}, next: which}
  which:
    when:
      - {if: {language: it, hours: "22:00-6:00", weekdays: [mon, sun], slots: {code: known, day: [x, y]}, problem: false}, next: run}
    else: bye
  run: {flow: away, next: hand}
  hand: {hand_off: {team: Vendite, say: {it: Ecco, en: Here}}}
  bye: {end: {resolved: true}}
"""


def read(text: str) -> Flow:
    flow, found = read_flow(text)
    assert found == []
    assert flow is not None
    return flow


def codes(text: str) -> list[tuple[str, int]]:
    return [(one.code, one.line) for one in read_flow(text)[1]]


def test_every_kind_of_node_is_read() -> None:
    nodes = read(ALL).nodes
    kinds = [Say, Ask, Menu, LookUp, Call, Request, CallBack, Hours, Mark, Branch, SubFlow, HandOff, End]
    assert [type(node) for node in nodes.values()] == kinds
    assert [name for node in nodes.values() for _, name in node.edges()] == [
        "code", "menu", "look", "call", "person", "ask_them", "person", "back", "open", "mark", "person", "which", "run", "bye", "hand",
    ]  # fmt: skip


def test_values_are_what_they_say() -> None:
    flow = read(ALL)
    call, back, which = flow.nodes["call"], flow.nodes["back"], flow.nodes["which"]
    assert isinstance(call, Call)
    assert isinstance(back, CallBack)
    assert isinstance(which, Branch)
    assert (call.timeout, back.within) == (timedelta(seconds=3), timedelta(minutes=90))
    condition = which.cases[0][0]
    assert (condition.hours, condition.weekdays, condition.has_problem) == ((22 * 60, 6 * 60), {0, 6}, False)
    assert condition.slots == {"code": (), "day": ("x", "y")}
    assert (flow.person_team, flow.person_words, flow.is_called) == ("Assistenza", {"it": ("tecnico",)}, True)
    assert flow.slots["code"].is_optional
    assert flow.slots["day"].latest == timedelta(days=14)
    hello = flow.nodes["hello"]
    assert isinstance(hello, Say)
    assert list(hello.text.by_language["it"].every()) == ["Ciao", "Pronto", "uno", "altri"]


def test_lines_of_nodes_texts_and_edges_are_kept() -> None:
    flow = read(ALL)
    assert (flow.nodes["hello"].line, flow.lines["hello.next"], flow.lines["menu.options.a"]) == (11, 16, 28)
    hello = flow.nodes["hello"]
    assert isinstance(hello, Say)
    assert [wording.line for wording in hello.text.by_language.values()] == [13, 14]


def test_one_language_needs_no_language_keys() -> None:
    flow = read("flow: a\nlanguages: it\nstart: b\nnodes:\n  b: {say: Ciao, next: person}\n")
    assert flow.nodes["b"] == Say("b", 5, "person", flow.nodes["b"].text)  # type: ignore[attr-defined]


def test_no_time_at_all_is_not_the_usual_time() -> None:
    flow = read(
        "flow: a\nlanguages: it\nstart: b\nnodes:\n  b: {call: x, timeout: 0s, next: person, failed: person}\n"
    )
    assert flow.nodes["b"].timeout == timedelta()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("  x: {say: Ciao, next: [a]}", "shape"),
        ("  x: {say: [Ciao], next: a}", "shape"),
        ("  x: {say: Ciao, commercial: perhaps, next: a}", "shape"),
        ("  x: {say: Ciao, nxt: a}", "unknown_key"),
        ("  x: {say: Ciao, ask: b, next: a}", "verb"),
        ("  x: hello", "verb"),
        ("  x: {next: a}", "verb"),
        ("  x y: {say: Ciao, next: a}", "name"),
        ("  x: {call_back: {number: a, within: soon}, next: a}", "duration"),
        ("  x: {call_back: {within: 1h}, next: a}", "missing"),
        ("  x: {menu: Ciao}", "missing"),
        ("  x: {menu: Ciao, options: [a]}", "shape"),
        ("  x: {set: {priority: hihg}, next: a}", "unknown_word"),
        ('  x: {when: [{if: {hours: "9-18"}, next: a}], else: a}', "hours"),
        ("  x: {when: [{if: {weekdays: [lun]}, next: a}], else: a}", "unknown_word"),
        ("  x: {when: [{if: {}, next: a}], else: a}", "missing"),
        ("  x: {when: [{next: a}], else: a}", "shape"),
        (f"  x: {{say: {'a' * 4001}, next: a}}", "too_long"),
    ],
)
def test_what_is_odd_is_told_in_its_line(line: str, code: str) -> None:
    text = f"flow: f\nlanguages: [it]\nstart: a\nnodes:\n  a: {{end: true}}\n{line}\n"
    assert (code, 6) in codes(text)
    flow, _ = read_flow(text)
    assert flow is not None
    assert "a" in flow.nodes


def test_everything_is_told_at_once() -> None:
    text = "flow: f\nlanguages: [it, xx]\nstart: a\nnodes:\n  a: {sai: x}\n  b: {say: x, next: c, foo: 1}\n"
    assert [code for code, _ in codes(text)] == ["language", "verb", "unknown_key"]


@pytest.mark.parametrize(("word", "guess"), [("nxt", "next"), ("comercial", "commercial")])
def test_a_slip_of_the_pen_is_guessed(word: str, guess: str) -> None:
    told = read_flow(
        f"flow: f\nlanguages: [it]\nstart: a\nnodes:\n  a: {{say: x, next: person, {word}: y}}\n"
    )[1]
    assert told[0].remedy() == f"Did you mean {guess}?"


def test_a_finding_is_told_in_the_language_of_who_reads() -> None:
    italian: Any = {"%(key)s is missing.": "Manca %(key)s."}.get
    assert (
        Finding(1, "missing", "%(key)s is missing.", values={"key": "start"}).told(italian) == "Manca start."
    )
