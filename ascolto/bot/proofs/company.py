"""Names of what the company has: topics, labels, departments, teams, calendars, actions. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import Branch, Call, HandOff, Hours, Mark, Menu, Node, Request
from ascolto.bot.proofs.ground import Ground


def prove(ground: Ground) -> None:
    """Every name that must be one of the company's."""
    flow, world = ground.flow, ground.world
    person = flow.lines.get("person", flow.line)
    _known(ground, person, "team", _("There is no team %(name)s."), [flow.person_team], world.teams)
    for node in flow.nodes.values():
        _node(ground, node)


def _known(
    ground: Ground,
    line: int,
    kind: str,
    message: str,
    names: Iterable[str],
    known: Collection[str] | None,
    node: str = "",
) -> None:
    if known is None:
        return
    for name in names:
        if name and name not in known:
            ground.say_unknown(line, kind, message, name, known, node)


def _node(ground: Ground, node: Node) -> None:
    world, name = ground.world, node.name
    if isinstance(node, HandOff):
        line = ground.line_of(node, "hand_off")
        _known(ground, line, "team", _("There is no team %(name)s."), [node.team], world.teams, name)
    elif isinstance(node, Request):
        line, message = ground.line_of(node, "request"), _("There is no department %(name)s.")
        _known(ground, line, "department", message, [node.department], world.departments, name)
    elif isinstance(node, Hours):
        line, message = ground.line_of(node, "hours"), _("There is no calendar %(name)s.")
        _known(ground, line, "calendar", message, [node.calendar], world.calendars, name)
    elif isinstance(node, Mark):
        line = ground.line_of(node, "set")
        _known(ground, line, "label", _("There is no label %(name)s."), node.labels, world.labels, name)
        _known(ground, line, "topic", _("There is no topic %(name)s."), [node.topic], world.topics, name)
    elif isinstance(node, Menu):
        for one in node.options:
            _known(
                ground, one.line, "topic", _("There is no topic %(name)s."), one.topics, world.topics, name
            )
    elif isinstance(node, Branch):
        for case, _target in node.cases:
            _known(
                ground, case.line, "topic", _("There is no topic %(name)s."), case.topics, world.topics, name
            )
    elif isinstance(node, Call):
        _call(ground, node)


def _call(ground: Ground, node: Call) -> None:
    actions = ground.world.actions
    if actions is None or not node.action:
        return
    line = ground.line_of(node, "call")
    if node.action not in actions:
        ground.say_unknown(line, "action", _("There is no action %(name)s."), node.action, actions, node.name)
        return
    allowed = actions[node.action]
    for slot in node.send if allowed is not None else ():
        if allowed is not None and slot not in allowed:
            message = _("%(action)s may not be told %(slot)s.")
            fix = _("Take it away, or let an administrator allow it.")
            where = ground.line_of(node, "send")
            ground.say(where, "action_slot", message, fix, node=node.name, action=node.action, slot=slot)
