"""What can still be the case at a node, and whether conditions leave anything of it. Pure.

A box says of each thing that conditions ask about (a dimension) what it may be, as a set of signs; what it does not name may be anything.
Of what is open (topics, values of free slots) only the words count that the flow names, and one sign for all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from ascolto.bot.flow import CHANNELS, Ask, Branch, Call, Condition, Flow, LookUp, Mark, Menu, Node, SubFlow
from ascolto.bot.proofs.ground import Edge, Ground
from ascolto.bot.proofs.parts import Parts

Box = Mapping[str, frozenset[object]]
MOST_BOXES = 300  # pieces of what is left; who needs more is believed
_ELSE = ""  # any other word; of a slot: nothing is known
_OTHER = object()
_DAY = 24 * 60
_WAITING = (Ask, Menu, Call, LookUp, SubFlow)  # time passes, and the customer says something else


class Space:
    """All that can be: the dimensions of a flow's conditions."""

    def __init__(self, flow: Flow) -> None:
        conditions = [
            case for node in flow.nodes.values() if isinstance(node, Branch) for case, _to in node.cases
        ]
        edges = {0, _DAY, *(edge for one in conditions for edge in one.hours or ())}
        marks = sorted(edges)
        self._spans = list(pairwise(marks))
        saved = {name for node in flow.nodes.values() if isinstance(node, Call) for name in node.save}
        topics = {topic for one in conditions for topic in one.topics}
        self.every: dict[str, frozenset[object]] = {
            "language": frozenset(flow.languages),
            "topic": frozenset({*topics, _OTHER}),
            "sentiment": frozenset({"negative", "neutral", "positive", "angry", _ELSE}),
            "channel": frozenset(CHANNELS),
            "identified": frozenset({True, False}),
            "problem": frozenset({True, False}),
            "hours": frozenset(self._spans),
            "weekdays": frozenset(range(7)),
        }
        named: dict[str, set[object]] = {}
        for one in conditions:
            for name, values in one.slots.items():
                named.setdefault(name, set()).update(values)
        self._boxes: dict[int, dict[str, frozenset[object]]] = {}
        for name, told in named.items():
            slot = flow.slots.get(name)
            is_choice = slot is not None and slot.type == "choice"
            is_closed = slot is not None and is_choice and name not in saved
            every = set(slot.values) if slot is not None and is_closed else {*told, _OTHER}
            self.every[f"slots.{name}"] = frozenset({*every, _ELSE})

    def box(self, condition: Condition) -> dict[str, frozenset[object]]:
        """Where a condition of the flow holds."""
        if id(condition) not in self._boxes:
            self._boxes[id(condition)] = self._box(condition)
        return self._boxes[id(condition)]

    def _box(self, condition: Condition) -> dict[str, frozenset[object]]:
        feelings = {*condition.sentiments, *(("angry",) if "negative" in condition.sentiments else ())}
        told: dict[str, Iterable[object]] = {
            "language": condition.languages,
            "topic": condition.topics,
            "sentiment": feelings,
            "channel": condition.channels,
            "identified": () if condition.is_identified is None else (condition.is_identified,),
            "problem": () if condition.has_problem is None else (condition.has_problem,),
            "hours": [span for span in self._spans if _is_in(span, condition.hours)]
            if condition.hours
            else (),
            "weekdays": condition.weekdays,
        }
        box = {name: frozenset(signs) & self.every[name] for name, signs in told.items() if signs}
        for name, values in condition.slots.items():
            every = self.every[f"slots.{name}"] - {_ELSE}
            box[f"slots.{name}"] = frozenset(values) & every if values else every
        return box


def _is_in(span: tuple[int, int], hours: tuple[int, int]) -> bool:
    begin, end = hours
    return begin <= span[0] < end if begin <= end else span[0] >= begin or span[0] < end


def meet(one: Box, other: Box) -> bool:
    """Whether there is anything that is in both boxes."""
    return all(not signs.isdisjoint(one.get(name, signs)) for name, signs in other.items())


def without(boxes: Iterable[Box], hole: Box, space: Space) -> list[Box]:
    """What is left of boxes outside another one."""
    left: list[Box] = []
    for box in boxes:
        inside = dict(box)
        for name, signs in hole.items():
            here = inside.get(name, space.every[name])
            if here - signs:
                left.append({**inside, name: here - signs})
            inside[name] = here & signs
            if not inside[name]:
                break
    return left


# --- what is the case where --------------------------------------------------------------------------------------------------------


def supposed(ground: Ground, parts: Parts, space: Space) -> dict[str, Box]:
    """Of each node that can be reached what is certain there, beginning with nothing but that no slot of this flow was filled."""
    start: dict[str, frozenset[object]] = {}
    if not ground.flow.is_called:
        start = {name: frozenset({_ELSE}) for name in space.every if name.startswith("slots.")}
    found: dict[str, Box] = {ground.flow.start: start} if ground.reached else {}
    queue = dict.fromkeys(found)
    while queue:
        name = next(iter(queue))
        del queue[name]
        for edge in ground.inside(name):
            here = _after(ground, edge, found[name], parts, space)
            if here is None:
                continue
            before = found.get(edge.target)
            joined = here if before is None else _either(before, here, space)
            if joined is not before:
                found[edge.target] = joined
                queue[edge.target] = None
    return found


def _either(one: Box, other: Box, space: Space) -> Box:
    """What is in the smallest box around two; the first itself where nothing is added to it."""
    more: dict[str, frozenset[object]] = {}
    for name, signs in one.items():
        there = other.get(name, space.every[name])
        if there is not signs and not there <= signs:
            more[name] = signs | there
    if not more:
        return one
    joined = {**one, **more}
    return {name: signs for name, signs in joined.items() if signs != space.every[name]}


def _after(ground: Ground, edge: Edge, box: Box, parts: Parts, space: Space) -> Box | None:
    """What is certain when an edge was taken; None where it never is."""
    node = edge.source
    if isinstance(node, Branch):
        return _decided(node, edge.label, box, space)
    waits, topic = isinstance(node, _WAITING), isinstance(node, Mark) and bool(node.topic)
    changed = {f"slots.{slot}" for slot in _changed(node, parts)}
    kept = {
        name: signs
        for name, signs in box.items()
        if name not in changed
        and not (waits and not name.startswith("slots."))
        and not (topic and name == "topic")
    }
    if isinstance(node, Ask) and (name := f"slots.{node.slot}") in space.every:
        told = box.get(name, space.every[name])
        told = space.every[name] if _ELSE in told else told  # what was not known may be anything now
        slot = ground.flow.slots.get(node.slot)
        kept[name] = told - {_ELSE} if slot is not None and not slot.is_optional else told
    return kept


def _changed(node: Node, parts: Parts) -> Iterable[str]:
    """The slots that another system, or a part, may fill or change."""
    if isinstance(node, Call):
        return node.save
    return parts.of(node.flow).may_fill if isinstance(node, SubFlow) else ()


def _decided(node: Branch, label: str, box: Box, space: Space) -> Box | None:
    """By the condition that held, and by those before it that did not, where they ask for one thing."""
    place = int(label[5:]) - 1 if label.startswith("when.") else len(node.cases)
    here = dict(box)
    for condition, _to in node.cases[:place]:
        if len(hole := space.box(condition)) == 1:
            [(name, signs)] = hole.items()
            here[name] = here.get(name, space.every[name]) - signs
            if not here[name]:
                return None
    if place == len(node.cases):
        return here
    for name, signs in space.box(node.cases[place][0]).items():
        here[name] = here.get(name, signs) & signs
        if not here[name]:
            return None
    return here
