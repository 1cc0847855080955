"""Conditions: each may hold, and none comes after one that holds whenever it does. Pure."""

from __future__ import annotations

from collections.abc import Collection

from ascolto.bot.findings import gettext_noop as _
from ascolto.bot.flow import CHANNELS, Branch, Condition
from ascolto.bot.proofs.covering import MOST_BOXES, Box, Space, meet, supposed, without
from ascolto.bot.proofs.filling import Filling
from ascolto.bot.proofs.ground import Ground
from ascolto.bot.proofs.parts import Parts

_DAY = 24 * 60


def prove(ground: Ground, parts: Parts, filling: Filling) -> None:
    """Every case of every decision."""
    deciding = [node for node in ground.flow.nodes.values() if isinstance(node, Branch)]
    if not deciding:
        return
    space = Space(ground.flow)
    certain = supposed(ground, parts, space)
    for node in deciding:
        told = {place for place in range(len(node.cases)) if _case(ground, node, place, filling)}
        if node.name in certain:
            _decides(ground, node, certain[node.name], space, told)


def _decides(ground: Ground, node: Branch, here: Box, space: Space, told: set[int]) -> None:
    """Each case against what can be the case here, and against all those before it together."""
    left: list[Box] = [here]
    for place, (condition, _target) in enumerate(node.cases):
        box, line = space.box(condition), condition.line or node.line
        if place in told or not all(box.values()) or not box:
            pass
        elif not meet(here, box):
            message = _("This never holds here: what leads here says otherwise.")
            fix = _("Decide it further up, or take the case away.")
            ground.say(line, "condition_never", message, fix, node=node.name)
        elif not any(meet(rest, box) for rest in left):
            message = _("This never decides: whenever it holds, one of the cases before it does.")
            fix = _("Put the narrower case first, or take this one away.")
            ground.say(line, "condition_covered", message, fix, node=node.name)
        elif not without([here], box, space):
            message = _("This holds always: nothing after it is ever reached.")
            ground.say(line, "condition_always", message, _("Lead there with else."), node=node.name)
        left = without(left, box, space)
        if len(left) > MOST_BOXES:
            return


def _case(ground: Ground, node: Branch, place: int, filling: Filling) -> bool:
    """One case by itself, and against each one before it. Whether something was found."""
    condition = node.cases[place][0]
    line, found = condition.line or node.line, len(ground.findings)
    if condition.hours is not None and condition.hours[0] % _DAY == condition.hours[1] % _DAY != 0:
        message, fix = _("No moment is between these hours."), _("Let the hours end later than they begin.")
        ground.say(line, "condition_never", message, fix, node=node.name)
    if node.name in filling.maybe and not ground.flow.is_called:
        for name in condition.slots:
            if name in ground.flow.slots and name not in filling.maybe[node.name]:
                message = _("%(slot)s is never known here: nothing before asks for it or saves it.")
                fix = _("Ask for it before, or take the case away.")
                ground.say(line, "condition_never", message, fix, node=node.name, slot=name)
    earlier = next(
        (one for one, _to in node.cases[:place] if implies(condition, one, ground.flow.languages)), None
    )
    if earlier is not None:
        message = _(
            "This never decides: whenever it holds, the case in line %(before)s does, and that comes first."
        )
        fix = _("Put the narrower case first, or take this one away.")
        ground.say(line, "condition_covered", message, fix, node=node.name, before=earlier.line)
    elif implies(Condition(), condition, ground.flow.languages) and _says(condition):
        message = _("This holds always: nothing after it is ever reached.")
        ground.say(line, "condition_always", message, _("Lead there with else."), node=node.name)
    return len(ground.findings) > found


def _says(condition: Condition) -> bool:
    """Whether it asks for anything; an empty one was told of by the reader."""
    return condition != Condition(line=condition.line)


def implies(narrow: Condition, wide: Condition, languages: Collection[str]) -> bool:
    """Whether `wide` holds wherever `narrow` does."""
    return (
        _within(narrow.languages, wide.languages, languages)
        and _within(narrow.topics, wide.topics, ())
        and _within(_feelings(narrow), _feelings(wide), ())
        and _within(narrow.channels, wide.channels, CHANNELS)
        and wide.is_identified in (None, narrow.is_identified)
        and wide.has_problem in (None, narrow.has_problem)
        and _in_hours(narrow.hours, wide.hours)
        and _within(narrow.weekdays, wide.weekdays, range(7))
        and all(_values_within(narrow.slots.get(name), values) for name, values in wide.slots.items())
    )


def _within(narrow: Collection[object], wide: Collection[object], every: Collection[object]) -> bool:
    """Of two lists of what counts; an empty one means all. `every`: all there can be, where that is known."""
    if not wide or (every and set(every) <= set(wide)):
        return True
    return bool(narrow) and set(narrow) <= set(wide)


def _feelings(condition: Condition) -> tuple[str, ...]:
    """Who is angry is negative, too."""
    return (*condition.sentiments, "angry") if "negative" in condition.sentiments else condition.sentiments


def _in_hours(narrow: tuple[int, int] | None, wide: tuple[int, int] | None) -> bool:
    if wide is None or wide == (0, _DAY):
        return True
    if narrow is None:
        return False
    if narrow == wide:
        return True
    is_plain = narrow[0] <= narrow[1] and wide[0] <= wide[1]
    return is_plain and wide[0] <= narrow[0] and narrow[1] <= wide[1]


def _values_within(narrow: tuple[str, ...] | None, wide: tuple[str, ...]) -> bool:
    if narrow is None:
        return False
    return not wide or (bool(narrow) and set(narrow) <= set(wide))
