"""Which slots are known where: on every way there, and on any. And whether it is certain that no problem is open. Pure.

A question fills its slot; a call that was answered fills what it saves; a condition that a slot has a value proves it on its edge; a part
that was run fills what it fills on all its ways to `return`. Nothing is ever forgotten, so that a set only grows along a way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ascolto.bot.flow import RETURN, Ask, Branch, Call, CallBack, LookUp, Node, SubFlow, Text
from ascolto.bot.proofs.ground import Edge, Ground
from ascolto.bot.texts import HOUSE_GAPS, gaps_of

if TYPE_CHECKING:  # parts are made of what is found out here
    from ascolto.bot.proofs.parts import Parts

CALM = "!calm"  # no problem is open; no slot can have this name


@dataclass(frozen=True, slots=True)
class Use:
    """A slot that is used at a node. `how`: in words of the flow's text."""

    slot: str
    node: Node
    line: int
    how: str


@dataclass(frozen=True, slots=True)
class Filling:
    """What is known before each node on every way (`known`) and on any (`maybe`); what a part leaves behind."""

    known: dict[str, frozenset[str]]
    maybe: dict[str, frozenset[str]]
    needs: frozenset[str]
    at_return: frozenset[str]
    may_at_return: frozenset[str]


def fill(ground: Ground, parts: Parts) -> Filling:
    """Where which slots are known, beginning with nothing."""
    bits = _Bits()
    known = _flow(ground, parts, bits, sure=True)
    maybe = _flow(ground, parts, bits, sure=False)
    returning = [edge for name in ground.reached for edge in ground.edges[name] if edge.target == RETURN]
    sure, some = (-1 if returning else 0), 0
    for edge in returning:
        sure &= known[edge.source.name] | bits.of(_gains(ground, edge, parts, sure=True))
        some |= maybe[edge.source.name] | bits.of(_gains(ground, edge, parts, sure=False))
    known_names = {name: bits.names(known[name]) for name in ground.reached}
    needs = {
        use.slot
        for name in ground.reached
        for use in uses_of(ground, ground.flow.nodes[name], parts)
        if use.slot not in known_names[name] and use.slot not in ground.flow.slots
    }
    return Filling(
        known_names,
        {name: bits.names(maybe[name]) for name in ground.reached},
        frozenset(needs),
        bits.names(sure) - {CALM},
        bits.names(some) - {CALM},
    )


class _Bits:
    """Sets of names as whole numbers, since there are many of them."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._sets: dict[int, frozenset[str]] = {}

    def of(self, names: frozenset[str]) -> int:
        total = 0
        for name in names:
            total |= 1 << self._places.setdefault(name, len(self._places))
        return total

    def names(self, number: int) -> frozenset[str]:
        if number not in self._sets:
            self._sets[number] = frozenset(n for n, place in self._places.items() if number >> place & 1)
        return self._sets[number]


def _flow(ground: Ground, parts: Parts, bits: _Bits, *, sure: bool) -> dict[str, int]:
    """The least (sure: the greatest) solution over all ways; a node is looked at again when what leads there has changed."""
    gains = {
        name: [(edge.target, bits.of(_gains(ground, edge, parts, sure=sure))) for edge in ground.inside(name)]
        for name in ground.reached
    }
    found: dict[str, int] = {ground.flow.start: 0} if ground.reached else {}
    queue = dict.fromkeys(found)
    while queue:
        name = next(iter(queue))
        del queue[name]
        for target, gained in gains[name]:
            here = found[name] | gained
            if target in found:
                here = here & found[target] if sure else here | found[target]
            if found.get(target) != here:
                found[target] = here
                queue[target] = None
    return found


def _gains(ground: Ground, edge: Edge, parts: Parts, *, sure: bool) -> frozenset[str]:
    """What is known after an edge that was not before."""
    node = edge.source
    if isinstance(node, Ask):
        slot = ground.flow.slots.get(node.slot)
        return frozenset({node.slot}) if slot is not None and slot.is_optional else _real({node.slot})
    if isinstance(node, Call):
        return _real(node.save) if edge.label == "next" else frozenset()
    if isinstance(node, SubFlow):
        part = parts.of(node.flow)
        return part.fills if sure else part.may_fill
    if isinstance(node, Branch):
        return _proved(node, edge.label)
    return frozenset()


def _real(names: Iterable[str]) -> frozenset[str]:
    """Slots that have a value, which an optional one that was asked need not have."""
    return frozenset({*names, *(f"{name}!" for name in names)})


def _proved(node: Branch, label: str) -> frozenset[str]:
    """By the condition that held, and by those before it that did not."""
    place = int(label[5:]) - 1 if label.startswith("when.") else len(node.cases)
    found: set[str] = set()
    for condition, _next in node.cases[:place]:
        if condition.has_problem and not _asks_more(condition):
            found.add(CALM)
    if place < len(node.cases):
        condition = node.cases[place][0]
        found |= _real(condition.slots)
        if condition.has_problem is False:
            found.add(CALM)
    return frozenset(found)


def _asks_more(condition: object) -> bool:
    """Whether a condition asks for anything besides a problem."""
    names = ("languages", "topics", "sentiments", "channels", "hours", "weekdays", "slots")
    return (
        any(getattr(condition, name) for name in names)
        or getattr(condition, "is_identified", None) is not None
    )


def slots_in(text: Text) -> Iterator[tuple[str, int]]:
    """The slots that a text names, and the line."""
    for wording in text.by_language.values():
        line = wording.line or text.line
        if wording.count:
            yield wording.count, line
        for each in wording.every():
            if "{" in each:
                for name in gaps_of(each):
                    yield name, line


def uses_of(ground: Ground, node: Node, parts: Parts | None = None) -> Iterator[Use]:
    """The slots whose value is needed at a node. What a condition tests need not be known."""
    flow = ground.flow
    texts = list(node.texts())
    if isinstance(node, Ask) and node.slot in flow.slots:
        slot = flow.slots[node.slot]
        texts += [slot.ask, slot.again, *slot.values.values()]
    for text in texts:
        for name, line in dict.fromkeys(slots_in(text)):
            if name not in HOUSE_GAPS or name in flow.slots:
                yield Use(name, node, line, "text")
    names: Iterable[str] = ()
    key = ""
    if isinstance(node, Call):
        key, names = "send", node.send
    elif isinstance(node, CallBack):
        key, names = "call_back", filter(None, [node.number])
    elif isinstance(node, LookUp):
        key, names = "look_up", filter(None, [node.about])
    elif isinstance(node, SubFlow) and parts is not None:
        key, names = "flow", sorted(parts.of(node.flow).needs)
    for name in names:
        yield Use(name, node, ground.line_of(node, key), key)


def mentioned(ground: Ground) -> set[str]:
    """Every slot whose value a flow needs or looks at."""
    nodes = ground.flow.nodes.values()
    used = {use.slot for node in nodes for use in uses_of(ground, node)}
    tested = {
        name
        for node in nodes
        if isinstance(node, Branch)
        for condition, _target in node.cases
        for name in condition.slots
    }
    return used | tested
