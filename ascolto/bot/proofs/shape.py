"""The graph itself: every edge leads somewhere, every node can be reached, nothing ends by accident. Pure."""

from __future__ import annotations

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import (
    KEYWORDS,
    RETURN,
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
)
from ascolto.bot.proofs.ground import Ground

_NEEDS: dict[type[Node], tuple[str, ...]] = {
    Say: ("next",),
    Ask: ("next",),
    LookUp: ("found", "missing"),
    Call: ("next", "failed"),
    Request: ("next",),
    CallBack: ("next",),
    Hours: ("open", "closed"),
    Mark: ("next",),
}


def prove(ground: Ground) -> None:
    """Start, targets, dead ends, names that mean something else, nodes that nothing leads to."""
    _start(ground)
    for node in ground.flow.nodes.values():
        _name(ground, node)
        _dead_ends(ground, node)
        _targets(ground, node)
    _unreached(ground)


def _start(ground: Ground) -> None:
    flow = ground.flow
    if flow.start and flow.start not in flow.nodes:
        line = flow.lines.get("start", flow.line)
        ground.say_unknown(line, "node", _("There is no node %(name)s."), flow.start, flow.nodes)
    if flow.is_called and ground.world.posted is not None and flow.slug in ground.world.posted:
        ground.say(
            flow.line,
            "part_posted",
            _("%(name)s is a part of other flows, and yet it answers at an inbox."),
            _("Let a whole flow answer there, which runs this one."),
            name=flow.slug,
        )


def _name(ground: Ground, node: Node) -> None:
    if node.name in KEYWORDS:
        ground.say(
            node.line,
            "keyword",
            _("%(name)s cannot be the name of a node: it means something in every flow."),
            _("Take another name."),
            node=node.name,
            name=node.name,
        )


def _dead_ends(ground: Ground, node: Node) -> None:
    if isinstance(node, Menu):
        wanting = [f"options.{one.id}" for one in node.options if not one.next]
        lines = {f"options.{one.id}": one.line for one in node.options}
    elif isinstance(node, Branch):
        cases = {f"when.{place}": to for place, (_case, to) in enumerate(node.cases, 1)}
        wanting = [label for label, to in {**cases, "else": node.next}.items() if not to]
        lines = {label: ground.line_of(node, f"cases.{label[5:]}") for label in cases}
    else:
        there = {edge.label for edge in ground.edges[node.name]}
        needed = _NEEDS.get(type(node), ())
        wanting = [label for label in needed if label not in there]
        lines = {}
    for label in wanting:
        if f"{node.name}.{label}" in ground.flow.lines:
            continue  # something stands there that could not be read, which was told
        ground.say(
            lines.get(label, node.line),
            "dead_end",
            _("%(name)s leads nowhere: %(edge)s is missing."),
            _("Say what follows: a node, person, or return at the end of a part."),
            node=node.name,
            name=node.name,
            edge=label.removeprefix("options."),
        )
    if isinstance(node, Branch) and not node.cases:
        ground.say(
            node.line, "no_cases", _("There is no case."), _("Add  - {if: {…}, next: …}"), node=node.name
        )


def _targets(ground: Ground, node: Node) -> None:
    flow = ground.flow
    for edge in ground.edges[node.name]:
        if edge.target in flow.nodes and edge.target not in KEYWORDS:
            continue
        if edge.target == RETURN and not flow.is_called:
            ground.say(
                edge.line,
                "return",
                _("return leads back to the flow that runs this one, and nobody runs it."),
                _("End with a node that has end, or write  part: true  at the top."),
                node=node.name,
            )
        elif edge.target not in KEYWORDS:
            ground.say_unknown(
                edge.line,
                "node",
                _("There is no node %(name)s."),
                edge.target,
                [*flow.nodes, *KEYWORDS],
                node.name,
            )


def _unreached(ground: Ground) -> None:
    if not ground.reached:
        return
    for node in ground.flow.nodes.values():
        if node.name not in ground.reached:
            ground.say(
                node.line,
                "unreached",
                _("Nothing leads to %(name)s."),
                _("Lead there from another node, or take it away."),
                node=node.name,
                name=node.name,
            )
