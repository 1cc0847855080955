"""A flow as a picture: no box on another, the same every time, everything in it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.bot.drawing import BOX, TALL, Drawing, draw
from ascolto.bot.findings import Finding
from ascolto.bot.flow import Flow, Menu, Option, Say, Text
from ascolto.bot.live import READY_MADE
from ascolto.bot.reading import read_flow


def flow_of(text: str) -> Flow:
    flow, _ = read_flow(text)
    assert flow is not None
    return flow


def check(flow: Flow, drawing: Drawing) -> None:
    assert sorted(box.name for box in drawing.boxes) == sorted(flow.nodes)
    taken: set[tuple[int, int]] = set()
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.x + BOX <= drawing.width
        assert 0 <= box.y <= drawing.height - TALL
    rows: dict[int, list[int]] = {}
    for box in drawing.boxes:
        assert (box.x, box.y) not in taken
        taken.add((box.x, box.y))
        rows.setdefault(box.y, []).append(box.x)
    for row in rows.values():
        row.sort()
        assert all(right - left > BOX for left, right in itertools.pairwise(row))
    heights = sorted(rows)
    assert all(low - high > TALL for high, low in itertools.pairwise(heights))


@pytest.mark.parametrize("path", sorted(READY_MADE.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_ready_made_flows_are_drawn_from_the_top(path: object) -> None:
    flow = flow_of(path.read_text("utf-8"))  # type: ignore[attr-defined]
    drawing = draw(flow, language="it")
    check(flow, drawing)
    top = min(drawing.boxes, key=lambda box: box.y)
    assert top.is_start
    assert draw(flow, language="it") == drawing


def test_what_is_wrong_and_what_leads_to_a_person_is_marked() -> None:
    flow = flow_of(
        "flow: a\nlanguages: [en]\nstart: one\nnodes:\n  one: {say: Hello, next: two}\n"
        "  two: {menu: What, options: [{id: a, label: A person please, next: person}, {id: b, label: Again, next: one}]}\n"
        "  lost: {end: {say: Bye}}\n".replace("\\\n", "\n")
    )
    drawing = draw(flow, findings=[Finding(5, "x", "Wrong.", node="one")])
    boxes = {box.name: box for box in drawing.boxes}
    assert boxes["one"].findings
    assert boxes["two"].to_person
    assert not boxes["lost"].is_reached
    assert boxes["lost"].y > boxes["two"].y
    assert [(arrow.label, arrow.is_back) for arrow in drawing.arrows] == [("", False), ("Again", True)]


names = st.sampled_from([f"n{n}" for n in range(30)])


@settings(deadline=None, max_examples=60)
@given(edges=st.dictionaries(names, st.lists(names | st.just("person"), max_size=5), min_size=1))
def test_boxes_never_overlap_whatever_leads_where(edges: dict[str, list[str]]) -> None:
    nodes = {
        name: Menu(
            name, 1, "", Text(), tuple(Option(f"o{at}", Text(), target) for at, target in enumerate(targets))
        )
        for name, targets in edges.items()
    }
    flow = Flow("x", ("en",), next(iter(edges)), nodes)
    check(flow, draw(flow))


def test_two_thousand_nodes_are_drawn() -> None:
    nodes = {f"n{at}": Say(f"n{at}", at, f"n{(at * 7 + 1) % 2000}") for at in range(2000)}
    flow = Flow("x", ("en",), "n0", nodes)
    check(flow, draw(flow))
