"""Cycles that lead nowhere, and how deep menus go. Pure.

A cycle may turn only where the customer is waited for and something new can come of it: a question that was answered is not asked again,
so that it does not wait in the second round; a menu waits always, but who comes back to it without having told or learnt anything goes
round in circles, unless they chose to go back.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import TYPE_CHECKING

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import (
    KEYWORDS,
    MOST_LEVELS,
    STOPPING,
    Ask,
    Branch,
    Call,
    CallBack,
    Hours,
    LookUp,
    Mark,
    Menu,
    Node,
    Request,
    Say,
    SubFlow,
)
from ascolto.bot.proofs.ground import Edge, Ground, reached_from

if TYPE_CHECKING:  # parts are made of what is found out here
    from ascolto.bot.proofs.parts import Parts

IDLE = (Say, Menu, Branch, Hours, Mark, SubFlow)  # nothing is learnt here, nothing is done
CHOOSING = (Menu, Branch, Hours, Mark, SubFlow)
_MEETING = (Ask, LookUp, Call, Request, CallBack)  # a menu after one of these is no longer choice upon choice


Cycle = tuple[Edge, list[str]]  # the edge that closes it, and its nodes


def prove(ground: Ground, parts: Parts) -> None:
    """Cycles without progress, ways back that lead forward, menus below menus below menus."""
    _rushing(ground, parts)
    _idling(ground, parts)
    _back(ground)
    _levels(ground, parts)


def _wait(node: Node, parts: Parts) -> str:
    if isinstance(node, Menu):
        return "menu"
    if isinstance(node, Ask):
        return "ask"
    if isinstance(node, SubFlow):
        part = parts.of(node.flow)
        return part.waits if part.returns else "menu"  # no cycle leads through what never returns
    return ""


def _rushing(ground: Ground, parts: Parts) -> None:
    """Cycles that do not wait, in the first round or in the second."""
    waits = {name: _wait(ground.flow.nodes[name], parts) for name in ground.reached}
    names = [name for name in ground.reached if waits[name] != "menu"]
    for edge, cycle in deep(ground, names, lambda one: True)[1]:
        way = " → ".join([*cycle[:8], *(["…"] if len(cycle) > 8 else []), cycle[0]])
        if any(waits[name] == "ask" for name in cycle):
            message = _("%(way)s goes round without waiting: what is known already is not asked again.")
            fix = _("Let a menu in this circle ask what to do, or lead on to a person.")
            ground.say(edge.line, "loop_known", message, fix, node=edge.source.name, way=way)
        else:
            message = _("%(way)s goes round for ever: nobody is asked anything there.")
            fix = _("Let a menu or a question in this circle wait for the customer, or lead out of it.")
            ground.say(edge.line, "loop_silent", message, fix, node=edge.source.name, way=way)


def _idling(ground: Ground, parts: Parts) -> None:
    """Cycles of menus in which nothing is learnt."""
    nodes = ground.flow.nodes

    def is_idle(node: Node) -> bool:
        return isinstance(node, IDLE) and not (isinstance(node, SubFlow) and not parts.of(node.flow).is_idle)

    names = [name for name in ground.reached if is_idle(nodes[name])]
    menus = {name for name in names if _wait(nodes[name], parts) == "menu"}
    for edge, cycle in deep(ground, names, lambda one: not one.goes_back)[1]:
        if not menus.isdisjoint(cycle):
            way = " → ".join([*cycle[:8], *(["…"] if len(cycle) > 8 else []), cycle[0]])
            message = _("%(way)s goes round, and nothing is learnt on the way.")
            fix = _("Close the circle with an option marked  back: true, or lead on.")
            ground.say(edge.line, "loop_idle", message, fix, node=edge.source.name, way=way)


def _back(ground: Ground) -> None:
    """An option that goes back leads to where the customer has been."""
    forward = reached_from(ground, ground.flow.start, lambda edge: not edge.goes_back)
    circles = components(ground)
    for name in ground.reached:
        for edge in ground.edges[name]:
            if not edge.goes_back:
                continue
            been = _lands(ground, edge.target, forward) in forward and circles.get(
                edge.target
            ) == circles.get(name)
            if edge.target not in ground.flow.nodes or not been:
                message = _("%(name)s goes back, but %(target)s is no place where the customer has been.")
                fix = _("Lead to a menu above, or take  back: true  away.")
                ground.say(
                    edge.line,
                    "back_forward",
                    message,
                    fix,
                    node=name,
                    name=edge.label[8:],
                    target=edge.target,
                )


def _lands(ground: Ground, name: str, forward: Container[str]) -> str:
    """Where somebody comes to who goes back, after some words on the way."""
    for _step in range(5):
        node = ground.flow.nodes.get(name)
        if name in forward or not isinstance(node, Say | Mark):
            break
        name = node.next
    return name


def _levels(ground: Ground, parts: Parts) -> None:
    for name, (level, _on) in levels_of(ground, parts).items():
        node = ground.flow.nodes[name]
        own = 1 if isinstance(node, Menu) else parts.of(node.flow).levels if isinstance(node, SubFlow) else 0
        if own <= MOST_LEVELS < level and level - own <= MOST_LEVELS:
            message = _("This is menu level %(level)s; customers follow %(most)s.")
            fix = _("Offer it further up, ask for a slot instead, or lead to a person.")
            ground.say(node.line, "levels", message, fix, node=name, level=level, most=MOST_LEVELS)


def levels_of(ground: Ground, parts: Parts) -> dict[str, tuple[int, int]]:
    """Of each node the deepest menu level that it reaches, and the level with which its successors begin.

    Ways back do not count, nor does the edge that closes any other circle.
    """
    names = list(reached_from(ground, ground.flow.start, lambda edge: not edge.goes_back))
    order, closing = deep(ground, names, lambda edge: not edge.goes_back)
    closes = {id(edge) for edge, _cycle in closing}
    entering: dict[str, int] = dict.fromkeys(names, 0)
    found = {}
    for name in reversed(order):
        node, level = ground.flow.nodes[name], entering[name]
        reaches, leaves = level, level
        if isinstance(node, Menu):
            reaches = leaves = level + (not is_closing(ground, name))
        elif isinstance(node, SubFlow):
            part = parts.of(node.flow)
            reaches, leaves = level + part.levels, level + part.levels_on
        elif isinstance(node, _MEETING):
            leaves = 0
        found[name] = (reaches, leaves)
        for edge in ground.inside(name):
            if not edge.goes_back and id(edge) not in closes:
                entering[edge.target] = max(entering[edge.target], leaves)
    return found


def is_closing(ground: Ground, name: str) -> bool:
    """Whether a menu only asks what comes after all that was said ("anything else?"): it leads back, or to the end, and opens nothing.

    Then it is no level below the ones before.
    """
    edges = ground.edges[name]
    if not any(edge.goes_back for edge in edges) or any(isinstance(one, Menu) for one in ground.before[name]):
        return False
    return all(edge.goes_back or _stops(ground, edge.target) for edge in edges)


def _stops(ground: Ground, name: str) -> bool:
    for _step in range(5):
        node = ground.flow.nodes.get(name)
        if not isinstance(node, Say):
            return name in KEYWORDS or isinstance(node, STOPPING)
        name = node.next
    return False


def deep(
    ground: Ground, names: Iterable[str], may_pass: Callable[[Edge], bool]
) -> tuple[list[str], list[Cycle]]:
    """Through these nodes, depth first: their order when they are left, and the edges that close a circle, with it."""
    wanted = dict.fromkeys(names)
    edges = {
        name: [one for one in ground.inside(name) if one.target in wanted and may_pass(one)]
        for name in wanted
    }
    left: list[str] = []
    closing: list[Cycle] = []
    state: dict[str, int] = {}  # the place on the way, or -1 when it was left
    for root in wanted:
        if root in state:
            continue
        way, todo = [root], [iter(edges[root])]
        state[root] = 0
        while way:
            edge = next(todo[-1], None)
            if edge is None:
                todo.pop()
                state[way[-1]] = -1
                left.append(way.pop())
            elif edge.target not in state:
                state[edge.target] = len(way)
                way.append(edge.target)
                todo.append(iter(edges[edge.target]))
            elif state[edge.target] >= 0:
                closing.append((edge, way[state[edge.target] :]))
    return left, closing


def components(ground: Ground) -> dict[str, int]:
    """Of each node that can be reached the number of its circle: two nodes with the same number reach each other (Kosaraju)."""
    order, _closing = deep(ground, ground.reached, lambda edge: True)
    found: dict[str, int] = {}
    for number, root in enumerate(reversed(order)):
        queue = [] if root in found else [root]
        found.setdefault(root, number)
        for name in queue:
            for node in ground.before[name]:
                if node.name not in found and node.name in ground.reached:
                    found[node.name] = number
                    queue.append(node.name)
    return found
