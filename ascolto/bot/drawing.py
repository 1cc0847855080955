"""A flow as a picture: boxes in rows, the start on top, every box in the row of its distance from it. Pure and deterministic.

    drawing = draw(flow, language="it", findings=findings)

Boxes never overlap: a row holds MOST_IN_ROW, what is more goes into a row of its own below. Within a row a box stands near those that lead
to it. Edges to a person and back out of a sub-flow are marks in the box, since they lead to no other box.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ascolto.bot.findings import Finding
from ascolto.bot.flow import KEYWORDS, PERSON, Ask, Branch, Condition, Flow, HandOff, LookUp, Menu, Node, Text
from ascolto.kit.text import excerpt

BOX, TALL = 208, 66  # width and height of a box
ACROSS, DOWN, MARGIN = 36, 92, 24
MOST_IN_ROW = 6
LETTERS = 28  # that a line of a box holds
LABEL_LETTERS, LABEL_LINES = 22, 3  # of the words at an edge
LETTER = 6.3  # pixels
KINDS: Mapping[str, tuple[str, str]] = {  # class of a node: its verb, its icon
    "Say": ("say", "message-square-text"),
    "Ask": ("ask", "circle-question-mark"),
    "Menu": ("menu", "list"),
    "LookUp": ("look_up", "search"),
    "Call": ("call", "globe"),
    "Request": ("request", "users"),
    "CallBack": ("call_back", "phone-call"),
    "Hours": ("hours", "clock"),
    "Mark": ("set", "tag"),
    "Branch": ("when", "split"),
    "SubFlow": ("flow", "layers"),
    "HandOff": ("hand_off", "user-round"),
    "End": ("end", "circle-check"),
}


@dataclass(frozen=True, slots=True)
class Edge:
    """What leads where, in words: `target` is a node's name, or a keyword."""

    label: str
    target: str


@dataclass(frozen=True, slots=True)
class Box:
    """A node in the picture. `x`, `y`: its upper left corner."""

    name: str
    verb: str
    icon: str
    text: str
    edges: tuple[Edge, ...]
    findings: tuple[Finding, ...]
    line: int
    x: int = 0
    y: int = 0
    is_start: bool = False
    to_person: bool = False
    is_reached: bool = True

    @property
    def short(self) -> str:
        """What it says, as far as it fits."""
        return excerpt(self.text, LETTERS)


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge in the picture: a path, and its words at a point."""

    path: str
    label: str
    x: int
    y: int
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def verb_of(node: Node) -> str:
    """What the node does, as YAML calls it."""
    return KINDS[type(node).__name__][0]


def text_of(text: Text, language: str) -> str:
    """A text in this language, or in any."""
    wording = text.by_language.get(language) or next(iter(text.by_language.values()), None)
    return next(wording.every(), "") if wording else ""


def draw(flow: Flow, *, language: str = "", findings: Iterable[Finding] = ()) -> Drawing:
    """The picture of a flow, with what is wrong at its boxes."""
    rows, reached = _rows(flow)
    wrong: dict[str, list[Finding]] = {}
    for finding in findings:
        wrong.setdefault(finding.node, []).append(finding)
    widest = max((len(row) for row in rows), default=1)
    width = widest * (BOX + ACROSS) - ACROSS + 2 * MARGIN
    boxes = {}
    for level, row in enumerate(rows):
        left = (width - (len(row) * (BOX + ACROSS) - ACROSS)) // 2
        for place, name in enumerate(row):
            x, y = left + place * (BOX + ACROSS), MARGIN + level * (TALL + DOWN)
            boxes[name] = _box(
                flow, flow.nodes[name], language, tuple(wrong.get(name, ())), x, y, name in reached
            )
    height = len(rows) * (TALL + DOWN) - DOWN + 2 * MARGIN
    return Drawing(width, max(height, TALL), tuple(boxes.values()), tuple(_arrows(boxes)))


def _box(
    flow: Flow, node: Node, language: str, findings: tuple[Finding, ...], x: int, y: int, is_reached: bool
) -> Box:
    edges = tuple(Edge(_label(node, key, language), target) for key, target in node.edges())
    verb, icon = KINDS[type(node).__name__]
    return Box(
        name=node.name,
        verb=verb,
        icon=icon,
        text=_first_text(flow, node, language),
        edges=edges,
        findings=findings,
        line=node.line,
        x=x,
        y=y,
        is_start=node.name == flow.start,
        to_person=isinstance(node, HandOff) or any(edge.target == PERSON for edge in edges),
        is_reached=is_reached,
    )


def _first_text(flow: Flow, node: Node, language: str) -> str:
    if isinstance(node, Ask):
        slot = flow.slots.get(node.slot)
        return text_of(slot.ask, language) if slot else node.slot
    if isinstance(node, LookUp):
        return ", ".join(filter(None, (node.about, "worded" if node.is_worded else "")))
    said = next((text_of(text, language) for text in node.texts()), "")
    if said:
        return said
    about = ("action", "flow", "number", "department", "topic", "team", "calendar")
    named = (getattr(node, name, "") for name in about)
    return next((word for word in named if word), ", ".join(getattr(node, "labels", ())))


def _label(node: Node, key: str, language: str) -> str:
    """The words at an edge: an option's label; nothing for what simply follows."""
    if isinstance(node, Menu):
        option = next((one for one in node.options if f"options.{one.id}" == key), None)
        return text_of(option.label, language) or key if option else key
    if isinstance(node, Branch) and key.startswith("when."):
        return condition_words(node.cases[int(key.removeprefix("when.")) - 1][0])
    return "" if key == "next" else key


