"""What all proofs stand on: the world a flow runs in, its edges with their lines, its texts with their places. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from ascolto.bot.findings import Finding
from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import Ask, End, Flow, HandOff, Menu, Node, Option, Request, Say, Slot, SubFlow, Text
from ascolto.bot.reading_values import nearest


def _sells_nothing(text: str, language: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class World:
    """What the company has, by name; None is unknown, and not checked. `actions`: with the slots each may be told (None: all).

    `posted`: flows that answer at an inbox. `company`: its name. `agcom`: Italy's rule of a complaint option at the first level.
    `is_commercial`: whether a text (and its language) sells.
    """

    topics: Collection[str] | None = None
    labels: Collection[str] | None = None
    departments: Collection[str] | None = None
    teams: Collection[str] | None = None
    calendars: Collection[str] | None = None
    actions: Mapping[str, Collection[str] | None] | None = None
    posted: Collection[str] | None = None
    company: str = ""
    agcom: bool = False
    is_commercial: Callable[[str, str], bool] = _sells_nothing
    shortest_timeout: timedelta = timedelta(seconds=1)
    longest_timeout: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Edge:
    """From a node to a node, or to `person` or `return`. `option`: of a menu."""

    source: Node
    label: str
    target: str
    line: int
    option: Option | None = None

    @property
    def goes_back(self) -> bool:
        return self.option is not None and self.option.goes_back


@dataclass(frozen=True, slots=True)
class Site:
    """A text and where it stands. `role`: said, label, value, spoken, request, title, disclosure."""

    text: Text
    role: str
    line: int
    node: str = ""
    is_required: bool = True
    is_spoken: bool = True  # it is what is said on the telephone


@dataclass
class Ground:
    """A flow in its world, and what was found so far."""

    flow: Flow
    library: Mapping[str, Flow]
    world: World
    findings: list[Finding] = field(default_factory=list)

    def say(
        self, line: int, code: str, message: str, fix: str = "", *, node: str = "", **values: object
    ) -> None:
        """Note a defect."""
        self.findings.append(Finding(line, code, message, fix, node, values))

    def say_unknown(
        self, line: int, kind: str, message: str, name: str, known: Collection[str], node: str = ""
    ) -> None:
        """Note a name that nothing has. `message` has a gap for the name."""
        guess = nearest(name, known)
        among = ", ".join(sorted(known)[:20])
        fix = (
            _("Did you mean %(guess)s?")
            if guess
            else _("There are: %(among)s.")
            if among
            else _("There are none yet.")
        )
        self.say(line, f"unknown_{kind}", message, fix, node=node, name=name[:60], guess=guess, among=among)

    # --- edges -------------------------------------------------------------------------------------------------------------

    def line_of(self, node: Node, key: str) -> int:
        """The line of an edge, or of a key; of its node where the flow was not read from a text."""
        return self.flow.lines.get(f"{node.name}.{key}", node.line)

    def line_in(self, slot: Slot, key: str) -> int:
        """The line of a key of a slot."""
        return self.flow.lines.get(f"slots/{slot.name}.{key}", slot.line)

    @cached_property
    def edges(self) -> dict[str, list[Edge]]:
        """Of every node what leads on, in the order of the text."""
        made: dict[str, list[Edge]] = {}
        for name, node in self.flow.nodes.items():
            if isinstance(node, Menu):
                made[name] = [
                    Edge(node, (label := f"options.{one.id}"), one.next, self.line_of(node, label), one)
                    for one in node.options
                    if one.next
                ]
            else:
                made[name] = [Edge(node, label, to, self.line_of(node, label)) for label, to in node.edges()]
        return made

    def inside(self, name: str) -> Iterator[Edge]:
        """The edges of a node that lead to a node."""
        return (edge for edge in self.edges[name] if edge.target in self.flow.nodes)

    @cached_property
    def before(self) -> dict[str, list[Node]]:
        """Of every node what leads to it."""
        found: dict[str, list[Node]] = {name: [] for name in self.flow.nodes}
        for name in self.flow.nodes:
            for edge in self.inside(name):
                found[edge.target].append(edge.source)
        return found

    @cached_property
    def reached(self) -> dict[str, int]:
        """The nodes that can be reached, the nearest to the start first, with their place."""
        return reached_from(self, self.flow.start, lambda edge: True)

    # --- texts -------------------------------------------------------------------------------------------------------------

    @cached_property
    def sites(self) -> list[Site]:
        """Every text of the flow."""
        flow = self.flow
        title, disclosure = flow.title, flow.disclosure
        found = [
            Site(title, "title", title.line or flow.line, is_required=False, is_spoken=False),
            Site(disclosure, "disclosure", disclosure.line or flow.line, is_required=False),
        ]
        for node in flow.nodes.values():
            found.extend(_sites_of(node))
        asked = {node.slot for node in flow.nodes.values() if isinstance(node, Ask)}
        for slot in flow.slots.values():
            line = slot.line
            found.append(Site(slot.ask, "said", slot.ask.line or line, is_required=slot.name in asked))
            found.append(Site(slot.again, "said", slot.again.line or line, is_required=False))
            found.extend(Site(text, "value", text.line or line) for text in slot.values.values())
        return found

    def sub_flows(self) -> Iterator[SubFlow]:
        """The nodes that run another flow."""
        return (node for node in self.flow.nodes.values() if isinstance(node, SubFlow))


def reached_from(ground: Ground, start: str, may_pass: Callable[[Edge], bool]) -> dict[str, int]:
    """What can be reached from a node by edges that may be passed, with the place in the order of distance."""
    if start not in ground.flow.nodes:
        return {}
    order = {start: 0}
    queue = [start]
    for name in queue:
        for edge in ground.inside(name):
            if edge.target not in order and may_pass(edge):
                order[edge.target] = len(order)
                queue.append(edge.target)
    return order


def _sites_of(node: Node) -> Iterator[Site]:
    if isinstance(node, Menu):
        yield Site(node.text, "said", node.text.line or node.line, node.name)
        for one in node.options:
            is_spoken = not one.spoken.by_language
            yield Site(one.label, "label", one.label.line or one.line, node.name, is_spoken=is_spoken)
            yield Site(one.spoken, "spoken", one.spoken.line or one.line, node.name, is_required=False)
    elif isinstance(node, Say):
        yield Site(node.text, "said", node.text.line or node.line, node.name)
    elif isinstance(node, Request):
        yield Site(node.text, "request", node.text.line or node.line, node.name, is_spoken=False)
    elif isinstance(node, HandOff | End):
        yield Site(node.text, "said", node.text.line or node.line, node.name, is_required=False)