def condition_words(condition: Condition) -> str:
    """What must hold, as short as YAML says it."""
    words = [*condition.languages, *condition.topics, *condition.sentiments, *condition.channels]
    if condition.is_identified is not None:
        words.append("identified" if condition.is_identified else "unknown")
    if condition.has_problem is not None:
        words.append("problem" if condition.has_problem else "no problem")
    if condition.hours is not None:
        words.append("-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in condition.hours))
    words += [["mon", "tue", "wed", "thu", "fri", "sat", "sun"][day] for day in sorted(condition.weekdays)]
    words += [f"{name}: {'/'.join(values)}" if values else name for name, values in condition.slots.items()]
    return ", ".join(words)


def _rows(flow: Flow) -> tuple[list[list[str]], frozenset[str]]:
    """The names by row, and which can be reached at all."""
    depth = _depths(flow, flow.start)
    reached = frozenset(depth)
    for name in flow.nodes:  # what nothing leads to comes below, with what follows from it
        if name not in depth:
            below = max(depth.values(), default=-1) + 1
            depth |= {one: below + far for one, far in _depths(flow, name, depth).items()}
    levels: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in flow.nodes:
        levels[depth[name]].append(name)
    rows: list[list[str]] = []
    for level in levels:
        ordered = _ordered(flow, level, rows)
        rows += [ordered[start : start + MOST_IN_ROW] for start in range(0, len(ordered), MOST_IN_ROW)]
    return rows, reached


def _depths(flow: Flow, start: str, known: Mapping[str, int] | None = None) -> dict[str, int]:
    """How many steps away everything is that can be reached and is not known yet."""
    if start not in flow.nodes:
        return {}
    found, waiting = {start: 0}, deque([start])
    while waiting:
        name = waiting.popleft()
        for _, target in flow.nodes[name].edges():
            if target in flow.nodes and target not in found and target not in (known or ()):
                found[target] = found[name] + 1
                waiting.append(target)
    return found


def _ordered(flow: Flow, level: list[str], rows: list[list[str]]) -> list[str]:
    """A row in the order of the middle of what leads there; as written where that is the same."""
    place = {name: (at + 0.5) / len(row) for row in rows for at, name in enumerate(row)}
    leading: dict[str, list[float]] = {name: [] for name in level}
    for above in place:
        for order, (_, target) in enumerate(flow.nodes[above].edges()):
            if target in leading:
                leading[target].append(place[above] + order / 10_000)
    middle = {name: sum(found) / len(found) if found else 1.0 for name, found in leading.items()}
    return sorted(level, key=lambda name: middle[name])


def _arrows(boxes: Mapping[str, Box]) -> Iterable[Arrow]:
    for box in boxes.values():
        several = [edge for edge in box.edges if edge.target not in KEYWORDS and edge.target in boxes]
        apart = BOX // (len(several) + 1)
        lines = min(len(several), LABEL_LINES)
        most = min(LABEL_LETTERS, int(apart * lines / LETTER))
        for place, edge in enumerate(several):
            label = excerpt(edge.label, most)
            yield _arrow(box, boxes[edge.target], box.x + apart * (place + 1), label, place % LABEL_LINES)


def _arrow(box: Box, target: Box, start: int, label: str, line: int) -> Arrow:
    """From below a box to the top of one below, or beside the boxes up to one that is not. Labels side by side take turns in height."""
    top, end = box.y + TALL, target.x + BOX // 2
    at = top + 16 + line * 15
    if target.y > box.y:
        bend = min(DOWN * 2 // 3, (target.y - top) // 2)
        path = f"M{start} {top} C{start} {top + bend} {end} {target.y - bend} {end} {target.y - 2}"
        return Arrow(path, label, start, at)
    gap = max(box.x, target.x) + BOX + ACROSS // 2
    low, high = top + DOWN // 3, target.y + TALL // 2
    path = f"M{start} {top} C{start} {low + 14} {gap} {low + 14} {gap} {top} S{gap} {high} {target.x + BOX + 2} {high}"
    return Arrow(path, label, start, at, is_back=True)
